"""Whose data a piece of work may touch. Every repository above is built from a `TenantScope`."""

from dataclasses import dataclass

from deskhand.kit.errors import NotAllowed, NotFound
from deskhand.tenancy.permissions import ROLE_PERMISSIONS, Permission
from deskhand.tenancy.roles import Role


class NobodyActs(NotAllowed):
    """What is done in a person's name was asked for by a program."""

    code = "nobody_acts"


class UnknownContact(NotFound):
    code = "unknown_contact"
    title = "There is no such contact"


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantScope:
    """One tenant, and who acts in it. Comes from a verified token, never from a model, a document or a request body.

    `granted` is what an API key was given, `key_id` its id, and `user_id` then whoever made it; both are None for
    whoever signed in.
    """

    tenant_id: str
    role: Role
    user_id: str | None = None
    contact_id: str | None = None
    granted: frozenset[Permission] | None = None
    key_id: str | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What may be done: all that the role may, or the part of it that the key was given."""
        of_role = ROLE_PERMISSIONS[self.role]
        return of_role if self.granted is None else of_role & self.granted

    def require(self, permission: Permission) -> None:
        """Refuse the work unless it is allowed.

        Raises:
            NotAllowed: naming the permission, and who has it.
        """
        if permission not in self.permissions:
            if permission in ROLE_PERMISSIONS[self.role]:
                raise NotAllowed(f"This takes the permission {permission.value!r}, which the API key was not given.")
            names = ", ".join(sorted(role for role, allowed in ROLE_PERMISSIONS.items() if permission in allowed))
            raise NotAllowed(f"This takes the permission {permission.value!r}, which the roles {names} have.")

    @property
    def own_contact_id(self) -> str | None:
        """The contact whose conversations may be seen; None when the caller is staff and may see all."""
        return self.contact_id if self.role is Role.CONTACT else None
