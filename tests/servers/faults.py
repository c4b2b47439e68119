"""The ways in which the OpenAI server can fail, by name: refusals before any work, answers spoiled after it, result URLs that break."""

import json
import re

from tests.servers import loopback

MARK = re.compile(r"\[\[([a-z0-9-]+)\]\]")


def error(message, *, code=None, kind="invalid_request_error", param=None):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


# fault -> (status, body, headers): the request was not accepted.
REFUSALS = {
    "429": (429, error("Rate limit reached for images.", code="rate_limit_exceeded", kind="requests"), {"retry-after": "7"}),
    "429-ms": (429, error("Rate limit reached for images.", code="rate_limit_exceeded"), {"retry-after-ms": "1500", "retry-after": "2"}),
    "429-date": (429, error("Rate limit reached for images.", code="rate_limit_exceeded"), {"retry-after": "DATE"}),
    "429-bare": (429, error("Rate limit reached for images.", code="rate_limit_exceeded"), {}),
    "429-long": (429, error("Rate limit reached for images.", code="rate_limit_exceeded"), {"retry-after": "86400"}),
    "quota": (429, error("You exceeded your current quota.", code="insufficient_quota", kind="insufficient_quota"), {}),
    "billing": (400, error("Billing hard limit has been reached.", code="billing_hard_limit_reached"), {}),
    "500": (500, error("The server had an error while processing your request.", kind="server_error"), {}),
    "503": (503, error("The engine is currently overloaded.", kind="server_error"), {"retry-after": "3"}),
    "401": (401, error("Incorrect API key provided: KEY.", code="invalid_api_key"), {}),
    "403": (403, error("Your organization must be verified to use this model.", code="model_access_denied"), {}),
    "moderation": (
        400,
        error("Your request was rejected by the safety system.", code="moderation_blocked", kind="image_generation_user_error"),
        {},
    ),
    "policy": (400, error("This request has been blocked by our content filters.", code="content_policy_violation"), {}),
    "422": (422, error("The image could not be read.", code="invalid_image"), {}),
    "redirect": (307, {}, {"location": "http://127.0.0.1:1/v1/images/generations"}),
}
# fault -> (status, content type, body): accepted and charged, or nobody knows; no usable answer.
SPOILED = {
    "500-html": (500, "text/html", b"<html>Internal Server Error</html>"),
    "502": (502, "text/html", b"<html>Bad Gateway</html>"),
    "504": (504, "text/html", b"<html>Gateway Time-out</html>"),
    "html": (200, "text/html", b"<!doctype html><title>Welcome</title>"),
    "json-error": (200, "application/json", json.dumps(error("The model produced nothing.", kind="server_error")).encode()),
    "json-list": (200, "application/json", b"[]"),
    "empty": (200, "application/json", b'{"created": 1, "data": []}'),
    "null": (200, "application/json", b'{"created": 1, "data": null}'),
    "no-bytes": (200, "application/json", b'{"created": 1, "data": [{"revised_prompt": "a fox"}]}'),
    "bad-base64": (200, "application/json", b'{"created": 1, "data": [{"b64_json": "not*base64"}]}'),
    "nothing": (200, "application/json", b""),
}
LATE = ("hang", "drop-after", "truncated", "slow", "text", "wrong-size", "blank", "rewritten", "one-broken", *loopback.SPOILT, *SPOILED)
# Its answers hold bytes, or URLs where a model gives them: "url" is a good one. There is no job to read again for a fresh one.
URLS = ("url", *(fault for fault in loopback.URLS if fault not in {*loopback.STALE, *loopback.SPOILT}))
FAULTS = ("drop-before", "drop-during", *REFUSALS, *LATE, *URLS)
