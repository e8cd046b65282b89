"""The contract of an agent: validated JSON that says who it is, how it speaks, what it may use, when it hands over.

Above: repository, endpoints, prompt, runtime. Below: the parts (`contract_parts`, `contract_limits`,
`contract_people`). How documents are read, patched and compared stands in `contract_documents`,
`contract_differences`, `contract_problems` and `contract_references`.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, model_validator
from pydantic.config import JsonDict

from deskhand.agents.contract_limits import AgentConfiguration, KnowledgeGrant, ToolName
from deskhand.agents.contract_parts import (
    AgentIdentity,
    AgentMetadata,
    AgentTraits,
    AgentType,
    DraftMetadata,
    RoutingHints,
    VoiceConfiguration,
)
from deskhand.agents.contract_people import ApprovalRules, EscalationRules
from deskhand.agents.contract_text import (
    AnyList,
    Handle,
    Language,
    Name,
    Once,
    Part,
    Timestamp,
    Version,
    broken_rule,
)

_VOICE_NEEDS_ITS_PART: JsonDict = {
    "if": {"type": "object", "properties": {"type": {"const": "voice"}}, "required": ["type"]},
    "then": {"type": "object", "properties": {"voice": {"type": "object"}}, "required": ["voice"]},
}
_SET_BY_SERVER: JsonDict = {"readOnly": True}


class ContractDraft(Part):
    """A contract as it is written: what the server sets may be left out."""

    model_config = ConfigDict(json_schema_extra=_VOICE_NEEDS_ITS_PART)

    id: Handle | None = Field(
        None,
        title="Id",
        description="The agent's handle, unique in the tenant; made from the name when left out.",
        examples=["support"],
    )
    name: Name = Field(title="Name", description="What the agent calls itself.", examples=["Robin"])
    type: Annotated[AgentType, Strict(strict=False)] = Field(
        AgentType.CONVERSATIONAL,
        title="Type",
        description="What kind of agent it is; a voice agent needs the part voice.",
        examples=["conversational"],
    )
    version: Version | None = Field(
        None,
        title="Version",
        description="Goes up with every change, by itself when none is named (semantic versioning).",
        examples=["1.4.0"],
    )
    created_at: Timestamp | None = Field(
        None,
        title="Created",
        description="When the first version was written; set by the server.",
        examples=["2026-01-31T09:30:00Z"],
        json_schema_extra=_SET_BY_SERVER,
    )
    updated_at: Timestamp | None = Field(
        None,
        title="Updated",
        description="When this version was written; set by the server.",
        examples=["2026-02-01T14:05:00Z"],
        json_schema_extra=_SET_BY_SERVER,
    )
    identity: AgentIdentity = Field(
        title="Identity",
        description="Who the agent is and what it is there for.",
        examples=[{"short_description": "Answers questions about orders, deliveries and returns."}],
    )
    traits: AgentTraits = Field(
        AgentTraits(), title="Traits", description="The agent's character.", examples=[{"formality": 70}]
    )
    configuration: AgentConfiguration = Field(
        AgentConfiguration(),
        title="Configuration",
        description="Which models answer, and how much they may take.",
        examples=[{"max_tokens": 800}],
    )
    voice: VoiceConfiguration | None = Field(
        None,
        title="Voice",
        description="How the agent sounds and hears; required when its type is voice.",
        examples=[{"voice_id": "21m00Tcm4TlvDq8ikWAM"}],
    )
    knowledge: KnowledgeGrant = Field(
        KnowledgeGrant(),
        title="Knowledge",
        description="Which knowledge bases it may read, and how they are searched.",
        examples=[{"bases": ["help-centre"]}],
    )
    tools: Annotated[tuple[ToolName, ...], AnyList, Once] = Field(
        (),
        max_length=64,
        title="Tools",
        description="Names of the tools it is granted; what is not named is not offered.",
        examples=[["search_knowledge"]],
    )
    escalation: EscalationRules = Field(
        EscalationRules(),
        title="Escalation",
        description="When a conversation goes to a person.",
        examples=[{"threshold": 0.6}],
    )
    approval: ApprovalRules = Field(
        ApprovalRules(),
        title="Approval",
        description="Which actions a person must allow first.",
        examples=[{"rules": [{"action": "refund"}]}],
    )
    routing: RoutingHints = Field(
        RoutingHints(),
        title="Routing",
        description="By what messages for this agent are recognised.",
        examples=[{"description": "Questions about invoices."}],
    )
    languages: Annotated[tuple[Language, ...], AnyList, Once] = Field(
        ("en",),
        min_length=1,
        max_length=20,
        title="Languages",
        description="Languages the agent answers in, as BCP 47 tags; the first one when in doubt.",
        examples=[["en", "de"]],
    )
    metadata: DraftMetadata = Field(
        DraftMetadata(),
        title="Metadata",
        description="To whom the contract belongs and how it is filed.",
        examples=[{"tags": ["support"]}],
    )

    @model_validator(mode="after")
    def _voice_is_there(self) -> "ContractDraft":
        if self.voice is None and self.type is AgentType.VOICE:
            raise broken_rule("is missing: an agent of type 'voice' needs it, with at least a voice_id.", field="voice")
        if self.voice is None and self.configuration.voice_enabled:
            raise broken_rule(
                "true needs the part voice: add it, with at least a voice_id.", field="configuration.voice_enabled"
            )
        if self.id is not None and self.id in self.routing.handoff_targets:
            place = self.routing.handoff_targets.index(self.id)
            raise broken_rule(
                f"{self.id!r} is the agent itself: name others.", field=f"routing.handoff_targets.{place}"
            )
        return self


class AgentContract(ContractDraft):
    """A contract as it is kept: one immutable version of it."""

    id: Handle = Field(title="Id", description="The agent's handle, unique in the tenant.", examples=["support"])
    version: Version = Field(
        title="Version", description="Goes up with every change (semantic versioning).", examples=["1.4.0"]
    )
    created_at: Timestamp = Field(
        title="Created",
        description="When the first version was written.",
        examples=["2026-01-31T09:30:00Z"],
        json_schema_extra=_SET_BY_SERVER,
    )
    updated_at: Timestamp = Field(
        title="Updated",
        description="When this version was written.",
        examples=["2026-02-01T14:05:00Z"],
        json_schema_extra=_SET_BY_SERVER,
    )
    metadata: AgentMetadata = Field(
        title="Metadata",
        description="To whom the contract belongs and how it is filed.",
        examples=[{"tenant_id": "ten_019a0c1f5e7b7c3d9a4e2f60718293a4", "tags": ["support"]}],
    )


def draft_of(contract: ContractDraft) -> ContractDraft:
    """The contract without what the server sets: what a file in a repository holds."""
    document = document_of(contract)
    document["metadata"]["tenant_id"] = None
    return ContractDraft.model_validate(document | dict.fromkeys(("version", "created_at", "updated_at")))


def document_of(contract: ContractDraft) -> dict[str, Any]:
    """The contract as plain JSON values, every field written out."""
    return contract.model_dump(mode="json")


def content_hash(contract: ContractDraft) -> str:
    """SHA-256 of what the contract says: without version, times and tenant. Alike content has the same hash."""
    document = document_of(contract)
    for name in ("version", "created_at", "updated_at"):
        del document[name]
    del document["metadata"]["tenant_id"]
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def canonical_json(document: Mapping[str, Any]) -> str:
    """The document with sorted keys and without spaces."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
