"""Whose data a piece of work may touch. Every repository above is built from a `TenantScope`."""

from dataclasses import dataclass
from enum import StrEnum

from deskhand.kit.errors import NotAllowed


class Role(StrEnum):
    """What a caller is: staff of a tenant, or one of its contacts."""

    OWNER = "owner"
    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    CONTACT = "contact"


STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.OPERATOR, Role.VIEWER})
BUILDERS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantScope:
    """One tenant, and who acts in it. Comes from a verified token, never from a model, a document or a request body."""

    tenant_id: str
    role: Role
    user_id: str | None = None
    contact_id: str | None = None

    def require(self, allowed: frozenset[Role]) -> None:
        """Refuse the work unless the caller has one of the roles.

        Raises:
            NotAllowed: naming the roles that may.
        """
        if self.role not in allowed:
            names = ", ".join(sorted(allowed))
            raise NotAllowed(f"The role {self.role.value!r} may not do this: it takes one of {names}.")

    @property
    def own_contact_id(self) -> str | None:
        """The contact whose conversations may be seen; None when the caller is staff and may see all."""
        return self.contact_id if self.role is Role.CONTACT else None
