"""What ComfyUI's refusals and broken runs say, in words: by the type of each error, with the node that it is about."""

import re
import time
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from assetgen.errors import BadAnswer, ProviderFailure, Refused
from assetgen.providers.comfyui.workflow import shown
from assetgen.providers.failures import of_code, plain, told, wait
from assetgen.providers.http import Answer

WHO = "comfyui"
URL = "COMFYUI_URL"
AGAIN = "it has cost nothing: build again"

_NODE = re.compile(r"#([^'\s]+)")
_SHOWN = 3


def of_submit(answer: Answer, graph: Mapping[str, Any]) -> ProviderFailure | None:
    """The failure behind the answer to a submit; None where the whole graph was taken."""
    table = answer.table() or {}
    match answer.status:
        # Where one output of two is faulty, the status is 200, and the other half runs.
        case 200:
            return refusal(table, graph) if table.get("node_errors") else None
        case 400 if isinstance(table.get("error"), dict):
            return refusal(table, graph)
        case 404 | 405:
            return Refused(f"what answers is not ComfyUI (status {answer.status})", hint=f"{URL}=http://127.0.0.1:8188")
        case code:
            hint = f"ComfyUI itself has no keys: see what stands before it at {URL}"
            said, after = told(table.get("error") or table.get("message")), wait(answer.headers, time.time())
            return of_code(WHO, code, said, after=after, hint=hint, base=URL)


def refusal(table: Mapping[str, Any], graph: Mapping[str, Any]) -> Refused:
    """What is wrong with the graph: the first faults of its nodes, or else the fault of the whole."""
    found = list(_faults(table))
    if not found:
        error = table.get("error")
        message, hint = _whole(error if isinstance(error, dict) else {}, graph)
        return Refused(message, hint=hint)
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    texts = "; ".join(message for message, _ in found[:_SHOWN])
    return Refused(f"comfyui refused the workflow: {texts}{more}", hint=found[0][1])


def of_run(name: str, entry: Mapping[str, Any]) -> BadAnswer:
    """Why a run ended in error, by the messages of its history."""
    status = entry.get("status")
    messages = status.get("messages") if isinstance(status, dict) else None
    said = {one[0]: one[1] for one in messages or () if isinstance(one, list) and len(one) == 2 and isinstance(one[1], dict)}
    if "execution_interrupted" in said:
        return BadAnswer(f'job "{name}" was interrupted at comfyui', hint=AGAIN)
    error = said.get("execution_error", {})
    where = f" in {shown(error['node_id'], error.get('node_type'))}" if "node_id" in error else ""
    words = told(error.get("exception_message"), error.get("exception_type"))
    memory = "out of memory" in words.lower() or "OutOfMemory" in words
    return BadAnswer(f'job "{name}" failed at comfyui{where}{words}', hint="a smaller size needs less memory" if memory else "")


def lost(name: str) -> BadAnswer:
    """The server has never heard of a job that it once took: it was deleted there, or the server was started anew."""
    return BadAnswer(f'comfyui does not know the job "{name}" any more: it was deleted, or the server was started anew', hint=AGAIN)


def _faults(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    nodes = table.get("node_errors")
    for key, node in nodes.items() if isinstance(nodes, dict) else ():
        for error in node.get("errors", ()) if isinstance(node, dict) else ():
            if isinstance(error, dict):
                yield _fault(shown(key, node.get("class_type")), error)


def _fault(where: str, error: Mapping[str, Any]) -> tuple[str, str]:
    """A message and a hint for one fault of one node."""
    extra = error.get("extra_info")
    info: Mapping[str, Any] = extra if isinstance(extra, dict) else {}
    name, value = plain(str(info.get("input_name", ""))), plain(str(info.get("received_value", "")))
    details, hint = told(error.get("details")), ""
    match error.get("type"):
        case "value_not_in_list":
            text, hint = f'{where} has no "{value}" for "{name}"', _offered(info, value)
        case "required_input_missing":
            text = f'{where} lacks the input "{name}"'
        case "value_smaller_than_min" | "value_bigger_than_max":
            text = f'the input "{name}" of {where}: {_lower(error.get("message"))}'
        case "return_type_mismatch":
            text = f'the input "{name}" of {where} is linked to a node of another type{details}'
        case "exception_during_inner_validation" | "exception_during_validation" if info.get("exception_type") == "KeyError":
            text = f"{where} is linked to a node that is not in the workflow{details}"
        case "custom_validation_failed":
            text = f"{where} refuses its inputs{details}"
        case kind:
            text = f"{where}: {_lower(error.get('message'))}{told(error.get('details'), kind)}"
    return text, hint


def _whole(error: Mapping[str, Any], graph: Mapping[str, Any]) -> tuple[str, str]:
    node = _NODE.search(str(error.get("details") or ""))
    table = graph.get(node[1]) if node else None
    match error.get("type"):
        case "invalid_prompt" | "missing_node_type" if node and isinstance(table, dict):
            message = f'comfyui does not have the node "{table.get("class_type")}" (id "{node[1]}")'
            return message, "install the custom nodes that the workflow uses, or update ComfyUI"
        case "prompt_no_outputs":
            return "the workflow has no node that saves a picture", "add a SaveImage node, and export it again"
        case kind:
            return f"comfyui refused the workflow{told(error.get('message'), kind)}", ""


def _offered(info: Mapping[str, Any], value: str) -> str:
    """What the server has instead: the nearest, or the first few. The list stands first in the config, or among its options."""
    config = info.get("input_config")
    first, rest = (config[0], config[-1]) if isinstance(config, list) and config else (None, None)
    options = first if isinstance(first, list) else rest.get("options") if isinstance(rest, dict) else None
    names = [str(option) for option in options] if isinstance(options, list) else []
    if near := get_close_matches(value, names, n=1):
        return f'did you mean "{plain(near[0])}"?'
    if names:
        return f"one of {', '.join(plain(name) for name in names[:8])}"
    return "put the file into ComfyUI's models folder, or name one that is there"


def _lower(message: object) -> str:
    text = plain(message) if isinstance(message, str) else "no reason given"
    return f"{text[:1].lower()}{text[1:]}"
