"""The tools that docs/tools.md shows are real: its code is run here, as it stands there."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deskhand.settings import Settings, load_settings
from deskhand.testing.failing_server import Answer, FailingServer
from deskhand.tools.contract import ToolTurn
from deskhand.tools.registry import ToolRegistry
from tools.calls import Workshop, a_turn

DOCUMENT = Path(__file__).parents[2] / "docs" / "tools.md"
BOTH = frozenset({"delivery_days", "order_status"})


@pytest.fixture(scope="module")
def registry() -> ToolRegistry:
    code = "\n".join(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL))
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, str(DOCUMENT), "exec"), names)  # noqa: S102 - our own document
    registry: ToolRegistry = names["registry"]
    return registry


@pytest.fixture
async def shop() -> AsyncIterator[tuple[FailingServer, Settings]]:
    server = FailingServer({"/orders/7": [Answer(status=503), Answer(body={"state": "sent"})]})
    async with server.serving() as url:
        yield server, load_settings(env_file=None, tools={"billing": {"enabled": True, "endpoint": url}})


def built(registry: ToolRegistry, settings: Settings) -> dict[str, Any]:
    dependencies: dict[type, object] = {Settings: settings, ToolTurn: a_turn()}
    return {made.name: made for made in registry.create_tools(settings, dependencies, granted=BOTH)}


async def test_the_function_of_the_document_answers(
    registry: ToolRegistry, workshop: Workshop, settings: Settings
) -> None:
    bound = workshop.bind(built(registry, settings)["delivery_days"])
    shown = json.loads(await workshop.guard.call(bound, {"country": "GB"}))
    assert shown["data"] == {"country": "GB", "working_days": 3, "asked_in": "ses_1"}
    wrong = json.loads(await workshop.guard.call(bound, {"country": "Britain"}))
    assert "'country' is a string: string should match pattern" in wrong["error"]


async def test_the_class_of_the_document_asks_its_service(
    registry: ToolRegistry, workshop: Workshop, shop: tuple[FailingServer, Settings]
) -> None:
    server, settings = shop
    bound = workshop.bind(built(registry, settings)["order_status"])
    assert json.loads(await workshop.guard.call(bound, {"number": "7"}))["data"] == {"state": "sent"}
    assert json.loads(await workshop.guard.call(bound, {"number": "8"})) == {
        "ok": False,
        "error": "There is no order 8: ask for its number again.",
    }
    await workshop.guard.clean_up([bound])
    assert vars(bound.tool)["_http"].is_closed
    assert server.requests[0].headers["x-tenant"] == "ten_1"


async def test_the_class_of_the_document_is_off_until_it_is_switched_on_and_says_what_it_lacks(
    registry: ToolRegistry, workshop: Workshop, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(built(registry, settings)) == ["delivery_days"]
    switched_on = load_settings(env_file=None, tools={"billing": {"enabled": True}})
    bound = workshop.bind(built(registry, switched_on)["order_status"])
    assert "not available" in await workshop.guard.call(bound, {"number": "7"})
    assert "DESKHAND_TOOLS__BILLING__ENDPOINT is not set" in capsys.readouterr().out
    await workshop.guard.clean_up([bound])
    assert "tool_not_cleaned_up" not in capsys.readouterr().out
