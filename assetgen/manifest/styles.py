"""Reusable parts of prompts: the built-in ones, and how they are put together. Built-in texts never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from assetgen.manifest.text import render


@dataclass(frozen=True, slots=True)
class Style:
    """A part of a prompt, around `{prompt}` or behind it, and what shall not be seen."""

    prompt: str = ""
    negative: str = ""


_WATERCOLOUR = Style("{prompt}, watercolour painting, soft washes of pigment, visible paper grain, bleeding edges", "photo, hard outlines")
_BUILT_IN = {
    "3d-render": Style("{prompt}, 3D render, physically based materials, soft global illumination, clean background", "flat, sketch"),
    "blueprint": Style("{prompt}, technical illustration, blueprint style, white background, labelled components", "blurry, watermark"),
    "cinematic": Style(
        "{prompt}, cinematic still, dramatic lighting, shallow depth of field, film grain, wide shot", "flat lighting, cartoon"
    ),
    "clay": Style("{prompt}, clay model, soft rounded shapes, matte plasticine, fingerprints, studio light", "photo of people, glossy"),
    "comic": Style("{prompt}, comic book panel, bold ink outlines, halftone shading, vivid flat colours", "photo, blurry"),
    "flat-design": Style(
        "{prompt}, flat design illustration, simple geometric shapes, solid colours, no gradients", "photo, 3D, texture, shadow"
    ),
    "icon": Style("{prompt}, app icon, one centred symbol, simple silhouette, plain background", "text, clutter, photo, border"),
    "infographic": Style(
        "{prompt}, infographic, clear visual hierarchy, simple icons, generous white space", "clutter, photo, illegible text"
    ),
    "isometric": Style("{prompt}, isometric view, 30 degree projection, clean edges, soft shadows, plain background", "perspective, photo"),
    "line-art": Style("{prompt}, line art, uniform black lines on white, no fill, no shading", "colour, shading, photo, grey"),
    "low-poly": Style("{prompt}, low poly, faceted triangles, flat shaded, soft light", "smooth, photo, high detail"),
    "minimalist": Style("{prompt}, minimalist, very few elements, large empty space, muted palette", "clutter, ornament, busy background"),
    "oil-painting": Style("{prompt}, oil painting, visible brush strokes, rich pigment, canvas texture", "photo, flat colours"),
    "paper-cut": Style("{prompt}, paper cut art, layered coloured paper, soft shadows between the layers", "photo, gradient, outline"),
    "pencil-sketch": Style("{prompt}, pencil sketch, graphite on paper, hatching, loose construction lines", "colour, photo"),
    "photorealistic": Style(
        "{prompt}, photorealistic, natural light, fine detail, accurate materials, sharp focus", "illustration, painting, cartoon"
    ),
    "pixel-art": Style("{prompt}, pixel art, limited palette, crisp square pixels, no anti-aliasing", "blurry, smooth, photo, gradient"),
    "retro": Style("{prompt}, retro poster of the 1970s, warm faded colours, rounded shapes, print grain", "photo, modern, neon"),
    "seamless-texture": Style(
        "{prompt}, seamless tileable texture, even light, uniform scale, seen straight from above", "seam, border, shadow, object"
    ),
    "studio-product": Style(
        "{prompt}, studio product photograph, softbox light, plain white background, sharp focus", "clutter, people, text"
    ),
    "synthwave": Style("{prompt}, synthwave, neon magenta and cyan, dark background, glowing grid, sunset", "daylight, muted colours"),
    "technical-diagram": Style(
        "{prompt}, technical diagram, clean vector lines, labelled components, white background", "photo, blurry, perspective"
    ),
    "watercolor": _WATERCOLOUR,
    "watercolour": _WATERCOLOUR,
}
BUILT_IN: Mapping[str, Style] = MappingProxyType(_BUILT_IN)


def add(prompt: str, style: Style, scope: Mapping[str, str]) -> str:
    """The prompt with one style around it; raises `Wrong` for a placeholder of the style that nothing fills."""
    around = _around(style.prompt)
    if around is not None:
        return f"{around[0]}{prompt}{around[1]}"
    text = render(style.prompt, {**scope, "prompt": prompt})
    return text if "{prompt}" in style.prompt else f"{prompt}, {text}"


@cache
def _around(template: str) -> tuple[str, str] | None:
    """What stands before and behind the prompt, for a style that needs nothing else."""
    if not template:
        return "", ""
    before, found, after = template.partition("{prompt}")
    plain = "{" not in before + after and "}" not in before + after
    return (before, after) if plain and found else ("", f", {template}") if plain else None


def join_negatives(parts: list[str]) -> str:
    """Several negative prompts as one: terms in their order, each once. A single one stays as it was written."""
    given = [part for part in parts if part]
    if len(given) < 2:
        return "".join(given)
    terms = (term.strip() for part in given for term in part.split(","))
    return ", ".join(dict.fromkeys(term for term in terms if term))
