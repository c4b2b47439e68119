"""The matrix of every provider and every fault, as data: the tests assert it, and docs/faults.md shows it.

Rows are faults, in the order in which a request meets them; columns are providers, or their APIs. A fault that cannot exist at one
says why.
"""

from tests.faults.cells import Cell
from tests.faults.queued import COMFYUI, FAL, FIREFLY_3, FIREFLY_4, REPLICATE, SECOND
from tests.faults.synchronous import FIRST, GRPC, OPENAI, STABILITY

LANES = (OPENAI, REPLICATE, FAL, STABILITY, GRPC, SECOND, FIRST, FIREFLY_3, FIREFLY_4, COMFYUI)

ROWS = {
    "401": "401: the key is refused",
    "401-once": "401: a token has run out",
    "402": "402: no credit",
    "403": "403: the account may not",
    "429-seconds": "429, the wait in seconds",
    "429-date": "429, the wait as a date",
    "429-body": "429, the wait in words",
    "429-bare": "429, no wait",
    "429-long": "429, a wait of a day",
    "500": "500, in its own words",
    "500-bare": "500, from a gateway",
    "502": "502",
    "503": "503",
    "504": "504",
    "redirect": "the request is redirected, to a private address",
    "slow": "a slow answer",
    "hang": "no answer in time",
    "drop-before": "dropped before acceptance",
    "drop-after": "dropped after acceptance",
    "truncated": "the answer is cut short",
    "html": "HTML in a 200",
    "no-id": "accepted, without a job id",
    "refused": "moderation: refused at once (400, 403, 422, 451)",
    "flagged": "moderation: a flag on a 200",
    "failed-moderated": "moderation: the job fails",
    "finish-reason": "moderation: the finish reason",
    "one-missing": "fewer pictures than asked",
    "failed": "the job fails",
    "cancelled": "the job was cancelled",
    "aborted": "the job was ended by the provider",
    "lost": "the job is lost (404)",
    "mystery": "an unknown status",
    "read-401": "401 or 403, while the job is read",
    "read-429": "429, while the job is read",
    "read-503": "503, while the job is read",
    "read-html": "HTML, while the job is read",
    "read-drop": "dropped, while the job is read",
    "empty": "an empty result",
    "cut-picture": "the picture is cut short",
    "page-picture": "HTML in a picture's place",
    "expired-403": "the result URL has expired (403)",
    "expired-404": "the result URL has expired (404)",
    "expired-410": "the result URL has expired (410)",
    "expired": "the result URL has expired for good",
    "cut-once": "the download is cut short",
    "moved": "the result URL redirects to a private address",
    "private": "the result URL is at a private address",
    "elsewhere": "the result URL is at another host",
}


def shown(*lanes):
    """The switches of a server that these columns show."""
    cells = [cell for lane in lanes for cell in lane.cells.values() if isinstance(cell, Cell)]
    return {fault.partition("@")[0] for cell in cells for fault in cell.faults} - {""}
