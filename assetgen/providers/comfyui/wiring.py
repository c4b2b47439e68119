"""Which field of the manifest goes to which input of a workflow: `params.bindings` and what they lack. Pure; nothing is sent here."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from assetgen.catalog.entries import Rule
from assetgen.catalog.sizing import resolve
from assetgen.errors import Impossible
from assetgen.model import Json, param_file
from assetgen.providers import Request, rules
from assetgen.providers.comfyui import names
from assetgen.providers.comfyui.workflow import Workflow, parse

FILE, TEXT = "workflow", "workflow_json"
# Latents are an eighth of the picture's sides: of any other size a graph makes a smaller picture, and says nothing.
SIZES = Rule(multiple=8, step=8, min_side=16, max_side=16384)

_OWN = (FILE, TEXT, "bindings", "outputs")
_HEAVIEST = 64 * rules.MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The parameters of a request, taken apart.

    `bindings` has one or more `"NODE.INPUT"` for a name, `outputs` are the nodes whose pictures are wanted (none: all of them), `params`
    the user's own values, each under a name that is bound.
    """

    bindings: Mapping[str, tuple[str, ...]]
    outputs: tuple[str, ...]
    params: Mapping[str, Json]


def check(request: Request) -> None:
    """Raise Impossible for the first thing that can't be done. A plan has no bytes of files, and is judged by what it has."""
    rules.check_count(request, 1)
    rules.check_seed(request, 2**64 - 1)
    rules.check_references(request, 64, largest=_HEAVIEST)
    names.check(request)
    resolve(request.model, SIZES, request.size)
    wired = wiring(request)
    _check_bound(request, wired)
    text = _text(request)
    if text is not None:
        _check_flow(parse(text, _called(request)), wired)


def wiring(request: Request) -> Wiring:
    """The parameters of a request, taken apart. Raises Impossible for a form that cannot be understood."""
    params = request.params
    if (FILE in params) == (TEXT in params):
        told = "both workflow and workflow_json are given" if FILE in params else f'model "{request.model}" at comfyui needs a workflow'
        raise Impossible(told, hint='params.workflow = { file = "art/workflow.json" }')
    if FILE in params and not _path(request):
        raise Impossible("params.workflow must name a file", hint='params.workflow = { file = "art/workflow.json" }')
    if TEXT in params and not isinstance(params[TEXT], str):
        raise Impossible("params.workflow_json must be a string", hint='params.workflow = { file = "art/workflow.json" }')
    own = {name: value for name, value in params.items() if name not in _OWN}
    for name, value in own.items():
        if field := names.field(name):
            raise Impossible(f'"{name}" is not a parameter: it is written by the field "{field}"', hint=f'remove "{name}" from params')
        if isinstance(value, list | dict) or value is None:
            raise Impossible(f"params.{name} must be a string, a number, true or false")
    return Wiring(bindings=_bindings(params.get("bindings", {}), own), outputs=_names(params.get("outputs", []), "outputs"), params=own)


def unbound(request: Request, wired: Wiring) -> tuple[str, ...]:
    """Fields of the request that reach no node, and are no fault for it."""
    given = {"prompt": bool(request.prompt.strip()), "negative": bool(request.negative), "seed": request.seed is not None}
    return tuple(name for name, there in given.items() if there and name not in wired.bindings)


def filled(request: Request, wired: Wiring, *, pictures: Mapping[str, str], seed: int | None, prefix: str) -> dict[str, Any]:
    """The graph to send. `pictures` are the server's names for what was uploaded, by "reference1", "mask" or "guide_canny".

    A graph that the server has run before is not run again, and its old file may be gone: `prefix`, another for each submit, in every
    node that saves makes the server write a new file.
    """
    text = _text(request)
    if text is None:
        hint = "save the export there, or give it as params.workflow_json"
        raise Impossible(f"{_called(request)} was not read", hint=hint)
    flow = parse(text, _called(request))
    _check_flow(flow, wired)
    values: dict[str, Json] = {**wired.params, **pictures, **names.values(request)}
    if seed is not None:
        values["seed"] = seed
    graph: dict[str, Any] = deepcopy(dict(flow.nodes))
    for node in graph.values():
        if isinstance(node["inputs"].get("filename_prefix"), str):
            node["inputs"]["filename_prefix"] = prefix
    for name, value in values.items():
        for target in map(flow.target, wired.bindings.get(name, ())):
            graph[target.node]["inputs"][target.input] = value
    return graph


