"""Recipes, lock and facts in, a plan out. Pure: the same arguments give the same plan, and nothing is read but through `Facts`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assetgen import recipe
from assetgen.lockfile import Block, Lock, Original
from assetgen.model import Asset, Json, Manifest, Reference, Upstream
from assetgen.plan import chains, generate, outputs
from assetgen.plan.facts import Choices, Facts
from assetgen.plan.graph import ordered, references, upstream
from assetgen.plan.names import Names
from assetgen.plan.states import AssetPlan, JobState, OpenJob, OutputState, Plan, Reason, State
from assetgen.post import Op


@dataclass(kw_only=True)
class Planner:
    """Settles assets one by one, upstream first. The engine keeps one for a build and settles dependents again when an upstream is done."""

    manifest: Manifest
    lock: Lock
    facts: Facts
    ops: Mapping[str, Op]
    choices: Choices = field(default_factory=Choices)
    settled: dict[str, AssetPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index what the whole lock knows, once."""
        every = [written for block in self.lock.values() for written in block.outputs]
        self.ours = dict.fromkeys((one.sha256 for one in every), False) | {one.sha256: True for one in every if one.edited}
        self._stopped: dict[str, AssetPlan] = {}
        self.names = Names(self.manifest.assets, self.lock, self.facts, self.settled)

    def plan(self, jobs: Iterable[OpenJob] = ()) -> Plan:
        """Settle every asset."""
        for asset in ordered(self.manifest.assets):
            self.settle(asset)
        self._stopped = {planned.name: planned for planned in chains.stopped(self.settled)}
        self.settled |= self._stopped
        assets = {name: self.settled[name] for name in self.manifest.assets}
        taken = {planned.renamed_from for planned in assets.values()}
        orphans = tuple(sorted(name for name in self.lock if name not in assets and name not in taken))
        return Plan(assets=assets, orphans=orphans, jobs=tuple(jobs))

    def settle(self, asset: Asset) -> AssetPlan:
        """Decide one asset; its upstream assets must be settled."""
        content, stop = self._contents(asset)
        block = self.lock.get(asset.name)
        if content is None:
            planned = AssetPlan(asset=asset, state=stop[0], reasons=(stop[1],), block=block)
            if stop[0] is State.WAITS and asset.generated:
                planned = generate.later(planned, self.facts, soon=self._soon(asset))
        else:
            planned = self._decide(asset, recipe.request(asset, content))
        if asset.name in self._stopped and planned.buys and planned.job is None:
            planned = replace(planned, state=State.BLOCKED, reasons=self._stopped[asset.name].reasons)
        self.settled[asset.name] = planned
        return planned

    def _contents(self, asset: Asset) -> tuple[dict[Reference, str] | None, tuple[State, Reason]]:
        content: dict[Reference, str] = {}
        stops: list[tuple[State, Reason]] = []
        for reference in references(asset):
            found: str | None = None
            if isinstance(reference, Upstream):
                stop = self._upstream(reference.name)
                stops += [stop] if stop is not None else []
                found = self.settled[reference.name].chosen
            elif (found := self.facts.content(reference.path)) is None:
                stops.append((State.BLOCKED, self._missing(reference.path)))
            content[reference] = found or ""
        if stops:
            # What can't be had at all goes before what is only waited for.
            return None, next((stop for stop in stops if stop[0] is State.BLOCKED), stops[0])
        return content, (State.FRESH, Reason(code="", text=""))

    def _missing(self, path: str) -> Reason:
        """Why a file that is to be read can't be."""
        obstacle = self.facts.obstacle(path)
        if obstacle is not None:
            return Reason(code="not-a-file", text=obstacle, hint=f'put a file at "{path}"')
        return Reason(code="file-missing", text=f'the file "{path}" does not exist', hint=f'add "{path}"')

    def _upstream(self, name: str) -> tuple[State, Reason] | None:
        upstream = self.settled[name]
        match upstream.state:
            case State.GENERATE | State.WAITS:
                return State.WAITS, Reason(code="upstream", text=f'waits for "{name}"')
            case State.BLOCKED if upstream.chosen is None:
                return State.BLOCKED, Reason(code="upstream-blocked", text=f'"{name}" is blocked')
            case _ if upstream.chosen is None:
                return State.WAITS, Reason(code="upstream", text=f'waits for "{name}"')
            case _:
                return None

    def _soon(self, asset: Asset) -> bool:
        """Whether every upstream asset without an original gets one in the same build, without a person."""
        above = (self.settled[name] for name in upstream(asset))
        return all(planned.chosen is not None or (planned.buys and planned.asset.candidates == 1) for planned in above)

    def _decide(self, asset: Asset, request: dict[str, Json]) -> AssetPlan:
        gen_key = recipe.gen_key(request)
        block, renamed = self.names.block(asset, request, gen_key)
        if renamed is not None and chains.keeps(asset, self.lock.get(asset.name), block, self.choices):
            block, renamed = self.lock[asset.name], None
        planned = AssetPlan(asset=asset, state=State.FRESH, request=request, gen_key=gen_key, block=block, renamed_from=renamed)
        if asset.file is not None:
            return self._finish(replace(planned, chosen=str(request["file"])))
        if asset.versions:
            planned = replace(planned, chosen=chains.last(planned, self.settled))
            refusal = chains.replaced(planned, self.lock, self.choices)
            if refusal is not None and block is not None and block.original is not None:
                return replace(planned, state=State.BLOCKED, reasons=(refusal,), chosen=block.original.sha256)
            return self._finish(planned)
        same = block is not None and (not asset.edited or block.request.get("prompt") == request.get("prompt"))
        if same and asset.freeze and block is not None and block.original is not None:
            frozen = () if block.request == request else ("frozen: changes of the request are not followed",)
            return self._finish(replace(planned, chosen=block.original.sha256, request=block.request, notes=frozen))
        return self._requested(planned, request, gen_key)

    def _requested(self, planned: AssetPlan, request: dict[str, Json], gen_key: str) -> AssetPlan:
        """The original comes from a request: look at open jobs first, then at the lock, then at what the request yielded before."""
        asset, block = planned.asset, planned.block
        jobs = self.facts.jobs(gen_key)
        held = generate.held(planned, jobs)
        if held is not None:
            return held
        picks = generate.distinct(original for job in jobs if job.state is JobState.FETCHED for original in job.originals)
        if picks and not _known(picks, block):
            return self._restore(planned, picks)
        if asset.name in self.choices.regenerate:
            if since := generate.since(planned, self.facts, self.choices):
                return self._restore(planned, since)
            return self._generate(replace(planned, reasons=(Reason(code="regenerate", text="asked for with --regenerate"),)))
        if block is not None:
            notes = generate.only_unhonoured(block, request)
            if notes is not None:
                return self._locked(replace(planned, notes=notes))
        return self._stale(planned, gen_key)

    def _locked(self, planned: AssetPlan) -> AssetPlan:
        """The lock answers the request: there is an original, or candidates that wait for a pick."""
        assert planned.block is not None
        if planned.block.original is None:
            hint = f"assetgen pick {planned.name}"
            reason = Reason(code="pick", text=f"{len(planned.block.candidates)} candidates wait for a pick", hint=hint)
            return replace(planned, state=State.WAITS, reasons=(reason,))
        return self._finish(replace(planned, chosen=planned.block.original.sha256))

    def _stale(self, planned: AssetPlan, gen_key: str) -> AssetPlan:
        """The lock does not answer the request: it may have been answered before, else somebody must be asked."""
        reason = generate.why(planned)
        planned = replace(planned, reasons=(reason,))
        yielded = tuple(o for o in self.facts.yielded(gen_key) if self.facts.find(o.sha256) or self.facts.repeatable(o.provider))
        refusal = chains.protected(planned, self.lock, self.choices)
        if refusal is not None:
            refusal = replace(refusal, text=f"{reason.text}, and {refusal.text}", changes=reason.changes)
            return replace(planned, state=State.BLOCKED, reasons=(refusal,))
        if yielded:
            return self._restore(planned, yielded)
        paid = generate.paid_already(self.facts.jobs(gen_key), planned.name)
        if paid is not None:
            return replace(planned, state=State.BLOCKED, reasons=(reason, paid))
        return self._generate(planned)

    def _restore(self, planned: AssetPlan, picks: tuple[Original, ...]) -> AssetPlan:
        rewritten = generate.rewritten(picks, self.manifest.policy, planned.name)
        if rewritten is not None:
            return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, rewritten), picks=picks)
        refusal = self._unfinishable(planned)
        if refusal is not None:
            return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, refusal), picks=picks)
        reasons = planned.reasons or (Reason(code="fetched", text="bought by an earlier build and not locked yet"),)
        single = len(picks) == 1 or planned.asset.candidates == 1
        chosen = generate.best(picks).sha256 if single else None
        return replace(planned, state=State.RESTORE, reasons=reasons, picks=picks, chosen=chosen)

    def _generate(self, planned: AssetPlan) -> AssetPlan:
        refusal = self._unfinishable(planned) or self._lost_upstream(planned)
        if refusal is not None:
            return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, refusal))
        return generate.decide(planned, self.facts, self.choices)

    def _unfinishable(self, planned: AssetPlan) -> Reason | None:
        """Why outputs could not be made from a new original: a file that an op reads is missing, or a path holds somebody's work."""
        _, missing = self._op_files(planned.asset)
        if missing is not None:
            return self._missing(missing)
        found = (
            outputs.occupied(output, planned.block, self.facts, self.ours, self.choices, planned.name) for output in planned.asset.outputs
        )
        return next((reason for reason in found if reason is not None), None)

    def _lost_upstream(self, planned: AssetPlan) -> Reason | None:
        """An upstream original that can't be sent along, found before anything is paid."""
        for reference in references(planned.asset):
            if not isinstance(reference, Upstream):
                continue
            upstream = chains.maker(self.settled[reference.name], self.settled)
            if upstream.chosen is None or self.facts.find(upstream.chosen) or upstream.asset.file is not None:
                continue
            original = upstream.block.original if upstream.block else None
            if original is None or not self.facts.repeatable(original.provider):
                text = f'the original of "{reference.name}", which it refers to, is missing'
                return Reason(code="upstream-original-missing", text=text, hint=f"assetgen build --regenerate {reference.name}")
        return None

    def _finish(self, planned: AssetPlan) -> AssetPlan:
        """The original is known: look at each output."""
        asset, block, chosen = planned.asset, planned.block, planned.chosen
        assert chosen is not None
        files, missing = self._op_files(asset)
        if missing is not None:
            return replace(planned, state=State.BLOCKED, reasons=(self._missing(missing),))
        locked = chains.maker(planned, self.settled).block
        original = locked.original if locked is not None and locked.original is not None and locked.original.sha256 == chosen else None
        source = original.source if original is not None and self.manifest.policy.provenance else None
        decided = tuple(
            outputs.decide(
                output,
                recipe.finish(
                    output,
                    original=chosen,
                    ops=self.ops,
                    files=files,
                    source=source,
                    placeholder=original is not None and original.placeholder,
                ),
                block,
                self.facts,
                self.ours,
                self.choices,
                planned.name,
            )
            for output in asset.outputs
        )
        return self._sum_up(replace(planned, outputs=decided), original)

    def _sum_up(self, planned: AssetPlan, original: Original | None) -> AssetPlan:
        assert planned.chosen is not None
        reasons = planned.reasons + tuple(output.reason for output in planned.outputs if output.reason is not None)
        states = {output.state for output in planned.outputs}
        if OutputState.BLOCKED in states:
            blocked = tuple(o.reason for o in planned.outputs if o.state is OutputState.BLOCKED and o.reason is not None)
            return replace(planned, state=State.BLOCKED, reasons=blocked)
        reasons += self._lock_only(planned, original)
        maker = chains.maker(planned, self.settled)
        if OutputState.FINISH in states and maker.asset.file is None and not self.facts.find(planned.chosen):
            if original is not None and self.facts.repeatable(original.provider):
                return replace(planned, state=State.RESTORE, reasons=reasons, redraw=True)
            return generate.original_missing(replace(planned, reasons=reasons), maker.asset, self.facts)
        if OutputState.FINISH in states:
            return replace(planned, state=State.FINISH, reasons=reasons)
        if OutputState.RESTORE in states:
            return replace(planned, state=State.RESTORE, reasons=reasons)
        return replace(planned, state=State.FINISH if reasons else State.FRESH, reasons=reasons)

    def _lock_only(self, planned: AssetPlan, original: Original | None) -> tuple[Reason, ...]:
        """Reasons to write the lock although every output is right."""
        if planned.renamed_from is not None:
            text = "takes over the picture of" if "~" in planned.name + planned.renamed_from else "renamed from"
            return (Reason(code="renamed", text=f'{text} "{planned.renamed_from}"'),)
        if planned.asset.file is not None and original is None:
            return (Reason(code="file-changed", text=f'"{planned.asset.file}" is new or has changed'),)
        if planned.asset.versions and (planned.block is None or planned.block.request != planned.request):
            return (Reason(code="edited", text="its versions are new or have changed"),)
        wanted = {output.path for output in planned.asset.outputs}
        stale = [
            written.path
            for written in (planned.block.outputs if planned.block else ())
            if not written.removed and written.path not in wanted
        ]
        if stale:
            return (Reason(code="output-removed", text=f'"{stale[0]}" is no longer an output'),)
        if planned.block is not None and planned.block.removed:
            return (Reason(code="returned", text="is in the manifest again"),)
        return ()

    def _op_files(self, asset: Asset) -> tuple[dict[str, str], str | None]:
        files: dict[str, str] = {}
        for output in asset.outputs:
            for step in output.steps:
                for name in self.ops[step.op].files & step.params.keys():
                    path = str(step.params[name])
                    found = self.facts.content(path)
                    if found is None:
                        return {}, path
                    files[path] = found
        return files, None


def _known(picks: tuple[Original, ...], block: Block | None) -> bool:
    """Whether the lock already holds what a job fetched."""
    if block is None:
        return False
    locked = {original.sha256 for original in (block.original, *block.candidates) if original is not None}
    return any(pick.sha256 in locked for pick in picks)
