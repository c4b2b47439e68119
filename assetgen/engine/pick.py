"""`pick`: choose among the candidates of an asset, or among the versions of an edited one. Spends nothing."""

from dataclasses import replace
from pathlib import Path

from assetgen.engine.edit import finish_outputs, held, planned_of
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError, UsageError
from assetgen.lockfile import Block, Original
from assetgen.plan.states import AssetPlan


def pick(path: Path | str, name: str, choice: str | None, *, back: bool = False) -> list[str]:
    """Choose among candidates: by number from 1, by the first digits of the digest, or the one before the present one (`back`)."""
    with held(path) as seen:
        planned = planned_of(seen, name)
        block = seen.lock.get(name)
        candidates = block.candidates if block is not None else ()
        waiting = next((one for one in planned.asset.versions if seen.plan.assets[one].chosen is None), None)
        if waiting is not None:
            candidates_wait = seen.plan.assets[waiting].reasons[0].code == "pick"
            hint = f"assetgen pick {waiting}" if candidates_wait else f"assetgen build {name}"
            raise UsageError(f'"{name}" has versions that are not there yet: "{waiting}"', hint=hint)
        if block is None or not candidates:
            raise UsageError(f'"{name}" has no candidates to pick from', hint=f"candidates = 4 in [assets.{planned.asset.table}]")
        if choice is None and not back:
            return [_candidate(number, one, block) + _edit(seen, planned, one) for number, one in enumerate(candidates, 1)]
        chosen = _previous(block, name) if back else _match(candidates, choice or "", name)
        again = chosen.provider == "file" or seen.facts.repeatable(chosen.provider)
        if not again and seen.facts.bytes(chosen.sha256) is None:
            raise AssetgenError(f'the bytes of candidate "{chosen.sha256[:12]}" are nowhere to be found', hint="assetgen store path")
        request = planned.request if planned.asset.versions and planned.request is not None else block.request
        seen.lock[name] = replace(block, request=dict(request), original=chosen)
        seen.workspace.lock.write(seen.lock)
    return [f"{name}: picked {chosen.sha256[:12]}", *finish_outputs(path, name)]


def _candidate(number: int, one: Original, block: Block) -> str:
    chosen = "*" if block.original is not None and block.original.sha256 == one.sha256 else " "
    seed = f", seed {one.seed}" if one.seed is not None else ""
    return f"{chosen}{number}  {one.sha256[:12]}  {one.width}x{one.height} {one.format}{seed}"


def _edit(seen: Survey, planned: AssetPlan, one: Original) -> str:
    """The words that made a version of an edited asset, the first line of them."""
    for version in map(seen.plan.assets.__getitem__, planned.asset.versions):
        if version.chosen == one.sha256:
            words = version.asset.prompt or version.asset.file or ""
            return f', {version.name}: "{words.splitlines()[0][:60]}"'
    return ""


def _previous(block: Block, name: str) -> Original:
    at = next((index for index, one in enumerate(block.candidates) if block.original and one.sha256 == block.original.sha256), 0)
    if at == 0:
        raise UsageError(f'"{name}" has nothing before the present picture', hint=f"assetgen pick {name}")
    return block.candidates[at - 1]


def _match(candidates: tuple[Original, ...], choice: str, name: str) -> Original:
    if choice.isdecimal() and 1 <= int(choice) <= len(candidates):
        return candidates[int(choice) - 1]
    found = [one for one in candidates if len(choice) >= 4 and one.sha256.startswith(choice)]
    if len(found) != 1:
        raise UsageError(f'"{choice}" is not one of the candidates of "{name}"', hint=f"assetgen pick {name}")
    return found[0]
