"""Agents as the floors above change them: made, patched, archived, rolled back, applied from a file.

Every change is checked whole, then written with the version it makes. Above: endpoints, demo. Below: the repository,
the contract's documents.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.agents.contract import AgentContract, ContractDraft, content_hash, document_of
from deskhand.agents.contract_differences import Difference, differences
from deskhand.agents.contract_documents import apply_merge_patch, completed, draft_from
from deskhand.agents.contract_parts import AgentStatus
from deskhand.agents.contract_problems import InvalidContract
from deskhand.agents.contract_references import check_references
from deskhand.agents.contract_version import FIRST_VERSION, next_patch, parse_version, require_newer
from deskhand.agents.model import AgentFilter, ContractChanged, StoredAgent, StoredVersion, VersionInfo
from deskhand.agents.repository import AgentRepository
from deskhand.kit.clock import Clock
from deskhand.kit.problems import FieldProblem
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.store import TenantStore

MAX_HANDLE_CHARS = 64
MAX_SUMMARY_CHARS = 500
TRIES = 5

Author = Callable[[TenantScope], Awaitable[str | None]]
Edit = Callable[[AgentContract], ContractDraft]


class ApplyOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Why something is changed, and which version it is based on (`If-Match`); None takes whatever is there."""

    summary: str = ""
    expected_version: str | None = None


class AgentLibrary:
    """The agents of every tenant, each reached through its scope."""

    def __init__(
        self,
        *,
        store: TenantStore,
        clock: Clock,
        knowledge: KnowledgeLibrary,
        tools: Collection[str],
        providers: Collection[str],
        author_of: Author,
        changed: Callable[[str, str], None],
    ) -> None:
        """`author_of` names who acts; `changed(tenant_id, agent_id)` is called after each change."""
        self._store = store
        self._clock = clock
        self._knowledge = knowledge
        self._tools = frozenset(tools)
        self._providers = frozenset(providers)
        self._author_of = author_of
        self._changed = changed

    async def agent(self, scope: TenantScope, agent_id: str) -> StoredAgent:
        """Raises UnknownAgent."""
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).agent(agent_id)

    async def agents(
        self, scope: TenantScope, wanted: AgentFilter, *, limit: int, offset: int
    ) -> tuple[tuple[StoredAgent, ...], int]:
        """A part of the list by name, and how long it is."""
        async with self._store.read(scope) as db:
            return await self._repository(db, scope).agents(wanted, limit=limit, offset=offset)

    async def versions(
        self, scope: TenantScope, agent_id: str, *, limit: int, offset: int
    ) -> tuple[tuple[VersionInfo, ...], int]:
        """A part of the versions, newest first, and how many there are."""
        async with self._store.read(scope) as db:
            repository = self._repository(db, scope)
            return await repository.versions(await repository.agent(agent_id), limit=limit, offset=offset)

    async def version(self, scope: TenantScope, agent_id: str, version: str) -> StoredVersion:
        """Raises UnknownAgent, UnknownVersion."""
        async with self._store.read(scope) as db:
            repository = self._repository(db, scope)
            return await repository.version(await repository.agent(agent_id), version)

    async def diff(self, scope: TenantScope, agent_id: str, before: str, after: str) -> list[Difference]:
        """What leads from one version to another; the version and the times are left out."""
        old = await self.version(scope, agent_id, before)
        new = await self.version(scope, agent_id, after)
        return differences(_content(old.contract), _content(new.contract))

    async def create(self, scope: TenantScope, draft: ContractDraft, *, summary: str = "") -> StoredAgent:
        """A new agent.

        Raises:
            AgentExists: when its id is taken.
            InvalidContract: when it names what is not there.
        """
        scope.require(Permission.AGENTS_WRITE)
        author, bases = await self._author_of(scope), await self._base_slugs(scope)
        async with self._store.write(scope) as db:
            repository = self._repository(db, scope)
            handoffs = await repository.handoffs()
            agent_id = draft.id or free_handle(draft.name, handoffs)
            contract = self._completed(scope, draft, agent_id, draft.version or FIRST_VERSION)
            self._check(contract, handoffs, bases)
            agent = await repository.add(contract, author=author, summary=_summary(summary, "Created"))
        self._changed(scope.tenant_id, agent_id)
        return agent

    async def patch(self, scope: TenantScope, agent_id: str, patch: Mapping[str, Any], change: Change) -> StoredAgent:
        """The agent with a merge patch applied to its contract; a patch that changes nothing makes no version.

        Raises:
            UnknownAgent, ContractChanged: when it is not there, or not as expected.
            InvalidContract, InvalidVersion: naming each wrong field.
        """
        return await self._edit(scope, agent_id, lambda now: draft_from(_patched(now, patch)), change, "Changed")

    async def set_status(self, scope: TenantScope, agent_id: str, status: AgentStatus, change: Change) -> StoredAgent:
        """The agent with that status; one that has it already stays as it is."""
        said = {AgentStatus.ARCHIVED: "Archived", AgentStatus.ACTIVE: "Restored"}.get(status, "Deactivated")
        patch = {"metadata": {"status": status.value}}
        return await self._edit(scope, agent_id, lambda now: draft_from(_patched(now, patch)), change, said)

    async def roll_back(self, scope: TenantScope, agent_id: str, version: str, change: Change) -> StoredAgent:
        """A new version with the content of an old one. Status and owner stay as they are now."""
        old = (await self.version(scope, agent_id, version)).contract

        def edit(now: AgentContract) -> ContractDraft:
            kept = {"status": now.metadata.status.value, "owner_id": now.metadata.owner_id}
            document = document_of(old)
            return draft_from(document | {"version": now.version, "metadata": document["metadata"] | kept})

        return await self._edit(scope, agent_id, edit, change, f"Rolled back to {version}")

    async def apply(
        self, scope: TenantScope, draft: ContractDraft, *, summary: str = ""
    ) -> tuple[ApplyOutcome, StoredAgent]:
        """Let the agent be as the draft says: made, changed, or left alone. Doing it again changes nothing.

        Raises:
            InvalidVersion: when the draft names a version that does not go up although the content changes.
        """
        scope.require(Permission.AGENTS_WRITE)
        agent_id = draft.id or handle_of(draft.name)
        async with self._store.read(scope) as db:
            found = await self._repository(db, scope).find(agent_id)
        if found is None:
            named = draft.model_copy(update={"id": agent_id})
            return ApplyOutcome.CREATED, await self.create(scope, named, summary=summary or "Applied")

        def edit(now: AgentContract) -> ContractDraft:
            owner = draft.metadata.owner_id or now.metadata.owner_id
            metadata = draft.metadata.model_copy(update={"owner_id": owner})
            return draft.model_copy(update={"metadata": metadata, "version": draft.version or now.version})

        goes_up = draft.version is not None
        agent = await self._edit(scope, agent_id, edit, Change(summary=summary), "Applied", must_go_up=goes_up)
        changed = agent.contract.version != found.contract.version
        return (ApplyOutcome.UPDATED if changed else ApplyOutcome.UNCHANGED), agent

    async def _edit(
        self,
        scope: TenantScope,
        agent_id: str,
        edit: Edit,
        change: Change,
        otherwise: str,
        *,
        must_go_up: bool = False,
    ) -> StoredAgent:
        """Applies the edit to the contract in force, anew when another change came in between.

        `must_go_up` says that the version in the edited draft was named on purpose.
        """
        scope.require(Permission.AGENTS_WRITE)
        author, bases = await self._author_of(scope), await self._base_slugs(scope)
        for _ in range(TRIES):
            async with self._store.write(scope) as db:
                repository = self._repository(db, scope)
                agent = await repository.agent(agent_id)
                _expect(agent, change.expected_version)
                contract = self._edited(scope, agent, edit(agent.contract), must_go_up=must_go_up)
                if contract is None:
                    return agent
                self._check(contract, await repository.handoffs(), bases)
                summary = _summary(change.summary, otherwise)
                changed = await repository.change(agent, contract, author=author, summary=summary)
            if changed is not None:
                self._changed(scope.tenant_id, agent_id)
                return changed
        raise ContractChanged(f"The agent {agent_id!r} is being changed by others all the time: try again.")

    def _edited(
        self, scope: TenantScope, agent: StoredAgent, draft: ContractDraft, *, must_go_up: bool
    ) -> AgentContract | None:
        """The contract that the edit makes; None when it changes nothing."""
        now = agent.contract
        version = now.version if draft.version is None else draft.version
        contract = self._completed(scope, draft, now.id, version, now)
        newer = parse_version(version) > parse_version(now.version)
        # By what it says now, not by the hash from then: a field that an upgrade has added changes nothing by itself.
        if not newer and content_hash(contract) == content_hash(now):
            return None
        if must_go_up or version != now.version:
            require_newer(version, now.version)
            return contract
        return contract.model_copy(update={"version": next_patch(now.version)})

    def _completed(
        self,
        scope: TenantScope,
        draft: ContractDraft,
        agent_id: str,
        version: str,
        now: AgentContract | None = None,
    ) -> AgentContract:
        moment = self._clock.now()
        return completed(
            draft,
            agent_id=agent_id,
            version=version,
            created_at=now.created_at if now else moment,
            updated_at=moment,
            tenant_id=scope.tenant_id,
            owner_id=now.metadata.owner_id if now else scope.user_id,
        )

    def _check(self, contract: AgentContract, handoffs: Mapping[str, Collection[str]], bases: Collection[str]) -> None:
        problems = check_references(
            contract, agents=handoffs, tools=self._tools, bases=bases, providers=self._providers
        )
        if problems:
            raise InvalidContract(problems)

    async def _base_slugs(self, scope: TenantScope) -> frozenset[str]:
        return frozenset(base.slug for base in await self._knowledge.bases(scope))

    def _repository(self, db: AsyncSession, scope: TenantScope) -> AgentRepository:
        return AgentRepository(db, scope, self._clock)


