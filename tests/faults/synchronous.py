"""The columns of the APIs whose answer is the picture: there are no jobs to read again."""

from dataclasses import replace

from tests.faults.cells import (
    BYTES,
    FINE,
    HELD,
    HELD_REFUSED,
    KEPT,
    LIMITED,
    REFUSED,
    RETRIED,
    UNAUTHORIZED,
    UNKNOWN,
    UNTAKEN,
    USAGE,
    Cell,
    Lane,
    at,
    never,
)
from tests.faults.common import sent, spoilt, urls

JOBS = ("no-id", "failed-moderated", "failed", "cancelled", "aborted", "lost", "mystery")
READS = ("read-401", "read-429", "read-503", "read-html", "read-drop")
NO_JOBS = never("the answer is the picture: there is no job", *JOBS, *READS)
NO_TOKENS = never("its keys do not run out", "401-once")
NO_URLS = never(
    "the picture comes in the answer, not by a URL",
    *("expired-403", "expired-404", "expired-410", "expired", "cut-once", "moved", "private", "elsewhere"),
)
KEY_HINT = "{}=… in the environment, or in a git-ignored .env beside assetgen.toml"
BILLING = "see the billing and the access of the account"


def asset(model, provider, more=""):
    """The one asset of a manifest; a small output is quick to make."""
    return f"""[assets.hero]
prompt = "a fox"
model = "{model}"
via = ["{provider}"]
size = "1024x1024"
post = [{{ op = "resize", width = 64 }}]
{more}
"""


def fewer(fault, message, hint=USAGE, **changes):
    """Two pictures are wanted, by two requests, and the second answer has none."""
    return Cell(faults=("", fault), fate=replace(KEPT, **changes), message=message, hint=hint, candidates=2)


ACCOUNT = "{} refuses the account or the key: {}"
RATE = "Rate limit reached for images (rate_limit_exceeded)"

OPENAI = Lane(
    name="OpenAI",
    provider="openai",
    server="openai",
    asset=asset("gpt-image-2", "openai"),
    cells={
        **NO_JOBS,
        **NO_TOKENS,
        **never("it says how long to wait in headers only", "429-body"),
        **never("a moderated request is refused with an error status", "flagged", "finish-reason"),
        **sent("openai", "OPENAI_BASE_URL", limited=RATE, unavailable="The engine is currently overloaded (server_error)", slow="slow"),
        **urls(job=False),
        **never("without a job every expiry is for good: see above", "expired"),
        "401": at(
            "401",
            UNAUTHORIZED,
            ACCOUNT.format("openai", "Incorrect API key provided: [redacted] (invalid_api_key)"),
            KEY_HINT.format("OPENAI_API_KEY"),
        ),
        "402": at(
            "quota",
            UNAUTHORIZED,
            ACCOUNT.format("openai", "You exceeded your current quota (insufficient_quota)"),
            "see the billing and the model access of the account",
        ),
        "403": at(
            "403",
            UNAUTHORIZED,
            ACCOUNT.format("openai", "Your organization must be verified to use this model (model_access_denied)"),
            "see the model access of the account",
        ),
        "429-date": at("429-date", LIMITED, f"openai asks to wait: {RATE}"),
        "429-bare": at("429-bare", RETRIED, f"openai asks to wait: {RATE}"),
        "429-long": at("429-long", LIMITED, f"openai asks to wait: {RATE}"),
        "500": at("500", RETRIED, "openai failed: The server had an error while processing your request (server_error)"),
        "500-bare": at("500-html", UNKNOWN, "openai may have accepted the request: status 500"),
        "truncated": at("truncated", HELD, "openai's answer was cut short (RemoteProtocolError)"),
        "html": at("html", HELD, 'openai answered with status 200 and "text/html", which is no JSON'),
        "refused": at(
            "moderation",
            REFUSED,
            "openai refused the request: Your request was rejected by the safety system (moderation_blocked)",
        ),
        "one-missing": fewer("empty", "openai answered without a picture"),
        "empty": at("empty", HELD, "openai answered without a picture", USAGE),
    },
)

