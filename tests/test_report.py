"""Words, columns, differences and documents of reports, as values."""

import io
import json
from dataclasses import replace
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.engine.outcome import Result, Status
from assetgen.errors import Place
from assetgen.events import Done, Failed, Noted, Planned, Progressed, Retried, Skipped, Started, Waiting
from assetgen.ledger import Spent
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan, Offer, Plan, Price, Reason, State
from assetgen.recipe import Change
from assetgen.report import differences, document, ending, graph, spending, words
from assetgen.report.live import Live
from assetgen.report.progress import Lines
from assetgen.report.terminal import Terminal
from assetgen.report.text import Painted, cleaned, columns, plain, safe


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("0.006", "$0.006"),
        ("0.05", "$0.05"),
        ("1", "$1.00"),
        ("12.5", "$12.50"),
        ("0.00001", "$0.0001"),
        ("1000", "$1000.00"),
    ],
)
def test_money(amount, text):
    assert words.money(Decimal(amount)) == text


@given(st.decimals(min_value=0, max_value=10**6, places=8))
def test_what_costs_never_looks_cheaper(amount):
    shown = Decimal(words.money(amount).removeprefix("$"))
    assert amount <= shown < amount + Decimal("0.0001")


def planned(name, state=State.GENERATE, low=None, high=None, code="new"):
    price = None if low is None else Price(low=Decimal(low), high=Decimal(high), source="a list")
    return AssetPlan(asset=Asset(name=name, base=name), state=state, reasons=(Reason(code=code, text=code),), price=price, offer=Offer())


def test_prices_of_several():
    known, free, unknown = planned("a", low="0.01", high="0.02"), planned("b", low=0, high=0), planned("c")
    assert words.prices([]) == "free"
    assert words.prices([free]) == "free"
    assert words.prices([known, free]) == "$0.01 to $0.02"
    assert words.prices([known, unknown]) == "$0.01 to $0.02 and 1 of unknown price"
    assert words.prices([unknown, unknown]) == "2 of unknown price"
    assert words.prices([planned("d", State.WAITS, "0.01", "0.01", "upstream")]) == "$0.01"
    assert words.prices([planned("d", State.WAITS, "0.01", "0.01", "by-hand")]) == "free"


def test_states_in_words():
    assert words.states([]) == "there are no assets"
    assert words.states([planned("a", State.FRESH)]) == "1 asset is fresh"
    assert (
        words.states([planned("a", State.FRESH), planned("b", State.BLOCKED), planned("c")])
        == "3 assets: 1 to generate, 1 blocked, 1 fresh"
    )


@given(st.text())
def test_foreign_text_moves_no_cursor(text):
    shown = safe(text)
    assert all(each.isprintable() or each == "\n" for each in shown)
    assert safe(shown) == shown


def test_columns_are_whole_and_aligned():
    rows = [["a", Painted("long name", "strong"), ["first", "\n", "second"]], ["state", "x", "y" * 300]]
    assert columns(rows, ["ONE", "TWO", "THREE"]) == (
        f"ONE    TWO        THREE\na      long name  first\n                  second\nstate  x          {'y' * 300}\n"
    )
    assert columns([]) == ""


def test_a_terminal_shows_no_secret_and_no_control_characters():
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err, quiet=False, colour=True, redact=lambda text: text.replace("hush", "[redacted]"))
    terminal.say("a ", Painted("hush", "bad"), "\x1b[2J")
    terminal.error("no hush", "say hush")
    terminal.table([["hush", "x"]])
    terminal.product('{"key": "hush"}\n')
    assert out.getvalue() == 'a [redacted]\\x1b[2J\n[redacted]  x\n{"key": "[redacted]"}\n'
    assert err.getvalue() == "error: no [redacted]\nhint: say [redacted]\n"
    assert [plain(piece) for piece in cleaned(["hush", Painted("\r", "dim")], terminal.redact)] == ["[redacted]", "\\r"]


