"""A workflow of ComfyUI in API format: its nodes, found by id or by title, and what is wrong with it before it is sent. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from assetgen.errors import Impossible

EXPORT = "in ComfyUI: Workflow > Export (API)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One input of one node."""

    node: str
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """`nodes` are the tables of the file by id: class_type, inputs, and _meta with a title. An input is a value or a link `[id, slot]`."""

    nodes: Mapping[str, Mapping[str, Any]]

    def node(self, word: str) -> str:
        """The id of the node with this id or title. Raises Impossible where there is none, or more than one."""
        found = self._ids(word)
        if not found:
            names = [*self.nodes, *{title for node in self.nodes.values() if (title := _title(node))}]
            near = get_close_matches(word, names, n=1)
            raise Impossible(
                f'the workflow has no node "{word}"', hint=f'did you mean "{near[0]}"?' if near else "an id or a title of a node"
            )
        if len(found) > 1:
            listed = ", ".join(f'"{name}"' for name in found)
            raise Impossible(f'"{word}" is the title of {len(found)} nodes of the workflow', hint=f"name one by its id: {listed}")
        return found[0]

    def target(self, text: str) -> Target:
        """What `"NODE.INPUT"` stands for. Titles and inputs may hold dots themselves. Raises Impossible for what is not there."""
        words = text.split(".")
        cuts = range(len(words) - 1, 0, -1)
        cut = next((at for at in cuts if self._ids(".".join(words[:at]))), len(words) - 1)
        found = Target(node=self.node(".".join(words[:cut])), input=".".join(words[cut:]))
        inputs = self.nodes[found.node]["inputs"]
        if found.input not in inputs:
            near = get_close_matches(found.input, inputs, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"its inputs: {', '.join(inputs)}"
            raise Impossible(f'{self.shown(found.node)} has no input "{found.input}"', hint=hint)
        return found

    def linked(self, target: Target) -> bool:
        """Whether another node feeds this input."""
        return isinstance(self.nodes[target.node]["inputs"][target.input], list)

    def of_class(self, name: str) -> list[str]:
        """The ids of the nodes of one class."""
        return [key for key, node in self.nodes.items() if node["class_type"] == name]

    def shown(self, node: str) -> str:
        """A node as messages name it."""
        return shown(node, self.nodes[node]["class_type"])

    def _ids(self, word: str) -> list[str]:
        return [word] if word in self.nodes else [key for key, node in self.nodes.items() if _title(node) == word]


def shown(node: object, kind: object) -> str:
    """A node by its id and class, as messages name it."""
    return f'node "{node}" ({kind})' if isinstance(kind, str) and kind else f'node "{node}"'


def parse(text: str | bytes, name: str) -> Workflow:
    """The workflow in a file that messages call `name`. Raises Impossible for what no server would run."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Impossible(f"{name} is not JSON", hint=EXPORT) from None
    if isinstance(found, dict) and isinstance(found.get("nodes"), list):
        message = f"{name} is saved in the format of ComfyUI's window, which its API does not take"
        raise Impossible(message, hint=EXPORT)
    if not isinstance(found, dict) or not found:
        raise Impossible(f"{name} is no workflow of ComfyUI", hint=EXPORT)
    for key, node in found.items():
        if not (isinstance(node, dict) and isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)):
            raise Impossible(f'{name} is no workflow of ComfyUI: "{key}" is not a node with class_type and inputs', hint=EXPORT)
    return Workflow(nodes=found)


def _title(node: Mapping[str, Any]) -> str | None:
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return title if isinstance(title, str) else None
