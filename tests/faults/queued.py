"""The columns of the APIs that give a job id: what was lost after it is asked for again, and never bought again."""

import json
from dataclasses import replace

from tests.faults.cells import (
    BYTES,
    HELD,
    HELD_REFUSED,
    KEPT,
    LIMITED,
    LOADED_AGAIN,
    LOOKED_UP,
    REFUSED,
    RENEWED,
    RESUMED,
    RETRIED,
    UNAUTHORIZED,
    UNBILLED,
    UNBILLED_REFUSED,
    UNKNOWN,
    USAGE,
    WAITED_OUT,
    Cell,
    Lane,
    at,
    never,
)
from tests.faults.common import accepted, job, sent, urls
from tests.faults.synchronous import ACCOUNT, BILLING, IDEOGRAM, KEY_HINT, NO_TOKENS, asset, fewer
from tests.servers.comfyui_graph import GRAPH

IN_HEADERS = never("it says how long to wait in headers only", "429-body")
ALIKE = never("its own 500 and that of a gateway are taken alike: see above", "500-bare")
LATER = never("the picture is judged when it is drawn, not before: the job fails, or bears a flag", "refused")
NO_REASON = never("it has no such word", "finish-reason")

JOB = "job0000000000000000000001"
REPLICATE = Lane(
    name="Replicate",
    provider="replicate",
    server="replicate",
    asset=asset("flux-dev", "replicate"),
    cells={
        **NO_TOKENS,
        **ALIKE,
        **LATER,
        **NO_REASON,
        **never("its description has none: an account that may not is told with 401 or 402", "403"),
        **never("a moderated job fails: see there", "flagged"),
        **sent("replicate", "REPLICATE_BASE_URL", limited="Request was throttled", unavailable="Try again later"),
        **accepted("replicate"),
        **job("replicate", JOB, "You did not pass a valid authentication token: [redacted]"),
        **urls(job=True),
        "401": at(
            "401",
            UNAUTHORIZED,
            ACCOUNT.format("replicate", "You did not pass a valid authentication token: [redacted]"),
            KEY_HINT.format("REPLICATE_API_TOKEN"),
        ),
        "402": at("402", UNAUTHORIZED, ACCOUNT.format("replicate", "You have insufficient credit to run this model"), BILLING),
        "429-date": at("429-date", LIMITED, "replicate asks to wait: Request was throttled"),
        "429-body": at("429-body", LIMITED, "replicate asks to wait: Request was throttled. Your rate limit resets in ~30s"),
        "429-bare": at("429@", RETRIED, "replicate asks to wait: Request was throttled"),
        "429-long": at("429@86400", LIMITED, "replicate asks to wait: Request was throttled"),
        "500": at("500", UNKNOWN, "replicate may have accepted the request: status 500: Something broke"),
        "failed-moderated": at(
            "nsfw",
            HELD_REFUSED,
            "replicate refused the pictures: All generated images contained NSFW content. Try running it again with a different prompt",
        ),
        "one-missing": fewer("empty", 'job "job0000000000000000000002" ended at replicate without a picture'),
        "failed": at("failed", HELD, f'job "{JOB}" failed at replicate: CUDA out of memory', USAGE),
        "cancelled": at("canceled", HELD, f'job "{JOB}" was cancelled at replicate', USAGE),
        "aborted": at("aborted", UNBILLED, f'job "{JOB}" was ended by replicate before it began', "it has cost nothing: build again"),
        "empty": at("empty", HELD, f'job "{JOB}" ended at replicate without a picture', USAGE),
    },
)

