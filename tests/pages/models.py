"""docs/models.md from the catalog."""

from assetgen.catalog import Listed


def page(catalog):
    """The whole page; nothing in it depends on the day it is made."""
    head = """# Models

What the catalog of this version knows, from its dated data. `assetgen models` prints the same with today's notices, and
`assetgen models --for text` recommends. A model that is not here can be used with an explicit provider, and every entry can be corrected in
`[models]` of a manifest. Prices are USD for one picture; a budget counts an unknown price as over it.

A model that ends is told by `plan`, `check` and every build, also where all its assets are fresh: what is built stays valid.
`assetgen migrate` shows what moving to another one changes and costs, and with `--write` changes the manifest and the files it includes:
the model, and the parameters, sizes and providers that the other one does not take. Comments and layout stay, byte for byte.

```toml assetgen.toml
version = 1

[defaults]
model = "dall-e-3" # since 2024

[assets.hero]
prompt  = "a lighthouse at dusk"
size    = "1792x1024"
params  = { style = "vivid", quality = "hd" }
outputs = ["hero.webp"]
```

```console
$ assetgen migrate dall-e-3 flux-1.1-pro
assetgen.toml:4 defaults.model: "dall-e-3" -> "flux-1.1-pro"
assetgen.toml:8 assets.hero.size: "1792x1024" -> "1344x768" ("flux-1.1-pro" does not offer 1792x1024)
assetgen.toml:9 assets.hero.params.style: "vivid" is removed ("flux-1.1-pro" has no such parameter)
assetgen.toml:9 assets.hero.params.quality: "hd" is removed ("flux-1.1-pro" has no such parameter)
ASSET  BEFORE  AFTER
hero   $0.12   $0.04  generate
1 asset; $0.04 for all, $0.12 before
run: assetgen migrate dall-e-3 flux-1.1-pro --write
```

The model is part of what was asked for, so a picture that is built is bought again once its asset moves; the table says which and for how
much. `--only-unbuilt` leaves those assets, and `freeze = true` keeps a picture whatever its model becomes. A value that an asset of another
model reads as well, from `[defaults]` say, is written into that asset before it changes, and nothing is written that would block what can
be built now.
"""
    rows = [
        "| model | at | good at | seed | negative | references | mask | alpha | price |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    rows += [_row(model) for model in catalog.models.values()]
    return "\n".join([head, *rows, "", *(_section(model) for model in catalog.models.values())])


def _row(model):
    takes = model.supports
    marks = [_yes(takes.seed), _yes(takes.negative), str(takes.references or ""), _yes(takes.mask), _yes(takes.alpha)]
    cells = [f"[`{model.id}`](#{_anchor(model.id)})", ", ".join(model.services), ", ".join(model.strengths[:4]), *marks, _price(model)]
    return f"| {' | '.join(cells)} |"


def _price(model):
    found = []
    for service in model.services.values():
        amounts = [rate.amount for rate in service.rates]
        if not amounts:
            found.append("unknown")
        elif max(amounts) == 0:
            found.append("free" if model.id == "sketch" else service.source)
        else:
            found.append(
                _dollars(min(amounts)) if min(amounts) == max(amounts) else f"{_dollars(min(amounts))} to {_dollars(max(amounts))}"
            )
    return "; ".join(dict.fromkeys(found))


def _section(model):
    lines = [f"## {model.id}", "", f"{model.title}. {model.notes}".rstrip(), ""]
    if model.aliases:
        lines.append(f"- dated ids: {', '.join(f'`{alias}`' for alias in model.aliases)}")
    lines.append(f"- sizes: {_sizes(model)}")
    if model.params:
        lines += ["- parameters:", *(f"  - `{name}`: {_param(param)}" for name, param in model.params.items())]
    for provider, service in model.services.items():
        lines.append(f"- at {provider} as `{service.id}`: {service.licence or 'licence unknown'} ({service.usage})")
        lines += [f"  - price: {line}" for line in _rates(service)]
    if (ends := _end(model)) is not None:
        lines.append(f"- {ends}")
    return "\n".join(lines) + "\n"


def _sizes(model):
    sizes = model.sizes
    if isinstance(sizes, Listed):
        return ", ".join(map(str, sizes.sizes))
    parts = [f"sides up to {sizes.max_side}"]
    parts += [f"in steps of {sizes.multiple}"] if sizes.multiple > 1 else []
    parts += [f"{sizes.min_pixels / 1e6:.2g} to {sizes.max_pixels / 1e6:.2g} million pixels"] if sizes.max_pixels else []
    parts += [f"no narrower than 1:{sizes.max_ratio:g}"] if sizes.max_ratio else []
    return ", ".join(parts)


def _param(param):
    told = ", ".join(f"`{choice}`" for choice in param.choices) or param.type
    if param.min is not None or param.max is not None:
        told += f" {'' if param.min is None else f'{param.min:g}'} to {'' if param.max is None else f'{param.max:g}'}"
    return f"{told}; default: {param.default}" if param.default else told


def _rates(service):
    dated = ", ".join(part for part in (service.source, str(service.priced or "")) if part)
    if not service.rates:
        yield f"unknown ({dated})" if dated else "unknown"
    for rate in service.rates:
        about = [str(rate.size)] if rate.size else []
        about += [f"{name} = {value}" for name, value in rate.when.items()]
        unit = " a megapixel" if rate.unit == "megapixel" else ""
        what = f" for {', '.join(about)}" if about else ""
        yield f"{_dollars(rate.amount)}{unit}{what} ({dated})"


def _end(model):
    instead = f"; use {' or '.join(f'`{other}`' for other in model.replaced_by)}" if model.replaced_by else ""
    if model.retired:
        return f"retired on {model.retired}{instead}"
    if model.shutdown:
        return f"shut down on {model.shutdown}{instead}"
    return f"superseded{instead}" if instead else None


def _dollars(amount):
    return f"${amount.normalize():f}" if amount else "$0"


def _yes(value):
    return "yes" if value else ""


def _anchor(name):
    return "".join(each for each in name.lower() if each.isalnum() or each in "-_")
