"""Pipelines: the ordered stages that contacts go through, kept for each tenant.

Above: the endpoints, the records. Below: their table. A stage keeps its id through every change of its name and place;
one with contacts on it cannot be taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.ledger import Ledger, Request
from deskhand.crm.model import InvalidContact, PipelineMove, Writing
from deskhand.crm.tables import CrmPipelineRow, CrmPlaceRow
from deskhand.crm.values import folded, plain_line
from deskhand.kit.clock import Clock
from deskhand.kit.errors import Conflict, NotFound
from deskhand.kit.ids import new_id
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

MAX_PIPELINES = 50
MAX_STAGES = 50
MAX_NAME = 100
_UNSYNCED = {"synchronize_session": False}


class UnknownPipeline(NotFound):
    code = "unknown_pipeline"


class UnknownStage(NotFound):
    code = "unknown_stage"


class PipelineExists(Conflict):
    code = "pipeline_exists"


class TooManyPipelines(Conflict):
    code = "too_many_pipelines"


class StageInUse(Conflict):
    """Contacts stand on it."""

    code = "stage_in_use"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageDraft:
    """A stage as it shall be; without an id a new one."""

    name: str
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    id: str
    name: str
    stages: tuple[Stage, ...]
    created_at: datetime
    updated_at: datetime

    def stage(self, wanted: str) -> Stage:
        """The stage of that id, or of that name however it is written.

        Raises:
            UnknownStage: naming those there are.
        """
        for stage in self.stages:
            if wanted == stage.id or folded(wanted) == folded(stage.name):
                return stage
        names = ", ".join(repr(stage.name) for stage in self.stages)
        raise UnknownStage(f"The pipeline {self.name!r} has no stage {wanted[:MAX_NAME]!r}: take one of {names}.")


class PipelineRepository:
    """The pipelines of one scope, inside the caller's transaction."""

    def __init__(self, db: AsyncSession, scope: TenantScope, clock: Clock) -> None:
        self._db = db
        self._scope = scope
        self._clock = clock

    async def all(self) -> tuple[Pipeline, ...]:
        """By name."""
        rows = await self._db.scalars(select(CrmPipelineRow).order_by(CrmPipelineRow.name_key))
        return tuple(_pipeline(row) for row in rows.all())

    async def pipeline(self, pipeline_id: str) -> Pipeline:
        """Raises UnknownPipeline."""
        return _pipeline(await self._row(pipeline_id, lock=False))

    async def meant(self, move: PipelineMove) -> tuple[Pipeline, Stage | None]:
        """The pipeline and the stage that are meant; held as they are until the transaction ends.

        Raises:
            UnknownPipeline, UnknownStage: naming those there are.
        """
        pipelines = await self.all()
        named = [each for each in pipelines if move.pipeline is None or _is(each, move.pipeline)]
        if len(named) != 1:
            names = ", ".join(repr(each.name) for each in pipelines) or "none: POST /api/v1/crm/pipelines makes one"
            asked = "It takes the name of a pipeline" if move.pipeline is None else f"No pipeline {move.pipeline!r}"
            raise UnknownPipeline(f"{asked}; there are {names}.")
        pipeline = _pipeline(await self._row(named[0].id, lock=True))
        return pipeline, None if move.stage is None else pipeline.stage(move.stage)

    async def add(self, name: str, stages: Sequence[StageDraft]) -> Pipeline:
        """Raises PipelineExists, TooManyPipelines, InvalidContact, UnknownStage."""
        if len(await self.all()) >= MAX_PIPELINES:
            raise TooManyPipelines(f"There are {MAX_PIPELINES} pipelines already: remove one first.")
        now = self._clock.now()
        row = CrmPipelineRow(
            id=new_id("pip"), tenant_id=self._scope.tenant_id, stages=[], version=1, created_at=now, updated_at=now
        )
        self._name(row, name)
        row.stages = _stages(row, stages)
        self._db.add(row)
        await self._flush(row.name)
        return _pipeline(row)

    async def change(self, pipeline_id: str, name: str | None, stages: Sequence[StageDraft] | None) -> Pipeline:
        """Raises UnknownPipeline, PipelineExists, StageInUse, UnknownStage, InvalidContact."""
        row = await self._row(pipeline_id, lock=True)
        if name is not None:
            self._name(row, name)
        if stages is not None:
            after = _stages(row, stages)
            kept = {stage["id"] for stage in after}
            for gone in [stage for stage in row.stages if stage["id"] not in kept]:
                await self._refuse_if_used(row, gone)
            row.stages = after
        row.version += 1
        row.updated_at = self._clock.now()
        await self._flush(row.name)
        return _pipeline(row)

    async def remove(self, pipeline_id: str, *, with_places: bool) -> Pipeline:
        """The pipeline as it was. Raises UnknownPipeline; StageInUse when contacts stand in it who shall not leave."""
        row = await self._row(pipeline_id, lock=True)
        if not with_places:
            await self._refuse_if_used(row, None)
        places = delete(CrmPlaceRow).where(CrmPlaceRow.pipeline_id == row.id)
        await self._db.execute(places, execution_options=_UNSYNCED)
        await self._db.delete(row)
        await self._db.flush()
        return _pipeline(row)

    async def _row(self, pipeline_id: str, *, lock: bool) -> CrmPipelineRow:
        wanted = select(CrmPipelineRow).where(CrmPipelineRow.id == pipeline_id)
        if lock:
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        row = await self._db.scalar(wanted)
        if row is None:
            raise UnknownPipeline(f"There is no pipeline {pipeline_id!r}: GET /api/v1/crm/pipelines lists them.")
        return row

    async def _refuse_if_used(self, row: CrmPipelineRow, stage: dict[str, str] | None) -> None:
        """That contacts stand on the stage; without one, anywhere in the pipeline."""
        standing = select(func.count()).select_from(CrmPlaceRow).where(CrmPlaceRow.pipeline_id == row.id)
        if stage is not None:
            standing = standing.where(CrmPlaceRow.stage_id == stage["id"])
        count = await self._db.scalar(standing)
        if count:
            where = f"on the stage {stage['name']!r}" if stage else f"in the pipeline {row.name!r}"
            how = "move them first" if stage else "move them first, or remove it with_places=true"
            raise StageInUse(f"{count} contacts stand {where}: {how}.")

    def _name(self, row: CrmPipelineRow, name: str) -> None:
        row.name = plain_line("pipeline's name", name, MAX_NAME)
        row.name_key = folded(row.name)

    async def _flush(self, name: str) -> None:
        try:
            await self._db.flush()
        except IntegrityError:
            raise PipelineExists(f"There is a pipeline {name!r} already: take another name.") from None


