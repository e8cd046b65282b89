"""Every table there is: importing this fills `Base.metadata` for migrations and for the drift check."""

from deskhand.agents import tables as agents
from deskhand.attachments import tables as attachments
from deskhand.audit import tables as audit
from deskhand.conversations import tables as conversations
from deskhand.escalation import tables as escalation
from deskhand.kit.db import Base
from deskhand.knowledge import tables as knowledge
from deskhand.memory import tables as memory
from deskhand.tenancy import tables as tenancy
from deskhand.usage import tables as usage

METADATA = Base.metadata
SLICES = (tenancy, conversations, knowledge, agents, usage, audit, memory, escalation, attachments)
