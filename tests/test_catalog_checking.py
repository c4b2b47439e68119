"""Which fields and parameters a model takes."""

from pathlib import Path

import pytest

from assetgen.catalog import check_params, parse

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})


def test_fields_that_are_not_honoured():
    openai, midjourney = CATALOG.models["gpt-image-2"], CATALOG.models["midjourney-v6"]
    assert CATALOG.unhonoured(openai, "openai", seed=True, negative=True) == ("negative", "seed")
    assert CATALOG.unhonoured(openai, "openai", seed=False, negative=True) == ("negative",)
    assert CATALOG.unhonoured(midjourney, "manual", seed=True, negative=True) == ()


@pytest.mark.parametrize(
    ("name", "params", "message", "hint", "severity"),
    [
        ("gpt-image-2", {"qualty": "low"}, '"gpt-image-2" has no parameter "qualty"', 'did you mean "quality"?', "error"),
        (
            "dall-e-3",
            {"seedling": 1},
            '"dall-e-3" is not known to have a parameter "seedling"',
            "known parameters: quality, style",
            "warning",
        ),
        ("dall-e-2", {"quality": "hd"}, '"dall-e-2" is not known to have a parameter "quality"', "", "warning"),
        ("gpt-image-2", {"quality": "higj"}, '"quality" can\'t be "higj"', 'did you mean "high"?', "error"),
        ("gpt-image-2", {"quality": "9"}, '"quality" can\'t be "9"', 'one of "auto", "low", "medium", "high"', "error"),
        ("gpt-image-2", {"quality": 3}, '"quality" must be a string, not 3', "", "error"),
        ("gpt-image-2", {"output_compression": 101}, '"output_compression" can\'t be 101', "0 to 100", "error"),
        ("gpt-image-2", {"output_compression": True}, '"output_compression" must be a whole number, not true', "", "error"),
        ("gpt-image-2", {"output_compression": 9.5}, '"output_compression" must be a whole number, not 9.5', "", "error"),
        ("midjourney-v7", {"quality": 3}, '"quality" can\'t be 3', "one of 1, 2, 4", "error"),
        ("midjourney-v6", {"quality": "1"}, '"quality" must be a number, not "1"', "", "error"),
        ("sketch", {"label": "no"}, '"label" must be true or false, not "no"', "", "error"),
        ("sketch", {"palette": {}}, '"palette" must be a list, not a table', "", "error"),
    ],
)
def test_a_wrong_parameter_is_told(name, params, message, hint, severity):
    (problem,) = check_params(CATALOG.models[name], params)
    assert (problem.message, problem.hint, problem.severity) == (message, hint, severity)
    assert problem.param in params


def test_right_parameters_are_no_problem():
    assert check_params(CATALOG.models["gpt-image-2"], {"quality": "high", "output_compression": 0}) == []
    assert check_params(CATALOG.models["midjourney-v6"], {"quality": 0.25, "tile": True, "stylize": 1000}) == []
    assert check_params(CATALOG.models["sketch"], {"palette": ["#fff"], "label": False}) == []


def test_a_range_with_one_end():
    catalog = parse(
        {
            "x.toml": "models.m = { title = 'M', sizes = ['8x8'], params.a = { type = 'number', min = 1 }, "
            "params.b = { type = 'number', max = 2.5 } }"
        }
    )
    assert [problem.hint for problem in check_params(catalog.models["m"], {"a": 0, "b": 3})] == ["1 or more", "2.5 or less"]
