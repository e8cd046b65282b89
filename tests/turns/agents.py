"""A running agent for tests of parts of a turn."""

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_parts import AgentIdentity
from deskhand.agents.runtime import RunningAgent
from deskhand.agents.traits import behaviour_of


def running_agent() -> RunningAgent:
    """One without models and tools."""
    draft = ContractDraft(name="Lark", identity=AgentIdentity(short_description="Answers."))
    return RunningAgent(
        key=None,
        id="support",
        version="1.0.0",
        name="Lark",
        company="Larkspoke",
        instructions="",
        behaviour=behaviour_of(draft),
        models=(),
        bases=(),
        k=5,
        least_relevance=0.0,
        prefetches=True,
        tools=frozenset(),
        history_messages=20,
        input_tokens=24_000,
        max_tokens=500,
    )
