"""The settings of tools: which there are at all, where their far sides are, and with what they are reached.

Above: `settings.py`. Below: nothing.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr


def http_address(text: str) -> str:
    """The address of a server.

    Raises:
        ValueError: when it is none.
    """
    if re.fullmatch(r"https?://[^/\s]+\S*", text) is None:
        raise ValueError("it must start with http:// or https:// and name a host")
    return text


class ToolSettings(BaseModel):
    """The switch of a slice's tools; where its far side is, and how long one attempt to reach it may take."""

    enabled: bool = True
    endpoint: Annotated[str, AfterValidator(http_address)] | None = None
    timeout_seconds: float | None = Field(None, gt=0, le=120)


class CrmSettings(ToolSettings):
    """Without an endpoint the built-in CRM serves everybody, and nothing leaves the house."""

    key: SecretStr | None = None
    tenant: str | None = None
    """The organisation that the external CRM belongs to, by its slug; without one, the default one."""
    media_hosts: tuple[str, ...] = ()
    """Hosts from which agents may send pictures and files; `.example.com` stands for all below it."""


class BillingSettings(ToolSettings):
    """Money: off until somebody switches it on."""

    enabled: bool = False
    token: SecretStr | None = None


class ToolsSettings(BaseModel):
    """Which tools there are at all. An agent still needs its contract's grant; those that move money are off."""

    rag: ToolSettings = ToolSettings()
    memory: ToolSettings = ToolSettings()
    attachments: ToolSettings = ToolSettings()
    escalation: ToolSettings = ToolSettings()
    crm: CrmSettings = CrmSettings()
    billing: BillingSettings = BillingSettings()