def test_quiet_leaves_errors_and_products():
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err, quiet=True, colour=False, redact=str)
    terminal.say("a")
    terminal.table([["b"]])
    terminal.note("c")
    terminal.error("d")
    terminal.product("e")
    assert (out.getvalue(), err.getvalue()) == ("e", "error: d\n")


def test_texts_side_by_side():
    assert plain(differences.texts("a red fox on a hill", "a blue fox on a", colour=False)) == "a [-red-] {+blue+} fox on a [-hill-]"
    assert plain(differences.texts("a red fox", "a red fox in snow", colour=True)) == "a red fox in snow"
    assert plain(differences.texts("same", "same", colour=False)) == "same"


@given(st.text(alphabet="ab 12\n"), st.text(alphabet="ab 12\n"))
def test_without_its_marks_a_difference_is_both_texts(old, new):
    parts = differences.texts(old, new, colour=True)
    kept = [part for part in parts if isinstance(part, str) or part.style == "good"]
    assert plain(kept).split() == new.split()
    kept = [part for part in parts if isinstance(part, str) or part.style == "bad"]
    assert plain(kept).split() == old.split()


def test_changes_are_told_with_their_places():
    where = {"": Place(file="a.toml", line=3, column=1), "params": Place(file="a.toml", line=9, column=1)}
    found = (
        Change(field="params.steps", old=20, new=28),
        Change(field="references", old=["a" * 64], new=["b" * 64]),
        Change(field="seed", old=None, new=1),
    )
    reason = Reason(code="request-changed", text="much changed", changes=found, hint="look")
    plan = AssetPlan(asset=Asset(name="fox", base="fox", where=where), state=State.GENERATE, reasons=(reason,))
    assert [plain(line) for line in differences.changed(plan, colour=False)] == [
        "  much changed",
        "    a.toml:9 params.steps: 20 -> 28",
        "    a.toml:3 references: [aaaaaaaaaaaa…] -> [bbbbbbbbbbbb…]",
        "    a.toml:3 seed: none -> 1",
        "  hint: look",
    ]


EVENTS = [
    Planned(selected=3, todo=3),
    Started(asset="fox[size=s]", action="generate"),
    Progressed(asset="fox[size=s]", fraction=0.5, text="half"),
    Retried(asset="fox[size=s]", attempt=1, wait=2.4, why="too many requests"),
    Done(asset="fox[size=s]", action="generate", written=("a.png", "b.png"), cost=Decimal("0.04"), notes=("look at it",)),
    Started(asset="owl", action="finish"),
    Failed(asset="owl", kind="finish", message="it is broken", hint="mend it"),
    Skipped(asset="cat", why='waits for "owl"'),
    Waiting(holder="process 7"),
    Noted(message="all is well", hint="go on"),
]
TOLD = """\
retry     fox[size=s]  again in 2 s: too many requests
generated fox[size=s]  a.png, b.png  $0.04
          note: look at it
failed    owl  it is broken
          hint: mend it
skipped   cat  waits for "owl"
note: waiting for another build (process 7)
note: all is well
hint: go on
"""


def test_events_as_lines():
    out = []
    reporter = Lines(lambda line: out.append(plain(line) + "\n"))
    quiet = []
    for event in EVENTS:
        reporter.tell(event)
        Lines(lambda line: quiet.append(plain(line)), quiet=True).tell(event)
    reporter.close()
    assert "".join(out) == TOLD
    assert quiet == ["failed    owl  it is broken", "          hint: mend it"]


def test_the_live_display_leaves_the_same_lines():
    out = io.StringIO()
    live = Live(out, colour=False, redact=str)
    for event in EVENTS:
        live.tell(event)
    live.close()
    assert [line.rstrip() for line in out.getvalue().splitlines()][: len(TOLD.splitlines())] == TOLD.splitlines()


def spent(job, asset, amount, basis, at="2026-11-02T10:00:00+00:00"):
    amount = None if amount is None else Decimal(amount)
    return Spent(job=job, asset=asset, project=".", provider="openai", model="m", amount=amount, basis=basis, at=at)


