"""The house stands on either database: documents, a conversation, and a second start that finds them."""

from pathlib import Path

from deskhand.settings import load_settings
from shops import OpenHouse, Shop, open_shop

QUESTION = "How long can I return a helmet?"


async def ask(shop: Shop, token: str) -> tuple[str, int]:
    """The answer, and how many messages the conversation has by then."""
    async with shop.client(token) as contact:
        session = (await contact.post("/api/v1/sessions", json={})).json()["id"]
        path = f"/api/v1/chat/sessions/{session}/messages"
        answer = (await contact.post(path, json={"message": QUESTION, "idempotency_key": "one"})).json()
        return str(answer["answer"]), (await contact.get(path)).json()["total"]


async def test_documents_and_conversations_are_there_again_at_the_next_start(
    open_a_house: OpenHouse, database_url: str, tmp_path: Path
) -> None:
    settings = load_settings(env_file=None, data_dir=tmp_path / "data", database_url=database_url)
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        token = await shop.contact_token()
        first = await ask(shop, token)
    async with open_a_house(settings) as house:
        shop = await open_shop(house)
        again = await ask(shop, token)

    # The same key gives the same answer, and no second one.
    assert "30 days" in first[0]
    assert first == again == (first[0], 2)
