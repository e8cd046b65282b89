"""Sequences as the staff keep them: made, changed, archived, looked up.

Above: the endpoints. Below: what a sequence may look like, the repositories.
"""

from dataclasses import replace
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_model import Listed, Plan, Sequence, SequenceDraft, Step, tag_of
from deskhand.crm.model import ContactChanged
from deskhand.crm.sequence_repository import SequenceRepository
from deskhand.crm.sequences import WrongSequence, check_plan
from deskhand.crm.template_repository import TemplateRepository
from deskhand.crm.templates import UnknownTemplate
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore


class SequenceChanged(ContactChanged):
    """Somebody else changed the sequence since it was read (`If-Match`)."""

    code = "sequence_changed"
    title = "The sequence was changed meanwhile"


class SequencePatch(TypedDict, total=False):
    """What of a sequence is changed; what is left out stays. Steps take the place of all steps."""

    name: str
    description: str
    steps: tuple[Step, ...]
    stop_on_reply: bool
    quiet_hours: tuple[str, str] | None
    archived: bool


class SequenceLibrary:
    """The sequences of every tenant, each reached through its scope."""

    def __init__(self, *, store: TenantStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, scope: TenantScope, draft: SequenceDraft) -> Sequence:
        """Raises WrongSequence, WrongPause, WrongQuietHours and SequenceExists."""
        check_plan(draft.plan)
        async with self._store.write(scope) as db:
            await self._check_templates(db, scope, draft.plan)
            return await SequenceRepository(db, scope, self._clock).add(draft, _by(scope))

    async def sequence(self, scope: TenantScope, sequence_id: str) -> Sequence:
        """Raises UnknownSequence."""
        async with self._store.read(scope) as db:
            return await SequenceRepository(db, scope, self._clock).get(sequence_id)

    async def page(
        self, scope: TenantScope, *, archived: bool | None = None, limit: int = 50, offset: int = 0
    ) -> Listed[Sequence]:
        async with self._store.read(scope) as db:
            return await SequenceRepository(db, scope, self._clock).page(archived=archived, limit=limit, offset=offset)

    async def change(
        self, scope: TenantScope, sequence_id: str, patch: SequencePatch, *, expected: str | None = None
    ) -> Sequence:
        """The sequence with what is given changed; `expected` is the tag it must have.

        Whoever is enrolled goes on as it was when they began.

        Raises:
            UnknownSequence, SequenceChanged, and as `create` does.
        """
        async with self._store.write(scope) as db:
            sequences = SequenceRepository(db, scope, self._clock)
            before = await sequences.locked(sequence_id)
            if expected is not None and tag_of(before) != expected:
                raise SequenceChanged(f"The sequence was changed since {expected[:60]!r} was read: read it again.")
            draft = replace(
                before.draft,
                name=patch.get("name", before.draft.name),
                description=patch.get("description", before.draft.description),
                plan=_patched(before.draft.plan, patch),
            )
            if draft.plan != before.draft.plan:
                check_plan(draft.plan)
                await self._check_templates(db, scope, draft.plan)
            archived = patch.get("archived", before.archived)
            return await sequences.put(before, draft, archived=archived, by=_by(scope))

    async def _check_templates(self, db: AsyncSession, scope: TenantScope, plan: Plan) -> None:
        templates = TemplateRepository(db, scope, self._clock)
        for step in plan.steps:
            try:
                await templates.in_use(step.template, None)
            except UnknownTemplate as error:
                raise WrongSequence(error.detail) from None


def _patched(plan: Plan, patch: SequencePatch) -> Plan:
    return Plan(
        steps=patch.get("steps", plan.steps),
        stop_on_reply=patch.get("stop_on_reply", plan.stop_on_reply),
        quiet_hours=patch.get("quiet_hours", plan.quiet_hours),
    )


def _by(scope: TenantScope) -> str | None:
    return scope.key_id or scope.user_id
