"""The program that draws: a loop over stdin and stdout, with one model loaded. It ends with its stdin.

Started by `assetgen.providers.diffusers.worker`. While it draws, a thread reads: to hear of a stop, and of the parent's end.
"""

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from assetgen.errors import AssetgenError, ProviderFailure
from assetgen.providers.diffusers import frames, weights
from assetgen.providers.diffusers.call import Stopped
from assetgen.providers.diffusers.model import Exhausted, Model
from assetgen.providers.diffusers.task import Task, unpacked


class Channel:
    """The way to the parent. The standard output itself is turned to stderr, where no print of a library can do harm."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source = source
        self._sink = sink
        self.asked: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]]] = queue.SimpleQueue()
        self._stop = threading.Event()

    @classmethod
    def standard(cls) -> "Channel":
        """Over the streams that the parent has opened; from now on nothing else can use them."""
        source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - no path of anybody's
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(source, sink)

    def listen(self) -> None:
        """Read until the parent has gone, and end with it, in the middle of whatever is being done."""
        while (frame := frames.read(self._source)) is not None:
            if frame[0]["do"] == "stop":
                self._stop.set()
            else:
                self._stop.clear()
                self.asked.put(frame)
        os._exit(0)

    def progress(self, fraction: float | None, text: str) -> None:
        """Tell how far it is."""
        self.tell({"told": "progress", "fraction": fraction, "text": text})

    def stopped(self) -> bool:
        """Whether the user asked to stop."""
        return self._stop.is_set()

    def tell(self, head: dict[str, Any], *blobs: bytes) -> None:
        """Send one frame."""
        frames.write(self._sink, head, blobs)


def main() -> None:
    """Answer until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel.standard()
    threading.Thread(target=channel.listen, daemon=True).start()
    _quiet()
    model: Model | None = None
    while True:
        head, blobs = channel.asked.get()
        task = unpacked(head, blobs)
        try:
            model = model or _model(task, channel)
            data, effective = model.draw(task, channel.progress, channel.stopped)
            channel.tell({"told": "done", "effective": effective}, data)
        except Stopped:
            channel.tell({"told": "stopped"})
        except Exhausted as spent:
            channel.tell({"told": "exhausted", "mode": spent.mode, "below": spent.below})
        except AssetgenError as failure:
            kind = failure.kind if isinstance(failure, ProviderFailure) else "refused"
            channel.tell({"told": "failed", "kind": kind, "message": failure.message, "hint": failure.hint})
        except Exception as error:  # noqa: BLE001 - the worker boundary: whatever a library raises is an answer
            said = str(error).strip().splitlines() or [""]
            channel.tell({"told": "failed", "kind": "bad-answer", "message": f"{type(error).__name__}: {said[0]}", "hint": ""})


def _quiet() -> None:
    """Only what goes wrong is worth a line of stderr: its last one is shown where this process dies."""
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def _model(task: Task, channel: Channel) -> Model:
    folder = task.folder
    if folder is None:
        channel.progress(None, f'downloading "{task.hub}"')
        folder = _downloaded(task)
    return Model(weights.read(Path(folder), task.label), task.device, task.memory)


def _downloaded(task: Task) -> str:
    """The folder of a model that the user allowed to be fetched: descriptions and safetensors, no code, no other weights."""
    from huggingface_hub import snapshot_download

    assert task.hub is not None
    # Only what lies in folders: beside them is often the whole model once more, in one file.
    wanted = ["model_index.json", "*/*.json", "*/*.txt", "*/*.model", "*/*.jinja", "*/*.safetensors"]
    variants = ["*.fp16.*", "*.bf16.*", "*.non_ema.*"]
    return str(snapshot_download(task.hub, revision=task.revision, cache_dir=task.cache, allow_patterns=wanted, ignore_patterns=variants))


if __name__ == "__main__":
    main()
