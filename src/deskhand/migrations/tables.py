"""Every table there is: importing this fills `Base.metadata` for migrations and for the drift check."""

from deskhand.agents import tables as agents
from deskhand.attachments import tables as attachments
from deskhand.audit import tables as audit
from deskhand.conversations import tables as conversations
from deskhand.crm import delivery_tables as crm_deliveries
from deskhand.crm import tables as crm
from deskhand.escalation import tables as escalation
from deskhand.jobs import tables as jobs
from deskhand.kit.db import Base
from deskhand.knowledge import tables as knowledge
from deskhand.memory import tables as memory
from deskhand.orchestration import approval_tables as approvals
from deskhand.orchestration import billing_tables as billing
from deskhand.orchestration import consensus_tables as consensus
from deskhand.orchestration import plan_tables as plans
from deskhand.tenancy import tables as tenancy
from deskhand.usage import tables as usage

METADATA = Base.metadata
SLICES = (
    tenancy,
    conversations,
    knowledge,
    agents,
    usage,
    audit,
    memory,
    escalation,
    attachments,
    jobs,
    approvals,
    crm,
    crm_deliveries,
    consensus,
    billing,
    plans,
)
