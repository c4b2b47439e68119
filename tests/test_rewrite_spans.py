"""The difference of two texts for a reader: both can be read back from the spans."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assetgen.rewrite import Span, words_diff

ANY = st.text(max_size=200)


def test_words_that_differ():
    assert words_diff("a red  fox in snow", "a grey fox in deep snow") == (
        Span(kind="equal", text="a "),
        Span(kind="removed", text="red "),
        Span(kind="added", text="grey "),
        Span(kind="equal", text="fox in "),
        Span(kind="added", text="deep "),
        Span(kind="equal", text="snow"),
    )
    assert words_diff("", "") == ()
    assert words_diff("fox", "") == (Span(kind="removed", text="fox"),)
    assert words_diff("红色的猫", "蓝色的猫") == (
        Span(kind="removed", text="红"),
        Span(kind="added", text="蓝"),
        Span(kind="equal", text="色的猫"),
    )


def test_two_long_texts_without_an_end_are_shown_as_replaced():
    old, new = "start " + "a b " * 2000 + "end", "start " + "b a a " * 2000 + "end"
    assert [span.kind for span in words_diff(old, new)] == ["equal", "removed", "added", "equal"]


@given(ANY, ANY)
def test_the_spans_hold_both_texts(old, new):
    spans = words_diff(old, new)
    assert "".join(span.text for span in spans if span.kind != "removed").split() == new.split()
    assert "".join("".join(span.text for span in spans if span.kind != "added").split()) == "".join(old.split())
    assert all(span.text for span in spans)
    assert all(one.kind != other.kind for one, other in pairwise(spans))


@given(ANY)
def test_equal_texts_are_one_span(text):
    assert words_diff(text, text) == ((Span(kind="equal", text=" ".join(text.split())),) if text.split() else ())
