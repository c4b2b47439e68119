"""ComfyUI on loopback, with the queue, the history and the cache of the real one (0.3.64). Graphs are judged and drawn in `comfyui_graph`.

A fault is taken from the queue (`fail_next`) by a submit; those of LIFE, READS and VIEWS stay with its job.
"""

import copy
import json
import re
from urllib.parse import parse_qs, urlsplit

from tests.servers.comfyui_graph import judge, pictures, signature
from tests.servers.loopback import MOVED, SPOILT, Handler, Loopback, serving, spoilt

# fault -> (status, body, headers): what stands before the server did not let the request in.
REFUSALS = {
    "401": (401, {"message": "log in first"}, {}),
    "404": (404, {}, {}),
    "429": (429, {"message": "slow down"}, {"retry-after": "7"}),
    "503": (503, {"message": "starting"}, {"retry-after": "3"}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/prompt"}),
    "gate-502": (502, {}, {}),
}
# fault -> (status, content type, body): the job is in the queue, but the answer is of no use.
SPOILED = {
    "500": (500, "text/plain", b"500 Internal Server Error"),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "no-id": (200, "application/json", b'{"number": 1, "node_errors": {}}'),
}
DROPS = ("drop-before", "drop-after", "hang", "truncated")
LIFE = ("slow", "oom", "crash", "interrupted", "deleted", "restarted", "empty", "own-id")
READS = ("read-429", "read-503", "read-html", "read-drop", "read-401")
VIEWS = ("view-404", "view-500", "view-truncated", "view-once", "view-private", *SPOILT)
FAULTS = (*REFUSALS, *SPOILED, *DROPS, *LIFE, *READS, *VIEWS)


class ComfyServer(Loopback):
    """Each look at the queue lets the first job go on by a step: waiting, `rounds` times running, done. `ran` are the nodes that ran."""

    known = FAULTS

    def __init__(self, *, rounds=1, **options):
        self.rounds = rounds
        self.pending, self.running, self.history, self.uploads = [], [], {}, {}
        self.cache, self.made, self.ran, self.orders, self.seen, self.number = {}, {}, [], [], [], 0
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    @property
    def environ(self):
        return {"COMFYUI_URL": self.base_url}

    def mend(self):
        super().mend()
        for job in (*self.pending, *self.running, *self.history.values()):
            job["fault"] = ""

    def queue(self):
        return {"queue_running": [job["item"] for job in self.running], "queue_pending": [job["item"] for job in self.pending]}

    def step(self):
        if self.running and self.running[0]["fault"] != "slow":
            self.running[0]["left"] -= 1
            if self.running[0]["left"] < 0:
                job = self.running.pop(0)
                self.history[job["item"][1]] = self._run(job)
        if not self.running and self.pending:
            self.running.append(self.pending.pop(0))

    def wait(self):
        """Let everything run to its end."""
        while self.pending or self.running:
            self.step()

    def forget(self):
        """What a new start of the server does: queue and history live in memory."""
        self.pending, self.running, self.history, self.cache = [], [], {}, {}

    def _run(self, job):
        _, name, graph, extra, good = job["item"]
        messages = [["execution_start", {"prompt_id": name}]]
        if job["fault"] in {"oom", "crash"}:
            node = next(key for key, node in graph.items() if node["class_type"] == "KSampler")
            text = (
                "CUDA out of memory. Tried to allocate 2.25 GiB.\n"
                if job["fault"] == "oom"
                else "mat1 and mat2 shapes\ncannot be multiplied\n"
            )
            kind = "torch.OutOfMemoryError" if job["fault"] == "oom" else "RuntimeError"
            about = {"node_id": node, "node_type": "KSampler", "exception_message": text, "exception_type": kind, "traceback": []}
            return _entry(job, {}, "error", [*messages, ["execution_error", {"prompt_id": name, **about}]])
        if job["fault"] == "interrupted":
            about = {"prompt_id": name, "node_id": "3", "node_type": "KSampler", "executed": []}
            return _entry(job, {}, "error", [*messages, ["execution_interrupted", about]])
        outputs = {key: self._output(graph, key) for key in good if job["fault"] != "empty" and self._shown(graph, key, extra)}
        return _entry(job, outputs, "success", [*messages, ["execution_success", {"prompt_id": name}]])

    def _shown(self, graph, key, extra):
        """Trap: without a client, what the cache has is left out of the history."""
        return extra.get("client_id") is not None or signature(graph, key) not in self.cache

    def _output(self, graph, key):
        """Trap: a graph that has run before gives its old file names, whether the files are there or not."""
        known = signature(graph, key)
        if known not in self.cache:
            self.ran.append(key)
            kind = "output" if graph[key]["class_type"] == "SaveImage" else "temp"
            folder, _, stem = graph[key]["inputs"].get("filename_prefix", "ComfyUI_temp").rpartition("/")
            self.cache[known] = []
            for data in pictures(graph, key, self.uploads):
                name = f"{stem}_{len(self.made) + 1:05d}_.png"
                self.made[kind, folder, name] = data
                self.cache[known].append({"filename": name, "subfolder": folder, "type": kind})
        return {"images": self.cache[known]}


def serve_comfyui(**options):
    return serving(ComfyServer(**options))


def _entry(job, outputs, word, messages):
    status = {"status_str": word, "completed": word == "success", "messages": messages}
    return {"prompt": job["item"], "outputs": outputs, "status": status, "meta": {}, "fault": job["fault"]}


class _Handler(Handler):
    def post(self):
        path = self.path.removeprefix("/api")
        fields, files = self.body_read()
        if path == "/prompt":
            self._submit(fields)
        elif path == "/upload/image":
            part = files["image"][0]
            self.owner.uploads[part["name"]] = part["data"]
            self.send_json(200, {"name": part["name"], "subfolder": "", "type": fields.get("type", "input")})
        elif path in {"/queue", "/interrupt"}:
            self.owner.orders.append((path, fields))
            kept = fields.get("delete", [])
            self.owner.pending = [job for job in self.owner.pending if job["item"][1] not in kept]
            for job in self.owner.running if path == "/interrupt" else ():
                job["fault"] = "interrupted" if fields.get("prompt_id", job["item"][1]) == job["item"][1] else job["fault"]
            self.send(200, b"", "text/plain")
        else:
            self.send(405, b"405: Method Not Allowed", "text/plain")

    def _submit(self, fields):
        owner, fault = self.owner, self.owner.next_fault()
        refusal = REFUSALS.get(fault)
        graph = copy.deepcopy(fields.get("prompt") or {})
        whole, good, node_errors = judge(graph, owner.uploads) if refusal is None else (None, [], {})
        if whole is not None:
            refusal = 400, {"error": whole, "node_errors": node_errors}, {}
        self.note(accepted=refusal is None, fault=fault, fields=fields)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        own = fields.get("prompt_id") if fault != "own-id" else None
        name = own or f"00000000-0000-4000-8000-{owner.number:012d}"
        extra = {**fields.get("extra_data", {}), "client_id": fields.get("client_id")}
        item = [owner.number, name, graph, extra, good]
        owner.number += 1
        if fault not in {"deleted", "restarted"}:
            owner.pending.append({"item": item, "fault": fault, "left": owner.rounds})
        owner.closing.wait(60 if fault == "hang" else owner.delay)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        else:
            answer = {"prompt_id": name, "number": item[0], "node_errors": node_errors}
            self.send_json(200, answer, cut=fault == "truncated")

    def get(self):
        parts = urlsplit(self.path)
        path, query = parts.path.removeprefix("/api"), {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.owner.seen.append(path)
        asked = re.fullmatch(r"/history/([^/]+)", path)
        if path == "/queue":
            self._queue()
        elif asked:
            entry = self.owner.history.get(asked[1])
            shown = {key: value for key, value in entry.items() if key != "fault"} if entry else None
            self.send_json(200, {asked[1]: shown} if shown else {})
        elif path == "/view":
            self._view(query)
        else:
            self.send(404, b"404: Not Found", "text/plain")

    def _queue(self):
        first = next(iter([*self.owner.running, *self.owner.pending]), {"fault": ""})
        fault = first["fault"]
        first["fault"] = "" if fault in READS and fault != "read-401" else fault
        match fault:
            case "read-429":
                self.send(429, b"slow down", "text/plain", {"retry-after": "0"})
            case "read-503":
                self.send(503, b"later", "text/plain")
            case "read-html":
                self.send(200, b"<html>", "text/html")
            case "read-drop":
                self.hang_up()
            case "read-401":
                self.send(401, json.dumps({"message": "log in first"}).encode(), "application/json")
            case _:
                self.owner.step()
                self.send_json(200, self.owner.queue())

    def _view(self, query):
        self.owner.downloads.append((self.path, dict(self.headers)))
        if ".." in query.get("filename", ""):
            self.send(400, b"", "text/plain")
            return
        data = self.owner.made.get((query.get("type", "output"), query.get("subfolder", ""), query.get("filename", "")))
        entry = next(iter(reversed(self.owner.history.values())), {"fault": ""})
        fault = entry["fault"]
        if fault == "view-once":
            entry["fault"] = ""
        if fault == "view-private":
            self.send(302, b"", "text/plain", {"location": MOVED["url-private"]})
        elif data is None or fault == "view-404":
            self.send(404, b"", "text/plain")
        elif fault == "view-500":
            self.send(500, b"", "text/plain")
        else:
            cut = len(data) // 2 if fault in {"view-truncated", "view-once"} else None
            self.send(200, spoilt(data, fault), "text/html" if fault == "page-picture" else "image/png", cut=cut)
