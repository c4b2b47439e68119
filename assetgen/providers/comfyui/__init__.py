"""ComfyUI on one's own machine: a workflow of the project, its inputs filled from the manifest. Jobs bear our ids and are resumed by them.

Nothing here costs money. An id is saved before it is sent, so a job whose answer was lost is looked up, and never run twice.
"""

import contextlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from assetgen.errors import BadAnswer, Gone, Impossible, ProviderFailure, Refused, Unavailable, Unknown
from assetgen.model import Json
from assetgen.providers import Blob, Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.comfyui import answer, failures, names, wiring
from assetgen.providers.comfyui.failures import URL, WHO
from assetgen.providers.http import Answer, Wire, configured_url, redacted
from assetgen.providers.polling import Pace, Remote, follow
from assetgen.providers.results import accepted

DEFAULT_URL = "http://127.0.0.1:8188"
# One's own jobs may wait behind those of others, and one may take long on a small machine.
LONGEST = 6 * 3600.0


class Comfyui:
    """See `assetgen.providers.Provider`. A handle is `{id, seed, sent}`; `sent` is true once the server has taken the job."""

    name = WHO
    traits = Traits(paid=False, resumable=True, concurrency=1, url=URL, address=DEFAULT_URL)

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._wire = Wire(self.name, settings)

    def check(self, request: Request) -> None:
        """See the contract; the rules are in `wiring`."""
        wiring.check(request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return wiring.unbound(request, wiring.wiring(request))

    def max_count(self, model: str) -> int:  # noqa: ARG002 - whatever the model: of a batch only the first picture has a seed
        """How many pictures one request may ask for."""
        return 1

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        with redacted(self._settings):
            try:
                wired = wiring.wiring(request)
                ticket = dict(job.handle or {})
                if not ticket.get("sent"):
                    ticket = self._sent(request, wired, ticket, job)
                return self._pictures(request, wired, ticket, job)
            except Impossible as wrong:
                raise Refused(wrong.message, hint=wrong.hint) from wrong

    def cancel(self, handle: Mapping[str, Json]) -> bool:
        """Take a job out of the queue, or interrupt it where it is the one that runs; whether there was one."""
        with redacted(self._settings):
            name = str(handle["id"])
            before = answer.place(self._send("GET", "/queue").table() or {}, name)
            if before is None:
                return False
            # An old server ignores the id, and interrupts whatever runs: so only when it is this one.
            path, body = ("/queue", {"delete": [name]}) if before else ("/interrupt", {"prompt_id": name})
            return self._send("POST", path, json=body).status == 200

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        self._wire.close()

    def _sent(self, request: Request, wired: wiring.Wiring, saved: Mapping[str, Json], job: Job) -> dict[str, Json]:
        """The handle of a job that the server has. One whose fate an earlier run did not learn is looked up before it is sent again."""
        ticket = dict(saved)
        if not ticket.get("id"):
            ticket = {"id": str(uuid.uuid4()), "seed": _seed(request, wired), "sent": False}
        elif self._knows(str(ticket["id"])):
            return self._saved(ticket, job)
        name, seed = str(ticket["id"]), ticket.get("seed")
        # Once without the uploads: what is wrong with the graph is said before anything leaves this machine.
        wiring.check(request)
        pictures = {named: self._uploaded(blob) for named, blob in names.pictures(request).items()}
        prefix = f"assetgen/{name}"
        graph = wiring.filled(request, wired, pictures=pictures, seed=seed if isinstance(seed, int) else None, prefix=prefix)
        job.save(ticket)
        return self._saved({**ticket, "id": self._submit(name, graph)}, job)

    def _saved(self, ticket: Mapping[str, Json], job: Job) -> dict[str, Json]:
        done: dict[str, Json] = {**ticket, "sent": True}
        job.save(done)
        return done

    def _submit(self, name: str, graph: Mapping[str, Any]) -> str:
        """Send the graph once. Returns the id it runs under: ours, or the server's own where that is too old to take ours."""
        try:
            # Without a client_id some versions leave what they have in their cache out of the history.
            got = self._send("POST", "/prompt", json={"prompt": graph, "prompt_id": name, "client_id": "assetgen"})
            failure = failures.of_submit(got, graph)
            if failure is None:
                return accepted(self.name, got, "prompt_id")
            if got.status == 200:
                self._withdrawn(name)
            raise failure
        except Unknown as lost:
            # The id is ours: whether the job was taken needs no answer, only a look.
            try:
                known = self._knows(name)
            except ProviderFailure:
                raise lost from None
            if not known:
                raise
            return name

    def _withdrawn(self, name: str) -> None:
        """Half of a graph is of no use to anybody; where the server will not let it go, it runs, and nothing comes of it."""
        with contextlib.suppress(ProviderFailure):
            self.cancel({"id": name})

    def _knows(self, name: str) -> bool:
        """Whether the queue or the history has the job."""
        queue = self._send("GET", "/queue")
        if answer.place(queue.table() or {}, name) is not None:
            return True
        history = self._send("GET", f"/history/{name}")
        if queue.status == history.status == 200 and queue.table() is not None and history.table() is not None:
            return bool(history.table())
        raise Unavailable(f"comfyui answered with no readable status (status {queue.status} and {history.status})")

    def _pictures(self, request: Request, wired: wiring.Wiring, ticket: Mapping[str, Json], job: Job) -> list[Picture]:
        name, seed = str(ticket["id"]), ticket.get("seed")
        pace = replace(Pace.of(self._settings, self.name, first=0.5), deadline=LONGEST)
        entry = follow(Remote(who=self.name, id=name), lambda: self._asked(name), lambda table: answer.judge(table, name), job, pace)
        effective: dict[str, Json] = dict(wired.params)
        if request.size is not None:
            effective |= {"width": request.size.width, "height": request.size.height}
        return [
            Picture(
                data=self._fetched(name, one),
                seed=seed if one.first and isinstance(seed, int) else None,
                request_id=name,
                effective=effective,
                unhonoured=wiring.unbound(request, wired),
            )
            for one in answer.made(name, entry, wiring.chosen(request, wired))
        ]

    def _asked(self, name: str) -> Answer:
        """The queue where it holds the job, or else the job's history.

        In this order: a job goes from the one into the other, so one that is in neither was deleted, or lost with the server.
        """
        queue = self._send("GET", "/queue")
        table = queue.table()
        if queue.status != 200 or table is None or answer.place(table, name) is not None:
            return queue
        history = self._send("GET", f"/history/{name}")
        if history.status == 200 and history.table() == {}:
            raise failures.lost(name)
        return history

    def _fetched(self, name: str, one: answer.Made) -> bytes:
        base = self._base()
        try:
            return self._http.fetch(f"{base}/view?{one.query}", hosts=(), trusted=base)
        except Gone as gone:
            raise BadAnswer(f'the file of job "{name}" is not on the server any more', hint=failures.AGAIN) from gone

    def _uploaded(self, blob: Blob) -> str:
        """The server's name for a picture, which is by its content: the same one is uploaded over itself."""
        named = f"assetgen-{sha256(blob.data).hexdigest()[:16]}.{blob.format}"
        part = (named, blob.data, f"image/{blob.format}")
        try:
            got = self._send("POST", "/upload/image", files={"image": part}, data={"overwrite": "true", "type": "input"})
        except Unknown as broken:
            raise Unavailable(f'the reference "{blob.name}" could not be uploaded: {broken.message}') from broken
        table = got.table() or {}
        stored, folder = table.get("name"), table.get("subfolder")
        if got.status != 200 or not (isinstance(stored, str) and stored):
            raise Unavailable(f'comfyui did not take the reference "{blob.name}" (status {got.status})')
        return f"{folder}/{stored}" if isinstance(folder, str) and folder else stored

    def _send(self, method: str, path: str, **body: Any) -> Answer:  # noqa: ANN401 - httpx's own
        try:
            return self._wire.send(method, f"{self._base()}{path}", headers={"Accept": "application/json"}, **body)
        except Unavailable as failure:
            failure.hint = f"start ComfyUI, or say where it is: {URL}={DEFAULT_URL}"
            raise

    def _base(self) -> str:
        return configured_url(self._settings, self.name, URL) or DEFAULT_URL


def create(settings: Settings, http: Http) -> Comfyui:
    """The factory behind the entry point."""
    return Comfyui(settings, http)


def _seed(request: Request, wired: wiring.Wiring) -> int | None:
    """The seed of the request. Where there is none but the graph takes one, a new one is rolled: the file's own makes one picture only."""
    if "seed" not in wired.bindings:
        return None
    return request.seed if request.seed is not None else secrets.randbelow(2**32)
