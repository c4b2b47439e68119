"""Pictures that a person makes in a tool without an API: this provider only writes the prompt, ready to paste. It sends nothing."""

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches

from assetgen.errors import Impossible
from assetgen.model import Json, Ratio, Size
from assetgen.providers import Guide, Http, Job, Picture, Request, Settings, Traits, rules

# The flags of Midjourney's prompt language that a manifest may set; --ar, --seed, --no, --v and --niji come from fields of the asset.
FLAGS: tuple[str, ...] = (
    *("chaos", "cw", "draft", "exp", "hd", "iw", "ow", "profile", "quality", "raw", "repeat"),
    *("sref", "stop", "style", "stylize", "sv", "sw", "tile", "weird"),
)
_FIELDS: Mapping[str, str] = {
    "ar": "size",
    "aspect": "size",
    "seed": "seed",
    "no": "negative",
    "v": "model",
    "version": "model",
    "niji": "model",
}
# How people shorten them in a prompt.
_SHORT: Mapping[str, str] = {"c": "chaos", "q": "quality", "r": "repeat", "s": "stylize", "w": "weird"}
_WRITTEN = re.compile(r"(?<!\S)--([a-z]+)\b")
# From which version on a flag is known, and from which on it is not any more. Niji has versions of its own.
_SINCE: Mapping[str, int] = {"draft": 7, "exp": 7, "ow": 7, "hd": 8}
_UNTIL: Mapping[str, int] = {"cw": 7}
# What a picture may be followed in, with the flag for it, that for its weight, and the weight's largest value.
_GUIDES: Mapping[str, tuple[str, str, int]] = {"style": ("sref", "sw", 1000), "character": ("cref", "cw", 100)}
_OMNI = ("oref", "ow", 1000)
_MIDJOURNEY = re.compile(r"(?:midjourney(?:-(?P<niji>niji)|-v)?|(?P<bare>niji))-?(?P<version>\d+(?:\.\d+)?)?")
_LARGEST_SEED = 2**32 - 1


class Manual:
    """See `assetgen.providers.Provider`. The engine waits for a file and never calls `generate`."""

    name = "manual"
    traits = Traits(by_hand=True, paid=False)

    def check(self, request: Request) -> None:
        """Refuse what the prompt language of a known tool cannot say."""
        known = _MIDJOURNEY.fullmatch(request.model)
        if known is None:
            return
        rules.check_no_loras(request)
        _check_prompt(request)
        for guide in request.guides:
            _check_guide(request, guide, known)
        for name, value in request.params.items():
            _check_flag(request.model, name, value)
            _check_version(request.model, name, known)
        if request.seed is not None and not 0 <= request.seed <= _LARGEST_SEED:
            raise Impossible(f'model "{request.model}" takes no seed {request.seed}', hint=f"a whole number from 0 to {_LARGEST_SEED}")

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """Never called: `traits.by_hand` tells the engine to wait for a file."""
        raise AssertionError(f'"{request.model}" is made by hand', job)

    def ready_prompt(self, request: Request) -> str:
        """The text to paste into the tool; below it, one line for everything that has to be done by hand."""
        known = _MIDJOURNEY.fullmatch(request.model)
        lines = [_line(request.prompt)]
        if known is not None:
            lines = [" ".join([*lines, *_flags(request), *_weights(request, known), *_version(known)])]
        else:
            lines += [f"negative: {_line(request.negative)}"] if request.negative else []
            lines += [f"size: {request.size}"] if request.size else []
            lines += [f"seed: {request.seed}"] if request.seed is not None else []
            lines += [f"{name}: {_shown(value)}" for name, value in request.params.items()]
            lines += [f"LoRA: {lora.file or lora.id} at {lora.scale:g}" for lora in request.loras]
        lines += [f'attach by hand: the reference "{blob.name}"' for blob in request.references]
        lines += [f'attach by hand: the mask "{request.mask.name}", white where it is painted anew'] if request.mask else []
        for guide in request.guides:
            role = f"--{_guide(guide, known)[0]}" if known is not None else f"the {guide.kind} to follow"
            lines.append(f'attach by hand: the picture "{guide.image.name}" as {role}')
        return "\n".join(lines)


def create(settings: Settings, http: Http) -> Manual:
    """The factory behind the entry point; a person needs neither settings nor network."""
    del settings, http
    return Manual()


