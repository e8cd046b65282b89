"""Every route declares what it takes, and the table in the docs says the same as the code."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.routing import APIRoute

from deskhand.kit.errors import NotAllowed
from deskhand.tenancy.http import declared_by
from deskhand.tenancy.permissions import MEANINGS, ROLE_PERMISSIONS, Permission
from deskhand.tenancy.roles import STAFF, Role
from deskhand.tenancy.scope import TenantScope
from tenancy.conftest import Office
from tenancy.walk import OF_ONESELF, PUBLIC, routes

ROOT = Path(__file__).parents[2]


def write_roles() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_roles", ROOT / "scripts" / "write_roles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_every_route_declares_its_permission(office: Office) -> None:
    undeclared = [
        route.name
        for route in routes(office.house.app.openapi())
        if route.name not in PUBLIC | OF_ONESELF and route.operation.get("x-permission") is None
    ]
    assert undeclared == [], "annotate their scope with `allowed(Permission.…)` of deskhand.tenancy.http"


async def test_the_routes_named_as_public_and_as_ones_own_exist_and_are_that(office: Office) -> None:
    by_name = {route.name: route.operation for route in routes(office.house.app.openapi())}
    assert set(by_name) >= PUBLIC | OF_ONESELF
    assert [name for name in PUBLIC if by_name[name].get("security")] == []
    assert [name for name in OF_ONESELF if not by_name[name].get("security")] == []


async def test_the_document_says_which_permission_a_route_takes(office: Office) -> None:
    operation = office.house.app.openapi()["paths"]["/api/v1/users"]["post"]
    assert operation["x-permission"] == "users:write"
    assert operation["description"].endswith("Takes the permission `users:write`.")
    assert operation["description"].startswith("A new member of staff.")


def test_a_route_declares_one_thing() -> None:
    async def endpoint() -> None: ...

    assert declared_by(APIRoute("/x", endpoint)) == ()


async def test_the_page_of_roles_is_up_to_date(office: Office) -> None:
    written = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    assert written == write_roles().page(office.house.app.openapi()), "run: python scripts/write_roles.py"


def test_every_role_and_permission_has_its_place() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set(MEANINGS) == set(Permission)
    assert ROLE_PERMISSIONS[Role.VIEWER] < ROLE_PERMISSIONS[Role.OPERATOR] < ROLE_PERMISSIONS[Role.ADMIN]
    assert ROLE_PERMISSIONS[Role.ADMIN] <= ROLE_PERMISSIONS[Role.OWNER] == set(Permission)
    assert ROLE_PERMISSIONS[Role.CONTACT] == {Permission.CHAT, Permission.CONVERSATIONS_READ}
    assert set(Role) - STAFF == {Role.CONTACT}


@pytest.mark.parametrize("role", list(Role))
def test_a_scope_may_what_its_role_may_and_a_key_what_it_was_given_of_that(role: Role) -> None:
    scope = TenantScope(tenant_id="ten_1", role=role)
    for permission in Permission:
        key = TenantScope(tenant_id="ten_1", role=role, granted=frozenset({permission}))
        assert key.permissions == ROLE_PERMISSIONS[role] & {permission}
        if permission in ROLE_PERMISSIONS[role]:
            scope.require(permission)
            key.require(permission)
        else:
            for refused in (scope, key):
                with pytest.raises(NotAllowed, match=f"'{permission}', which the roles .*owner.* have"):
                    refused.require(permission)


def test_a_key_without_a_permission_says_so() -> None:
    key = TenantScope(tenant_id="ten_1", role=Role.OWNER, granted=frozenset())
    with pytest.raises(NotAllowed, match="API key was not given"):
        key.require(Permission.CHAT)