UUID = "00000000-0000-4000-8000-00000000000{}"
NOT_A_KEY = "Cannot access application: [redacted] is not a valid key. Authentication is required"
CHECKED = "The content could not be processed because it contained material flagged by a content checker"
FAL = Lane(
    name="fal",
    provider="fal",
    server="fal",
    asset=asset("flux-dev", "fal"),
    cells={
        **NO_TOKENS,
        **ALIKE,
        **LATER,
        **NO_REASON,
        **IN_HEADERS,
        **never("its 403 says that the balance is used up: see 402", "403"),
        **never("a queue ends a job only when it is cancelled: see above", "aborted"),
        **sent("fal", "FAL_QUEUE_URL", limited="Too many requests", unavailable="Service unavailable"),
        **accepted("fal"),
        **job("fal", UUID.format(1), NOT_A_KEY),
        **urls(job=True),
        "401": at("401", UNAUTHORIZED, ACCOUNT.format("fal", NOT_A_KEY), KEY_HINT.format("FAL_KEY")),
        "402": at("402", UNAUTHORIZED, ACCOUNT.format("fal", "User is locked. Reason: Exhausted balance"), BILLING),
        "429-date": at("429-date", LIMITED, "fal asks to wait: Too many requests"),
        "429-bare": at("429@", RETRIED, "fal asks to wait: Too many requests"),
        "429-long": at("429@86400", LIMITED, "fal asks to wait: Too many requests"),
        "500": at("500", UNKNOWN, "fal may have accepted the request: status 500: Internal server error"),
        "flagged": at("nsfw", HELD_REFUSED, "fal refused the pictures: its safety checker blacked them out"),
        "failed-moderated": at("policy", HELD_REFUSED, f"fal refused the pictures: prompt: {CHECKED} (content_policy_violation)"),
        "one-missing": fewer("empty", "fal ended the job without a picture"),
        "failed": at(
            "failed",
            UNBILLED,
            "the job failed at fal: The model ran out of memory (internal_server_error)",
            "fal does not bill it: build again",
        ),
        "cancelled": at("cancelled", HELD, "the job ended at fal as canceled", USAGE),
        "empty": at("empty", HELD, "fal ended the job without a picture", USAGE),
    },
)

UNBILLED_HINT = "a generation that fails is not billed: build again"
SECOND = Lane(
    name="Ideogram",
    provider="ideogram",
    server="ideogram",
    asset=asset("ideogram-3", "ideogram"),
    cells={
        **IDEOGRAM,
        **accepted("ideogram"),
        **job("ideogram", "gen-1", "Invalid API key: [redacted]"),
        **urls(job=True),
        **never("a generation is pending, completed or failed", "cancelled", "aborted"),
        "failed-moderated": at(
            "failed-policy", UNBILLED_REFUSED, "ideogram refused the pictures: content_policy_violation", "change the prompt"
        ),
        "failed": at("failed", UNBILLED, 'job "gen-1" failed at ideogram: internal_error', UNBILLED_HINT),
    },
)

URN = "urn:ff:jobs:{}"
TOKEN = "Oauth token [redacted] is not valid (access_error)"
OVER = "Ended (timeout_error)"


def firefly(name, model):
    """Both versions answer with other fields, and fail alike."""
    who = "firefly"
    return Lane(
        name=name,
        provider=who,
        server=who,
        asset=asset(model, who),
        cells={
            **ALIKE,
            **IN_HEADERS,
            **NO_REASON,
            **never("its 403 says that the quota is used up: see 402", "403"),
            **never("a moderated job fails: see there", "flagged"),
            **sent(who, "FIREFLY_BASE_URL", limited="Too many requests (rate_limited)", unavailable="Try again later (runtime_error)"),
            **accepted(who, status=202),
            **job(who, URN.format(1), "Forbidden (access_error)", denied="read-403"),
            **urls(job=True),
            "401": Cell(
                faults=("401", "401"),
                fate=replace(UNAUTHORIZED, submits=2, after=(3, 1)),
                message=ACCOUNT.format(who, TOKEN),
                hint=KEY_HINT.format("FIREFLY_SERVICES_CLIENT_SECRET"),
            ),
            "401-once": at("401", RENEWED),
            "402": at("403-quota", UNAUTHORIZED, ACCOUNT.format(who, "quota_exhausted"), "see the access and the quota of the account"),
            "429-date": at("429", LIMITED, "firefly asks to wait: Too many requests (rate_limited)"),
            "429-bare": at("429-bare", RETRIED, "firefly asks to wait: Too many requests (rate_limited)"),
            "429-long": at("429@86400", LIMITED, "firefly asks to wait: Too many requests (rate_limited)"),
            "500": at("500", UNKNOWN, "firefly may have accepted the request: status 500: Internal error (runtime_error)"),
            "refused": at(
                "451",
                REFUSED,
                "firefly refused the request for its content: The prompt is not allowed (prompt_unsafe)",
                "change the prompt",
            ),
            "failed-moderated": at(
                "unsafe", HELD_REFUSED, "firefly refused the pictures: The picture is not allowed (image_unsafe)", "change the prompt"
            ),
            "one-missing": fewer("empty", f'job "{URN.format(2)}" ended at firefly without a picture'),
            "failed": at("failed", HELD, f'job "{URN.format(1)}" failed at firefly: Something broke (runtime_error)', USAGE),
            "cancelled": at("cancelled", HELD, f'job "{URN.format(1)}" was cancelled at firefly: {OVER}', USAGE),
            "aborted": at("timeout", HELD, f'job "{URN.format(1)}" took too long at firefly, which ended it: {OVER}', USAGE),
            "empty": at("empty", HELD, f'job "{URN.format(1)}" ended at firefly without a picture', USAGE),
        },
    )


