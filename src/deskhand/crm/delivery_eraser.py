"""Takes away what was and would have been sent to a contact, when the contact is erased.

Above: the records of contacts, which ask it in their own transaction (`ContactEraser`). Below: the tables. The messages
themselves stand in the conversations. A job whose message is gone does nothing.
"""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from deskhand.crm.delivery_tables import DeliveryRow, EnrolmentRow
from deskhand.tenancy.scope import TenantScope


class DeliveryEraser:
    """One for the process."""

    async def erase(self, db: AsyncSession, scope: TenantScope, contact_id: str) -> int:  # noqa: ARG002 - bound to db
        """All messages and enrolments of the contact, in the caller's transaction; how many."""
        erased = 0
        for table in (DeliveryRow, EnrolmentRow):
            gone = await db.execute(
                delete(table).where(table.contact_id == contact_id), execution_options={"synchronize_session": False}
            )
            erased += int(gone.rowcount)  # type: ignore[attr-defined] # a statement that changes rows counts them
        return erased
