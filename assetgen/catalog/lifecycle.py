"""Whether a model still exists on a given day. A model past its end is a warning with its replacement, never a refusal."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assetgen.catalog.entries import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a user should know of a model's end. `days` is how many are left, 0 or less once it is over; None where no day is set."""

    kind: Literal["retired", "ending", "superseded"]
    model: str
    message: str
    hint: str = ""
    days: int | None = None
    replaced_by: tuple[str, ...] = ()


def notice(model: Model, today: date) -> Notice | None:
    """The notice for a model on that day, None where there is nothing to say."""
    hint = "model = " + " or ".join(f'"{other}"' for other in model.replaced_by) if model.replaced_by else ""
    end = model.retired or model.shutdown
    if end is None:
        if not model.replaced_by:
            return None
        message = f'"{model.id}" is superseded'
        return Notice(kind="superseded", model=model.id, message=message, hint=hint, replaced_by=model.replaced_by)
    days = (end - today).days
    if days <= 0:
        message = f'"{model.id}" was {"retired" if model.retired else "shut down"} on {end}'
        return Notice(kind="retired", model=model.id, message=message, hint=hint, days=days, replaced_by=model.replaced_by)
    left = "tomorrow" if days == 1 else f"in {days} days"
    message = f'"{model.id}" is shut down {left}, on {end}'
    return Notice(kind="ending", model=model.id, message=message, hint=hint, days=days, replaced_by=model.replaced_by)
