"""Who makes a request, and whether they may: dependencies for every slice's endpoints. Below: the gate.

A route declares what it takes, so that the OpenAPI document and the tables in the docs can say it, and a test can
see that none was forgotten:

    Reader = Annotated[TenantScope, allowed(Permission.KNOWLEDGE_READ)]

    async def list_bases(self, scope: Reader) -> ...
"""

import ipaddress
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from deskhand.kit.errors import NotFound, NotSignedIn
from deskhand.tenancy.gate import Gate, Presented
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

_bearer = HTTPBearer(
    auto_error=False,
    description="A staff token from `POST /api/v1/auth/sign-in`, a contact token from `POST /api/v1/chat/tokens`, or "
    "an API key (`dk_…`).",
)
GATE = "gate"
"""The name under which the application's state holds its `Gate`."""
_IPV6_HOME = 64


async def presented_by(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Presented:
    """The request's token or key, as far as it can be judged by itself.

    Raises:
        NotSignedIn: when there is none, or it is none of ours.
    """
    if credentials is None:
        raise NotSignedIn("This needs a token: send the header Authorization: Bearer <token>.")
    gate: Gate = getattr(request.app.state, GATE)
    return gate.read(credentials.credentials)


PresentedCredential = Annotated[Presented, Depends(presented_by)]


async def scope_of_request(request: Request, presented: PresentedCredential) -> TenantScope:
    """The scope of the request's token or key.

    Raises:
        NotSignedIn: when it is not valid (any more).
        NotFound: when an id in the path cannot be one: no database takes a NUL.
    """
    gate: Gate = getattr(request.app.state, GATE)
    scope = await gate.scope_of(presented)
    if any("\x00" in str(value) for value in request.path_params.values()):
        raise NotFound("There is nothing under an address with a NUL in it: correct the id.")
    return scope


class Allowed:
    """The dependency that lets in whoever has a permission; without one, whoever has a good token or key."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, scope: Annotated[TenantScope, Depends(scope_of_request)]) -> TenantScope:
        """Raises NotAllowed."""
        if self.permission is not None:
            scope.require(self.permission)
        return scope


def allowed(permission: Permission) -> Any:
    """What stands in the annotation of a route's scope, so that the route takes this permission."""
    return Depends(Allowed(permission))


CurrentScope = Annotated[TenantScope, Depends(scope_of_request)]
"""The scope alone. A route that takes this and nothing else declares no permission, which a test refuses."""
SignedIn = Annotated[TenantScope, Depends(Allowed(None))]
"""The scope of a route that every good token and key may use."""


def declared_by(route: APIRoute) -> tuple[Allowed, ...]:
    """What the route declares that it takes; nothing for a public one."""
    return tuple(_allowed_in(route.dependant))


def client_address(request: Request, *, trusted_proxies: int) -> str:
    """Where the request comes from; of an IPv6 address the part that stands for one home.

    With `trusted_proxies` in front of the server, what the outermost of them saw; else the peer. What a client itself
    writes into `X-Forwarded-For` stands further to the left and is never looked at.
    """
    peer = request.client.host if request.client else "unknown"
    seen = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    if trusted_proxies and len(seen) >= trusted_proxies:
        peer = seen[-trusted_proxies]
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_HOME), strict=False))


def _allowed_in(dependant: Dependant) -> list[Allowed]:
    own = [dependant.call] if isinstance(dependant.call, Allowed) else []
    return own + [found for inner in dependant.dependencies for found in _allowed_in(inner)]
