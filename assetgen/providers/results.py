"""The two ends of a job at a provider: the id in the answer to the submit, and the bytes behind its result URLs. No polling here."""

from collections.abc import Callable, Sequence

from assetgen.errors import BadAnswer, Gone, Unknown
from assetgen.providers.failures import told
from assetgen.providers.http import Answer

USAGE = "it may have been paid for: see the provider's usage page"


def accepted(who: str, answer: Answer, field: str) -> str:
    """The job id in a 2xx answer to a submit. Raises Unknown where there is none: the job may run, and nobody can ask about it."""
    table = answer.table()
    name = (table or {}).get(field)
    if isinstance(name, str) and name:
        return name
    if answer.cut:
        raise Unknown(f"{who} accepted the request, but its answer was cut short ({answer.cut})")
    if table is None:
        raise Unknown(f'{who} answered the request with status {answer.status} and "{answer.kind}", which is no JSON object')
    raise Unknown(f"{who} accepted the request without a job id{told(table.get('error') or table.get('detail'))}")


def collect(urls: Sequence[str], fetch: Callable[[str], bytes], again: Callable[[], Sequence[str]]) -> list[bytes | None]:
    """The bytes behind each URL, None for one that is of no use. A URL that has expired makes the job be read again, once.

    Raises the first failure where no URL gave anything: what did come has been paid for.
    """
    current, fresh = list(urls), False
    found: list[bytes | None] = []
    failure: BadAnswer | None = None
    for index in range(len(current)):
        try:
            try:
                found.append(fetch(current[index]))
            except Gone:
                if fresh:
                    raise
                fresh, renewed = True, list(again())
                current = renewed if len(renewed) == len(current) else current
                found.append(fetch(current[index]))
        except BadAnswer as broken:
            failure = failure or broken
            found.append(None)
    if failure is not None and not any(found):
        raise failure
    return found
