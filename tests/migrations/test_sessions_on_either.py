"""One active session for a contact on a channel, also when many ask for it at once, on either database."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from deskhand.conversations.lifecycle import SessionWish
from deskhand.conversations.tables import ChatSession
from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from shops import OpenHouse, open_shop

TENANT = """INSERT INTO tenants (id, slug, company, agent_name, welcome, suggestions, status, created_at)
    VALUES ('ten_1', 'demo', 'A', 'B', '', '[]', 'active', '2026-01-01 00:00:00')"""
CONTACT = "INSERT INTO contacts (id, tenant_id, created_at) VALUES ('con_1', 'ten_1', '2026-01-01 00:00:00')"
THREAD = """INSERT INTO threads (id, tenant_id, contact_id, title, status, message_count, context_summary, created_at)
    VALUES ('thr_1', 'ten_1', 'con_1', '', 'open', 0, '', '2026-01-01 00:00:00')"""
SESSION = """INSERT INTO sessions (id, tenant_id, thread_id, contact_id, channel, status, started_at, last_activity_at)
    VALUES (:id, 'ten_1', 'thr_1', 'con_1', :channel, 'active', '2026-01-01 00:00:00', '2026-01-01 00:00:00')"""


async def test_many_who_open_at_once_get_the_same_session(
    open_a_house: OpenHouse, database_url: str, tmp_path: Path
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    async with open_a_house(settings) as house:
        shop = await open_shop(house, documents={})
        contact_id, _ = await house.directory.new_contact(shop.tenant.id)
        scope = TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)

        opened = await asyncio.gather(*(house.sessions.open(scope, contact_id, "web") for _ in range(12)))
        assert len({session.id for session in opened}) == 1

        wish = SessionWish(agent_id="sales")
        others = await asyncio.gather(*(house.sessions.open(scope, contact_id, "web", wish) for _ in range(12)))
        assert len({session.id for session in others}) == 1
        await house.background.settle()
        async with house.store.read(scope) as db:
            statuses = await db.scalars(select(ChatSession.status).order_by(ChatSession.status))
            assert statuses.all() == ["active", "closed"]


async def test_of_several_active_sessions_of_before_the_newest_stays(database: Database) -> None:
    await migrate(database)
    await migrate(database, "0003")
    async with database.engine.begin() as connection:
        for statement in (TENANT, CONTACT, THREAD):
            await connection.execute(text(statement))
        for session_id, channel in (("ses_1", "web"), ("ses_2", "web"), ("ses_3", "try-out")):
            await connection.execute(text(SESSION), {"id": session_id, "channel": channel})

    await migrate(database)

    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT id, status, close_reason FROM sessions ORDER BY id"))
        rows = [tuple(row) for row in found]
    assert rows == [("ses_1", "closed", "replaced"), ("ses_2", "active", None), ("ses_3", "active", None)]


async def test_a_silent_session_is_closed_with_its_record(
    open_a_house: OpenHouse, database_url: str, tmp_path: Path
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    async with open_a_house(settings) as house:
        shop = await open_shop(house, documents={})
        contact_id, _ = await house.directory.new_contact(shop.tenant.id)
        scope = TenantScope(tenant_id=shop.tenant.id, role=Role.CONTACT, contact_id=contact_id)
        session = await house.sessions.open(scope, contact_id, "web")
        house.sessions._idle = timedelta(seconds=-1)
        assert await house.sessions.sweep() == 1
        async with shop.client(shop.owner_token()) as owner:
            shown = (await owner.get(f"/api/v1/sessions/{session.id}")).json()
    assert (shown["close_reason"], shown["closing"]["summary"]) == ("idle", "The customer wrote nothing.")


async def test_messages_of_many_sessions_at_once_are_all_answered(
    open_a_house: OpenHouse, database_url: str, tmp_path: Path
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    async with open_a_house(settings) as house:
        shop = await open_shop(house)

        async def talk() -> tuple[list[int], list[str]]:
            async with shop.client(await shop.contact_token()) as contact:
                path = f"/api/v1/chat/sessions/{(await contact.post('/api/v1/sessions')).json()['id']}/messages"
                questions = [f"How long can I return a helmet? {number}" for number in range(6)]
                sent = await asyncio.gather(*(contact.post(path, json={"message": text}) for text in questions))
                page = (await contact.get(path)).json()
                return [each.status_code for each in sent], [item["role"] for item in page["items"]]

        spoken = await asyncio.gather(*(talk() for _ in range(5)))

    for statuses, roles in spoken:
        assert statuses == [200] * 6
        assert roles.count("customer") == 6
        assert 1 <= roles.count("agent") <= 6
