"""The channel to a process that draws, how many are kept, and what a process is given. Real processes, without a model."""

import io
import os
import threading

import pytest

from assetgen.errors import BadAnswer, Unavailable
from assetgen.model import Size
from assetgen.providers.diffusers.frames import read, write
from assetgen.providers.diffusers.task import Control, Layer, Task, packed, unpacked
from assetgen.providers.diffusers.worker import Worker, Workers, environment

LATE = 20


def test_frames_come_out_as_they_went_in():
    pipe = io.BytesIO()
    write(pipe, {"do": "draw", "prompt": "Füchse"}, [b"one", b"", b"three"])
    write(pipe, {"do": "stop"})
    pipe.seek(0)
    assert read(pipe) == ({"do": "draw", "prompt": "Füchse"}, [b"one", b"", b"three"])
    assert read(pipe) == ({"do": "stop"}, [])
    assert read(pipe) is None
    whole = pipe.getvalue()[: pipe.getvalue().index(b"three") + 5]
    assert [read(io.BytesIO(whole[:length])) for length in range(len(whole))] == [None] * len(whole)


def test_a_task_comes_out_as_it_went_in():
    task = Task(
        label="m",
        folder="/m",
        hub=None,
        revision=None,
        cache="/c",
        kind="control-inpaint",
        prompt="a fox",
        negative="text",
        size=Size(64, 48),
        seed=2**40,
        params={"steps": 2},
        loras=(Layer(name="a", scale=0.5, data=b"lora"), Layer(name="b", scale=1.0, path="/b")),
        controls=(Control(kind="canny", folder="/n", scale=None, data=b"edges"),),
        references=(b"one", b"two"),
        mask=b"mask",
        memory=10**9,
        below="tiled",
    )
    pipe = io.BytesIO()
    write(pipe, *packed(task))
    pipe.seek(0)
    assert unpacked(*read(pipe)) == task


def test_a_process_that_cannot_start_is_told_with_its_last_line(tmp_path):
    (tmp_path / "diffusers.py").write_text("raise SystemExit('no such library here')\n")
    worker = Worker("m", {**os.environ, "PYTHONPATH": str(tmp_path)})
    with pytest.raises(BadAnswer) as error:
        worker.ask({"do": "draw"}, [], progress=lambda *_: None, cancelled=lambda: False)
    assert error.value.message == 'the process that draws with "m" ended with exit code 1: no such library here'
    assert worker.pid is None
    worker.close()


def test_a_module_of_the_projects_folder_is_not_imported(tmp_path, monkeypatch):
    for name in ("diffusers", "transformers"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the project is no library')\n")
    monkeypatch.chdir(tmp_path)
    worker = Worker("m", environment(lambda text: text, cache="", online=False))
    with pytest.raises(BadAnswer) as error:
        worker.ask({"do": "draw"}, [], progress=lambda *_: None, cancelled=lambda: False)
    # It came as far as the task, which is none.
    assert error.value.message == """the process that draws with "m" ended with exit code 1: KeyError: 'loras'"""
    worker.close()
    with pytest.raises(Unavailable):
        worker.ask({"do": "draw"}, [], progress=lambda *_: None, cancelled=lambda: False)


def test_as_many_models_are_kept_as_the_user_says():
    workers, made = Workers(2), []

    def worker(name):
        def make():
            made.append(Worker(name, {}))
            return made[-1]

        return workers.take(name, make)

    first = worker("a")
    workers.give("a")
    assert worker("a") is first
    workers.give("a")
    worker("b")
    workers.give("b")
    # The one that has been idle longest makes room.
    assert worker("a") is first
    workers.give("a")
    worker("c")
    assert worker("a") is first
    assert [one.label for one in made] == ["a", "b", "c"]
    workers.close()


def test_a_model_that_is_busy_is_waited_for():
    workers = Workers(2)
    mine = workers.take("a", lambda: Worker("a", {}))
    got = []
    other = threading.Thread(target=lambda: got.append(workers.take("a", lambda: Worker("second", {}))))
    other.start()
    workers.give("a")
    other.join(LATE)
    assert got == [mine]
    third = threading.Thread(target=lambda: got.append(failure(lambda: workers.take("a", lambda: Worker("third", {})))))
    third.start()
    workers.close()
    third.join(LATE)
    assert got[1:] == ["the build ends"]


def failure(call):
    with pytest.raises(Unavailable) as error:
        call()
    return error.value.message


def test_no_secret_goes_to_a_process(monkeypatch):
    monkeypatch.setenv("FAL_KEY", "a-secret-of-the-user")
    monkeypatch.setenv("HF_TOKEN", "another-secret")
    monkeypatch.setenv("PYTHONWARNINGS", "error")

    def redact(text):
        return text.replace("a-secret-of-the-user", "").replace("another-secret", "")

    offline, online = (environment(redact, cache="/c", online=online) for online in (False, True))
    assert {"FAL_KEY", "HF_TOKEN"}.isdisjoint(offline)
    assert (offline["HF_HUB_OFFLINE"], offline["HF_HUB_CACHE"], offline["PYTHONWARNINGS"]) == ("1", "/c", "ignore")
    assert (online["HF_HUB_OFFLINE"], online["HF_TOKEN"], "FAL_KEY" in online) == ("0", "another-secret", False)
    assert offline["PATH"] == os.environ["PATH"]
