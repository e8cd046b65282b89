"""`CRMLookup`: who a customer is, from whichever CRM the tenant has.

Above: the tool `lookup_customer`, the endpoints. Below: the port. What an external CRM says is kept for a minute by its
adapter; the built-in one is asked each time.
"""

from dataclasses import dataclass
from datetime import datetime

from deskhand.crm.model import AccountStatus, CustomerProfile, Source
from deskhand.crm.port import CustomerRecords
from deskhand.kit.clock import Clock
from deskhand.tenancy.scope import TenantScope


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerLookup:
    """What a look-up came to. Of a customer who was not found there is neither a profile nor a source."""

    contact_id: str
    profile: CustomerProfile | None
    fetched_at: datetime

    @property
    def found(self) -> bool:
        return self.profile is not None

    @property
    def account_status(self) -> AccountStatus | None:
        return self.profile.account_status if self.profile else None

    @property
    def source(self) -> Source | None:
        return self.profile.source if self.profile else None


class CRMLookup:
    """Looks customers up for one scope."""

    def __init__(self, *, scope: TenantScope, records: CustomerRecords, clock: Clock) -> None:
        self._scope = scope
        self._records = records
        self._clock = clock

    async def lookup_customer(self, contact_id: str) -> CustomerLookup:
        """Who it is. A customer who is not there is a clean "not found".

        Raises:
            TransientError, Unavailable: when an external CRM cannot be reached, or gives no usable answer.
        """
        profile = await self._records.lookup(self._scope, contact_id)
        fetched_at = profile.fetched_at if profile else self._clock.now()
        return CustomerLookup(contact_id=contact_id, profile=profile, fetched_at=fetched_at)


class CRMLookups:
    """One for the process: gives each scope its look-up."""

    def __init__(self, *, records: CustomerRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def of(self, scope: TenantScope) -> CRMLookup:
        return CRMLookup(scope=scope, records=self._records, clock=self._clock)
