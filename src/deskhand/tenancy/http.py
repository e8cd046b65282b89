"""Who makes a request: the scope of its bearer token, as a dependency for every slice's endpoints."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from deskhand.kit.errors import NotSignedIn
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.tokens import TokenSigner

_bearer = HTTPBearer(
    auto_error=False,
    description="A staff token from `POST /api/v1/auth/sign-in`, or a contact token from `POST /api/v1/chat/tokens`.",
)
SIGNER = "signer"
"""The name under which the application's state holds its `TokenSigner`."""


async def scope_of_request(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> TenantScope:
    """The scope of the request's token.

    Raises:
        NotSignedIn: when there is no token, or it is not valid.
    """
    if credentials is None:
        raise NotSignedIn("This needs a token: send the header Authorization: Bearer <token>.")
    signer: TokenSigner = getattr(request.app.state, SIGNER)
    return signer.verify(credentials.credentials)


CurrentScope = Annotated[TenantScope, Depends(scope_of_request)]
