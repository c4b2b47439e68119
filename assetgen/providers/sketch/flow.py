"""What a diagram shows: the boxes and arrows that a prompt spells out, or, where it spells none, those its nouns suggest."""

import re
from dataclasses import dataclass

from assetgen.providers.sketch.lettering import legible
from assetgen.providers.sketch.lexicon import bag
from assetgen.providers.sketch.words import Words

_ARROW = re.compile(r"\s*(?:<?[-=]{1,3}>|\u2192|\u27f6|\u21d2|\u2794)\s*")
_STATEMENT = re.compile(r"[;\n\r]+|\.\s+(?=\w)")
_LEAD = re.compile(r"^.*\b(?:of|showing|shows|for|from|with)\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:in|with|on)\s+(?:an?\s+)?[\w\s-]*\b(?:style|background|colou?rs?|theme)\b.*$", re.IGNORECASE)
# Words of style prompts that are appended to what the user wrote; none of them names a box.
_STYLE = bag(
    "style styled background illustration labelled labeled minimalist aesthetic blueprint watercolour watercolor lineart theme palette"
)
_TALK = _STYLE | bag(
    "diagram flowchart components minimal clean flat quality detailed technical vector infographic schematic colours colors colourful "
    "high resolution simple modern art line drawing white dark light isometric"
)
_DULL = _TALK | bag(
    "a an the of in on with and or for to at by from over under into how works work work it its is are that this which show shows "
    "showing draw image picture graphic simple modern dark light white blue black architecture system overview explained using via "
    "our your new isometric pixel art line drawing sketch pipeline workflow flow process chart graph map mindmap concept nice "
    "beautiful seamless icons arrows boxes no text"
)
_MOST = 32

# What people mean by a few well-known words.
_KNOWN: dict[str, str] = {
    "rag": "Question -> Embed -> Vector search -> Context -> LLM -> Answer",
    "etl": "Sources -> Extract -> Transform -> Load -> Warehouse",
    "cicd": "Commit -> Build -> Test -> Package -> Deploy",
    "ci": "Commit -> Build -> Test -> Package -> Deploy",
    "oauth": "User -> Client, Auth server -> Access token -> API",
    "login": "User -> Login form -> Auth service -> Session -> Dashboard",
    "microservice": "Client -> API gateway -> Users, Orders, Payments -> Database",
    "mvc": "User -> Controller -> Model, View -> User",
    "compiler": "Source -> Lexer -> Parser -> Optimizer -> Code generator -> Binary",
    "training": "Dataset -> Preprocess -> Train -> Evaluate -> Deploy",
    "transformer": "Tokens -> Embedding -> Attention -> Feed forward -> Softmax",
    "web": "Browser -> CDN -> Load balancer -> App server -> Database",
    "queue": "Producer -> Queue -> Worker, Worker 2 -> Results",
    "event": "Producer -> Event bus -> Consumer A, Consumer B",
    "cache": "Client -> App -> Cache, Database",
    "blockchain": "Wallet -> Transaction -> Block -> Miners -> Ledger",
    "checkout": "Cart -> Address -> Payment -> Confirmation",
    "agent": "Goal -> Plan -> Act -> Observe -> Answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Boxes by their text, and arrows between them by index, without loops onto themselves."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]


class _Builder:
    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.nodes: list[str] = []
        self.edges: dict[tuple[int, int], None] = {}

    def node(self, text: str) -> int | None:
        name = legible(text)[:60].strip()
        if not name:
            return None
        key = name.casefold()
        if key not in self.names:
            if len(self.nodes) >= _MOST:
                return None
            self.names[key] = len(self.nodes)
            self.nodes.append(name)
        return self.names[key]

    def link(self, sources: list[int], targets: list[int]) -> None:
        for source in sources:
            for target in targets:
                if source != target:
                    self.edges[source, target] = None

    def flow(self) -> Flow:
        return Flow(nodes=tuple(self.nodes), edges=tuple(self.edges))


def parse(prompt: str, words: Words) -> Flow:
    """The flow of a prompt; never empty."""
    builder = _Builder()
    for statement in _STATEMENT.split(prompt):
        if _ARROW.search(statement):
            _chain(builder, statement)
    if len(builder.nodes) > 1:
        return builder.flow()
    return _suggested(prompt, words)


def _chain(builder: _Builder, statement: str) -> None:
    previous: list[int] = []
    parts = _ARROW.split(statement)
    for index, part in enumerate(parts):
        text = _without_lead(part) if index == 0 else part
        last = index == len(parts) - 1
        found = [builder.node(item) for item in _items(_TAIL.sub("", text) if last else text, styled=last)]
        here = [node for node in found if node is not None]
        builder.link(previous, here)
        previous = here or previous


def _without_lead(text: str) -> str:
    """Cut what introduces the first name, as in "a diagram of the web: browser"."""
    _head, colon, rest = text.rpartition(":")
    if colon and rest.strip() and "://" not in text:
        return rest
    said = set(re.findall(r"[a-z]+", text.casefold()))
    return _LEAD.sub("", text) if said & {"diagram", "flowchart", "chart", "architecture", "illustration", "schematic", "graph"} else text


def _items(text: str, *, styled: bool = False) -> list[str]:
    """The names between commas; where a style may follow them, what only talks about style is left out."""
    items = [re.sub(r"^(?:and|then)\s+", "", item.strip(" \t\"'`[](){}.!?"), flags=re.IGNORECASE) for item in text.split(",")]
    return [item for place, item in enumerate(items) if item and not (styled and place and _is_talk(item))]


def _is_talk(item: str) -> bool:
    said = set(re.findall(r"[a-z]+", item.casefold()))
    return bool(said & _STYLE) or (bool(said) and said <= _TALK)


def _suggested(prompt: str, words: Words) -> Flow:
    """Boxes where no arrow is drawn: a well-known flow, a list, or the nouns."""
    builder = _Builder()
    for word in words.kept:
        if word in _KNOWN:
            _chain(builder, _KNOWN[word])
            return builder.flow()
    _head, _colon, rest = prompt.rpartition(":")
    listed = [item for item in _items(rest, styled=True) if not _is_talk(item) and len(item) <= 40]
    if len(listed) < 3:
        seen = dict.fromkeys(
            word for word in re.findall(r"[^\W_]+", prompt) if word.casefold() not in _DULL | words.removed and len(word) > 1
        )
        listed = [word if word.isupper() else word.capitalize() for word in seen][:6]
    if len(listed) < 2:
        listed = ["Input", *listed, "Output"] if listed else ["Input", "Process", "Output"]
    previous: list[int] = []
    for item in listed:
        node = builder.node(item)
        if node is not None:
            builder.link(previous, [node])
            previous = [node]
    if not builder.nodes:
        _chain(builder, "Input -> Process -> Output")
    return builder.flow()
