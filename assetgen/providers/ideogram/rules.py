"""Refuses, before anything is paid, what Ideogram would refuse or get wrong. Pure: knows no key."""

import json
import re
from collections.abc import Mapping

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Request, rules
from assetgen.providers.ideogram.models import ASPECTS, FAMILIES, LARGEST_SEED, LEGACY_ASPECTS, MOST_IMAGES, PROMPT, SEE_THROUGH
from assetgen.providers.ideogram.routes import transparent

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_CODE = re.compile(r"[0-9a-fA-F]{8}")
_MOST_COLOURS = 8
_PLAIN = 'color_palette = ["#1b4965", "#ca6702"]'
_WEIGHED = 'color_palette = [{ color_hex = "#1b4965", color_weight = 0.5 }], each weight from 0.05 to 1'


def check(request: Request) -> None:
    """Raise `Impossible` for the first thing that is wrong with a request."""
    rules.check_prompt(request, PROMPT)
    rules.check_seed(request, LARGEST_SEED)
    rules.check_count(request, MOST_IMAGES)
    rules.check_no_loras(request)
    rules.check_no_guides(request)
    known = FAMILIES.get(request.id)
    if known is None:
        if _ID.fullmatch(request.id or request.model) is None:
            raise Impossible(f'"{request.id or request.model}" is no model of ideogram', hint='model = "ideogram-3"')
        return
    rules.check_params(request, known.params)
    # A mask stands in the place of one picture.
    rules.check_references(request, known.references - (1 if request.mask is not None and known.references > 1 else 0))
    rules.check_mask(request, takes=known.mask)
    _check_colours(request)
    if transparent(request):
        _check_transparent(request)
    elif known.sizing == "aspect_ratio" and request.size is not None:
        rules.check_size(request, tuple(size for size, ratio in ASPECTS.items() if ratio in LEGACY_ASPECTS))
    _check_reference(request)


def _check_reference(request: Request) -> None:
    """What goes with a reference of 3.0 depends on what is done with it: a remix, a style to follow, or painting under a mask."""
    params, style = request.params, request.params.get("reference_as") == "style"
    if request.id != "ideogram-3":
        return
    remixed = request.references and request.mask is None and not style
    if "image_weight" in params and not remixed:
        raise Impossible('"image_weight" is for a reference that is remixed', hint='remove "image_weight" from params')
    if "reference_as" in params and (not request.references or request.mask is not None):
        raise Impossible('"reference_as" needs a reference, and no mask', hint='remove "reference_as" from params')
    if style and ("style_preset" in params or "style_codes" in params):
        raise Impossible("a reference for the style excludes other styles", hint='remove "style_preset" and "style_codes" from params')
    if "upscale_factor" in params and not transparent(request):
        raise Impossible('"upscale_factor" is for transparent pictures', hint="transparent = true")
    if request.mask is None:
        return
    if request.size is not None:
        raise Impossible(f'model "{request.model}" gives a picture the size of its reference under a mask', hint='remove "size"')
    if params.get("api") != "v1" and ("color_palette" in params or "color_preset" in params):
        raise Impossible("painting under a mask takes no colours in version 2 of the API", hint='api = "v1"')


def _check_transparent(request: Request) -> None:
    if request.references:
        raise Impossible("a transparent picture takes no references", hint='remove "references"')
    for name in request.params:
        if name not in SEE_THROUGH:
            raise Impossible(f'a transparent picture takes no "{name}"', hint=f'remove "{name}" from params')
    rules.check_size(request, tuple(ASPECTS))
    if request.size is not None and request.params.get("upscale_factor", "x1") != "x1":
        raise Impossible("an upscaled picture has another size than the one asked for", hint='remove "upscale_factor" from params')


def _check_colours(request: Request) -> None:
    params = request.params
    if "color_palette" in params and "color_preset" in params:
        raise Impossible('"color_palette" and "color_preset" exclude each other', hint='remove "color_preset" from params')
    colours = params.get("color_palette")
    for colour in colours if isinstance(colours, list) else []:
        if not _is_colour(colour):
            raise Impossible(f"{_shown(colour)} is no colour of a palette", hint=_WEIGHED if isinstance(colour, Mapping) else _PLAIN)
    if isinstance(colours, list) and not 1 <= len(colours) <= _MOST_COLOURS:
        raise Impossible(f"a palette has 1 to {_MOST_COLOURS} colours, and this one has {len(colours)}")
    codes = params.get("style_codes")
    for code in codes if isinstance(codes, list) else []:
        if not (isinstance(code, str) and _CODE.fullmatch(code)):
            raise Impossible(f'"{code}" is no style code', hint='style_codes = ["AAFF5733"]')
    if codes is not None and ("style_type" in params or "style_preset" in params):
        raise Impossible('"style_codes" excludes "style_type" and "style_preset"', hint='remove "style_codes" from params')


def _shown(value: Json) -> str:
    """A value as a manifest has it."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_shown(one)}' for name, one in value.items())} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False)


def _is_colour(value: Json) -> bool:
    match value:
        case str():
            return _COLOUR.fullmatch(value) is not None
        case Mapping():
            weight = value.get("color_weight", 1.0)
            code = value.get("color_hex")
            fine = isinstance(weight, int | float) and not isinstance(weight, bool) and 0.05 <= weight <= 1
            return fine and isinstance(code, str) and _COLOUR.fullmatch(code) is not None and set(value) <= {"color_hex", "color_weight"}
        case _:
            return False