TOO_MANY = "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for 60 seconds"
FLAGGED = "Your request was flagged by our content moderation system, as a result your request was denied and you were not charged"

STABILITY = Lane(
    name="Stability",
    provider="stability",
    server="stability",
    asset=asset("sd3.5-large", "stability"),
    cells={
        **NO_JOBS,
        **NO_TOKENS,
        **NO_URLS,
        **never("its words tell of a minute: see there", "429-bare"),
        **never("the finish reason tells it: see there", "flagged"),
        **sent(
            "stability",
            "STABILITY_BASE_URL",
            limited=f"{TOO_MANY} (rate_limit_exceeded)",
            unavailable="Try again later (service_unavailable)",
            slow="slow",
        ),
        **spoilt(),
        "401": at(
            "401",
            UNAUTHORIZED,
            ACCOUNT.format("stability", "authorization: invalid key [redacted] (unauthorized)"),
            KEY_HINT.format("STABILITY_API_KEY"),
        ),
        "402": at(
            "402",
            UNAUTHORIZED,
            ACCOUNT.format("stability", "You lack sufficient credits to make this request (payment_required)"),
            BILLING,
        ),
        "403": at("403", UNAUTHORIZED, ACCOUNT.format("stability", "Your account may not use this model (permission_denied)"), BILLING),
        "429-date": at("429-date", LIMITED, f"stability asks to wait: {TOO_MANY} (rate_limit_exceeded)"),
        "429-body": at("429", LIMITED, f"stability asks to wait: {TOO_MANY} (rate_limit_exceeded)"),
        "429-long": at("429@86400", LIMITED, f"stability asks to wait: {TOO_MANY} (rate_limit_exceeded)"),
        "500": at("500", RETRIED, "stability failed: An unexpected server error has occurred, please try again later (internal_error)"),
        "500-bare": at("500-html", UNKNOWN, "stability may have accepted the request: status 500"),
        "truncated": at("truncated", HELD, "stability's answer was cut short (RemoteProtocolError)"),
        "html": at("html", HELD, 'stability answered with status 200 and "text/html", which is no picture'),
        "refused": at("moderation", REFUSED, f"stability refused the request: {FLAGGED} (content_moderation)"),
        "finish-reason": at("filtered", HELD_REFUSED, "stability filtered the picture (CONTENT_FILTERED)", "change the prompt"),
        "one-missing": fewer("nothing", "stability answered with an empty picture"),
        "empty": at("nothing", HELD, "stability answered with an empty picture", USAGE),
    },
)

BROKE = "the connection broke after the request was sent: {} ({})"
BALANCE = "Your organization does not have enough balance to request this action (RESOURCE_EXHAUSTED)"

