"""Signing in and out, one's own account, and tokens for visitors of the chat page."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from deskhand.kit.problems import responses
from deskhand.tenancy.attempts import MovingLimit
from deskhand.tenancy.directory import Directory
from deskhand.tenancy.http import PresentedCredential, SignedIn, client_address
from deskhand.tenancy.schemas import (
    ChatConfigOut,
    ContactTokenIn,
    ContactTokenOut,
    MeOut,
    PasswordIn,
    SignedInOut,
    SignInIn,
    Slug,
    person_out,
    tenant_out,
)
from deskhand.tenancy.sign_in import SignIn
from deskhand.tenancy.staff import Staff


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatLimits:
    """What the chat page must know of what is taken."""

    max_message_chars: int
    max_file_bytes: int
    allowed_file_types: tuple[str, ...]


class TenancyEndpoints:
    """The routes that give tokens, which are public, and those about one's own."""

    def __init__(
        self,
        *,
        directory: Directory,
        sign_in: SignIn,
        staff: Staff,
        visitors: MovingLimit,
        default_tenant: str,
        limits: ChatLimits,
        trusted_proxies: int,
    ) -> None:
        """`visitors` bounds how many new contacts come from one address."""
        self._directory = directory
        self._sign_in = sign_in
        self._staff = staff
        self._visitors = visitors
        self._default_tenant = default_tenant
        self._limits = limits
        self._trusted_proxies = trusted_proxies
        self.router = APIRouter(prefix="/api/v1", tags=["sign-in"])
        add = self.router.add_api_route
        add("/auth/sign-in", self.sign_in, methods=["POST"], responses=responses(401, 422, 429))
        add("/auth/sign-out", self.sign_out, methods=["POST"], status_code=204, responses=responses(401, 403))
        add("/auth/me", self.me, methods=["GET"], responses=responses(401))
        add(
            "/auth/password",
            self.change_password,
            methods=["POST"],
            status_code=204,
            responses=responses(401, 403, 422, 429),
        )
        add(
            "/chat/tokens",
            self.new_contact_token,
            methods=["POST"],
            status_code=201,
            responses=responses(404, 422, 429),
        )
        add("/chat/config", self.chat_config, methods=["GET"], responses=responses(404, 422))

    async def sign_in(self, body: SignInIn, request: Request) -> SignedInOut:
        """Sign in as staff with tenant, e-mail address and password."""
        signed_in = await self._sign_in.sign_in(
            slug=body.tenant, email=body.email, password=body.password, client=self._client(request)
        )
        scope, issued = signed_in.scope, signed_in.issued
        return SignedInOut(
            token=issued.token,
            expires_at=issued.expires_at,
            user=person_out(signed_in.member),
            tenant=tenant_out(await self._directory.tenant_of(scope)),
            permissions=sorted(scope.permissions),
        )

    async def sign_out(self, scope: SignedIn, presented: PresentedCredential) -> Response:
        """The token of this request is void from now on."""
        await self._sign_in.sign_out(scope, presented)
        return Response(status_code=204)

    async def me(self, scope: SignedIn) -> MeOut:
        """Whose the token or key is, and what may be done with it."""
        found = None if scope.key_id else await self._staff.find(scope)
        return MeOut(
            user=person_out(found) if found else None,
            contact_id=scope.contact_id,
            api_key_id=scope.key_id,
            tenant=tenant_out(await self._directory.tenant_of(scope)),
            role=scope.role,
            permissions=sorted(scope.permissions),
        )

    async def change_password(self, body: PasswordIn, scope: SignedIn, presented: PresentedCredential) -> Response:
        """Another password for oneself. All one's other tokens are void; the one of this request stays good."""
        await self._staff.change_own_password(scope, presented, current=body.current_password, new=body.new_password)
        return Response(status_code=204)

    async def new_contact_token(self, body: ContactTokenIn, request: Request) -> ContactTokenOut:
        """A new anonymous visitor of the chat page."""
        await self._visitors.count((self._client(request),), "new visitors from your address")
        tenant = await self._directory.tenant(body.tenant or self._default_tenant)
        contact_id, issued = await self._directory.new_contact(tenant.id)
        return ContactTokenOut(
            token=issued.token, expires_at=issued.expires_at, contact_id=contact_id, tenant=tenant.slug
        )

    async def chat_config(self, tenant: Annotated[Slug | None, Query()] = None) -> ChatConfigOut:
        """What the chat page shows before the first message."""
        profile = await self._directory.tenant(tenant or self._default_tenant)
        return ChatConfigOut(
            tenant=profile.slug,
            company=profile.company,
            agent_name=profile.agent_name,
            welcome=profile.welcome,
            suggestions=list(profile.suggestions),
            max_message_chars=self._limits.max_message_chars,
            max_file_bytes=self._limits.max_file_bytes,
            allowed_file_types=list(self._limits.allowed_file_types),
        )

    def _client(self, request: Request) -> str:
        return client_address(request, trusted_proxies=self._trusted_proxies)
