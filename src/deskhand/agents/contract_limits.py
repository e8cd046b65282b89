"""What an agent may use and spend: its models, memory, tools and knowledge.

Above: the contract. Below: kinds of text.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, StringConstraints, field_validator, model_validator

from deskhand.agents.contract_text import (
    BASE_PATTERN,
    PROVIDER_PATTERN,
    TOOL_PATTERN,
    AnyList,
    Line,
    Once,
    Part,
    Share,
    broken_rule,
)

OFFLINE = "offline"
"""The provider that is built in, needs no key and cannot be down."""

Provider = Annotated[str, StringConstraints(pattern=PROVIDER_PATTERN)]
ModelName = Annotated[Line, StringConstraints(min_length=1, max_length=120)]
BaseSlug = Annotated[str, StringConstraints(pattern=BASE_PATTERN)]
ToolName = Annotated[str, StringConstraints(pattern=TOOL_PATTERN)]
Criterion = Annotated[Line, StringConstraints(min_length=1, max_length=200)]

PROVIDER_EXAMPLES = ["offline", "openai", "azure", "anthropic", "gemini", "ollama"]
OFFLINE_TAKES_NO_MODEL = "the provider 'offline' is a model itself: leave the model out."


class KnowledgeMode(StrEnum):
    """When the agent's knowledge is searched."""

    PREFETCH = "prefetch"
    TOOL = "tool"
    BOTH = "both"


class Unsupported(StrEnum):
    """What becomes of a sentence that the sources do not bear out."""

    DROP = "drop"
    MARK = "mark"
    REGENERATE = "regenerate"


class ModelChoice(Part):
    """One model to turn to when those before it are down."""

    provider: Provider = Field(
        title="Provider", description="Whose model it is; offline is built in.", examples=PROVIDER_EXAMPLES
    )
    model: ModelName | None = Field(
        None,
        title="Model",
        description="The model's name at the provider; empty takes the provider's own default.",
        examples=["gpt-4o-mini"],
    )

    @model_validator(mode="after")
    def _offline_is_a_model(self) -> "ModelChoice":
        if self.provider == OFFLINE and self.model is not None:
            raise broken_rule(OFFLINE_TAKES_NO_MODEL, field="model")
        return self


class Reflection(Part):
    """Whether an answer is looked at once more before the customer sees it, and what it is measured by."""

    enabled: bool = Field(
        default=False,
        title="Reflect",
        description="Have the model that answered criticise and revise its answer before it is sent; takes longer.",
        examples=[True],
    )
    rounds: int = Field(
        1, ge=1, le=2, title="Rounds", description="How often an answer is revised at most.", examples=[1]
    )
    criteria: Annotated[tuple[Criterion, ...], AnyList, Once] = Field(
        (),
        max_length=10,
        title="Criteria",
        description="What an answer must keep to; none named means: complete, to the point, and clear.",
        examples=[["Names the next step.", "Says nothing of competitors."]],
    )


