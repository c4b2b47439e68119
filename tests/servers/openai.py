"""OpenAI's image API on loopback: generations, edits, result files. It judges requests as the real one does, and can fail in its ways.

A fault is taken from the queue (`fail_next`), or from the prompt: `[[429]]` in it fails every request that carries it.
"""

import base64
import json
import re

from tests.servers.faults import FAULTS, MARK, REFUSALS, SPOILED, URLS, error
from tests.servers.loopback import Handler, Loopback, serving, spoilt
from tests.servers.pictures import draw

KEY = "sk-test-0123456789abcdefghij"


class OpenAIServer(Loopback):
    """`requests` is everything it read, `accepted` what it charges for. `retired` are models it no longer has.

    The same request gets the same picture, so that tests can tell pictures apart; with `rolls` every answer is another roll.
    `ends` are the days on which models will be shut down, by their id, as the list of models tells them.
    """

    known = FAULTS

    def __init__(self, *, key=KEY, retired=("dall-e-3", "dall-e-2"), rolls=False, ends=None, **options):
        self.key, self.retired, self.rolls, self.ends = key, set(retired), rolls, ends or {}
        super().__init__(_Handler, **options)

    @property
    def base_url(self):
        return f"{self.root}/v1"

    @property
    def environ(self):
        return {"OPENAI_BASE_URL": self.base_url, "OPENAI_API_KEY": self.key}


def serve_openai(**options):
    return serving(OpenAIServer(**options))


class _Handler(Handler):
    def get(self):
        if self.path != "/v1/models":
            super().get()
        elif self.headers.get("authorization") != f"Bearer {self.owner.key}":
            self.send_refusal(REFUSALS["401"])
        else:
            ids = ["gpt-image-1-mini", "gpt-image-2", *self.owner.ends]
            rows = [{"id": each, "object": "model", "created": 1_795_000_000, "owned_by": "system"} for each in dict.fromkeys(ids)]
            rows = [row | {"shutdown_date": self.owner.ends[row["id"]]} if row["id"] in self.owner.ends else row for row in rows]
            self.send_json(200, {"object": "list", "data": rows})

    def post(self):
        fields, files = self.body_read()
        queued = self.owner.next_fault()
        marked = MARK.search(str(fields.get("prompt", "")))
        fault = queued or (marked[1] if marked and marked[1] in FAULTS else "")
        refusal = REFUSALS.get(fault) or self._judge(fields, files)
        self.note(accepted=refusal is None, fault=fault, fields=fields, files=files)
        if refusal is not None:
            self.owner.closing.wait(self.owner.delay)
            self.send_refusal(refusal)
            return
        self._answer(fault, fields, files)

    def _judge(self, fields, files):  # noqa: PLR0911 - a list of rules, one return each
        """What the real server refuses, or None."""
        model, n = str(fields.get("model", "")), fields.get("n", 1)
        unknown = [name for name in ("response_format", "style") if name in fields]
        if self.headers.get("authorization") != f"Bearer {self.owner.key}":
            return REFUSALS["401"]
        if self.path not in {"/v1/images/generations", "/v1/images/edits"}:
            return 404, error(f"Invalid URL (POST {self.path})"), {}
        if model in self.owner.retired:
            return 404, error(f"The model '{model}' does not exist or you do not have access to it.", code="model_not_found"), {}
        if not fields.get("prompt"):
            return 400, error("Missing required parameter: 'prompt'.", code="missing_required_parameter", param="prompt"), {}
        if model.startswith("gpt-image") and unknown:
            return 400, error(f"Unknown parameter: '{unknown[0]}'.", code="unknown_parameter", param=unknown[0]), {}
        if model == "dall-e-3" and int(n) != 1:
            return 400, error("You must provide n=1 for this model.", param="n"), {}
        if self.path.endswith("edits") and not files.get("image"):
            return 400, error("Missing required parameter: 'image'.", code="missing_required_parameter", param="image"), {}
        return None

    def _answer(self, fault, fields, files):
        if fault == "hang":
            self.owner.closing.wait(60)
        if fault in {"hang", "drop-after"}:
            self.hang_up()
            return
        if fault == "slow":
            self.owner.closing.wait(0.3)
        self.owner.closing.wait(self.owner.delay)
        if fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self.send(status, data, kind)
            return
        pictures = self._pictures(fault, fields, files)
        self.send_json(200, pictures, {"x-request-id": f"req_{len(self.owner.requests)}"}, cut=fault == "truncated")

    def _pictures(self, fault, fields, files):
        asked = re.fullmatch(r"(\d+)x(\d+)", str(fields.get("size", "")))
        width, height = (int(asked[1]), int(asked[2])) if asked else (1024, 1024)
        form, quality = fields.get("output_format", "png"), fields.get("quality", "auto")
        alpha = fields.get("background") == "transparent"
        if fault == "wrong-size":
            width, height = width // 2, height // 2
        text = json.dumps([fields.get("prompt"), sorted((name, len(parts)) for name, parts in files.items())])
        text += str(len(self.owner.requests)) if self.owner.rolls else ""
        count = int(fields.get("n", 1))
        made = [
            draw(f"{text}{number}", width, height, form=form, alpha=alpha, blank=fault == "blank", weight=self.owner.weight)
            for number in range(count)
        ]
        if fault == "text":
            made = [b"Sorry, I cannot draw that."] * count
        made = [spoilt(picture, fault) for picture in made]
        data = [self._entry(fault, fields, picture) for picture in made]
        if fault == "one-broken":
            data[0] = {"b64_json": "not*base64"}
        words = len(str(fields.get("prompt", "")).split())
        images = sum(len(parts) for name, parts in files.items() if name.startswith("image")) * 300
        spent = {"low": 272, "medium": 1056}.get(str(quality), 4160) * count
        return {
            "created": 1_795_000_000,
            "background": "transparent" if alpha else "opaque",
            "output_format": form,
            "quality": "high" if quality == "auto" else quality,
            "size": f"{width}x{height}",
            "data": data,
            "usage": {
                "input_tokens": words + images,
                "input_tokens_details": {"text_tokens": words, "image_tokens": images},
                "output_tokens": spent,
                "output_tokens_details": {"text_tokens": 0, "image_tokens": spent},
                "total_tokens": words + images + spent,
            },
        }

    def _entry(self, fault, fields, picture):
        entry = {}
        if fault == "rewritten":
            entry["revised_prompt"] = " ".join(str(fields["prompt"]).split()[:-1])
        if fault in URLS or fields.get("response_format") == "url":
            return {**entry, "url": self.owner.keep(picture, fault or "url")}
        return {**entry, "b64_json": base64.b64encode(picture).decode()}
