"""What agents do together, and the CRM, with something in every table: the steps go down and up on either database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from deskhand.kit.db import Database
from deskhand.migrations.run import migrate
from deskhand.settings import load_settings
from shops import OpenHouse, Shop, open_shop
from tenancy.belongings import Belongings, make_belongings

BEFORE = "0009"
"""The step before jobs, approvals, the CRM, plans, votes, orders and refunds."""
STEPS = [f"{number:04}" for number in range(14, 8, -1)]


async def counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""

    def counted(connection: Connection) -> dict[str, int]:
        tables = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
        return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}  # noqa: S608

    async with database.engine.connect() as connection:
        return await connection.run_sync(counted)


async def test_with_everything_in_its_tables_each_step_goes_down_and_up_and_leaves_what_was_before(
    open_a_house: OpenHouse, database_url: str, tmp_path: Path
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    async with open_a_house(settings) as house:
        made = await fill(await open_shop(house))
    database = Database(database_url)
    full = await counts(database)
    for step in STEPS:
        await migrate(database, step)
    before = await counts(database)
    gone = set(full) - set(before)
    assert {"jobs", "approvals", "crm_notes", "crm_deliveries", "plans", "consensus", "orders"} <= gone
    assert before == {name: full[name] for name in before}
    assert sorted(name for name in gone if full[name] == 0) == []

    await migrate(database)
    assert await counts(database) == before | dict.fromkeys(gone, 0)
    await database.close()
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        async with shop.client(shop.owner_token()) as owner:
            assert (await owner.get(f"/api/v1/sessions/{made.ids['session_id']}")).status_code == 200
            assert (await owner.get(f"/api/v1/crm/contacts/{made.ids['contact_id']}")).status_code == 200
            assert (await owner.get("/api/v1/approvals")).json()["total"] == 0


async def fill(shop: Shop) -> Belongings:
    """One of everything, of a contact in a session of its own."""
    async with shop.client(await shop.contact_token()) as contact:
        session_id = (await contact.post("/api/v1/sessions", json={})).json()["id"]

        async def send(message: str, **fields: Any) -> Any:
            path = f"/api/v1/chat/sessions/{session_id}/messages"
            return await contact.post(path, json={"message": message, **fields})

        return await make_belongings(shop, session_id, send)
