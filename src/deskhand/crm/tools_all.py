"""The CRM's tools for the registry, in the order in which a model is shown them. Above: `wiring.py`."""

from typing import Any

from deskhand.crm.tools_base import CrmTool
from deskhand.crm.tools_contact import (
    CreateContactEvent,
    CreateNote,
    GetContactProfile,
    UpdateContactTags,
    UpdatePipelineStatus,
)
from deskhand.crm.tools_messages import ScheduleFollowUp, SendMessage, SendTemplateMessage, TriggerSequence
from deskhand.crm.tools_session import AssignAgentToSession, CloseSession
from deskhand.tools.contract import ToolSlice
from deskhand.tools.registry import ToolRegistry

CRM_TOOLS: tuple[type[CrmTool[Any]], ...] = (
    GetContactProfile,
    UpdateContactTags,
    UpdatePipelineStatus,
    SendMessage,
    SendTemplateMessage,
    AssignAgentToSession,
    CloseSession,
    CreateContactEvent,
    CreateNote,
    TriggerSequence,
    ScheduleFollowUp,
)


def register_crm_tools(registry: ToolRegistry) -> None:
    """Each asks for `CrmToolParts` and the turn."""
    for tool in CRM_TOOLS:
        registry.register(tool.name, tool, slice_=ToolSlice.CRM)
