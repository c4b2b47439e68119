"""How a colour is written in a manifest: the grammar, the names, and the type for an op's parameter. Pure, needs no imaging library."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_CSS = """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue
    chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey
    darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray
    darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
    gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender
    lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey
    lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen
    magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen
    mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange
    orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
    rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray
    slategrey snow springgreen steelblue tan teal thistle tomato transparent turquoise violet wheat white whitesmoke yellow
    yellowgreen
"""
NAMES = frozenset(_CSS.split())
EXPECTED = '"#rgb", "#rgba", "#rrggbb", "#rrggbbaa" or a CSS colour name'
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)


def is_colour(text: str) -> bool:
    """Whether this is a colour that an op or an encoder understands."""
    return bool(_HEX.fullmatch(text)) or text.lower() in NAMES


def _checked(text: str) -> str:
    if not is_colour(text):
        raise PydanticCustomError("colour", 'expected {expected}, not "{text}"', {"expected": EXPECTED, "text": text})
    return text


Colour = Annotated[str, AfterValidator(_checked), Field(json_schema_extra={"format": "color"})]
"""A colour as text: `#` and 3, 4, 6 or 8 hexadecimal digits (the 4th or last pair is opacity), a CSS name, or "transparent"."""
