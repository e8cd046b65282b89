"""Registering tools, and building those that are switched on, granted and have what they need."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import pytest
from pydantic import BaseModel

from deskhand.settings import Settings, load_settings
from deskhand.tools.contract import BaseTool, ToolResult, ToolSlice, ToolTurn
from deskhand.tools.injection import WrongTool
from deskhand.tools.registry import ToolRegistry
from tools.calls import Order, ScriptedTool, a_turn


class Orders:
    """Something a tool needs."""


class SpecialOrders(Orders):
    """The same, derived."""


class OrderPort(Protocol):
    """Something a tool needs, by its port."""


class LookUp(ScriptedTool):
    def __init__(self, orders: Orders, turn: ToolTurn) -> None:
        super().__init__()
        self.orders = orders
        self.turn = turn


def registry_with(factory: Any = LookUp, name: str = "look_up_order", **fields: Any) -> ToolRegistry:
    registry = ToolRegistry()
    registry.register(name, factory, **fields)
    return registry


def built(registry: ToolRegistry, settings: Settings, dependencies: dict[type, object], *granted: str) -> Any:
    return registry.create_tools(settings, dependencies, granted=frozenset(granted))


def test_a_tool_is_given_what_its_factory_asks_for(settings: Settings) -> None:
    orders, turn = Orders(), a_turn()
    [tool] = built(registry_with(), settings, {Orders: orders, ToolTurn: turn}, "look_up_order")
    assert (tool.orders, tool.turn) == (orders, turn)


def test_each_turn_gets_its_own_tool(settings: Settings) -> None:
    registry, dependencies = registry_with(ScriptedTool), dict[type, object]()
    [first] = built(registry, settings, dependencies, "look_up_order")
    [second] = built(registry, settings, dependencies, "look_up_order")
    assert first is not second


def test_a_tool_that_was_not_granted_is_not_built(settings: Settings) -> None:
    assert built(registry_with(), settings, {}, "another") == ()


@pytest.mark.parametrize("slice_", [slice_ for slice_ in ToolSlice if slice_ is not ToolSlice.OTHER])
def test_a_tool_whose_slice_is_switched_off_is_not_built(slice_: ToolSlice) -> None:
    registry = registry_with(ScriptedTool, slice_=slice_)
    on = load_settings(env_file=None, tools={slice_.value: {"enabled": True}})
    off = load_settings(env_file=None, tools={slice_.value: {"enabled": False}})
    assert len(built(registry, on, {}, "look_up_order")) == 1
    assert built(registry, off, {}, "look_up_order") == ()
    assert registry.names == {"look_up_order"}


def test_what_moves_money_is_off_until_it_is_switched_on_and_nothing_reaches_outside_by_itself(
    settings: Settings,
) -> None:
    enabled = {slice_.value for slice_ in ToolSlice if slice_ is not ToolSlice.OTHER} & {
        name for name, switch in settings.tools if switch.enabled
    }
    assert enabled == {"rag", "memory", "attachments", "escalation", "crm"}
    assert {name: switch.endpoint for name, switch in settings.tools if switch.endpoint is not None} == {}


def test_a_time_out_alone_switches_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_TOOLS__RAG__TIMEOUT_SECONDS", "3")
    assert load_settings(env_file=None).tools.rag.enabled is True


def test_the_settings_time_out_comes_before_the_tools_own(settings: Settings) -> None:
    class Slow(ScriptedTool):
        timeout_seconds: ClassVar[float | None] = 40.0

    shorter = load_settings(env_file=None, tools={"crm": {"enabled": True, "timeout_seconds": 2}})
    own = load_settings(env_file=None, tools={"crm": {"enabled": True}})
    granted = frozenset({"look_up_order"})
    [slow] = registry_with(Slow, slice_=ToolSlice.CRM).offered(own, granted)
    [plain] = registry_with(ScriptedTool).offered(settings, granted)
    assert (slow.timeout_seconds(shorter), slow.timeout_seconds(own), plain.timeout_seconds(settings)) == (2, 40, 15)


def test_a_dependency_is_found_under_its_port_and_by_what_derives_from_it(settings: Settings) -> None:
    def by_port(orders: OrderPort, base: Orders) -> ScriptedTool:
        return ScriptedTool(ToolResult(success=True, data=(orders, base)))

    special, port = SpecialOrders(), Orders()
    [tool] = built(registry_with(by_port), settings, {OrderPort: port, SpecialOrders: special}, "look_up_order")
    assert tool.script[0].data == (port, special)


def test_a_parameter_with_a_default_may_go_without(settings: Settings) -> None:
    def make(orders: Orders | None = None, limit: int = 5) -> ScriptedTool:
        return ScriptedTool((orders, limit))

    orders = Orders()
    [without] = built(registry_with(make), settings, {}, "look_up_order")
    [given] = built(registry_with(make), settings, {Orders: orders}, "look_up_order")
    assert (without.script, given.script) == ([(None, 5)], [(orders, 5)])


def test_what_nobody_provides_is_named_at_the_start_and_when_building(settings: Settings) -> None:
    registry = registry_with()
    registry.check_dependencies(Orders, ToolTurn)
    with pytest.raises(WrongTool, match="'look_up_order' asks for orders: Orders, which nobody provides"):
        registry.check_dependencies(ToolTurn)
    with pytest.raises(WrongTool, match="'look_up_order' asks for turn: ToolTurn, which nobody provides"):
        built(registry, settings, {Orders: Orders()}, "look_up_order")


def test_two_that_would_fit_are_none(settings: Settings) -> None:
    class OtherOrders(Orders):
        pass

    with pytest.raises(WrongTool, match="nobody provides"):
        registry_with().check_dependencies(SpecialOrders, OtherOrders, ToolTurn)


def test_a_name_is_registered_once() -> None:
    registry = registry_with()
    with pytest.raises(WrongTool, match="There are two tools called 'look_up_order'"):
        registry.register("look_up_order", LookUp)


@pytest.mark.parametrize("name", ["", "Look up", "look-up", "9lives", "x" * 65, "look_up\n", "löschen"])
def test_a_name_that_a_model_could_not_call_is_refused(name: str) -> None:
    with pytest.raises(WrongTool, match="A tool cannot be called"):
        registry_with(name=name)


class Nameless(ScriptedTool):
    name: ClassVar[str] = "another_name"


class Speechless(ScriptedTool):
    description: ClassVar[str] = " "


class Unfinished(BaseTool[Order]):
    name: ClassVar[str] = "look_up_order"
    description: ClassVar[str] = "Looks an order up."
    parameters = Order


class NoModel(ScriptedTool):
    parameters = dict  # type: ignore[assignment]  # what is tested


class NoSchemaParameters(BaseModel):
    after: Callable[[], None]


class NoSchema(ScriptedTool):
    parameters = NoSchemaParameters  # type: ignore[assignment]  # what is tested


def untyped(orders) -> ScriptedTool:  # type: ignore[no-untyped-def]  # noqa: ANN001 - what is tested
    return ScriptedTool(orders)


def of_text(url: str) -> ScriptedTool:
    return ScriptedTool(url)


def unknown(orders: "Nowhere") -> ScriptedTool:  # type: ignore[name-defined]  # noqa: F821 - what is tested
    return ScriptedTool(orders)


def makes_nothing(orders: Orders) -> None:
    del orders


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        (Nameless, "calls itself 'another_name'"),
        (Speechless, "has no description"),
        (Unfinished, "has no execute"),
        (NoModel, "use a class derived from BaseModel"),
        (NoSchema, "have no JSON schema"),
        (untyped, "a parameter 'orders' without a type"),
        (of_text, "asks for 'url' as str, which does not say what is meant"),
        (unknown, "cannot be read"),
        (makes_nothing, "does not say which tool it makes"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_tool_that_is_not_made_as_it_must_be_is_refused_at_once(factory: Any, said: str) -> None:
    with pytest.raises(WrongTool, match=said):
        registry_with(factory)
