"""Who a caller is: staff of a tenant by its role, or one of its contacts."""

from enum import StrEnum


class Role(StrEnum):
    """What a caller is."""

    OWNER = "owner"
    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    CONTACT = "contact"


STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.OPERATOR, Role.VIEWER})
