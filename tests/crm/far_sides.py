"""An external CRM for tests: a far side with a script, and the records that ask it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from crm.desks import Company
from deskhand.crm.external import ExternalRecords
from deskhand.crm.external_http import CRMConnection
from deskhand.crm.model import Actor, ActorKind, Writing
from deskhand.testing.failing_server import Answer, FailingServer, Step

KEY = "crm-secret-key-1234"
UNDER_KEY = Writing(by=Actor(kind=ActorKind.AGENT, id="support", turn_id="trn_1"), idempotency_key="key-1")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A far side with a script, and the records that ask it."""

    server: FailingServer
    url: str
    connection: CRMConnection
    records: ExternalRecords
    company: Company

    @property
    def path(self) -> str:
        return f"/base/api/v1/contacts/{self.company.contact_id}"

    def plays(self, *steps: Step, under: str = "") -> None:
        self.server.script(self.path + under, *steps)

    def contact(self, **fields: Any) -> Answer:
        return Answer(body={"id": self.company.contact_id, "account_status": "trial", "name": "Ada"} | fields)

    @property
    def asked(self) -> int:
        return self.server.count(self.path)

    async def looked_up(self) -> Any:
        """The contact of the company, as it asks itself."""
        return await self.records.lookup(self.company.contact, self.company.contact_id)


@asynccontextmanager
async def open_scene(company: Company) -> AsyncIterator[Scene]:
    server, clock = FailingServer({}), company.desk.clock
    async with server.serving() as url:
        connection = CRMConnection(endpoint=f"{url}/base/", key=SecretStr(KEY), clock=clock, timeout_seconds=5.0)
        records = ExternalRecords(connection=connection, history=company.desk.records, clock=clock)
        yield Scene(server=server, url=url, connection=connection, records=records, company=company)
        await connection.close()
