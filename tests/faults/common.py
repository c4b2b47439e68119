"""The cells that providers share: how a request over HTTP may be lost, how a job is read, how a result file is fetched."""

from tests.faults.cells import (
    BYTES,
    FINE,
    FRESH_URL,
    HELD,
    LOADED_AGAIN,
    REFUSED,
    RESUMED,
    RETRIED,
    TRUSTED,
    UNKNOWN,
    UNREAD,
    WAITED_OUT,
    at,
)

DROPPED = "the connection broke after the request was sent ({})"


def sent(who, variable, *, limited, unavailable, slow=""):
    """What may become of a request on its way, at every provider that speaks HTTP. `limited` and `unavailable` are its own words."""
    return {
        "429-seconds": at("429@0.05", RETRIED, f"{who} asks to wait: {limited}"),
        "503": at("503@", RETRIED, f"{who} is not available: {unavailable}"),
        "502": at("502", UNKNOWN, f"{who} may have accepted the request: status 502"),
        "504": at("504", UNKNOWN, f"{who} may have accepted the request: status 504"),
        "redirect": at(
            "redirect", REFUSED, "the server redirects the request (status 307)", f"{variable} must be the final address, with https"
        ),
        "slow": at(slow, FINE),
        "hang": at("hang", UNKNOWN, f"{who} did not answer in time; the request was sent", read_timeout=1),
        "drop-before": at("drop-before", UNREAD, DROPPED.format("ReadError")),
        "drop-after": at("drop-after", UNKNOWN, DROPPED.format("RemoteProtocolError")),
    }


def accepted(who, status=200):
    """What may become of the answer that tells a job's id."""
    html = f'{who} answered the request with status {status} and "text/html", which is no JSON object'
    return {
        "truncated": at("truncated", UNKNOWN, f"{who} accepted the request, but its answer was cut short (RemoteProtocolError)"),
        "html": at("html", UNKNOWN, html),
        "no-id": at("no-id", UNKNOWN, f"{who} accepted the request without a job id"),
    }


def job(who, name, refusal, denied="read-401"):
    """What may become of a job while it is asked about."""
    goes_on = f'the job "{name}" goes on at {who}, and the next build asks for it again'
    return {
        "lost": at("lost", HELD, f'{who} does not know the job "{name}" any more', "see the provider's usage page"),
        "mystery": at("mystery", WAITED_OUT),
        "read-401": at(denied, RESUMED, f"{who} refuses the key: {refusal}; {goes_on}"),
        "read-429": at("read-429", WAITED_OUT),
        "read-503": at("read-503", WAITED_OUT),
        "read-html": at("read-html", WAITED_OUT),
        "read-drop": at("read-drop", WAITED_OUT),
    }


def spoilt():
    """What may come in a picture's place."""
    return {
        "cut-picture": at("cut-picture", HELD, "the PNG is cut short", BYTES),
        "page-picture": at("page-picture", HELD, "the answer is HTML, not a picture", BYTES),
    }


def urls(*, job):
    """What may become of a result URL, with a job that can be read again for a fresh one, or without."""
    gone = 'the result URL at "127.0.0.1" has expired (status {})'
    elsewhere = 'the result host "files.example.net" is not one this provider is known to use'
    trust = 'add result_hosts = ["files.example.net"] to the provider in your user configuration, if you trust it'
    expired = {
        f"expired-{code}": at(f"stale-{code}", FRESH_URL) if job else at(f"url-{code}", HELD, gone.format(code)) for code in (403, 404, 410)
    }
    return {
        **spoilt(),
        **expired,
        "expired": at("url-410", HELD, gone.format(410)),
        "cut-once": at("url-once", LOADED_AGAIN),
        "moved": at("url-private", HELD, 'a result URL at "169.254.169.254" is not https'),
        "private": at("url-inside", HELD, 'the result host "10.0.0.1" has the private address "10.0.0.1"'),
        "elsewhere": at("url-elsewhere", TRUSTED if job else HELD, elsewhere, trust),
    }