FIREFLY_3 = firefly("Firefly v3", "firefly-image3")
FIREFLY_4 = firefly("Firefly v4", "firefly-image5")

# Its own jobs cost nothing: what fails is asked for again, and what was lost is looked up by the id that was saved before.
FREE = "it has cost nothing: build again"
AGAIN = replace(UNBILLED, told="free, asked again", paid=1, after=(2, 2))
NOT_FOUND = replace(RESUMED, told="looked up, sent again", submits=0, paid=0)
NOT_LET_IN = replace(NOT_FOUND, kind="limited", submits=1, after=(2, 1))
BINDINGS = '{ prompt = "6.text", seed = "KSampler.seed", width = "5.width", height = "5.height" }'
COMFYUI = Lane(
    name="ComfyUI",
    provider="comfyui",
    server="comfyui",
    unit="run",
    files={"flow.json": json.dumps(GRAPH)},
    asset=asset("comfyui", "comfyui", f'params = {{ workflow = {{ file = "flow.json" }}, bindings = {BINDINGS} }}'),
    cells={
        **NO_TOKENS,
        **IN_HEADERS,
        **ALIKE,
        **never("nobody is paid", "402", "403"),
        **never("it draws whatever is asked for", "refused", "flagged", "failed-moderated", "finish-reason"),
        **never("it knows three states, by where a job lies: it waits, it runs, it is over", "mystery"),
        **never("it is one's own machine: a job ends when it is over, or interrupted", "aborted"),
        **never("a file on the server does not expire", "expired-403", "expired-410", "expired"),
        **never("its answer holds no URLs: files are asked for by name at the server itself", "private", "elsewhere"),
        **sent("comfyui", "COMFYUI_URL", limited="slow down", unavailable="starting"),
        **{row: at(row, LOOKED_UP) for row in ("500", "502", "504", "drop-after", "truncated", "html", "no-id")},
        **{row: at(row, WAITED_OUT) for row in ("read-429", "read-503", "read-html", "read-drop")},
        "hang": at("hang", LOOKED_UP, read_timeout=1),
        "drop-before": at("drop-before", NOT_FOUND, "the connection broke after the request was sent (ReadError)"),
        "401": at(
            "401",
            UNAUTHORIZED,
            ACCOUNT.format("comfyui", "log in first"),
            "ComfyUI itself has no keys: see what stands before it at COMFYUI_URL",
        ),
        "429-date": at("429@DATE", NOT_LET_IN, "comfyui asks to wait: slow down"),
        "429-bare": at("429@", RETRIED, "comfyui asks to wait: slow down"),
        "429-long": at("429@86400", NOT_LET_IN, "comfyui asks to wait: slow down"),
        "one-missing": Cell(
            faults=("", "empty"),
            fate=replace(KEPT, ledger=1),
            message='job "ID" ended at comfyui without a picture',
            hint="the workflow needs a SaveImage node",
            candidates=2,
        ),
        "failed": at(
            "crash",
            AGAIN,
            'job "ID" failed at comfyui in node "3" (KSampler): mat1 and mat2 shapes cannot be multiplied (RuntimeError)',
        ),
        "cancelled": at("interrupted", AGAIN, 'job "ID" was interrupted at comfyui', FREE),
        "lost": at("restarted", AGAIN, 'comfyui does not know the job "ID" any more: it was deleted, or the server was started anew', FREE),
        "read-401": at(
            "read-401",
            RESUMED,
            'comfyui refuses the key: log in first; the job "ID" goes on at comfyui, and the next build asks for it again',
        ),
        "empty": at("empty", AGAIN, 'job "ID" ended at comfyui without a picture', "the workflow needs a SaveImage node"),
        "cut-picture": at("cut-picture", AGAIN, "the PNG is cut short", BYTES),
        "page-picture": at("page-picture", AGAIN, "the answer is HTML, not a picture", BYTES),
        "expired-404": at("view-404", AGAIN, 'the file of job "ID" is not on the server any more', FREE),
        "cut-once": at("view-once", LOADED_AGAIN),
        "moved": at("view-private", AGAIN, 'a result URL at "169.254.169.254" is not https'),
    },
)
