"""Ideogram's three generations of API on loopback: the first and version 1 answer with pictures, version 2 with a job's id.

A fault is taken from the queue (`fail_next`); those of LIFE, READS and URLS stay with the job that the request makes.
"""

import json
import re
from urllib.parse import parse_qs, urlsplit

from tests.servers.loopback import URLS, Handler, Loopback, serving, urls_fault
from tests.servers.pictures import draw

KEY = "ideogram-key-0123456789abcdefghij"
SYNC = {"/generate", "/v1/ideogram-v3/generate", "/v1/ideogram-v3/remix", "/v1/ideogram-v3/inpaint", "/v1/ideogram-v3/generate-transparent"}
MODELS = {"ideogram-2", "ideogram-2a", "ideogram-3", "ideogram-3-transparent", "ideogram-4", "ideogram-4-5", "z-image"}
RATIOS = {"1x1": (1024, 1024), "16x9": (1312, 736), "9x16": (736, 1312)}
REFUSALS = {
    "400": (400, {"error": "Invalid input provided."}, {}),
    "401": (401, {"error": "Invalid API key: KEY"}, {}),
    "402": (402, {"error": "Not enough credits.", "reject_reason": "insufficient_funds"}, {}),
    "403": (403, {"error": "No access to this model."}, {}),
    "422": (422, {"error": "Prompt or provided image failed the safety checks"}, {}),
    "429": (429, {"error": "Too many images in flight.", "reject_reason": "inflight_limit", "max_inflight_requests": 10}, {}),
    "429-after": (429, {"error": "Too many requests."}, {"retry-after": "7"}),
    "429-date": (429, {"error": "Too many requests."}, {"retry-after": "DATE"}),
    "503": (503, {"error": "Try again later."}, {"retry-after": "3"}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/generate"}),
}
# fault -> (status, content type, body): accepted, or nobody knows; the answer is of no use.
SPOILED = {
    "500": (500, "application/json", b'{"error": "Internal error"}'),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "no-id": (200, "application/json", b'{"seed": 1}'),
}
LIFE = ("unsafe", "one-unsafe", "failed", "failed-policy", "empty", "lost", "mystery", "rewritten", "forever")
READS = ("read-429", "read-503", "read-html", "read-401", "read-drop")
FAULTS = ("drop-before", "drop-after", "hang", "truncated", *REFUSALS, *SPOILED, *LIFE, *READS, *URLS)


class IdeogramServer(Loopback):
    """`reads` are the ids that were asked about, `quotes` the requests that were only priced."""

    known = FAULTS
    unbilled = ("failed", "failed-policy")

    def __init__(self, *, key=KEY, rounds=2, **options):
        self.key, self.rounds = key, rounds
        self.reads, self.quotes = [], []
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    @property
    def environ(self):
        return {"IDEOGRAM_BASE_URL": self.base_url, "IDEOGRAM_API_KEY": self.key}


def serve_ideogram(**options):
    return serving(IdeogramServer(**options))


class _Handler(Handler):
    def post(self):
        fields, files = self.body_read()
        parts = urlsplit(self.path)
        model = re.fullmatch(r"/v2/image/(generate|remix|inpaint)/([\w-]+)", parts.path)
        if parse_qs(parts.query).get("dry_run") == ["true"]:
            self._quote(model, fields)
            return
        fault = self.owner.next_fault()
        refusal = REFUSALS.get(fault) or self._judge(parts.path, model, fields)
        self.note(accepted=refusal is None, fault=fault, fields=fields, files=files)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        name = f"gen-{len(self.owner.jobs) + 1}"
        self.owner.jobs[name] = {"fields": fields.get("image_request", fields), "fault": fault, "reads": 0, "path": parts.path}
        self.owner.closing.wait(60 if fault == "hang" else self.owner.delay)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        elif model:
            self.send_json(200, {"generation_id": name, "generation_kind": "sampling", "seed": 5}, cut=fault == "truncated")
        else:
            answer = {"created": "2026-11-22T10:00:00Z", "data": self._data(self.owner.jobs[name])}
            self.send_json(200, answer, cut=fault == "truncated")

    def send_refusal(self, refusal):
        """The key stands in another header here."""
        status, answer, extra = refusal
        super().send_refusal((status, json.loads(json.dumps(answer).replace("KEY", self.headers.get("api-key", ""))), extra))

    def _judge(self, path, model, fields):
        if self.headers.get("api-key") != self.owner.key:
            return REFUSALS["401"]
        if not (path in SYNC or (model and model[2] in MODELS)):
            return 404, {"error": "Not found"}, {}
        asked = fields.get("image_request", fields)
        if not asked.get("prompt") or ("resolution" in asked and "aspect_ratio" in asked):
            return REFUSALS["400"]
        return None

    def _quote(self, model, fields):
        self.owner.quotes.append((model[2], fields))
        if self.headers.get("api-key") != self.owner.key:
            self.send_refusal(REFUSALS["401"])
            return
        count, speed = int(fields.get("num_images", 1)), fields.get("rendering_speed", fields.get("quality", "default"))
        micros = {"turbo": 30_000, "low": 30_000, "quality": 90_000, "high": 100_000}.get(speed, 60_000) * count
        quote = {
            "object": "price_quote",
            "billing_identifier": f"{model[2]}_generation",
            "quantity": count,
            "usd_micros": micros,
            "credit_millis": micros // 10,
            "qualifier": "exact",
        }
        if model[2] == "z-image":
            quote |= {"qualifier": "estimate", "upper_bound_usd_micros": micros * 2}
        self.send_json(200, quote)

    def get(self):
        asked = re.fullmatch(r"/v2/generations/([\w=-]+)", self.path)
        if not asked:
            self.send_file()
            return
        name = asked[1]
        self.owner.reads.append(name)
        job = self.owner.jobs.get(name)
        if job is None or job["fault"] == "lost":
            self.send_refusal((404, {"error": "Generation not found"}, {}))
            return
        if self.headers.get("api-key") != self.owner.key:
            self.send_refusal(REFUSALS["401"])
            return
        job["reads"] += 1
        fault = job["fault"] if job["reads"] == 1 or job["fault"] == "read-401" else ""
        match fault:
            case "read-429":
                self.send_refusal((429, {"error": "Too many polls."}, {"retry-after": "0"}))
            case "read-503":
                self.send_refusal((503, {"error": "Later."}, {}))
            case "read-html":
                self.send(200, b"<html>", "text/html")
            case "read-401":
                self.send_refusal(REFUSALS["401"])
            case "read-drop":
                self.hang_up()
            case _:
                self.send_json(200, self._generation(name, job))

    def _generation(self, name, job):
        fault = job["fault"]
        found = {"generation_id": name, "status": "pending", "created": "2026-11-22T10:00:00Z"}
        if job["reads"] < self.owner.rounds or fault == "forever":
            return found
        if fault == "mystery" and job["reads"] < self.owner.rounds + 2:
            return found | {"status": "resting"}
        if fault in {"failed", "failed-policy"}:
            reason = "content_policy_violation" if fault == "failed-policy" else "internal_error"
            return found | {"status": "failed", "failure_reason": reason}
        cost = 60_000 * int(job["fields"].get("num_images", 1))
        return found | {"status": "completed", "response_type": "url", "usage_cost_usd_micros": cost, "data": self._data(job)}

    def _data(self, job):
        fields, fault = job["fields"], job["fault"]
        if fault == "empty":
            return []
        width, height = self._pixels(fields)
        prompt = f"A detailed picture: {fields['prompt']}" if fault == "rewritten" else fields["prompt"]
        found, kind = [], urls_fault(job)
        for number in range(int(fields.get("num_images", 1))):
            unsafe = fault == "unsafe" or (fault == "one-unsafe" and number == 0)
            alpha = "transparent" in job["path"]
            picture = draw(f"{json.dumps(fields, sort_keys=True)}{number}", width, height, alpha=alpha, weight=self.owner.weight)
            entry = {"url": None if unsafe else self.owner.keep(picture, kind), "is_image_safe": not unsafe, "prompt": prompt}
            found.append(entry | {"resolution": f"{width}x{height}", "seed": int(fields.get("seed", 5)) + number})
        return found

    def _pixels(self, fields):
        exact = re.search(r"(\d+)[x_](\d+)$", str(fields.get("resolution") or fields.get("size") or ""))
        ratio = str(fields.get("aspect_ratio", "1x1")).removeprefix("ASPECT_").replace("_", "x")
        return (int(exact[1]), int(exact[2])) if exact else RATIOS.get(ratio, (1024, 1024))
