"""Signing in, and tokens for visitors of the chat page."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from deskhand.kit.problems import responses
from deskhand.tenancy.directory import Directory

Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["demo"])]


class SignInIn(BaseModel):
    """A member of staff signs in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"tenant": "demo", "email": "owner@example.com", "password": "correct horse battery"}]
        }
    )

    tenant: Slug
    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class TokenOut(BaseModel):
    """A bearer token, and until when it is good."""

    token: str
    expires_at: datetime


class ContactTokenIn(BaseModel):
    """A visitor opens the chat page of a tenant; without one, of the server's default tenant."""

    tenant: Slug | None = None


class ContactTokenOut(TokenOut):
    """A token that opens this one contact's conversations."""

    contact_id: str
    tenant: str


class ChatConfigOut(BaseModel):
    """What the chat page shows before the first message."""

    tenant: str
    company: str
    agent_name: str
    welcome: str
    suggestions: list[str]
    max_message_chars: int


class TenancyEndpoints:
    """Routes that need no token, because they give one."""

    def __init__(self, directory: Directory, *, default_tenant: str, max_message_chars: int) -> None:
        self._directory = directory
        self._default_tenant = default_tenant
        self._max_message_chars = max_message_chars
        self.router = APIRouter(prefix="/api/v1", tags=["sign-in"])
        add = self.router.add_api_route
        add("/auth/sign-in", self.sign_in, methods=["POST"], responses=responses(401, 422))
        add(
            "/chat/tokens",
            self.new_contact_token,
            methods=["POST"],
            status_code=201,
            responses=responses(404, 422),
        )
        add("/chat/config", self.chat_config, methods=["GET"], responses=responses(404, 422))

    async def sign_in(self, body: SignInIn) -> TokenOut:
        """Sign in as staff with tenant, e-mail address and password."""
        issued = await self._directory.sign_in(slug=body.tenant, email=body.email, password=body.password)
        return TokenOut(token=issued.token, expires_at=issued.expires_at)

    async def new_contact_token(self, body: ContactTokenIn) -> ContactTokenOut:
        """A new anonymous visitor of the chat page."""
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
            max_message_chars=self._max_message_chars,
        )