def chosen(request: Request, wired: Wiring) -> tuple[str, ...]:
    """The ids of the nodes whose pictures are wanted."""
    text = _text(request)
    return tuple(map(parse(text, _called(request)).node, wired.outputs)) if text is not None and wired.outputs else wired.outputs


def _text(request: Request) -> str | bytes | None:
    inline = request.params.get(TEXT)
    return inline if isinstance(inline, str) else request.files.get(_path(request))


def _path(request: Request) -> str:
    """The path in `workflow = { file = "…" }`; "" where there is none."""
    return param_file(request.params.get(FILE)) or ""


def _called(request: Request) -> str:
    return f'the workflow "{_path(request)}"' if FILE in request.params else "params.workflow_json"


def _bindings(table: Json, own: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, dict):
        raise Impossible("params.bindings must be a table", hint='bindings = { prompt = "6.text", seed = "KSampler.seed" }')
    for name in table.keys() - own.keys():
        if names.field(name) is None:
            near = get_close_matches(name, (*names.FIELDS, "reference1", "lora1"), n=1, cutoff=0.75)
            if near:
                raise Impossible(f'params.bindings has the unknown name "{name}"', hint=f'did you mean "{near[0]}"?')
    bound = {name: _names(value, f"bindings.{name}") for name, value in table.items()}
    for name, targets in bound.items():
        if not targets or any(not before or not after for before, _, after in (text.rpartition(".") for text in targets)):
            raise Impossible(f"params.bindings.{name} must name an input of a node", hint=f'bindings = {{ {name} = "NODE.INPUT" }}')
    return bound


def _names(value: Json, where: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise Impossible(f"params.{where} must be a string, or a list of strings")
    names = tuple(name for name in listed if isinstance(name, str))
    if len(names) != len(listed):
        raise Impossible(f"params.{where} must be a string, or a list of strings")
    return names


def _check_bound(request: Request, wired: Wiring) -> None:
    """Everything that must reach the graph has a way into it."""
    for name in (*wired.params, *names.needed(request, wired.bindings)):
        if name not in wired.bindings:
            hint = f'bindings = {{ {name} = "NODE.{name if name in wired.params else names.usual(name)}" }}'
            if name in {"width", "height"}:
                hint = 'bindings = { width = "NODE.width", height = "NODE.height" }'
            raise Impossible(f'"{name}" is bound to no input of the workflow', hint=hint)


def _check_flow(flow: Workflow, wired: Wiring) -> None:
    """The bindings fit this graph, and it makes one picture."""
    for name, targets in wired.bindings.items():
        for target in map(flow.target, targets):
            if names.file(name) and flow.linked(target):
                message = f'"{name}" is a file, and the input "{target.input}" of {flow.shown(target.node)} takes a link'
                raise Impossible(message, hint="bind the input image of the LoadImage node before it")
    for word in wired.outputs:
        flow.node(word)
    saving = flow.of_class("SaveImage")
    if not wired.outputs and len(saving) > 1:
        listed = " and ".join(f'"{name}"' for name in saving)
        raise Impossible(f"the workflow saves pictures in the nodes {listed}", hint=f'params.outputs = ["{saving[-1]}"]')
    for key, node in flow.nodes.items():
        batch = node["inputs"].get("batch_size")
        if node["class_type"].startswith("Empty") and isinstance(batch, int) and batch > 1:
            message = f"{flow.shown(key)} makes {batch} pictures at once, and only the first has a seed of its own"
            raise Impossible(message, hint=f"set its batch_size to 1, and use candidates = {batch}")
