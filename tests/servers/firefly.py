"""Adobe's identity service and Firefly's API on loopback: tokens, uploads, jobs over versions 3 and 4, result files.

A fault is taken from the queue (`fail_next`) by the next submit; those of LIFE, READS, LINKS and URLS stay with the job it makes.
"""

import json
import re
import socket
from urllib.parse import parse_qs

from tests.servers.loopback import URLS, Handler, Loopback, serving, urls_fault
from tests.servers.pictures import draw

ID = "firefly-client-id"
SECRET = "p8e-0123456789abcdefghijklmnop"
LEVELS = {"1MP": 1, "2.4MP": 1.5, "4MP": 2}
SHAPES = {"1:1": (1024, 1024), "4:3": (1152, 896), "3:4": (896, 1152), "16:9": (1344, 768), "9:16": (768, 1344)}
MODELS = {"image3", "image4_standard", "image4_ultra", "image4_custom", "image3_custom"}


def problem(code, message):
    return {"error_code": code, "message": message}


REFUSALS = {
    "400": (400, problem("bad_request", "The request is malformed."), {}),
    "401": (401, problem("access_error", "Oauth token KEY is not valid."), {}),
    "403-quota": (403, problem("access_error", "Forbidden."), {"x-access-error": "quota_exhausted"}),
    "422": (422, problem("validation_error", "The size is not supported."), {}),
    "429": (429, problem("rate_limited", "Too many requests."), {"retry-after": "DATE", "x-access-rate-limit-level": "org"}),
    "429-bare": (429, problem("rate_limited", "Too many requests."), {}),
    "451": (451, problem("prompt_unsafe", "The prompt is not allowed."), {}),
    "503": (503, problem("runtime_error", "Try again later."), {"retry-after": "3"}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/v3/images/generate-async"}),
}
# fault -> (status, content type, body): accepted, or nobody knows; the answer is of no use.
SPOILED = {
    "408": (408, "application/json", json.dumps(problem("timeout_error", "Timed out.")).encode()),
    "500": (500, "application/json", json.dumps(problem("runtime_error", "Internal error.")).encode()),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (202, "text/html", b"<!doctype html><title>Welcome</title>"),
    "no-id": (202, "application/json", b"{}"),
}
LIFE = ("failed", "unsafe", "cancelled", "canceled", "timeout", "empty", "lost", "mystery", "forever")
READS = ("read-429", "read-503", "read-html", "read-403", "read-drop")
LINKS = ("status-elsewhere", "status-plain-http", "status-port")
FAULTS = ("drop-before", "drop-after", "hang", "truncated", *REFUSALS, *SPOILED, *LIFE, *READS, *LINKS, *URLS)


class FireflyServer(Loopback):
    """`tokens` are those it gave, `revoked` those it lets in no more, `uploads` the pictures, `reads` the paths that were asked about."""

    known = FAULTS

    def __init__(self, *, key=SECRET, rounds=2, lasts=86_399, **options):
        self.key, self.rounds, self.lasts = key, rounds, lasts
        self.reads, self.cancelled, self.uploads, self.tokens, self.revoked = [], [], [], [], set()
        self.uploads_fail, self.ims_fails = [], []
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    def spares(self, connection):
        return connection.recv(10, socket.MSG_PEEK).startswith(b"POST /ims/")

    @property
    def environ(self):
        adobe = {"FIREFLY_BASE_URL": self.base_url, "FIREFLY_IMS_URL": self.base_url}
        return adobe | {"FIREFLY_SERVICES_CLIENT_ID": ID, "FIREFLY_SERVICES_CLIENT_SECRET": self.key}


def serve_firefly(**options):
    return serving(FireflyServer(**options))


class _Handler(Handler):
    def post(self):
        match self.path:
            case "/ims/token/v3":
                self._give_token()
            case "/v2/storage/image":
                self._upload()
            case _:
                fields, _ = self.body_read()
                self._submit(fields)

    def _give_token(self):
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        if self.owner.ims_fails:
            status, answer = self.owner.ims_fails.pop(0)
            self.send_json(status, answer)
        elif form.get("client_id") != [ID] or form.get("client_secret") != [self.owner.key]:
            self.send_json(400, {"error": "invalid_client", "error_description": f"invalid client_secret {form.get('client_secret')}"})
        else:
            self.owner.tokens.append(f"token-{len(self.owner.tokens) + 1}-{'x' * 20}")
            self.send_json(200, {"access_token": self.owner.tokens[-1], "token_type": "bearer", "expires_in": self.owner.lasts})

    def _barred(self):
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        fine = token in self.owner.tokens and token not in self.owner.revoked and self.headers.get("x-api-key") == ID
        return None if fine else REFUSALS["401"]

    def _upload(self):
        data = self.rfile.read(int(self.headers["content-length"]))
        barred = self._barred() or (REFUSALS[self.owner.uploads_fail.pop(0)] if self.owner.uploads_fail else None)
        if barred:
            self.send_refusal(barred)
            return
        self.owner.uploads.append((self.headers["content-type"], data))
        self.send_json(200, {"images": [{"id": f"00000000-0000-4000-8000-{len(self.owner.uploads):012d}"}]})

    def _submit(self, fields):
        barred = self._barred()
        fault = "" if barred else self.owner.next_fault()
        refusal = barred or REFUSALS.get(fault) or self._judge(fields)
        self.note(accepted=refusal is None, fault=fault, fields=fields)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        name = f"urn:ff:jobs:{len(self.owner.jobs) + 1}"
        self.owner.jobs[name] = {"fields": fields, "fault": fault, "reads": 0}
        self.owner.closing.wait(60 if fault == "hang" else self.owner.delay)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        else:
            self._accept(name, fault)

    def _judge(self, fields):
        model = self.headers.get("x-model-version")
        known = model in MODELS if self.path == "/v3/images/generate-async" else model == "image5"
        if self.path not in {"/v3/images/generate-async", "/v4/images/generate-async"}:
            return 404, problem("bad_request", "Not found."), {}
        count = fields.get("numVariations", 1)
        if not known or not fields.get("prompt") or len(fields.get("seeds", range(count))) != count:
            return REFUSALS["422"]
        return None

    def _accept(self, name, fault):
        roots = {
            "status-elsewhere": "https://evil.example",
            "status-plain-http": "http://firefly.adobe.io",
            "status-port": "http://127.0.0.1:1",
        }
        root = roots.get(fault, self.owner.root)
        status, cancel = f"{root}/v3/status/{name}", f"{root}/v3/cancel/{name}"
        if self.path.startswith("/v4"):
            answer = {"links": {"result": {"href": status}, "cancel": {"href": cancel}}, "progress": 0}
            self.send_json(200, answer, cut=fault == "truncated")
        else:
            self.send_json(202, {"jobId": name, "statusUrl": status, "cancelUrl": cancel}, cut=fault == "truncated")

    def put(self):
        asked = re.fullmatch(r"/v3/cancel/(.+)", self.path)
        refusal = self._barred()
        if refusal or not asked or asked[1] not in self.owner.jobs:
            self.send_refusal(refusal or (404, problem("bad_request", "Not found."), {}))
            return
        self.owner.cancelled.append(asked[1])
        self.owner.jobs[asked[1]]["fault"] = "cancelled"
        self.send_json(200, {})

    def get(self):
        asked = re.fullmatch(r"/v3/status/(.+)", self.path)
        if not asked:
            self.send_file()
            return
        self.owner.reads.append(self.path)
        job = self.owner.jobs.get(asked[1])
        barred = self._barred()
        if barred or job is None or job["fault"] == "lost":
            self.send_refusal(barred or (404, problem("bad_request", "Job not found."), {}))
            return
        job["reads"] += 1
        fault = job["fault"] if job["reads"] == 1 or job["fault"] == "read-403" else ""
        match fault:
            case "read-429":
                self.send_refusal((429, problem("rate_limited", "Too many requests."), {"retry-after": "0"}))
            case "read-503":
                self.send_refusal((*REFUSALS["503"][:2], {}))
            case "read-html":
                self.send(200, b"<html>", "text/html")
            case "read-403":
                self.send_refusal(REFUSALS["403-quota"])
            case "read-drop":
                self.hang_up()
            case _:
                self.send_json(200, self._job(asked[1], job))

    def _job(self, name, job):
        fault, reads = job["fault"], job["reads"]
        found = {"jobId": name, "status": "pending" if reads == 1 else "running"}
        if reads < self.owner.rounds or fault == "forever":
            return found
        if fault == "mystery" and reads < self.owner.rounds + 2:
            return found | {"status": "resting"}
        if fault == "unsafe":
            return found | {"status": "failed", "error_code": "image_unsafe", "message": "The picture is not allowed."}
        if fault == "failed":
            return found | {"status": "failed", "error_code": "runtime_error", "message": "Something broke."}
        if fault in {"cancelled", "canceled", "timeout"}:
            return found | {"status": fault, "error_code": "timeout_error", "message": "Ended."}
        return found | {"status": "succeeded", "result": {"outputs": [] if fault == "empty" else self._outputs(job)}}

    def _outputs(self, job):
        fields = job["fields"]
        size = fields.get("size") or {}
        width, height = (size.get("width"), size.get("height")) if size else self._shape(fields)
        kind = urls_fault(job)
        seeds = fields.get("seeds") or [7 + number for number in range(fields.get("numVariations", 1))]
        text = json.dumps(fields, sort_keys=True)
        pictures = [draw(f"{text}{seed}", width, height, weight=self.owner.weight) for seed in seeds]
        return [{"seed": seed, "image": {"url": self.owner.keep(picture, kind)}} for seed, picture in zip(seeds, pictures, strict=True)]

    def _shape(self, fields):
        if "aspectRatio" not in fields:
            return 1024, 1024
        factor = LEVELS[fields.get("resolutionLevel", "2.4MP")]
        width, height = SHAPES[fields["aspectRatio"]]
        return int(width * factor), int(height * factor)
