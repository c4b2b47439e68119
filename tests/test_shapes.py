"""The tables of inputs against the catalog: what is offered at a provider is what it takes, and what it ignores is told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import Listed, parse
from assetgen.engine.addressing import addressed
from assetgen.errors import BadAnswer, Gone, Unknown
from assetgen.model import Ratio
from assetgen.providers import Blob, Guide, Request, fal, replicate, results, shapes
from assetgen.providers.fal.arguments import call
from assetgen.providers.fal.models import MODELS as FAL
from assetgen.providers.http import Answer
from assetgen.providers.replicate.models import MODELS as REPLICATE
from assetgen.settings import Settings

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})
TABLES = {"fal": FAL, "replicate": REPLICATE}
PROVIDERS = {"fal": fal.create(Settings(), None), "replicate": replicate.create(Settings(), None)}
SERVED = [(model.id, name) for model in CATALOG.models.values() for name in model.services if name in TABLES]
BLANK = Blob(data=b"", format="png", name="guide.png")
RATIOS = [Ratio(16, 9), Ratio(1, 1), Ratio(2, 3), Ratio(9, 21)]


def reached(name, provider):
    """The shapes of a model and of all that take over for it, directly or in turn."""
    found, left = {}, [name]
    while left:
        one = left.pop()
        shape = found[one] = TABLES[provider][one]
        variants = (shape.with_loras, *shape.with_guides.values(), shape.edit, shape.inpaint, shape.bare)
        left += [other for other in variants if other and other not in found and other not in left]
    return list(found.values())


def test_many_models_are_served():
    assert len(SERVED) > 40


@pytest.mark.parametrize(("name", "provider"), SERVED)
def test_what_the_catalog_says_is_what_the_table_says(name, provider):
    model = CATALOG.models[name]
    service, takes = model.services[provider], model.supports_at(provider)
    shape, *others = reached(service.id, provider)
    assert takes.seed == shape.seed
    assert takes.negative == shape.negative
    assert takes.mask == any(one.mask for one in (shape, *others))
    pictures = max((one.many for one in (shape, *others) if one.references), default=0)
    assert takes.references == pictures
    assert takes.lora == any(one.loras != "none" for one in (shape, *others))
    assert takes.control == any(one.guided for one in (shape, *others))
    assert service.max_count == shape.most


@pytest.mark.parametrize(("name", "provider"), SERVED)
def test_every_size_on_offer_is_taken(name, provider):
    model = CATALOG.models[name]
    sizes = model.sizes_at(provider)
    shape = reached(model.services[provider].id, provider)[0]
    if "references" in shape.required and shape.follows:
        return
    pictures = (Blob(data=b"", format="png", name="a.png"),) if "references" in shape.required else ()
    mask = Blob(data=b"", format="png", name="m.png") if "mask" in shape.required else None
    guides = (Guide(kind=shape.guided.kinds[0], image=BLANK),) if "controls" in shape.required else ()
    wanted = [*(sizes.sizes if isinstance(sizes, Listed) else ()), *RATIOS]
    for size in wanted:
        request = Request(model=name, prompt="a fox", references=pictures, mask=mask, guides=guides)
        there = addressed(CATALOG, request, provider, size)
        if not (shape.follows and (pictures or guides)):
            PROVIDERS[provider].check(there)
            assert there.size is not None
    if isinstance(sizes, Listed) and shape.sizing == "aspect":
        assert set(sizes.sizes) == set(shape.words)


@pytest.mark.parametrize(("name", "provider"), SERVED)
def test_our_names_of_parameters_become_the_providers(name, provider):
    model = CATALOG.models[name]
    names = model.services[provider].names
    request = Request(model=name, prompt="a fox", params=dict.fromkeys(names, 1))
    assert set(addressed(CATALOG, request, provider, None).params) == set(names.values())


@given(st.sampled_from(sorted(FAL.items()) + sorted(REPLICATE.items())), st.integers(0, 2**31), st.text(min_size=1))
def test_what_is_not_sent_is_said_to_be_ignored(entry, seed, negative):
    _, shape = entry
    request = Request(model="m", prompt="a fox", negative=negative, seed=seed)
    found = shapes.arguments(shape, request, lambda blob: blob.name)
    assert ("seed" in found) is ("seed" not in shapes.ignored(shape, request))
    assert ("negative_prompt" in found) is ("negative" not in shapes.ignored(shape, request))
    assert found["prompt"] == "a fox"
    assert found.get("go_fast", False) is False


@pytest.mark.parametrize("shape", [shape for shape in [*FAL.values(), *REPLICATE.values()] if shape.words])
def test_each_word_stands_for_one_size_and_has_its_ratio(shape):
    assert len(set(shape.words.values())) == len(shape.words)
    for size, word in shape.words.items():
        width, height = map(int, word.split(":"))
        assert abs(size.width / size.height / (width / height) - 1) < 0.1


def test_parameters_of_the_user_go_before_what_is_always_sent():
    request = Request(model="m", id="fal-ai/flux/dev", prompt="a fox", params={"output_format": "jpeg"})
    assert call(request).input()["output_format"] == "jpeg"


# --- the ends of a job


def answer(body, status=200, cut=""):
    return Answer(status=status, headers={"content-type": "text/html"}, body=body, cut=cut)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (answer(b'{"id": 7, "detail": "odd"}'), "p accepted the request without a job id: odd"),
        (answer(b'{"id": ""}'), "p accepted the request without a job id"),
        (answer(b"[]"), 'p answered the request with status 200 and "text/html", which is no JSON object'),
        (answer(b"", cut="ReadError"), "p accepted the request, but its answer was cut short (ReadError)"),
    ],
)
def test_an_answer_without_an_id_leaves_the_outcome_unknown(given, message):
    with pytest.raises(Unknown) as caught:
        results.accepted("p", given, "id")
    assert caught.value.message == message


def test_one_broken_picture_does_not_lose_the_others():
    def fetch(url):
        if url == "bad":
            raise BadAnswer("no")
        return url.encode()

    assert results.collect(["a", "bad", "b"], fetch, list) == [b"a", None, b"b"]
    with pytest.raises(BadAnswer, match="no"):
        results.collect(["bad", "bad"], fetch, list)


def test_the_job_is_read_again_once_for_all_its_urls():
    asked = []

    def fetch(url):
        asked.append(url)
        if url.startswith("old"):
            raise Gone("expired")
        return url.encode()

    assert results.collect(["old1", "old2"], fetch, lambda: ["new1", "new2"]) == [b"new1", b"new2"]
    assert asked == ["old1", "new1", "new2"]
    with pytest.raises(Gone):
        results.collect(["old1"], fetch, lambda: ["old1"])
