"""Whether what a contract names is there: providers, tools, bases, agents; and that no handoff runs in a circle.

Above: the agents' library. Below: the contract, problems.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_limits import OFFLINE
from deskhand.agents.contract_problems import nearest
from deskhand.kit.problems import FieldProblem


def check_references(
    contract: ContractDraft,
    *,
    agents: Mapping[str, Collection[str]],
    tools: Collection[str],
    bases: Collection[str],
    providers: Collection[str],
) -> list[FieldProblem]:
    """What the contract names that is not there, in the contract's order.

    `agents` are the tenant's agents with whom each may hand over to; the contract's own entry, if any, is ignored.
    The offline provider is always there.
    """
    known = {*providers, OFFLINE}
    return [
        *_unknown("configuration", "provider", _providers_of(contract), known),
        *_unknown("knowledge.bases", "knowledge base", _placed(contract.knowledge.bases), bases),
        *_unknown("tools", "tool", _placed(contract.tools), tools),
        *_unknown("routing.handoff_targets", "agent", _placed(contract.routing.handoff_targets), agents),
        *_circles(contract, agents),
    ]


def _providers_of(contract: ContractDraft) -> Iterator[tuple[str, str]]:
    configuration = contract.configuration
    if configuration.llm_provider is not None:
        yield "llm_provider", configuration.llm_provider
    for place, choice in enumerate(configuration.fallbacks):
        yield f"fallbacks.{place}.provider", choice.provider


def _placed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((str(place), name) for place, name in enumerate(names))


def _unknown(part: str, what: str, named: Iterator[tuple[str, str]], known: Collection[str]) -> Iterator[FieldProblem]:
    for field, name in named:
        if name not in known:
            message = f"{name!r} is no {what} here: {nearest(name, known)}"
            yield FieldProblem(field=f"{part}.{field}", message=message)


def _circles(contract: ContractDraft, agents: Mapping[str, Collection[str]]) -> Iterator[FieldProblem]:
    if contract.id is None:
        return
    for place, target in enumerate(contract.routing.handoff_targets):
        way = _way(target, contract.id, agents)
        if way:
            circle = " → ".join([contract.id, *way])
            message = f"{target!r} closes a circle of handoffs, {circle}: take one of them out."
            yield FieldProblem(field=f"routing.handoff_targets.{place}", message=message)


def _way(start: str, goal: str, agents: Mapping[str, Collection[str]]) -> list[str]:
    """The shortest way along handoffs, both ends included; empty when there is none."""
    came_from: dict[str, str | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == goal:
            return _walked_back(here, came_from)
        for target in agents.get(here, ()):
            if target not in came_from:
                came_from[target] = here
                waiting.append(target)
    return []


def _walked_back(end: str, came_from: Mapping[str, str | None]) -> list[str]:
    way: list[str] = []
    here: str | None = end
    while here is not None:
        way.append(here)
        here = came_from[here]
    return way[::-1]