GRPC = Lane(
    name="Stability gRPC",
    provider="stability",
    server="stability-grpc",
    asset=asset("sdxl", "stability", 'params = { api = "grpc" }'),
    cells={
        **NO_JOBS,
        **NO_TOKENS,
        **NO_URLS,
        **never("a gRPC status says no wait", "429-seconds", "429-date", "429-body", "429-long"),
        **never("gRPC has one status for every gateway's trouble: see 503", "500-bare", "502", "504"),
        **never("gRPC knows no redirects", "redirect"),
        **never("what is no gRPC message is a broken connection: see the cut answer", "html", "page-picture"),
        **never("the finish reason tells it: see there", "flagged"),
        "401": at(
            "unauthenticated",
            UNAUTHORIZED,
            ACCOUNT.format("stability", "missing authorization header (UNAUTHENTICATED)"),
            KEY_HINT.format("STABILITY_API_KEY"),
        ),
        "402": at("credits", UNAUTHORIZED, ACCOUNT.format("stability", BALANCE), BILLING),
        "403": at(
            "denied",
            UNAUTHORIZED,
            ACCOUNT.format("stability", "Your account may not use this engine (PERMISSION_DENIED)"),
            KEY_HINT.format("STABILITY_API_KEY"),
        ),
        "429-bare": at("busy", RETRIED, "stability asks to wait: Too many requests (RESOURCE_EXHAUSTED)"),
        "500": at("internal", UNKNOWN, BROKE.format("server had an error", "INTERNAL")),
        "503": at("unavailable", UNKNOWN, BROKE.format("upstream connect error", "UNAVAILABLE")),
        "slow": at("slow", FINE),
        "hang": at("hang", UNKNOWN, "stability did not answer in time; the request was sent", read_timeout=1),
        "drop-before": at("drop-before", UNTAKEN, BROKE.format("Connection reset by peer", "UNAVAILABLE")),
        "drop-after": at("drop-after", UNKNOWN, BROKE.format("Socket closed", "UNAVAILABLE")),
        "truncated": at("truncated", UNKNOWN, BROKE.format("Stream removed", "UNAVAILABLE")),
        "refused": at("invalid", REFUSED, "stability refused the request: Invalid prompts detected (INVALID_ARGUMENT)"),
        "finish-reason": at("filtered", HELD_REFUSED, "stability filtered the picture (FILTER)", "change the prompt"),
        "one-missing": fewer("empty", "stability answered without a picture"),
        "empty": at("empty", HELD, "stability answered without a picture", USAGE),
        "cut-picture": at("cut-picture", HELD, "the PNG is cut short", BYTES),
    },
)

MANY = "ideogram asks to wait: Too many requests"
IN_FLIGHT = "ideogram asks to wait: Too many images in flight (inflight_limit)"
NO_FINISH = never("it has no such word", "finish-reason")
IDEOGRAM = {
    **NO_TOKENS,
    **NO_FINISH,
    **never("it says how long to wait in headers only", "429-body"),
    **never("its own 500 and that of a gateway are taken alike: see above", "500-bare"),
    **sent("ideogram", "IDEOGRAM_BASE_URL", limited="Too many requests", unavailable="Try again later"),
    "401": at("401", UNAUTHORIZED, ACCOUNT.format("ideogram", "Invalid API key: [redacted]"), KEY_HINT.format("IDEOGRAM_API_KEY")),
    "402": at("402", UNAUTHORIZED, ACCOUNT.format("ideogram", "Not enough credits (insufficient_funds)"), BILLING),
    "403": at("403", UNAUTHORIZED, ACCOUNT.format("ideogram", "No access to this model"), BILLING),
    "429-seconds": at("429-after@0.05", RETRIED, MANY),
    "429-date": at("429-date", LIMITED, MANY),
    "429-bare": at("429", RETRIED, IN_FLIGHT),
    "429-long": at("429@86400", LIMITED, IN_FLIGHT),
    "500": at("500", UNKNOWN, "ideogram may have accepted the request: status 500: Internal error"),
    "refused": at("422", REFUSED, "ideogram refused the request: Prompt or provided image failed the safety checks", "change the prompt"),
    "flagged": at("unsafe", HELD_REFUSED, "ideogram withheld the picture: its safety check calls it unsafe", "change the prompt"),
    "one-missing": fewer("empty", "ideogram answered without a picture"),
    "empty": at("empty", HELD, "ideogram answered without a picture", USAGE),
}
NO_JSON = 'ideogram answered with status 200 and "text/html", which is no JSON object'

FIRST = Lane(
    name="Ideogram 2.x",
    provider="ideogram",
    server="ideogram",
    asset=asset("ideogram-2", "ideogram"),
    cells={
        **IDEOGRAM,
        **NO_JOBS,
        **urls(job=False),
        **never("without a job every expiry is for good: see above", "expired"),
        "truncated": at("truncated", HELD, "ideogram's answer was cut short (RemoteProtocolError)", USAGE),
        "html": at("html", HELD, NO_JSON, USAGE),
    },
)
