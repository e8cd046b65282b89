"""Plain functions as tools."""

import threading
from collections.abc import Callable
from typing import Annotated, Any

import pytest
import structlog
from pydantic import Field

from deskhand.settings import Settings
from deskhand.tools.contract import ToolResult, ToolTurn
from deskhand.tools.functions import Injected, tool, tool_from
from deskhand.tools.injection import WrongTool
from deskhand.tools.registry import ToolRegistry
from deskhand.tools.threads import Threads
from tools.calls import Workshop, a_turn


@tool()
async def shop_hours(city: Annotated[str, Field(min_length=2)], day: str = "today") -> dict[str, str]:
    """Tells when a shop
    is open.

    More that only people read.

    Args:
        city: Name of the city.
        day (str): Which day.

    Returns:
        city: Not this one.
    """
    return {"city": city, "day": day}


@tool(name="whose_order", description="Says whose order it is.", idempotent=False, timeout_seconds=3.0)
def look(order_id: int, turn: Injected[ToolTurn]) -> ToolResult:
    return ToolResult(success=True, data=f"{order_id} of {turn.contact_id}")


def created(adapted: Any, settings: Settings, dependencies: dict[type, object] | None = None) -> Any:
    registry = ToolRegistry()
    registry.register(adapted.name, adapted)
    [made] = registry.create_tools(settings, dependencies or {}, granted=registry.names)
    return made


async def test_an_async_function_is_a_tool_by_its_annotations_and_docstring(
    workshop: Workshop, settings: Settings
) -> None:
    made = created(shop_hours, settings)
    assert made.description == "Tells when a shop is open."
    schema = made.parameters.model_json_schema()
    assert schema["required"] == ["city"]
    assert schema["properties"]["city"] | {"title": ""} == {
        "title": "",
        "type": "string",
        "minLength": 2,
        "description": "Name of the city.",
    }
    assert schema["properties"]["day"]["description"] == "Which day."
    shown = await workshop.call(workshop.bind(made), city="Leeds")
    assert shown == {"ok": True, "data": {"city": "Leeds", "day": "today"}}
    assert "'town' is not a parameter." in (await workshop.call(workshop.bind(made), city="Leeds", town="x"))["error"]


async def test_what_the_house_gives_is_not_shown_to_the_model(workshop: Workshop, settings: Settings) -> None:
    made = created(look, settings, {ToolTurn: a_turn(), Threads: Threads()})
    assert (made.name, made.description, made.idempotent, made.timeout_seconds) == (
        "whose_order",
        "Says whose order it is.",
        False,
        3.0,
    )
    assert list(made.parameters.model_fields) == ["order_id"]
    assert (await workshop.call(workshop.bind(made), order_id=7))["data"] == "7 of con_1"
    assert "'turn' is not a parameter" in (await workshop.call(workshop.bind(made), order_id=7, turn={}))["error"]


async def test_a_function_that_is_not_async_leaves_the_event_loop_alone(workshop: Workshop, settings: Settings) -> None:
    def where() -> dict[str, Any]:
        """Says where it runs."""
        here = threading.current_thread()
        return {"main": here is threading.main_thread(), "request": structlog.contextvars.get_contextvars()}

    made = created(tool_from(where), settings)
    with structlog.contextvars.bound_contextvars(request_id="req_9"):
        result = await made.execute(made.parameters())
    assert result.data == {"main": False, "request": {"request_id": "req_9"}}


async def test_a_function_that_hangs_in_its_thread_is_cut_off(workshop: Workshop, settings: Settings) -> None:
    go_on = threading.Event()

    def hang() -> str:
        """Hangs."""
        go_on.wait(30)
        return "late"

    bound = workshop.bind(created(tool_from(hang), settings), seconds=0.05)
    try:
        assert "took longer than" in await workshop.guard.call(bound, {})
    finally:
        go_on.set()


async def test_an_object_that_is_called_and_must_be_awaited_works_too(settings: Settings) -> None:
    class Asks:
        """Asks."""

        async def __call__(self, question: str) -> str:
            return f"asked: {question}"

    made = created(tool_from(Asks(), name="asks", description="Asks."), settings)
    assert (await made.execute(made.parameters(question="why"))).data == "asked: why"


def several(*names: str) -> None:
    """Takes any."""
    del names


def by_position(name: str, /) -> None:
    """Takes one."""
    del name


def untyped(name) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - what is tested
    """Takes one."""
    del name


def unreadable(name: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821 - what is tested
    """Takes one."""
    del name


def hidden(_name: str) -> None:
    """Takes one that pydantic would take for its own."""


def unmarked(threads: Threads) -> None:
    """Takes what the house would have to give."""
    del threads


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (unmarked, "What the house gives is marked Injected"),
        (several, r"has \*names: str: a model can only give parameters by name"),
        (by_position, "can only give parameters by name"),
        (untyped, "a parameter 'name' without a type"),
        (unreadable, "cannot be read"),
        (hidden, "can only give parameters by name"),
    ],
)
def test_a_function_that_a_model_could_not_call_is_refused(function: Callable[..., Any], said: str) -> None:
    with pytest.raises(WrongTool, match=said):
        tool_from(function)


def test_a_function_that_says_nothing_of_itself_is_refused() -> None:
    with pytest.raises(WrongTool, match="has no description"):
        ToolRegistry().register("silent", tool_from(lambda: None, name="silent"))


def test_a_function_with_a_type_without_a_schema_is_refused() -> None:
    def call_back(after: Callable[[], None]) -> None:
        """Calls back."""
        after()

    with pytest.raises(WrongTool, match="no JSON schema"):
        ToolRegistry().register("call_back", tool_from(call_back))
