"""Replicate's predictions on loopback, as its published description has them: create, read, cancel, files, result files.

A fault is taken from the queue (`fail_next`); those of LIFE and URLS stay with the job that the request makes.
"""

import json
import re

from tests.servers.loopback import STALE, URLS, Handler, Loopback, serving, urls_fault
from tests.servers.pictures import draw

TOKEN = "r8_0123456789abcdefghijklmnopqrstuvwxyzABC"
RATIOS = {"1:1": (1024, 1024), "16:9": (1344, 768), "9:16": (768, 1344), "3:2": (1216, 832)}
SINGLE = ("pro", "flux-2", "kontext", "nano-banana", "qwen", "ideogram", "recraft")


def problem(status, title, detail):
    return {"status": status, "title": title, "detail": detail}


THROTTLED = "Request was throttled. Your rate limit resets in ~30s."
REFUSALS = {
    "401": (401, problem(401, "Unauthenticated", "You did not pass a valid authentication token: KEY."), {}),
    "402": (402, problem(402, "Insufficient credit", "You have insufficient credit to run this model."), {}),
    "422": (422, problem(422, "Input validation failed", "- input.steps: must be less than or equal to 50"), {}),
    "429": (429, problem(429, "Too Many Requests", "Request was throttled."), {"retry-after": "7"}),
    "429-date": (429, problem(429, "Too Many Requests", "Request was throttled."), {"retry-after": "DATE"}),
    "429-body": (429, problem(429, "Too Many Requests", THROTTLED), {}),
    "503": (503, problem(503, "Service unavailable", "Try again later."), {"retry-after": "3"}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/v1/predictions"}),
}
# fault -> (status, content type, body): accepted, or nobody knows; the answer to the submit is of no use.
SPOILED = {
    "500": (500, "application/json", json.dumps(problem(500, "Internal server error", "Something broke.")).encode()),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "no-id": (201, "application/json", b'{"status": "starting"}'),
}
# fault -> what reading the job shows; "" means that reading itself fails, see `_read`.
LIFE = ("slow", "nsfw", "failed", "canceled", "aborted", "empty", "null", "removed", "lost", "mystery", "fewer", "table")
READS = ("read-429", "read-503", "read-html", "read-401", "read-drop")
DROPS = ("drop-before", "drop-after", "hang", "truncated")
FAULTS = (*REFUSALS, *SPOILED, *LIFE, *READS, *URLS, *DROPS)


class ReplicateServer(Loopback):
    """`reads` counts how often jobs were asked about, `cancelled` are the ids that were cancelled."""

    known = FAULTS
    unbilled = ("aborted",)

    def __init__(self, *, key=TOKEN, unknown=("nobody/nothing",), rounds=2, **options):
        self.key, self.unknown, self.rounds = key, set(unknown), rounds
        self.reads, self.cancelled, self.uploads = [], [], []
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    @property
    def environ(self):
        return {"REPLICATE_BASE_URL": self.base_url, "REPLICATE_API_TOKEN": self.key}


def serve_replicate(**options):
    return serving(ReplicateServer(**options))


class _Handler(Handler):
    def post(self):
        fields, files = self.body_read()
        cancel = re.fullmatch(r"/v1/predictions/(\w+)/cancel", self.path)
        if self.path == "/v1/files":
            self.owner.uploads.append(files["content"][0])
            number = len(self.owner.uploads)
            self.send_json(201, {"id": f"file{number}", "urls": {"get": f"https://api.replicate.com/v1/files/file{number}"}})
        elif cancel:
            self.owner.cancelled.append(cancel[1])
            self.owner.jobs[cancel[1]]["fault"] = "canceled"
            self.send_json(200, self._prediction(cancel[1]))
        else:
            self._create(fields)

    def _create(self, fields):
        fault = self.owner.next_fault()
        refusal = REFUSALS.get(fault) or self._judge(fields)
        self.note(accepted=refusal is None, fault=fault, fields=fields)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        name = f"job{len(self.owner.jobs) + 1:022d}"
        path = re.fullmatch(r"/v1/models/([^/]+/[^/]+)/predictions", self.path)
        self.owner.jobs[name] = {"input": fields["input"], "fault": fault, "reads": 0, "model": path[1] if path else "", **fields}
        self.owner.closing.wait(60 if fault == "hang" else self.owner.delay)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        else:
            self.send_json(201, self._prediction(name), cut=fault == "truncated")

    def _judge(self, fields):
        path = re.fullmatch(r"/v1/models/([^/]+/[^/]+)/predictions", self.path)
        if self.headers.get("authorization") != f"Bearer {self.owner.key}":
            return REFUSALS["401"]
        if not (path or self.path == "/v1/predictions") or (path and path[1] in self.owner.unknown):
            return 404, problem(404, "Not found", "The requested resource could not be found."), {}
        if not fields.get("input", {}).get("prompt") or (not path and "version" not in fields):
            return 422, problem(422, "Input validation failed", "- input: prompt is required"), {}
        return None

    def get(self):
        asked = re.fullmatch(r"/v1/predictions/(\w+)", self.path)
        if not asked:
            self.send_file()
            return
        name = asked[1]
        self.owner.reads.append(name)
        job = self.owner.jobs.get(name)
        if job is None or job["fault"] == "lost":
            self.send_refusal((404, problem(404, "Not found", "The requested resource could not be found."), {}))
            return
        if self.headers.get("authorization") != f"Bearer {self.owner.key}":
            self.send_refusal(REFUSALS["401"])
            return
        job["reads"] += 1
        fault = job["fault"] if job["reads"] == 1 or job["fault"] == "read-401" else ""
        match fault:
            case "read-429":
                self.send_refusal((429, problem(429, "Too Many Requests", THROTTLED), {"retry-after": "0"}))
            case "read-503":
                self.send_refusal((503, problem(503, "Service unavailable", "Later."), {}))
            case "read-html":
                self.send(200, b"<html>", "text/html")
            case "read-401":
                self.send_refusal(REFUSALS["401"])
            case "read-drop":
                self.hang_up()
            case _:
                self.send_json(200, self._prediction(name))

    def _prediction(self, name):
        job = self.owner.jobs[name]
        fault, running = job["fault"], job["reads"] < self.owner.rounds
        status, output, error, removed = ("processing" if job["reads"] else "starting"), None, None, False
        if fault == "slow" or (running and fault not in {"aborted", "canceled"}):
            pass
        elif fault in {"canceled", "aborted"}:
            status = fault
        elif fault == "mystery":
            status = "thinking" if job["reads"] < self.owner.rounds + 2 else "succeeded"
            output = self._output(job) if status == "succeeded" else None
        elif fault == "nsfw":
            text = "All generated images contained NSFW content. Try running it again with a different prompt."
            status, error = "failed", text
        elif fault == "failed":
            status, error = "failed", "CUDA out of memory"
        else:
            status, removed = "succeeded", fault == "removed"
            output = None if fault in {"null", "removed"} else [] if fault == "empty" else self._output(job)
        return {
            "id": name,
            "model": job["model"] or "owner/name",
            "version": job.get("version", "hidden"),
            "input": job["input"],
            "logs": "Using seed: 4711\n 50%|#####     | 14/28" if job["reads"] else "",
            "output": output,
            "data_removed": removed,
            "error": error,
            "status": status,
            "created_at": "2026-11-22T10:00:00Z",
            "urls": {
                "web": f"https://replicate.com/p/{name}",
                "get": f"https://api.replicate.com/v1/predictions/{name}",
                "cancel": f"https://api.replicate.com/v1/predictions/{name}/cancel",
            },
        }

    def _output(self, job):
        given, fault = job["input"], job["fault"]
        if given.get("aspect_ratio") == "custom" or "width" in given:
            width, height = given["width"], given["height"]
        else:
            width, height = RATIOS.get(given.get("aspect_ratio", "1:1"), (1024, 1024))
        count = given.get("num_outputs", 1) - (1 if fault == "fewer" else 0)
        if "made" not in job or fault in STALE:
            kind = urls_fault(job)
            text = json.dumps(given, sort_keys=True)
            form = {"jpg": "jpeg"}.get(given.get("output_format", "webp"), given.get("output_format", "webp"))
            made = [draw(f"{text}{number}", width, height, form=form) for number in range(count)]
            job["made"] = [self.owner.keep(picture, kind) for picture in made]
        found = job["made"]
        if fault == "table":
            return {"images": found, "seed": 1}
        return found[0] if any(word in job["model"] for word in SINGLE) and len(found) == 1 else found
