"""Every table there is: importing this fills `Base.metadata` for migrations and for the drift check."""

from deskhand.agents import tables as agents
from deskhand.conversations import tables as conversations
from deskhand.kit.db import Base
from deskhand.knowledge import tables as knowledge
from deskhand.tenancy import tables as tenancy

METADATA = Base.metadata
SLICES = (tenancy, conversations, knowledge, agents)
