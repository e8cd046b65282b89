"""Staff and API keys over HTTP. Who may change whom stands in `users.py`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from deskhand.kit.problems import responses
from deskhand.tenancy.api_keys import ApiKeys
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.schemas import (
    ApiKeyIn,
    ApiKeyPage,
    NewApiKeyOut,
    NewUserOut,
    UserIn,
    UserOut,
    UserPage,
    UserPatch,
    api_key_out,
    user_out,
)
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.staff import Staff
from deskhand.tenancy.users import UserChange

UserReader = Annotated[TenantScope, allowed(Permission.USERS_READ)]
UserWriter = Annotated[TenantScope, allowed(Permission.USERS_WRITE)]
KeyKeeper = Annotated[TenantScope, allowed(Permission.API_KEYS)]
UserId = Annotated[str, Path(max_length=60, examples=["usr_019a0c1e000074b29a4e2f60718293a5"])]
KeyId = Annotated[str, Path(max_length=60, examples=["key_019a0c1e000074b29a4e2f60718293a5"])]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


class UserEndpoints:
    """Routes of a tenant's staff."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self.router = APIRouter(prefix="/api/v1", tags=["staff"])
        add = self.router.add_api_route
        add("/users", self.list_users, methods=["GET"], responses=responses(401, 403, 422))
        add("/users", self.add_user, methods=["POST"], status_code=201, responses=responses(401, 403, 409, 422))
        add("/users/{user_id}", self.change_user, methods=["PATCH"], responses=responses(401, 403, 404, 409, 422))
        add(
            "/users/{user_id}/sign-out",
            self.sign_user_out,
            methods=["POST"],
            status_code=204,
            responses=responses(401, 403, 404),
        )

    async def list_users(self, scope: UserReader, limit: Limit = 50, offset: Offset = 0) -> UserPage:
        """The staff, by e-mail address."""
        members, total = await self._staff.page(scope, limit=limit, offset=offset)
        return UserPage(items=[user_out(member) for member in members], total=total, limit=limit, offset=offset)

    async def add_user(self, body: UserIn, scope: UserWriter) -> NewUserOut:
        """A new member of staff. Without a password one is made, and shown in this answer alone."""
        new = await self._staff.add(scope, email=body.email, name=body.name, role=body.role, password=body.password)
        return NewUserOut(**user_out(new.member).model_dump(), password=new.password)

    async def change_user(self, user_id: UserId, body: UserPatch, scope: UserWriter) -> UserOut:
        """Another name, role, status or password; it holds from the user's next request on."""
        change = UserChange(name=body.name, role=body.role, status=body.status, password=body.password)
        return user_out(await self._staff.change(scope, user_id, change))

    async def sign_user_out(self, user_id: UserId, scope: UserWriter) -> Response:
        """All tokens of this user are void from now on; API keys stay."""
        await self._staff.sign_out_everywhere(scope, user_id)
        return Response(status_code=204)


class ApiKeyEndpoints:
    """Routes of API keys."""

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys
        self.router = APIRouter(prefix="/api/v1", tags=["api keys"])
        add = self.router.add_api_route
        add("/api-keys", self.list_keys, methods=["GET"], responses=responses(401, 403, 422))
        add("/api-keys", self.make_key, methods=["POST"], status_code=201, responses=responses(401, 403, 422))
        add(
            "/api-keys/{key_id}",
            self.revoke_key,
            methods=["DELETE"],
            status_code=204,
            responses=responses(401, 403, 404),
        )

    async def list_keys(self, scope: KeyKeeper, limit: Limit = 50, offset: Offset = 0) -> ApiKeyPage:
        """The tenant's API keys, newest first; of each its first characters."""
        keys, total = await self._keys.page(scope, limit=limit, offset=offset)
        return ApiKeyPage(items=[api_key_out(key) for key in keys], total=total, limit=limit, offset=offset)

    async def make_key(self, body: ApiKeyIn, scope: KeyKeeper) -> NewApiKeyOut:
        """A new API key with some of your own permissions. The key is shown in this answer alone."""
        made, key = await self._keys.make(
            scope, name=body.name, permissions=frozenset(body.permissions), expires_at=body.expires_utc
        )
        return NewApiKeyOut(**api_key_out(made).model_dump(), key=key)

    async def revoke_key(self, key_id: KeyId, scope: KeyKeeper) -> Response:
        """The key is void from now on."""
        await self._keys.revoke(scope, key_id)
        return Response(status_code=204)