def handle_of(name: str) -> str:
    """The handle that a name makes: `Billing & Refunds` becomes `billing-refunds`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    handle = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_HANDLE_CHARS].rstrip("-")
    return handle or "agent"


def free_handle(name: str, taken: Collection[str]) -> str:
    """The name's handle, with a number behind it when it is taken."""
    handle, number = handle_of(name), 1
    free = handle
    while free in taken:
        number += 1
        end = f"-{number}"
        free = handle[: MAX_HANDLE_CHARS - len(end)] + end
    return free


def _patched(now: AgentContract, patch: Mapping[str, Any]) -> dict[str, Any]:
    patched = apply_merge_patch(document_of(now), patch)
    if patched.get("id", now.id) != now.id:
        message = f"{patched['id']!r} is another id: an agent keeps its own, {now.id!r}; leave it out."
        raise InvalidContract([FieldProblem(field="id", message=message)])
    return patched


def _content(contract: AgentContract) -> dict[str, Any]:
    document = document_of(contract)
    for name in ("version", "created_at", "updated_at"):
        del document[name]
    return document


def _expect(agent: StoredAgent, expected: str | None) -> None:
    now = agent.contract
    if expected is not None and expected != now.version:
        raise ContractChanged(
            f"The agent {now.id!r} has the version {now.version!r}, and the change is based on {expected!r}: "
            "read it again, then change that."
        )


def _summary(given: str, otherwise: str) -> str:
    return " ".join(given.split())[:MAX_SUMMARY_CHARS] or otherwise