def test_sums_of_money():
    entries = [
        spent("1", "fox", "0.10", "actual"),
        spent("2", "fox", "0.05", "estimated", "2026-10-30T10:00:00+00:00"),
        spent("3", "owl", None, "unknown"),
    ]
    assert spending.rows(spending.grouped(entries, "month")) == [
        ["2026-10", "1", "$0.00", "$0.05", "0", "$0.05"],
        ["2026-11", "2", "$0.10", "$0.00", "1", "$0.10"],
    ]
    assert [each.key for each in spending.grouped(entries, "asset")] == ["fox", "owl"]
    assert spending.line(spending.whole(entries)) == "$0.15 spent on 3 jobs: $0.10 actual, $0.05 estimated, 1 of unknown outcome"
    assert spending.line(spending.whole([])) == "nothing was spent"


def test_names_are_quoted_in_graphs():
    assets = {name: Asset(name=name, base=name) for name in ('a"b', "icon[theme=light]")}
    assert list(graph.dot(assets, list(assets)))[2:4] == ['  "a\\"b"', '  "icon[theme=light]"']
    assert list(graph.mermaid(assets, list(assets)))[1:] == ['  a0["a&quot;b"]', '  a1["icon[theme=light]"]']


def test_the_document_of_a_plan_is_what_its_schema_says():
    plans = {each.name: each for each in (planned("a", low="0.01", high="0.02"), planned("b", State.WAITS, code="by-hand"), planned("c"))}
    made = document.of_plan("plan", Plan(assets=plans, orphans=("old",)), ["a", "b", "c"])
    jsonschema.validate(json.loads(document.text(made)), document.schema())
    assert [entry["cost"] for entry in made["assets"]] == [{"low": 0.01, "high": 0.02, "source": "a list"}, {"low": 0.0, "high": 0.0}, None]
    assert made["summary"] == {
        "total": 3,
        "fresh": 0,
        "finish": 0,
        "restore": 0,
        "generate": 2,
        "waits": 1,
        "blocked": 0,
        "cost": None,
        "orphans": ["old"],
        "jobs": 0,
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**made, "surplus": 1}, document.schema())


@pytest.mark.parametrize(
    ("spent", "unknown", "text"),
    [
        ("0.278", 16, "1 asset: 1 generated; $0.278 spent, and 16 of unknown price"),
        ("0.278", 0, "1 asset: 1 generated; $0.278 spent"),
        ("0", 2, "1 asset: 1 generated; 2 of unknown price"),
        ("0", 0, "1 asset: 1 generated"),
    ],
)
def test_the_end_of_a_build_counts_what_had_no_price(spent, unknown, text):
    results = [Result(asset="a", status=Status.DONE, actions=("generate",))]
    assert ending.line(results, Decimal(spent), unknown) == text


def test_only_what_was_bought_at_no_known_price_counts():
    plans = {"a": planned("a"), "b": planned("b", low="0.01", high="0.02"), "c": planned("c"), "d": planned("d")}
    costs = {"a": Decimal(0), "b": Decimal(0), "c": Decimal("0.3"), "d": None}
    results = [Result(asset=name, status=Status.DONE, cost=cost) for name, cost in costs.items()]
    assert ending.unpriced(plans, results) == 1


def test_what_nobody_knows_the_cost_of_is_null_in_the_document():
    blocked = planned("a", State.BLOCKED)
    free = Offer(price=Price(low=Decimal(0), high=Decimal(0)))
    assert document.cost_of(blocked) is None
    assert document.cost_of(replace(blocked, offer=free)) == {"low": 0.0, "high": 0.0}
    assert document.cost_of(replace(blocked, offer=None)) == {"low": 0.0, "high": 0.0}
    assert document.cost_of(replace(blocked, state=State.FRESH)) == {"low": 0.0, "high": 0.0}
