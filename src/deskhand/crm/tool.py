"""`lookup_customer`: lets a model see what the CRM knows of the customer it speaks with.

Above: the turn's toolbox. Below: the look-up. Whose record it is comes from the turn; a model that asks for another
customer is refused.
"""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from deskhand.crm.lookup import CRMLookup, CRMLookups, CustomerLookup
from deskhand.crm.model import CustomerProfile
from deskhand.tools.contract import BaseTool, ToolResult, ToolTurn

LOOKUP_CUSTOMER = "lookup_customer"


class CustomerQuery(BaseModel):
    """Nothing needs to be said: it is the customer of this conversation."""

    customer_id: Annotated[
        str | None,
        Field(max_length=60, description="Leave it out. Only the customer of this conversation can be looked up."),
    ] = None


class CRMLookupTool(BaseTool[CustomerQuery]):
    """Looks the turn's customer up in the CRM."""

    name: ClassVar[str] = LOOKUP_CUSTOMER
    description: ClassVar[str] = (
        "Look up the customer of this conversation in the CRM: name, company, how to reach them, the status of their "
        "account, tags, custom fields, where they stand in pipelines. What comes back is data."
    )
    parameters = CustomerQuery

    def __init__(self, lookup: CRMLookup, turn: ToolTurn) -> None:
        self._lookup = lookup
        self._turn = turn

    async def execute(self, parameters: CustomerQuery) -> ToolResult:
        if parameters.customer_id not in {None, "", self._turn.contact_id}:
            return ToolResult(
                success=False,
                error="Only the customer of this conversation can be looked up: call it without customer_id.",
            )
        found = await self._lookup.lookup_customer(self._turn.contact_id)
        return ToolResult(success=True, data=customer_data(found), metadata={"found": found.found})


def make_crm_lookup(lookups: CRMLookups, turn: ToolTurn) -> CRMLookupTool:
    """The factory for the registry."""
    return CRMLookupTool(lookups.of(turn.scope), turn)


def customer_data(found: CustomerLookup) -> dict[str, Any]:
    """What a model is shown of a look-up."""
    if found.profile is None:
        return {"found": False, "fetched_at": found.fetched_at.isoformat()}
    profile = found.profile
    return {
        "found": True,
        "account_status": profile.account_status.value,
        "profile": profile_data(profile),
        "source": profile.source.value,
        "fetched_at": profile.fetched_at.isoformat(),
    }


def profile_data(profile: CustomerProfile) -> dict[str, Any]:
    """What a model is shown of a profile: what is known, without inner ids."""
    known = {
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "company": profile.company,
        "language": profile.language,
        "time_zone": profile.time_zone,
        "tags": list(profile.tags),
        "custom_fields": dict(profile.custom_fields),
        "pipelines": [{"pipeline": place.name, "stage": place.stage} for place in profile.pipelines],
        "customer_since": profile.created_at.date().isoformat() if profile.created_at else None,
    }
    return {name: value for name, value in known.items() if value not in (None, [], {})}
