"""fal's queue on loopback, as its queue description has it: submit, status, result, cancel, result files.

A fault is taken from the queue (`fail_next`); those of LIFE and URLS stay with the job that the request makes.
"""

import json
import re

from tests.servers.loopback import STALE, URLS, Handler, Loopback, serving, urls_fault
from tests.servers.pictures import draw

FAL_KEY = "0a1b2c3d-0000-4000-8000-000000000000:0123456789abcdef0123456789abcdef"
PRESETS = {"landscape_4_3": (1024, 768)}


def detail(message, kind, *loc):
    return {"detail": [{"loc": ["body", *loc], "msg": message, "type": kind}]}


REFUSALS = {
    "401": (401, {"detail": "Cannot access application: KEY is not a valid key. Authentication is required."}, {}),
    "402": (403, {"detail": "User is locked. Reason: Exhausted balance."}, {}),
    "422": (422, detail("Input should be less than or equal to 50", "less_than_equal", "num_inference_steps"), {}),
    "429": (429, {"detail": "Too many requests."}, {"retry-after": "7"}),
    "429-date": (429, {"detail": "Too many requests."}, {"retry-after": "DATE"}),
    "503": (503, {"detail": "Service unavailable."}, {"retry-after": "3"}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/fal-ai/flux/dev"}),
}
SPOILED = {
    "500": (500, "application/json", b'{"detail": "Internal server error."}'),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "no-id": (200, "application/json", b'{"status": "IN_QUEUE"}'),
}
LIFE = ("slow", "nsfw", "one-nsfw", "policy", "failed", "invalid", "cancelled", "empty", "null", "lost", "mystery", "rewritten", "single")
READS = ("read-429", "read-503", "read-html", "read-401", "read-drop", "result-502", "result-html")
DROPS = ("drop-before", "drop-after", "hang", "truncated")
FAULTS = (*REFUSALS, *SPOILED, *LIFE, *READS, *URLS, *DROPS)
JOB = re.compile(r"/((?:workflows/|comfy/)?[^/]+/[^/]+)/requests/([\w-]+)(/status|/cancel)?(?:\?.*)?")


class FalServer(Loopback):
    """`reads` are the paths of questions about jobs, `cancelled` the ids that were cancelled."""

    known = FAULTS
    unbilled = ("failed",)

    def __init__(self, *, key=FAL_KEY, unknown=("fal-ai/nothing",), rounds=2, **options):
        self.key, self.unknown, self.rounds = key, set(unknown), rounds
        self.reads, self.cancelled = [], []
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    @property
    def environ(self):
        return {"FAL_QUEUE_URL": self.base_url, "FAL_KEY": self.key}


def serve_fal(**options):
    return serving(FalServer(**options))


class _Handler(Handler):
    def put(self):
        asked = JOB.fullmatch(self.path)
        self.owner.cancelled.append(asked[2])
        self.owner.jobs[asked[2]]["fault"] = "cancelled"
        self.send_json(202, {"status": "CANCELLATION_REQUESTED"})

    def post(self):
        fields, _ = self.body_read()
        fault = self.owner.next_fault()
        refusal = REFUSALS.get(fault) or self._judge(fields)
        self.note(accepted=refusal is None, fault=fault, fields=fields)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        name = f"00000000-0000-4000-8000-{len(self.owner.jobs) + 1:012d}"
        parts = self.path.strip("/").split("/")
        app = "/".join(parts[: 3 if parts[0] in {"workflows", "comfy"} else 2])
        self.owner.jobs[name] = {"app": app, "input": fields, "fault": fault, "reads": 0}
        root = f"{self.owner.root}/{app}/requests/{name}"
        self.owner.closing.wait(60 if fault == "hang" else self.owner.delay)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        else:
            urls = {"response_url": root, "status_url": f"{root}/status", "cancel_url": f"{root}/cancel"}
            self.send_json(200, {"status": "IN_QUEUE", "queue_position": 1, "request_id": name, **urls}, cut=fault == "truncated")

    def _judge(self, fields):
        if self.headers.get("authorization") != f"Key {self.owner.key}":
            return REFUSALS["401"]
        if self.path.strip("/") in self.owner.unknown or len(self.path.strip("/").split("/")) < 2:
            return 404, {"detail": "Application not found."}, {}
        if not fields.get("prompt"):
            return 422, detail("Field required", "missing", "prompt"), {}
        return None

    def get(self):
        asked = JOB.fullmatch(self.path)
        if not asked:
            self.send_file()
            return
        app, name, what = asked[1], asked[2], asked[3]
        self.owner.reads.append(self.path)
        job = self.owner.jobs.get(name)
        if job is None or job["fault"] == "lost" or job["app"] != app:
            self.send_json(404, {"detail": "Request not found."})
        elif self.headers.get("authorization") != f"Key {self.owner.key}":
            self.send_refusal(REFUSALS["401"])
        elif what == "/status":
            self._status(job)
        else:
            self._result(job)

    def _status(self, job):
        job["reads"] += 1
        fault = job["fault"] if job["reads"] == 1 or job["fault"] == "read-401" else ""
        match fault:
            case "read-429":
                self.send_refusal((429, {"detail": "Too many requests."}, {"retry-after": "0"}))
            case "read-503":
                self.send_refusal((503, {"detail": "Service unavailable."}, {}))
            case "read-html":
                self.send(200, b"<html>", "text/html")
            case "read-401":
                self.send_refusal(REFUSALS["401"])
            case "read-drop":
                self.hang_up()
            case _:
                self.send_json(*self._state(job))

    def _state(self, job):
        fault, logs = job["fault"], {"logs": None}
        if fault == "cancelled":
            return 200, {"status": "CANCELED", **logs}
        if fault == "mystery" and job["reads"] < self.owner.rounds + 2:
            return 202, {"status": "THINKING", **logs}
        if fault == "slow" or job["reads"] < self.owner.rounds:
            return 202, {"status": "IN_QUEUE", "queue_position": 1, **logs} if job["reads"] == 1 else {"status": "IN_PROGRESS", **logs}
        broken = {"policy": "content_policy_violation", "failed": "internal_server_error", "invalid": "value_error"}
        told = {"error": "the request failed", "error_type": broken[fault]} if fault in broken else {}
        return 200, {"status": "COMPLETED", "metrics": {"inference_time": 1.5}, **logs, **told}

    def _result(self, job):
        job["results"] = job.get("results", 0) + 1
        fault = job["fault"]
        if fault == "policy":
            text = "The content could not be processed because it contained material flagged by a content checker."
            self.send_json(422, detail(text, "content_policy_violation", "prompt"))
        elif fault == "invalid":
            self.send_json(422, detail("Value error, the picture is too small", "value_error", "image_url"))
        elif fault == "failed":
            self.send_json(500, {"detail": "The model ran out of memory."}, {"x-fal-error-type": "internal_server_error"})
        elif fault == "result-502" and job["results"] == 1:
            self.send(502, b"<html>Bad Gateway</html>", "text/html")
        elif fault == "result-html" and job["results"] == 1:
            self.send(200, b"<html>", "text/html")
        else:
            self.send_json(200, self._pictures(job))

    def _pictures(self, job):
        given, fault = job["input"], job["fault"]
        size = given.get("image_size", "landscape_4_3")
        width, height = (size["width"], size["height"]) if isinstance(size, dict) else PRESETS[size]
        count = given.get("num_images", 1)
        if "made" not in job or fault in STALE:
            kind = urls_fault(job)
            form = given.get("output_format", "jpeg")
            text = json.dumps(given, sort_keys=True)
            made = [draw(f"{text}{number}", width, height, form=form, blank=fault == "nsfw") for number in range(count)]
            job["made"] = [self._entry(picture, kind, width, height, form) for picture in made]
        flags = [fault == "nsfw" or (fault == "one-nsfw" and number == 0) for number in range(count)]
        told = {"seed": given.get("seed", 815), "timings": {"inference": 1.5}, "prompt": given["prompt"], "has_nsfw_concepts": flags}
        if fault == "rewritten":
            told["prompt"] = "a painting of " + given["prompt"]
        if fault == "null":
            return told
        if fault == "single":
            return {"image": job["made"][0], **told}
        return {"images": [] if fault == "empty" else job["made"], **told}

    def _entry(self, picture, kind, width, height, form):
        return {"url": self.owner.keep(picture, kind), "width": width, "height": height, "content_type": f"image/{form}"}
