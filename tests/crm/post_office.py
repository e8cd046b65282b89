"""The post office over HTTP: the application with the routes of templates, sequences and messages alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from crm.posts import Post, open_post
from deskhand.api import AppParts, create_app
from deskhand.crm.delivery_endpoints import DeliveryEndpoints
from deskhand.crm.media import MediaCheck
from deskhand.crm.sequence_endpoints import SequenceEndpoints
from deskhand.crm.template_endpoints import TemplateEndpoints
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.tokens import TokenSigner


class Files:
    """Ana sent a picture."""

    async def type_of(self, scope: TenantScope, contact_id: str, attachment_id: str) -> str | None:
        assert scope.tenant_id == "ten_1"
        return "image/png" if (contact_id, attachment_id) == ("con_ana", "att_1") else None


@dataclass(frozen=True)
class Office:
    post: Post
    signer: TokenSigner
    transport: httpx.ASGITransport

    def client(self, role: Role = Role.OPERATOR, tenant_id: str = "ten_1") -> httpx.AsyncClient:
        """Whoever has that role at the tenant; as a contact it is Ana."""
        if role is Role.CONTACT:
            issued = self.signer.for_contact(tenant_id=tenant_id, contact_id="con_ana")
        else:
            name = "vic" if role is Role.VIEWER else "ada"
            issued = self.signer.for_user(tenant_id=tenant_id, user_id=f"usr_{tenant_id}_{name}", role=role)
        headers = {"Authorization": f"Bearer {issued.token}"}
        return httpx.AsyncClient(transport=self.transport, base_url="http://desk", headers=headers)


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    async with open_post(folder) as post:
        signer = TokenSigner("k" * 40, post.clock, staff_hours=24 * 365)
        standing = Standing(post.store, post.clock)
        gate = Gate(store=post.store, signer=signer, standing=standing, clock=post.clock)
        messages = DeliveryEndpoints(
            clock=post.clock,
            deliveries=post.deliveries,
            templates=post.templates,
            media=MediaCheck(files=Files()),
            records=post.records,
        )
        routers = [
            TemplateEndpoints(templates=post.templates).router,
            SequenceEndpoints(sequences=post.sequences, enrolments=post.enrolments).router,
            messages.router,
        ]
        app = create_app(
            AppParts(
                gate=gate, routers=routers, web_dir=folder, cors_origins=(), max_request_bytes=100_000, version="0"
            )
        )
        yield Office(post, signer, httpx.ASGITransport(app, raise_app_exceptions=False))
        await gate.close()
