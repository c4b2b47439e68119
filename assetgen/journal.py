"""Paid jobs in flight: one small file per job, written before the request is sent, removed once the lock that holds its result is durable.

A row without a job id whose process is gone means that money may have been spent and nobody knows: it is shown, never retried by itself.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from filelock import FileLock

from assetgen import digest, lockfile
from assetgen.errors import Corrupt
from assetgen.lockfile import Original
from assetgen.model import Json
from assetgen.plan.states import JobState, OpenJob
from assetgen.store import atomic, sealed
from assetgen.store.held import held


class Journal:
    """The rows of one store. Each row is a file of its own, so that threads and processes never write the same one."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "journal"
        self.claims = home / "claims"

    def intend(self, job: OpenJob) -> OpenJob:
        """Write down, durably, that a request is about to be sent. The row gets an id."""
        row = replace(job, id=secrets.token_hex(8), state=JobState.INTENT)
        self._write(row)
        return row

    def submitted(self, row: OpenJob, handle: Mapping[str, Json]) -> OpenJob:
        """Write down the provider's job id."""
        return self._update(row, state=JobState.SUBMITTED, handle=dict(handle))

    def unknown(self, row: OpenJob, detail: str) -> OpenJob:
        """Write down that the request was sent and its fate is not known."""
        return self._update(row, state=JobState.UNKNOWN, detail=detail)

    def spoiled(self, row: OpenJob, detail: str) -> OpenJob:
        """Write down that the answer holds no usable picture and may have been paid. One such row of a request says it for all."""
        written = self._update(row, state=JobState.SPOILED, detail=detail)
        for earlier in self.rows():
            if earlier.gen_key == row.gen_key and earlier.state is JobState.SPOILED and earlier.id != row.id:
                self.close(earlier)
        return written

    def abandoned(self, row: OpenJob) -> OpenJob:
        """Write down that the user gave a job up; its request is not sent again by itself."""
        return self._update(row, state=JobState.ABANDONED)

    def fetched(self, row: OpenJob, originals: tuple[Original, ...]) -> OpenJob:
        """Write down that the pictures are in the store; the lock does not hold them yet."""
        return self._update(row, state=JobState.FETCHED, originals=originals)

    def close(self, row: OpenJob) -> None:
        """The job's result is durable elsewhere, or it surely was never accepted."""
        (self.folder / f"{row.id}.json").unlink(missing_ok=True)

    def rows(self) -> tuple[OpenJob, ...]:
        """Every open row, with `live` set where its process still holds the claim. Raises Corrupt for a damaged row."""
        return tuple(sorted(self._rows(), key=lambda row: (row.asset, row.id)))

    def claim(self, gen_key: str) -> FileLock:
        """The lock that whoever sends this request holds, over all builds that share the store."""
        self.claims.mkdir(parents=True, exist_ok=True)
        return FileLock(self.claims / gen_key)

    def _rows(self) -> Iterator[OpenJob]:
        if not self.folder.is_dir():
            return
        for path in self.folder.glob("*.json"):
            try:
                row = _parse(sealed.unseal(path.read_bytes()), path.stem)
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, TypeError, ArithmeticError) as error:
                hint = "a paid job may be recorded in it: look into it, then move it away"
                raise Corrupt(f'the journal row "{path}" is damaged', hint=hint) from error
            yield replace(row, live=held(self.claims / row.gen_key))

    def _update(self, row: OpenJob, **changes: Any) -> OpenJob:  # noqa: ANN401 - the fields of OpenJob, checked by `replace`
        changed = replace(row, **changes)
        self._write(changed)
        return changed

    def _write(self, row: OpenJob) -> None:
        fields = asdict(row) | {"originals": [lockfile.record(one) for one in row.originals], "reserved": _text(row.reserved)}
        fields.pop("live")
        text = json.dumps(sealed.seal(fields), ensure_ascii=False, indent=1)
        atomic.write(self.folder / f"{row.id}.json", text.encode(), mode=0o600)


def _parse(fields: dict[str, Any], id_: str) -> OpenJob:
    reserved = fields.pop("reserved")
    if fields["id"] != id_ or not digest.is_sha256(fields["gen_key"]):
        raise ValueError("the names of files are not what this program gives them")
    return OpenJob(
        **fields
        | {
            "state": JobState(fields["state"]),
            "reserved": None if reserved is None else Decimal(reserved),
            "originals": tuple(lockfile.original(one) for one in fields["originals"]),
        }
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
