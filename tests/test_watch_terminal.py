"""The real command on a pseudo-terminal and on a pipe: keys, questions about money, and a terminal that is given back as it was."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import threading
from contextlib import contextmanager

import pytest

from tests.projects import HERO, ROOT, until
from tests.test_watch import CHEAP, FOX, HEAD, LAKE, OUT, price

PROMPT = "[y/N] "


class Screen:
    """`assetgen watch` behind a terminal of its own. `shown` is all that it printed, without colours."""

    def __init__(self, shop, *words):
        self.leader, self.follower = pty.openpty()
        self.before = termios.tcgetattr(self.follower)
        env = shop.env({"PYTHONWARNINGS": "error", "TERM": "xterm", "PYTHONPATH": str(ROOT)})
        # Whoever leads a session and opens a terminal has it for its own: without that, nothing is in the foreground.
        own = f'exec "$@" <>{os.ttyname(self.follower)} >&0 2>&1'
        command = ["sh", "-c", own, "sh", sys.executable, "-m", "assetgen", "watch", *words]
        self.process = subprocess.Popen(command, cwd=shop.path, env=env, start_new_session=True)
        self.bytes = b""

    @property
    def shown(self):
        return re.sub(r"\x1b\[[0-9;]*m", "", self.bytes.decode(errors="replace")).replace("\r\n", "\n")

    def read(self):
        while select.select([self.leader], [], [], 0)[0]:
            try:
                self.bytes += os.read(self.leader, 65536)
            except OSError:
                return

    def wait(self, text):
        """Until this was printed; returns what stood before it, and forgets both."""

        def there():
            self.read()
            assert self.process.poll() is None or text in self.shown, self.shown
            return text in self.shown

        try:
            until(there)
        except AssertionError:
            raise AssertionError(self.shown) from None
        before, _, after = self.shown.partition(text)
        self.bytes = after.encode()
        return before

    def press(self, keys):
        os.write(self.leader, keys.encode())

    def ended(self):
        until(lambda: (self.read(), self.process.poll() is not None)[1])
        self.read()
        return self.process.returncode

    def attributes(self):
        return termios.tcgetattr(self.follower)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)
        os.close(self.follower)


@contextmanager
def screen(shop, *words):
    made = Screen(shop, *words)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def place(shop):
    shop.write(FOX + LAKE, HEAD).build()
    return shop


def test_a_save_is_a_line_and_a_fault_is_told_until_it_is_mended(place):
    with screen(place) as on:
        on.wait("watching  2 assets  ? for help\n")
        place.edit("width = 16", "width = 20")
        on.wait("built     fox  fox.png  ")
        on.wait(" s  assetgen.toml\n")
        place.edit("width = 20", "width = 20 }")
        on.wait("assetgen.toml:9:39: error: the array is not closed")
        on.wait("note: everything stays as it was until this is mended\n")
        place.edit("width = 20 }", "width = 21")
        on.wait("read      assetgen.toml  no faults any more\n")
        on.wait("built     fox  fox.png  ")
        place.edit("version = 1", "version = 1 # a comment")
        on.wait("saved     assetgen.toml  nothing to build\n")
        # An arrow is none of our keys, and neither are its letters.
        on.press("\x1b[B?")
        on.wait("  q  quit")
        on.press("b")
        on.wait("fresh     fox, lake  nothing to do\n")
        on.press("w")
        on.wait("everything is fresh\n")
        on.press("p")
        on.wait("nothing is held\n")
        on.press("k")
        on.wait("nothing has candidates to pick from\n")
        on.press("q")
        assert on.ended() == 0
        assert on.attributes() == on.before


def test_a_held_asset_is_promoted_after_its_price_was_shown(shop):
    shop.write(HERO + OUT + CHEAP)
    with screen(shop) as on:
        on.wait("held      hero  $0.006, never generated\n")
        on.wait("p promotes\n")
        on.wait("drafted   hero")
        on.press("w")
        on.wait("cost: $0.006 (")
        on.press("p")
        on.wait("promote hero for about $0.006? [y/N] ")
        on.press("n")
        on.press("p")
        on.wait(PROMPT)
        assert shop.asked == 0
        on.press("y")
        on.wait("asking    hero  $0.006\n")
        on.wait("built     hero  hero.png  ")
        on.wait("spent\n")
        on.press("q")
        assert on.ended() == 0
    assert (shop.asked, shop.state()) == (1, "fresh")


def test_several_are_chosen_from_a_list(shop):
    shop.write(HERO + CHEAP + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    with screen(shop, "--max-cost", f"{price(shop) * 3}") as on:
        on.wait("$0.018 to spend")
        on.wait("drafted   hero, lake")
        on.press("p")
        on.wait("   1  hero  $0.006\n   2  lake  $0.006\nwhich? a number, a name, or a for all: ")
        # Something that is said meanwhile does not tear the question apart.
        shop.edit('"a lake"', '"a pond"')
        on.wait("held      lake  $0.006, changed\n")
        on.wait("drafted   lake")
        on.wait("which? a number, a name, or a for all: ")
        on.press("9\r")
        on.wait('error: "9" is not held\nhint: 1 to 2, a name, or a\n')
        on.press("p")
        on.wait("all: ")
        on.press("3\x7f2\r")
        on.wait("promote lake for about $0.006? [y/N] ")
        on.press("y")
        on.wait("built     lake")
        on.press("p")
        on.wait("promote hero for")
        on.press("\x1b")
        on.press("q")
        assert on.ended() == 0
    assert (shop.asked, shop.states()) == (1, {"hero": "generate", "lake": "fresh"})


def test_candidates_are_picked(shop):
    shop.server.rolls = True
    shop.write(HERO + OUT + CHEAP + "candidates = 2\n").build()
    with screen(shop) as on:
        on.wait("waits     hero  2 candidates wait for a pick\n          hint: assetgen pick hero\n")
        on.press("k")
        on.wait("which? a number: ")
        on.press("2\r")
        on.wait("note: hero: picked ")
        on.wait("note: hero: wrote hero.png\n")
        on.press("q")
        assert on.ended() == 0
    assert shop.state() == "fresh"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_gives_the_terminal_back(place, number):
    with screen(place) as on:
        on.wait("watching")
        until(lambda: on.attributes() != on.before)
        if number == signal.SIGINT:
            on.press("\x03")
        else:
            on.process.send_signal(number)
        assert on.ended() == 130
        assert on.attributes() == on.before


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT])
def test_what_ends_the_process_gives_the_terminal_back_first(place, number):
    with screen(place) as on:
        on.wait("watching")
        until(lambda: on.attributes() != on.before)
        on.process.send_signal(number)
        assert on.ended() == -number
        assert on.attributes() == on.before


def test_a_watch_under_nohup_stays(place):
    told = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        on = Screen(place)
    finally:
        signal.signal(signal.SIGHUP, told)
    try:
        on.wait("watching")
        on.process.send_signal(signal.SIGHUP)
        on.press("b")
        on.wait("fresh     fox, lake  nothing to do\n")
        on.press("q")
        assert on.ended() == 0
    finally:
        on.close()


def test_a_held_asset_that_is_to_be_another_picture_is_told(shop):
    shop.write(HERO + OUT + CHEAP)
    with screen(shop) as on:
        on.wait("drafted   hero")
        shop.edit("a red fox", "a blue fox")
        assert "nothing to build" not in on.wait("held      hero  $0.006, changed\n")
        on.wait("drafted   hero")
        shop.edit("a blue fox", "a green fox")
        assert "nothing to build" not in on.wait("held      hero  $0.006, changed\n")
        on.wait("drafted   hero")
        shop.edit("version = 1", "version = 1 # the same")
        assert "held" not in on.wait("saved     assetgen.toml  nothing to build\n")
        on.press("q")
        assert on.ended() == 0
    assert shop.asked == 0


def test_a_paused_watch_gives_the_terminal_back_and_takes_it_again(place):
    with screen(place) as on:
        on.wait("watching")
        until(lambda: on.attributes() != on.before)
        on.process.send_signal(signal.SIGTSTP)
        until(lambda: on.attributes() == on.before)
        # A session without a shell has nobody who could stop a job: the kernel lets it go on at once.
        on.process.send_signal(signal.SIGCONT)
        until(lambda: on.attributes() != on.before)
        on.press("q")
        assert on.ended() == 0
        assert on.attributes() == on.before


def test_a_second_interrupt_leaves_at_once(shop):
    shop.write(HERO + OUT + CHEAP)
    shop.server.delay = 30
    with screen(shop) as on:
        on.wait("drafted   hero")
        on.press("p")
        on.wait(PROMPT)
        on.press("y")
        until(lambda: (on.read(), shop.asked == 1)[1])
        on.press("\x03")
        on.wait("hint: Ctrl-C leaves at once\n")
        on.press("\x03")
        assert on.ended() == 130
        assert on.attributes() == on.before
    assert shop.state() == "blocked unknown-outcome"


class Pipe:
    """The command on a pipe, its lines one by one."""

    def __init__(self, shop, *words, stdin=subprocess.PIPE):
        env = shop.env({"PYTHONWARNINGS": "error", "PYTHONPATH": str(ROOT)})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assetgen", "watch", *words],
            cwd=shop.path,
            env=env,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self._reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True)
        self._reader.start()

    def say(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def wait(self, text):
        try:
            until(lambda: any(text in line for line in self.lines))
        except AssertionError:
            raise AssertionError(self.lines) from None

    def close(self):
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


@contextmanager
def pipe(shop, *words, **options):
    made = Pipe(shop, *words, **options)
    try:
        yield made
    finally:
        made.close()


def test_on_a_pipe_there_are_lines(shop):
    shop.write(HERO + OUT + CHEAP + FOX.replace("[assets.fox]", '[assets.fox]\nmodel = "sketch"'))
    with pipe(shop, "--max-cost", "1") as on:
        on.wait("held      hero  $0.006, never generated\n")
        on.wait("built     fox  fox.png")
        for line, told in {
            "why hero": "never generated",
            "why nobody": 'error: no asset is selected by "nobody"',
            "promote --al": 'error: "--al" is not understood here',
            "why --all": 'error: "--all" is not understood here',
            "paint it black": 'error: "paint" is not understood here',
            "pick fox 1": 'error: "fox" has no candidates to pick from',
            'build "fox': "error: no closing quotation",
            "build fox": "fresh     fox  nothing to do",
            "promote hero": "built     hero  hero.png",
            "promote --all": "error: nothing is held",
        }.items():
            on.say(line)
            on.wait(told)
        on.say("quit")
        assert on.process.wait(20) == 0
    assert (shop.asked, shop.state()) == (1, "fresh")


def test_without_a_limit_a_pipe_buys_nothing_and_its_end_is_no_end(shop):
    shop.write(HERO + OUT + CHEAP)
    with pipe(shop) as on:
        on.wait("drafted   hero")
        on.say("promote hero")
        on.wait("error: nobody agreed to spend")
        on.wait("hint: assetgen watch --max-cost 2.00")
        on.process.stdin.close()
        shop.edit("a red fox", "a blue fox")
        until(lambda: sum(line.startswith("drafted   hero") for line in on.lines) == 2)
        on.process.send_signal(signal.SIGTERM)
        assert on.process.wait(20) == 130
    assert shop.asked == 0


def test_the_last_line_of_a_pipe_needs_no_end(place):
    with pipe(place) as on:
        on.wait("watching")
        on.process.stdin.write("build fox\nquit")
        on.process.stdin.close()
        assert on.process.wait(20) == 0
        on.wait("fresh     fox  nothing to do")


def test_what_a_watch_needs_in_ci_is_told_as_its_own_command(shop):
    shop.write(HERO + OUT + CHEAP)
    words = ("-m", "assetgen", "watch", "--final", "--max-cost", "1")
    for environ, hint in (
        ({"CI": "true"}, "ASSETGEN_ALLOW_SPEND=1 assetgen watch --final --max-cost 1"),
        ({"CI": "true", "APPVEYOR_PULL_REQUEST_NUMBER": "4"}, "assetgen watch --draft"),
    ):
        shop.environ = environ
        process = shop.spawn(*words)
        assert process.communicate(timeout=30)[1].splitlines()[-1] == f"hint: {hint}"
        assert process.returncode == 2


def test_what_is_wrong_with_the_call_is_told_at_once(place):
    for words, told in {
        ("nobody",): 'error: no asset is selected by "nobody"\nhint: assetgen status\n',
        ("--final",): "error: --final buys what becomes stale by itself, and needs a limit for that\nhint: --max-cost 2.00\n",
        ("--no-open",): "error: without --preview there is no page\nhint: assetgen watch --preview\n",
    }.items():
        process = place.spawn("-m", "assetgen", "watch", *words)
        assert process.communicate(timeout=30) == ("", told)
        assert process.returncode == 2
