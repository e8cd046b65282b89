"""The tools of one turn: which there are, what is told and noted of each call, and how they are let go of."""

import json
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
import structlog

from deskhand.conversations.model import Session, SessionStatus, Turn, TurnStatus
from deskhand.knowledge.library import KnowledgeLibrary
from deskhand.knowledge.model import FoundPassage, StoredChunk
from deskhand.knowledge.tool import SEARCH_KNOWLEDGE, SearchKnowledge
from deskhand.llm.model import ChatModel
from deskhand.settings import Settings, load_settings
from deskhand.tools.adapter import ToolFunction
from deskhand.tools.contract import ApprovalPolicy, BaseTool, ToolResult, ToolSlice, ToolTurn, TransientError
from deskhand.tools.guard import Guard
from deskhand.tools.injection import WrongTool
from deskhand.tools.registry import ToolRegistry
from deskhand.turns.events import ToolCalled, ToolState, TurnEvent
from deskhand.turns.state import Accepted, Draft
from deskhand.turns.toolbox import Toolboxes
from tools.calls import BEGIN, ScriptedTool, Workshop, a_turn

APPROVAL = ApprovalPolicy(timeout_seconds=42)
Make = Callable[..., BaseTool[Any]]


def of_the_shape(kind: type[Any], **given: Any) -> Any:
    """An object of that class; what a test does not look at is None."""
    return kind(**(dict.fromkeys((field.name for field in fields(kind)), None) | given))


class Bench:
    """A turn with its toolbox opened on whatever tools a test registers."""

    def __init__(self, guard: Guard, settings: Settings) -> None:
        self.guard = guard
        self.settings = settings
        self.registry = ToolRegistry()
        self.dependencies: dict[type, object] = {}
        self.told: list[TurnEvent] = []
        self.stack = AsyncExitStack()
        self.draft = Draft(agent=cast("Any", None), passages=[])

    def with_tool(self, factory: Any, name: str = "look_up_order", slice_: ToolSlice = ToolSlice.OTHER) -> "Bench":
        self.registry.register(name, factory, slice_=slice_)
        return self

    async def open(
        self, *granted: str, offline: bool = False, prefetches: bool = True, bases: tuple[str, ...] = ()
    ) -> dict[str, ToolFunction]:
        agent = SimpleNamespace(
            id="support",
            version="1.2.0",
            tools=frozenset(granted),
            prefetches=prefetches,
            bases=("help-centre",),
            k=4,
            approval=APPROVAL,
        )
        self.draft.agent = cast("Any", agent)
        model = ChatModel.__new__(ChatModel)
        object.__setattr__(model, "is_offline", offline)
        boxes = Toolboxes(
            registry=self.registry, guard=self.guard, settings=self.settings, dependencies=self.dependencies
        )
        opened = boxes.open(accepted(bases), model, self.draft, self.told.append)
        toolbox = await self.stack.enter_async_context(opened)
        assert len(toolbox.client_kwargs["middleware"]) == 1
        return {function.name: function for function in toolbox.functions}

    async def call(self, function: ToolFunction, **arguments: Any) -> Any:
        return json.loads(await self.guard.call(function.bound, arguments or {"order_id": "7"}))


def accepted(bases: tuple[str, ...]) -> Accepted:
    turn = a_turn()
    session = of_the_shape(
        Session,
        id=turn.session_id,
        thread_id=turn.thread_id,
        contact_id=turn.contact_id,
        status=next(iter(SessionStatus)),
        started_at=BEGIN,
    )
    of_turn = of_the_shape(Turn, id=turn.turn_id, text=turn.text, status=next(iter(TurnStatus)))
    shape: Accepted = of_the_shape(
        Accepted, scope=turn.scope, session=session, turn=of_turn, knowledge_bases=bases, others=()
    )
    return shape


@pytest.fixture
def bench(workshop: Workshop, settings: Settings) -> Bench:
    return Bench(workshop.guard, settings)


def keeping(made: list[Any], *script: Any) -> Make:
    """A factory that keeps what it made."""

    def make(turn: ToolTurn) -> ScriptedTool:
        tool = ScriptedTool(*script)
        made.append((tool, turn))
        return tool

    return make


async def test_a_tool_knows_the_turn_it_works_in(bench: Bench) -> None:
    made: list[Any] = []
    with structlog.contextvars.bound_contextvars(request_id="req_1"):
        await bench.with_tool(keeping(made)).open("look_up_order")
    [(_, turn)] = made
    assert turn == a_turn(agent_version="1.2.0", approval=APPROVAL, memory_agent_id="support")


@pytest.mark.parametrize("granted", [(), ("another",)])
async def test_what_was_not_granted_is_not_offered_and_not_built(granted: tuple[str, ...], bench: Bench) -> None:
    made: list[Any] = []
    assert await bench.with_tool(keeping(made)).open(*granted) == {}
    assert made == []


async def test_what_the_settings_switch_off_is_not_offered(workshop: Workshop) -> None:
    bench = Bench(workshop.guard, load_settings(env_file=None, tools={"memory": {"enabled": False}}))
    assert await bench.with_tool(ScriptedTool, slice_=ToolSlice.MEMORY).open("look_up_order") == {}


