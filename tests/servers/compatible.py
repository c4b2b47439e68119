"""Servers that speak OpenAI's image API as others do: other answers, other errors, other ideas of a key.

localai: no key, URLs at its own address, fields of its own in every answer. litellm: a key, errors in OpenAI's form with its own words.
fastapi: base64 and nothing beside it, errors as `detail`. plain: errors as a bare text.
"""

import base64
import json
import re

from tests.servers.loopback import Handler, Loopback, serving
from tests.servers.pictures import draw

MODELS = ("stablediffusion", "gpt-image-2")
DIALECTS = ("localai", "litellm", "fastapi", "plain")


class CompatibleServer(Loopback):
    """`known` are faults by name; "busy" is a 503, "broken" a 500, and "away" gives a URL at another host."""

    known = ("busy", "broken", "away", "invalid")

    def __init__(self, dialect="localai", *, key=None, **options):
        assert dialect in DIALECTS
        self.dialect, self.key = dialect, key
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return f"{self.root}/v1"


def serve_compatible(dialect="localai", **options):
    return serving(CompatibleServer(dialect, **options))


class _Handler(Handler):
    def post(self):
        fields, files = self.body_read()
        fault = self.owner.next_fault()
        refusal = self._judge(fields, fault)
        self.note(accepted=refusal is None, fault=fault, fields=fields, files=files)
        if refusal is not None:
            status, words = refusal
            self.send_json(status, _error(self.owner.dialect, status, words))
            return
        size = re.fullmatch(r"(\d+)x(\d+)", str(fields.get("size", "256x256")))
        picture = draw(json.dumps(fields, sort_keys=True), int(size[1]), int(size[2]))
        self.send_json(200, self._answer(fields, fault, picture))

    def _judge(self, fields, fault):
        faults = {
            "busy": (503, "no slot is free"),
            "broken": (500, "could not load model: rpc error"),
            "invalid": (422, "Input should be a valid integer"),
        }
        if self.owner.key is not None and self.headers.get("authorization") != f"Bearer {self.owner.key}":
            return 401, f"Authentication Error, invalid key {self.headers.get('authorization')}"
        if fields.get("model") not in MODELS:
            return 404, f"Model `{fields.get('model')}` does not exist"
        return faults.get(fault)

    def _answer(self, fields, fault, picture):
        coded = base64.b64encode(picture).decode()
        if fault == "away":
            return {"data": [{"url": "http://10.1.2.3:8080/generated-images/b64.png"}]}
        if self.owner.dialect != "localai":
            return {"data": [{"b64_json": coded}]}
        bare = {"embedding": None, "index": 0}
        entry = {"b64_json": coded} if fields.get("response_format") == "b64_json" else {"url": self.owner.keep(picture, "url")}
        return {"created": 0, "id": "c3f1", "data": [{**bare, **entry}], "usage": {"prompt_tokens": 0, "completion_tokens": 0}}


def _error(dialect, status, words):
    match dialect:
        case "localai":
            return {"error": {"code": status, "message": words, "type": ""}}
        case "litellm":
            return {"error": {"message": words, "type": "proxy_error", "param": "None", "code": str(status)}}
        case "fastapi" if status == 422:
            return {"detail": [{"type": "int_parsing", "loc": ["body", "steps"], "msg": words, "input": "many"}]}
        case "fastapi":
            return {"detail": words}
        case _:
            return {"error": words}
