"""Every request that the catalog offers for a model at a provider, one field at a time: the table behind tests/test_descriptions.py."""

from dataclasses import replace
from itertools import product

from assetgen.catalog import Listed
from assetgen.engine.addressing import addressed
from assetgen.engine.workspace import catalog
from assetgen.errors import Impossible
from assetgen.model import Lora, Ratio
from assetgen.providers import Blob, Guide, Request
from tests.servers.pictures import draw

CATALOG = catalog()
PICTURE = Blob(data=draw("reference", 64, 64), format="png", name="reference.png")
MASK = Blob(data=draw("mask", 64, 64), format="png", name="mask.png")
RATIOS = [Ratio(*pair) for pair in ((1, 1), (16, 9), (9, 16), (4, 3), (2, 3), (3, 1), (1, 3))]
FOLLOWS = "gives a picture the size of its"
KINDS = ("canny", "depth", "pose")
# What a parameter without choices or bounds may be.
SAMPLES = {
    "color_palette": [["#1b4965"], ["#1b4965", {"color_hex": "#ff0000", "color_weight": 0.3}]],
    "colors": [[{"r": 27, "g": 73, "b": 101}]],
    "ip_adapters": [
        [{"path": "owner/adapter", "scale": 0.5, "image_encoder_path": "owner/encoder", "image_url": "https://x.example/a.png"}]
    ],
    "locale": ["en-US"],
    "style": ["realistic_image"],
    "style_codes": [["00ff00aa"]],
    "style_preset": ["bauhaus", "80s_illustration"],
    "style_presets": [["watercolor"], ["watercolor", "bokeh"]],
}
# Parameters that mean something only beside another one.
BESIDE = {
    "output_compression": {"output_format": "webp"},
    "style_strength": {"style_presets": ["watercolor"]},
    "upscale_factor": {"transparent": True},
}


def pairs(provider):
    """The models that the catalog has at a provider."""
    return [name for name, model in CATALOG.models.items() if provider in model.services]


def asked(provider):
    """Those of them that can still be asked: requests to a retired one fail anyway, but for OpenAI's, which compatible servers have."""
    return [name for name in pairs(provider) if CATALOG.models[name].retired is None or provider == "openai"]


def offered(name, provider, check, usual=None):
    """The requests, each with the words for what it shows. Raises AssertionError for an offer that the provider's own `check` refuses.

    `check` is the provider's, `usual` are parameters that every request has. What a model must have beside a field (a reference, a mask)
    is found by trying: a field counts as offered if some request with it is taken.
    """
    for label, alternatives, sizes in _wanted(CATALOG.models[name], provider):
        refused = []
        for base in _bases(CATALOG.models[name], provider):
            for fields, size in product(alternatives, sizes):
                params = {**(usual or {}), **base.get("params", {}), **fields.get("params", {})}
                asked = replace(Request(model=name, prompt="a fox in the snow"), **{**base, **fields, "params": params})
                try:
                    made = addressed(CATALOG, asked, provider, size)
                    check(made)
                except Impossible as failure:
                    refused.append(failure.message)
                    continue
                yield label, made
                break
            else:
                continue
            break
        else:
            # Sizes are the model's; at some providers the picture gets the size of what it is made from, which `check` says.
            follows = label.startswith("size ") and any(FOLLOWS in message for message in refused)
            assert follows, f"{name} at {provider}: {label}: {refused}"


def crowded(name, provider, check, usual=None):
    """One request with as much of the offer as goes together: each field is added where the provider's `check` lets it stand."""
    model = CATALOG.models[name]
    held, size = {"params": usual or {}}, None
    made = None
    for _, alternatives, sizes in (*_wanted(model, provider), ("", [{}], (None,))):
        for fields, wanted in product(
            [*alternatives, *({**base, **fields} for fields in alternatives for base in _bases(model, provider))], sizes
        ):
            tried = {**held, **fields, "params": {**held["params"], **fields.get("params", {})}}
            try:
                found = addressed(CATALOG, replace(Request(model=name, prompt="a fox in the snow"), **tried), provider, wanted or size)
                check(found)
            except Impossible:
                continue
            held, size, made = tried, wanted or size, found
            break
    assert made is not None
    return made


def _bases(model, provider):
    takes = model.supports_at(provider)
    yield {}
    if takes.references:
        yield {"references": (PICTURE,)}
    if takes.mask:
        yield {"references": (PICTURE,), "mask": MASK}
    if takes.control:
        for kind in takes.kinds or KINDS:
            yield {"guides": (Guide(kind=kind, image=PICTURE),)}
            yield {"guides": (Guide(kind=kind, image=PICTURE, model="owner/net"),)}


def _wanted(model, provider):
    """What to ask for: words, and fields of the request and sizes of which one has to be taken."""
    service, takes = model.services[provider], model.supports_at(provider)
    some = (model.default_size, None)
    yield "nothing more", [{}], some
    for size in sizes(model, provider):
        yield f"size {size}", [{}], (size,)
    for param, given in model.params_at(provider).items():
        for value in values(provider, param, given):
            yield f"{param} = {value}", [{"params": {**BESIDE.get(param, {}), param: value}}], some
    for seed in (0, 7, 2**31 - 2) if takes.seed else ():
        yield f"seed {seed}", [{"seed": seed}], some
    if takes.negative:
        yield "negative", [{"negative": "blurry, text"}], some
    for count in sorted({*range(1, min(takes.references, 16) + 1), *([takes.references] if takes.references else [])}):
        yield f"{count} references", [{"references": (PICTURE,) * count}], some
    if takes.mask:
        yield "mask", [{"references": (PICTURE,), "mask": MASK}], some
    for count in range(2, service.max_count + 1):
        yield f"{count} at once", [{"count": count}], some
    if takes.lora:
        yield "LoRA", [{"loras": (Lora(id="owner/weights", scale=0.8),)}], some
    for kind in (takes.kinds or KINDS) if takes.control else ():
        guides = [Guide(kind=kind, image=PICTURE), Guide(kind=kind, image=PICTURE, model="owner/net")]
        yield f"{kind} control", [{"guides": (guide,)} for guide in guides], some


def values(provider, param, given):
    """The values to try: each choice, both ends of a range, or samples."""
    if given.choices:
        return list(given.choices)
    if given.type == "boolean":
        return [True, False]
    if given.type in {"integer", "number"}:
        ends = [1 if end is None else int(end) if end == int(end) else end for end in (given.min, given.max)]
        middle = [] if given.type == "integer" else [(ends[0] + ends[1]) / 2 + 0.125]
        return [*ends, *middle]
    found = SAMPLES[param]
    # fal has Ideogram's words in capitals.
    return [value.upper() for value in found] if (provider, param) == ("fal", "style_preset") else found


def sizes(model, provider):
    """Every size of a list; of a rule the ratios that people use, and its smallest and largest."""
    given = model.sizes_at(provider)
    if isinstance(given, Listed):
        return list(given.sizes)
    found = {CATALOG.resolve_size(model, ratio, provider) for ratio in RATIOS}
    for ratio in (Ratio(1, 1, 0.001), Ratio(1, 1, 64.0), Ratio(16, 9, 64.0)):
        found.add(CATALOG.resolve_size(model, ratio, provider))
    return sorted(found, key=lambda size: (size.width, size.height))
