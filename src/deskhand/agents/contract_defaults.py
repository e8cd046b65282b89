"""The contracts that ship: a support agent, the coordinator, fifteen specialists, an intake and a guide agent.

Above: seeding, the library. Below: the contract; the files stand in `defaults/`, one a contract.
"""

from graphlib import TopologicalSorter
from importlib import resources

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_documents import draft_from, parsed

SUPPORT_ID = "support"
"""The agent that answers where no other is named."""
COORDINATOR_ID = "coordinator"


def default_contracts() -> tuple[ContractDraft, ...]:
    """The drafts that ship, each after those it hands over to, so that they can be created in this order."""
    folder = resources.files("deskhand.agents") / "defaults"
    found = [draft_from(parsed(file.read_bytes())) for file in folder.iterdir() if file.name.endswith(".json")]
    drafts = {draft.id: draft for draft in sorted(found, key=lambda draft: draft.id or "")}
    targets = {agent_id: draft.routing.handoff_targets for agent_id, draft in drafts.items()}
    return tuple(drafts[agent_id] for agent_id in TopologicalSorter(targets).static_order())