async def test_each_call_is_told_and_counted(bench: Bench) -> None:
    made: list[Any] = []
    functions = await bench.with_tool(
        keeping(made, ToolResult(success=True), TransientError("down"), ToolResult(success=False, error="inside"))
    ).open("look_up_order")
    await bench.call(functions["look_up_order"])
    assert bench.draft.tools["look_up_order"] == {
        "calls": 1,
        "success": True,
        "attempts": 1,
        "seconds": 0.0,
        "outcome": "done",
        "error": None,
    }
    await bench.call(functions["look_up_order"])
    assert bench.draft.tools["look_up_order"] == {
        "calls": 2,
        "success": False,
        "attempts": 3,
        "seconds": 0.25,
        "outcome": "declined",
        "error": "declined",
    }
    states = [ToolState.STARTED, ToolState.DONE, ToolState.STARTED, ToolState.FAILED]
    assert bench.told == [ToolCalled(name="look_up_order", state=state) for state in states]


async def test_at_the_end_every_tool_is_let_go_of_however_the_turn_went(bench: Bench) -> None:
    made: list[Any] = []

    class Untidy(ScriptedTool):
        name: ClassVar[str] = "untidy"

        async def cleanup(self) -> None:
            raise RuntimeError("stuck")

    await bench.with_tool(Untidy, "untidy").with_tool(keeping(made)).open("untidy", "look_up_order")
    with pytest.raises(ZeroDivisionError):
        async with bench.stack:
            raise ZeroDivisionError
    [(tool, _)] = made
    assert (tool.initialized, tool.cleaned_up) == (0, 1)


async def test_a_tool_that_cannot_be_built_costs_only_itself(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> ScriptedTool:
        raise RuntimeError("the drawer is empty")

    class Other(ScriptedTool):
        name: ClassVar[str] = "other"

    functions = await bench.with_tool(broken).with_tool(Other, "other").open("look_up_order", "other")
    assert list(functions) == ["other"]
    assert "tool_not_built" in capsys.readouterr().out


async def test_a_tool_that_lacks_something_is_noticed_at_the_start(bench: Bench) -> None:
    def make(settings: Settings) -> ScriptedTool:
        return ScriptedTool(settings)

    with pytest.raises(WrongTool, match="asks for settings: Settings"):
        await bench.with_tool(make).open()
    bench.dependencies[Settings] = bench.settings
    assert list(await bench.open("look_up_order")) == ["look_up_order"]


class ShelfOfTwo:
    """Finds the same two passages for every question."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def search(self, scope: Any, questions: Iterable[str], *, slugs: tuple[str, ...], k: int) -> Any:
        self.asked.append((scope.tenant_id, list(questions), slugs, k))
        return tuple(FoundPassage(chunk=a_chunk(id_), relevance=0.5) for id_ in ("chk_1", "chk_2"))


def a_chunk(id_: str) -> Any:
    chunk = SimpleNamespace(**dict.fromkeys((field.name for field in fields(StoredChunk)), ""))
    chunk.__dict__.update(
        id=id_, source_id="src_1", source="a.md", title="Returns", heading="How", link=None, text="30 days"
    )
    return chunk


def searching(bench: Bench) -> ShelfOfTwo:
    library = ShelfOfTwo()
    bench.dependencies[KnowledgeLibrary] = library
    bench.with_tool(SearchKnowledge, SEARCH_KNOWLEDGE, ToolSlice.RAG)
    return library


async def test_a_search_numbers_what_it_finds_for_citing_each_passage_once(bench: Bench) -> None:
    library = searching(bench)
    search = (await bench.open(SEARCH_KNOWLEDGE))[SEARCH_KNOWLEDGE]
    for _ in range(2):
        shown = await bench.call(search, query="returns")
        assert [passage["passage"] for passage in shown["data"]] == [1, 2]
    assert [passage.chunk_id for passage in bench.draft.passages] == ["chk_1", "chk_2"]
    assert library.asked == [("ten_1", ["returns"], ("help-centre",), 4)] * 2


async def test_a_turn_that_names_its_bases_searches_those_alone(bench: Bench) -> None:
    library = searching(bench)
    search = (await bench.open(SEARCH_KNOWLEDGE, bases=("terms",)))[SEARCH_KNOWLEDGE]
    await bench.call(search, query="returns")
    assert library.asked[0][2] == ("terms",)


@pytest.mark.parametrize(
    ("offline", "prefetches", "offered"),
    [(True, True, []), (True, False, [SEARCH_KNOWLEDGE]), (False, True, [SEARCH_KNOWLEDGE])],
)
async def test_the_offline_model_searches_only_where_nothing_was_found_for_it(
    offline: bool,  # noqa: FBT001 - a case
    prefetches: bool,  # noqa: FBT001 - a case
    offered: list[str],
    bench: Bench,
) -> None:
    searching(bench)
    assert list(await bench.open(SEARCH_KNOWLEDGE, offline=offline, prefetches=prefetches)) == offered