class Pipelines:
    """The pipelines of every tenant."""

    def __init__(self, *, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self, scope: TenantScope) -> tuple[Pipeline, ...]:
        """By name."""
        async with self._store.read(scope) as db:
            return await PipelineRepository(db, scope, self._clock).all()

    async def pipeline(self, scope: TenantScope, pipeline_id: str) -> Pipeline:
        """Raises UnknownPipeline."""
        async with self._store.read(scope) as db:
            return await PipelineRepository(db, scope, self._clock).pipeline(pipeline_id)

    async def add(self, scope: TenantScope, name: str, stages: Sequence[StageDraft], writing: Writing) -> Pipeline:
        """Raises PipelineExists, TooManyPipelines, InvalidContact, KeyReused."""
        async with self._store.write(scope) as db:
            repository = PipelineRepository(db, scope, self._clock)
            asked = Request(operation="add_pipeline", contact_id=None, body=[name, list(stages)])
            ledger = Ledger(db, scope, self._clock)
            return await ledger.once(writing.idempotency_key, asked, Pipeline, lambda: repository.add(name, stages))

    async def change(
        self,
        scope: TenantScope,
        pipeline_id: str,
        *,
        name: str | None,
        stages: Sequence[StageDraft] | None,
        writing: Writing,
    ) -> Pipeline:
        """Give it another name, other stages or another order of them. What is None stays.

        Raises:
            UnknownPipeline, PipelineExists, StageInUse, UnknownStage, InvalidContact, KeyReused.
        """
        async with self._store.write(scope) as db:
            repository = PipelineRepository(db, scope, self._clock)
            body = [pipeline_id, name, None if stages is None else list(stages)]
            asked = Request(operation="change_pipeline", contact_id=None, body=body)
            ledger = Ledger(db, scope, self._clock)
            return await ledger.once(
                writing.idempotency_key, asked, Pipeline, lambda: repository.change(pipeline_id, name, stages)
            )

    async def remove(self, scope: TenantScope, pipeline_id: str, *, with_places: bool, writing: Writing) -> None:
        """Raises UnknownPipeline, StageInUse, KeyReused."""
        async with self._store.write(scope) as db:
            repository = PipelineRepository(db, scope, self._clock)
            asked = Request(operation="remove_pipeline", contact_id=None, body=[pipeline_id, with_places])
            ledger = Ledger(db, scope, self._clock)
            await ledger.once(
                writing.idempotency_key,
                asked,
                Pipeline,
                lambda: repository.remove(pipeline_id, with_places=with_places),
            )


def _pipeline(row: CrmPipelineRow) -> Pipeline:
    return Pipeline(
        id=row.id,
        name=row.name,
        stages=tuple(Stage(id=stage["id"], name=stage["name"]) for stage in row.stages),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _is(pipeline: Pipeline, wanted: str) -> bool:
    return wanted == pipeline.id or folded(wanted) == folded(pipeline.name)


def _stages(row: CrmPipelineRow, drafts: Sequence[StageDraft]) -> list[dict[str, str]]:
    """The stages as they are kept.

    Raises:
        InvalidContact: when there are none or too many, or two of one name or id.
        UnknownStage: when an id is none of the pipeline's.
    """
    if not 1 <= len(drafts) <= MAX_STAGES:
        raise InvalidContact(f"A pipeline has 1 to {MAX_STAGES} stages, not {len(drafts)}: name them in their order.")
    known = {stage["id"] for stage in row.stages}
    unknown = [draft.id for draft in drafts if draft.id is not None and draft.id not in known]
    if unknown:
        raise UnknownStage(f"The pipeline has no stage {unknown[0]!r}: leave the id out to make a new stage.")
    stages = [
        {"id": draft.id or new_id("stg"), "name": plain_line("stage's name", draft.name, MAX_NAME)} for draft in drafts
    ]
    for part in ("id", "name"):
        if len({folded(stage[part]) for stage in stages}) < len(stages):
            raise InvalidContact(f"Two stages have the same {part}: let every stage have its own.")
    return stages
