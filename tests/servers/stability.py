"""Stability's REST API for SD 3.5 on loopback, as its published description has it: one form in, one picture out."""

import json

from tests.servers.loopback import SPOILT, Handler, Loopback, serving, spoilt
from tests.servers.pictures import draw

KEY = "sk-stability-0123456789abcdefghij"
PATH = "/v2beta/stable-image/generate/sd3"
SHAPES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "21:9": (1536, 640),
    "9:21": (640, 1536),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "5:4": (1088, 896),
    "4:5": (896, 1088),
}
MODELS = ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash")


def problem(name, *errors):
    return {"id": "a1b2c3d4", "name": name, "errors": list(errors)}


FLAGGED = "Your request was flagged by our content moderation system, as a result your request was denied and you were not charged."
TOO_MANY = "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for 60 seconds."
REFUSALS = {
    "401": (401, problem("unauthorized", "authorization: invalid key KEY"), {}),
    "402": (402, problem("payment_required", "You lack sufficient credits to make this request."), {}),
    "moderation": (403, problem("content_moderation", FLAGGED), {}),
    "403": (403, problem("permission_denied", "Your account may not use this model."), {}),
    "413": (413, problem("payload_too_large", "body: payloads cannot be larger than 10MiB in size"), {}),
    "422": (422, problem("invalid_language", "English is the only supported language for this service."), {}),
    "429": (429, problem("rate_limit_exceeded", TOO_MANY), {}),
    "429-after": (429, problem("rate_limit_exceeded", TOO_MANY), {"retry-after": "7"}),
    "429-date": (429, problem("rate_limit_exceeded", TOO_MANY), {"retry-after": "DATE"}),
    "500": (500, problem("internal_error", "An unexpected server error has occurred, please try again later."), {}),
    "503": (503, problem("service_unavailable", "Try again later."), {"retry-after": "3"}),
    "redirect": (307, {}, {"location": f"http://127.0.0.1:1{PATH}"}),
}
# fault -> (status, content type, body): accepted and charged, or nobody knows; no usable answer.
SPOILED = {
    "500-html": (500, "text/html", b"<html>Internal Server Error</html>"),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "nothing": (200, "image/png", b""),
}
LATE = ("filtered", "hang", "drop-after", "truncated", "slow", *SPOILT)
FAULTS = ("drop-before", *REFUSALS, *SPOILED, *LATE)


class StabilityServer(Loopback):
    known = FAULTS

    def __init__(self, *, key=KEY, **options):
        self.key = key
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return self.root

    @property
    def environ(self):
        return {"STABILITY_BASE_URL": self.base_url, "STABILITY_API_KEY": self.key}


def serve_stability(**options):
    return serving(StabilityServer(**options))


class _Handler(Handler):
    def post(self):
        fields, files = self.body_read()
        fault = self.owner.next_fault()
        refusal = REFUSALS.get(fault) or self._judge(fields, files)
        self.note(accepted=refusal is None, fault=fault, fields=fields, files=files)
        if refusal is not None:
            self.send_refusal(refusal)
            return
        self.owner.closing.wait({"hang": 60, "slow": 0.3}.get(fault, self.owner.delay))
        if fault in {"hang", "drop-after"}:
            self.hang_up()
        elif fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
        else:
            self._send_picture(fault, fields)

    def _judge(self, fields, files):  # noqa: PLR0911 - a list of rules, one return each
        if self.headers.get("authorization") != f"Bearer {self.owner.key}":
            return REFUSALS["401"]
        if self.path != PATH:
            return 404, problem("not_found", f"{self.path}: not found"), {}
        if not self.headers.get("content-type", "").startswith("multipart/form-data"):
            return 400, problem("bad_request", "content-type: must be multipart/form-data"), {}
        if not fields.get("prompt"):
            return 400, problem("bad_request", "prompt: is required"), {}
        if fields.get("model") not in MODELS:
            return 400, problem("bad_request", f"model: unknown model {fields.get('model')}"), {}
        if fields.get("mode") == "image-to-image" and not (files.get("image") and "strength" in fields and "aspect_ratio" not in fields):
            return 400, problem("bad_request", "image-to-image takes an image and a strength, and no aspect_ratio"), {}
        if fields.get("aspect_ratio", "1:1") not in SHAPES:
            return 400, problem("bad_request", "aspect_ratio: unknown"), {}
        return None

    def _send_picture(self, fault, fields):
        width, height = SHAPES[fields.get("aspect_ratio", "1:1")]
        form = fields.get("output_format", "png")
        picture = spoilt(draw(json.dumps(fields, sort_keys=True), width, height, form=form, weight=self.owner.weight), fault)
        seed = fields.get("seed", "0")
        headers = {
            "finish-reason": "CONTENT_FILTERED" if fault == "filtered" else "SUCCESS",
            "seed": "343940597" if seed == "0" else seed,
            "x-request-id": f"req{len(self.owner.requests)}",
        }
        self.send(200, picture, f"image/{form}", headers, cut=len(picture) // 2 if fault == "truncated" else None)
