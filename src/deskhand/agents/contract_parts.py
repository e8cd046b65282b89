"""Who an agent is and how it speaks: identity, traits, voice, routing, metadata.

Above: the contract. Below: kinds of text. What it may use and spend stands in `contract_limits`, when a person comes
in stands in `contract_people`.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, StringConstraints

from deskhand.agents.contract_text import AnyList, Handle, Identifier, Language, Line, Once, Part, Share, Text

Trait = Annotated[int, Field(ge=0, le=100)]
Factor = Annotated[float, Field(ge=0.5, le=2)]
Utterance = Annotated[Line, StringConstraints(min_length=1, max_length=300)]
Tag = Annotated[Line, StringConstraints(min_length=1, max_length=40)]


class AgentType(StrEnum):
    """What kind of agent it is."""

    CONVERSATIONAL = "conversational"
    VOICE = "voice"
    WORKFLOW = "workflow"
    AUTONOMOUS = "autonomous"


class AgentStatus(StrEnum):
    """Whether the agent answers."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ARCHIVED = "archived"


class VoiceProvider(StrEnum):
    """Who turns text into speech."""

    ELEVENLABS = "elevenlabs"


class SpeechProvider(StrEnum):
    """Who turns speech into text."""

    DEEPGRAM = "deepgram"


class AgentIdentity(Part):
    """Who the agent is and what it is there for."""

    short_description: Annotated[Line, StringConstraints(min_length=1, max_length=300)] = Field(
        title="Short description",
        description="What the agent does, in one sentence.",
        examples=["Answers questions about orders, deliveries and returns."],
    )
    full_description: Annotated[Text, StringConstraints(max_length=4000)] = Field(
        "",
        title="Full description",
        description="What the agent covers and what it leaves to others.",
        examples=["Covers everything after the purchase. Leaves advice before it to sales."],
    )
    character_role: Annotated[Text, StringConstraints(max_length=1000)] = Field(
        "",
        title="Role",
        description="The part the agent plays towards the customer.",
        examples=["An experienced colleague from the service desk."],
    )
    mission: Annotated[Text, StringConstraints(max_length=2000)] = Field(
        "",
        title="Mission",
        description="What the agent is to reach in a conversation.",
        examples=["Every customer leaves with an answer or knows who will give it, and when."],
    )
    interaction_style: Annotated[Text, StringConstraints(max_length=2000)] = Field(
        "",
        title="Manner",
        description="How the agent talks, beyond what the traits say.",
        examples=["Names the answer first and the reasons after it."],
    )


class AgentTraits(Part):
    """The agent's character, each trait from 0 to 100; the bands 0-20, 21-40, 41-60, 61-80 and 81-100 act."""

    creativity: Trait = Field(
        50,
        title="Creativity",
        description="Low keeps to the words of the sources; high varies the wording. Sets the temperature.",
        examples=[20],
    )
    empathy: Trait = Field(
        50,
        title="Empathy",
        description="Low stays with the matter; high acknowledges how the customer feels.",
        examples=[80],
    )
    assertiveness: Trait = Field(
        50,
        title="Assertiveness",
        description="Low offers options; high recommends one way and says so.",
        examples=[40],
    )
    humor: Trait = Field(
        30,
        title="Humor",
        description="Low is serious throughout; high allows a light word where it fits.",
        examples=[10],
    )
    formality: Trait = Field(
        50,
        title="Formality",
        description="Low speaks casually; high speaks as in a formal letter.",
        examples=[70],
    )
    verbosity: Trait = Field(
        50,
        title="Verbosity",
        description="Low answers in one sentence; high explains. Sets the most sentences of an answer.",
        examples=[30],
    )
    confidence: Trait = Field(
        70,
        title="Confidence",
        description="Low says where an answer might not fit; high states it plainly.",
        examples=[60],
    )
    technicality: Trait = Field(
        50,
        title="Technicality",
        description="Low avoids technical terms; high uses them precisely.",
        examples=[90],
    )
    safety: Trait = Field(
        80,
        title="Safety",
        description="High hands over sooner and refuses answers that are weakly grounded.",
        examples=[95],
    )


