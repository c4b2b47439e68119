from assetgen.errors import Fault, Place
from assetgen.report.faults import render, render_all


def fault(text, column, length=1, **more):
    return Fault(message='"x" is not so', place=Place(file="assetgen.toml", line=3, column=column, length=length, text=text), **more)


def test_place_subject_message_line_caret_and_hint():
    assert render(fault("size = 3", 8, subject="assets.hero.size", hint='size = "1024x1024"')) == (
        'assetgen.toml:3:8: error: assets.hero.size: "x" is not so\n    size = 3\n           ^\nhint: size = "1024x1024"'
    )


def test_without_a_place_there_is_no_excerpt():
    assert render(Fault(message="no manifest here", hint="assetgen init")) == "error: no manifest here\nhint: assetgen init"


def test_a_warning_says_so():
    assert render(fault("a = 1", 1, severity="warning")).startswith('assetgen.toml:3:1: warning: "x" is not so\n')


def test_the_caret_is_right_behind_tabs_and_wide_and_combining_characters():
    assert render(fault('\ta = "日本e\u0301x"', 9, 3)).split("\n")[1:] == ['        a = "日本e\u0301x"', "                 ^^"]
    assert render(fault("a = 日本", 5, 2)).split("\n")[2] == "        ^^^^"


def test_control_characters_and_direction_marks_are_escaped():
    shown = render(fault('a = "\x1b[31m\u202eb"', 5, 8, subject="a\x07"))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert shown == 'assetgen.toml:3:5: error: a\\x07: "x" is not so\n    a = "\\x1b[31m\\u202eb"\n        ' + "^" * 16


def test_of_a_long_line_the_part_around_the_place_is_shown():
    _, line, caret = render(fault("a" * 500 + "XYZ" + "b" * 500, 501, 3)).split("\n")
    assert len(line) < 140
    assert line.startswith("    ...a")
    assert line.endswith("b...")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "XYZ"


def test_a_place_beyond_the_line_still_has_a_caret():
    assert render(fault("a = [1", 7)).split("\n")[1:] == ["    a = [1", "          ^"]


def test_several_are_counted():
    assert render_all([fault("a", 1)]) == render(fault("a", 1))
    assert render_all([fault("a", 1), fault("b", 1)]).endswith("\n\n2 faults")