class AgentConfiguration(Part):
    """Which models answer, in which order, and how much they may take."""

    llm_provider: Provider | None = Field(
        None,
        title="Provider",
        description="Whose model answers first; empty takes what this installation is set to.",
        examples=PROVIDER_EXAMPLES,
    )
    llm_model: ModelName | None = Field(
        None,
        title="Model",
        description="The model's name at the provider; empty takes the provider's own default.",
        examples=["gpt-4o-mini"],
    )
    max_tokens: int = Field(
        500, ge=50, le=4000, title="Most tokens of an answer", description="Where an answer is cut.", examples=[800]
    )
    temperature: float | None = Field(
        None,
        ge=0,
        le=2,
        title="Temperature",
        description="How freely the model chooses its words; empty follows creativity (0.7 at 50).",
        examples=[0.2],
    )
    memory_enabled: bool = Field(
        default=True,
        title="Memory",
        description="Remember customers from one conversation to the next.",
        examples=[True],
    )
    voice_enabled: bool = Field(
        default=False, title="Voice", description="Speak and listen; needs the part voice.", examples=[False]
    )
    tools_enabled: bool = Field(
        default=True, title="Tools", description="Use the tools that are granted.", examples=[True]
    )
    memory_k: int = Field(
        6, ge=1, le=20, title="Memories a turn", description="How many memories a turn looks up.", examples=[6]
    )
    thread_window: int = Field(
        20,
        ge=5,
        le=50,
        title="Messages a turn",
        description="How many earlier messages the model sees; older ones are summarised.",
        examples=[30],
    )
    fallbacks: Annotated[tuple[ModelChoice, ...], AnyList] = Field(
        (ModelChoice(provider=OFFLINE),),
        min_length=1,
        max_length=5,
        title="Fallbacks",
        description="Models to turn to in this order when the first is down; the last one is offline.",
        examples=[[{"provider": "anthropic", "model": None}, {"provider": "offline", "model": None}]],
    )
    timeout_seconds: float = Field(
        30.0, ge=1, le=300, title="Time-out in seconds", description="How long one model may take.", examples=[30]
    )
    input_tokens_per_turn: int = Field(
        24_000,
        ge=1_000,
        le=1_000_000,
        title="Input tokens a turn",
        description="The most tokens one turn may send to a model; the context is trimmed to it.",
        examples=[24_000],
    )
    output_tokens_per_turn: int = Field(
        4_000,
        ge=50,
        le=100_000,
        title="Output tokens a turn",
        description="The most tokens one turn may have written, tool calls included.",
        examples=[4_000],
    )
    tokens_per_day: int | None = Field(
        None,
        ge=1_000,
        le=1_000_000_000,
        title="Tokens a day",
        description="The most tokens this agent may use in a day for its tenant; empty sets no limit.",
        examples=[2_000_000],
    )
    reflection: Reflection = Field(
        Reflection(),
        title="Reflection",
        description="Whether an answer is looked at once more before it is sent.",
        examples=[{"enabled": True, "criteria": ["Names the next step."]}],
    )

    @field_validator("fallbacks")
    @classmethod
    def _ends_offline(cls, fallbacks: tuple[ModelChoice, ...]) -> tuple[ModelChoice, ...]:
        last = len(fallbacks) - 1
        if fallbacks[last].provider != OFFLINE:
            reason = f"{fallbacks[last].provider!r} ends the list: end it with 'offline', which cannot be down."
            raise broken_rule(reason, field=f"{last}.provider")
        for place, choice in enumerate(fallbacks):
            if choice in fallbacks[:place]:
                raise broken_rule("stands there twice: name each model once.", field=str(place))
            if choice.provider == OFFLINE and place < last:
                reason = "'offline' cannot be down: leave out what comes after it."
                raise broken_rule(reason, field=f"{place}.provider")
        return fallbacks

    @model_validator(mode="after")
    def _budgets_hold_an_answer(self) -> "AgentConfiguration":
        if self.llm_provider == OFFLINE and self.llm_model is not None:
            raise broken_rule(OFFLINE_TAKES_NO_MODEL, field="llm_model")
        if self.llm_provider is None and self.llm_model is not None:
            raise broken_rule(f"{self.llm_model!r} is of no provider: name llm_provider too.", field="llm_model")
        if self.output_tokens_per_turn < self.max_tokens:
            reason = f"{self.output_tokens_per_turn} is less than max_tokens, {self.max_tokens}"
            raise broken_rule(f"{reason}: let a turn hold one answer.", field="output_tokens_per_turn")
        return self


class KnowledgeGrant(Part):
    """Which knowledge bases the agent may read, and how they are searched."""

    bases: Annotated[tuple[BaseSlug, ...], AnyList, Once] = Field(
        (),
        max_length=64,
        title="Knowledge bases",
        description="Slugs of the knowledge bases it may read; none named means all of the tenant's.",
        examples=[["help-centre"]],
    )
    k: int = Field(
        5, ge=1, le=20, title="Passages a turn", description="How many passages a search gives.", examples=[5]
    )
    min_score: Share | None = Field(
        None,
        title="Least relevance",
        description="Passages below are left out; empty takes the calibrated bar, which safety moves.",
        examples=[0.4],
    )
    mode: Annotated[KnowledgeMode, Strict(strict=False)] = Field(
        KnowledgeMode.BOTH,
        title="When to search",
        description="prefetch searches before the model writes, tool lets the model search, both does both.",
        examples=["prefetch"],
    )
    unsupported: Annotated[Unsupported, Strict(strict=False)] = Field(
        Unsupported.DROP,
        title="Unsupported sentences",
        description="A sentence its sources do not bear out: drop it, mark it, or have the answer written once more.",
        examples=["regenerate"],
    )