class VoiceConfiguration(Part):
    """How the agent sounds and hears; required when its type is voice."""

    provider: Annotated[VoiceProvider, Strict(strict=False)] = Field(
        VoiceProvider.ELEVENLABS,
        title="Voice provider",
        description="The service that speaks.",
        examples=["elevenlabs"],
    )
    voice_id: Identifier = Field(
        title="Voice",
        description="The voice's id at the provider.",
        examples=["21m00Tcm4TlvDq8ikWAM"],
    )
    language: Language = Field(
        "en-US", title="Spoken language", description="The language the voice speaks.", examples=["en-GB"]
    )
    speed: Factor = Field(1.0, title="Speed", description="1 is the voice's own speed.", examples=[0.9])
    pitch: Factor = Field(1.0, title="Pitch", description="1 is the voice's own pitch.", examples=[1.1])
    stability: Share = Field(0.75, title="Stability", description="Low is livelier, high is steadier.", examples=[0.6])
    similarity_boost: Share = Field(
        0.75, title="Similarity", description="How closely the voice keeps to its original.", examples=[0.8]
    )
    stt_provider: Annotated[SpeechProvider, Strict(strict=False)] = Field(
        SpeechProvider.DEEPGRAM,
        title="Listening provider",
        description="The service that listens.",
        examples=["deepgram"],
    )
    stt_model: Identifier = Field(
        "nova-2", title="Listening model", description="The listening provider's model.", examples=["nova-2"]
    )
    stt_language: Language = Field(
        "en", title="Heard language", description="The language the customer is expected to speak.", examples=["en"]
    )
    vad_enabled: bool = Field(
        default=True,
        title="Detect speech",
        description="Notice by itself when the customer begins and ends speaking.",
        examples=[True],
    )


class RoutingHints(Part):
    """By what the coordinator recognises messages for this agent, and to whom the agent may hand over."""

    description: Annotated[Line, StringConstraints(max_length=500)] = Field(
        "",
        title="Routing description",
        description="Which messages belong to this agent, in one or two sentences.",
        examples=["Questions about invoices, payments and receipts."],
    )
    examples: Annotated[tuple[Utterance, ...], AnyList, Once] = Field(
        (),
        max_length=50,
        title="Example utterances",
        description="What customers say who belong here; a dozen is a good number.",
        examples=[["Why was I charged twice?", "Where can I find my invoice?"]],
    )
    handoff_targets: Annotated[tuple[Handle, ...], AnyList, Once] = Field(
        (),
        max_length=50,
        title="Handoff targets",
        description="Ids of the agents this one may hand a conversation to; never in a circle.",
        examples=[["support-billing"]],
    )


class DraftMetadata(Part):
    """To whom the contract belongs and how it is filed."""

    tenant_id: Identifier | None = Field(
        None,
        title="Tenant",
        description="The organisation that owns the contract; set by the server.",
        examples=["ten_019a0c1f5e7b7c3d9a4e2f60718293a4"],
        json_schema_extra={"readOnly": True},
    )
    owner_id: Identifier | None = Field(
        None,
        title="Owner",
        description="Who answers for the contract; whoever made it, unless named.",
        examples=["usr_019a0c1f5e7b7c3d9a4e2f60718293a4"],
    )
    tags: Annotated[tuple[Tag, ...], AnyList, Once] = Field(
        (),
        max_length=32,
        title="Tags",
        description="Words to find the contract by.",
        examples=[["support", "english"]],
    )
    status: Annotated[AgentStatus, Strict(strict=False)] = Field(
        AgentStatus.ACTIVE,
        title="Status",
        description="Only an active agent answers; an archived one is kept for its history.",
        examples=["active"],
    )


class AgentMetadata(DraftMetadata):
    """To whom the contract belongs and how it is filed."""

    tenant_id: Identifier = Field(
        title="Tenant",
        description="The organisation that owns the contract; set by the server.",
        examples=["ten_019a0c1f5e7b7c3d9a4e2f60718293a4"],
        json_schema_extra={"readOnly": True},
    )