def _check_prompt(request: Request) -> None:
    """Refuse a flag in the prompt: the asset's own fields write it once more, and which of both holds is Midjourney's affair."""
    for name in _WRITTEN.findall(request.prompt):
        flag = _SHORT.get(name, name)
        guide = next((kind for kind, (by, _, _) in (*_GUIDES.items(), ("character", _OMNI)) if by == flag), None)
        if flag in _FIELDS:
            hint = f'the field "{_FIELDS[flag]}"'
        elif flag in FLAGS:
            hint = f"params = {{ {flag} = … }}"
        elif guide is not None:
            hint = f'controls = [{{ kind = "{guide}", image = "…" }}]'
        else:
            continue
        raise Impossible(f'the prompt holds the flag "--{name}", which has a place of its own', hint=hint)


def _check_flag(model: str, name: str, value: Json) -> None:
    if name in _FIELDS:
        raise Impossible(f'"{name}" is not a parameter: it comes from the field "{_FIELDS[name]}"', hint=f'remove "{name}" from params')
    if name not in FLAGS:
        near = get_close_matches(name, FLAGS, 1)
        hint = f'did you mean "{near[0]}"?' if near else "it takes " + ", ".join(f'"{flag}"' for flag in FLAGS)
        raise Impossible(f'model "{model}" takes no parameter "{name}"', hint=hint)
    if not isinstance(value, bool | int | float | str) or value == "":
        raise Impossible(f'model "{model}" takes only a number, a word or true for "{name}"', hint=f"{name} = 1")


def _check_version(model: str, name: str, known: re.Match[str]) -> None:
    version = _major(known)
    if version is None:
        return
    if version < _SINCE.get(name, 0):
        raise Impossible(
            f'model "{model}" knows no --{name}, which came with version {_SINCE[name]}', hint=f'model = "midjourney-v{_SINCE[name]}"'
        )
    if version >= _UNTIL.get(name, version + 1):
        raise Impossible(f'model "{model}" knows no --{name} any more', hint=f'remove "{name}" from params')


def _check_guide(request: Request, guide: Guide, known: re.Match[str]) -> None:
    if guide.kind not in _GUIDES:
        raise Impossible(
            f'model "{request.model}" follows no picture of the kind "{guide.kind}"', hint='kind is one of "style", "character"'
        )
    _, weight, most = _guide(guide, known)
    if weight in request.params:
        raise Impossible(f'"{weight}" is not a parameter: it comes from the field "controls"', hint=f'remove "{weight}" from params')
    if guide.scale is not None and not 0 <= guide.scale * 100 <= most:
        raise Impossible(
            f'model "{request.model}" takes no picture with a scale of {guide.scale:g}', hint=f"a number from 0 to {most // 100}"
        )
    if guide.model is not None:
        raise Impossible(f'model "{request.model}" has its own way to read a guiding picture', hint='remove "model" from controls')


def _guide(guide: Guide, known: re.Match[str]) -> tuple[str, str, int]:
    """The flag for a picture, the flag for its weight, and its largest weight. Version 7 keeps a character by an omni reference."""
    version = _major(known)
    return _OMNI if guide.kind == "character" and version is not None and version >= 7 else _GUIDES[guide.kind]


def _major(known: re.Match[str]) -> int | None:
    """The version of Midjourney itself; None where none is named, and for Niji."""
    return int(known["version"].partition(".")[0]) if known["version"] and not (known["niji"] or known["bare"]) else None


def _weights(request: Request, known: re.Match[str]) -> list[str]:
    """How closely the pictures are followed: 1 is Midjourney's usual 100."""
    given = ((_guide(guide, known)[1], guide.scale) for guide in request.guides)
    return [f"--{flag} {round(scale * 100)}" for flag, scale in given if scale is not None]


def _flags(request: Request) -> list[str]:
    wanted = request.ratio or request.size
    found = [f"--ar {_ratio(wanted)}"] if wanted else []
    found += [f"--seed {request.seed}"] if request.seed is not None else []
    found += [f"--no {_line(request.negative)}"] if request.negative else []
    for name, value in request.params.items():
        if value is True:
            found.append(f"--{name}")
        elif value is not False:
            found.append(f"--{name} {_shown(value)}")
    return found


def _version(known: re.Match[str]) -> list[str]:
    if known["version"] is None:
        return ["--niji"] if known["niji"] or known["bare"] else []
    return [f"--niji {known['version']}" if known["niji"] or known["bare"] else f"--v {known['version']}"]


def _ratio(size: Size | Ratio) -> str:
    whole = math.gcd(size.width, size.height)
    return f"{size.width // whole}:{size.height // whole}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else _line(str(value))
