"""Tools in the framework's own loop: a model over the wire calls them, and the guard stands in between."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from agent_framework import FunctionInvocationContext, FunctionMiddleware, FunctionTool, Message
from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI

from deskhand.testing.failing_server import FailingServer
from deskhand.testing.scripted_provider import CallTool, Say, ScriptedProvider, Step
from deskhand.tools.adapter import GuardMiddleware, ToolFunction
from deskhand.tools.contract import ToolResult, TransientError
from deskhand.tools.failures import Outcome
from shops import serving
from tools.calls import ScriptedTool, Workshop

ORDER = '{"order_id": "7"}'


async def asked(
    workshop: Workshop,
    tools: Sequence[FunctionTool],
    *script: Step,
    before: Sequence[FunctionMiddleware] = (),
    guarded: bool = True,
) -> tuple[str, list[Any]]:
    """The model's last words, and the results it was shown."""
    provider = ScriptedProvider(*script, Say(text="All done."))
    middleware = [*before, GuardMiddleware(workshop.guard)] if guarded else list(before)
    async with serving(provider.app) as url:
        client = AsyncOpenAI(api_key="test-key", base_url=f"{url}/v1", timeout=10, max_retries=0)
        stream = OpenAIChatCompletionClient(model="scripted", async_client=client).get_response(
            [Message("user", ["Where is my order?"])],
            stream=True,
            options={"tools": list(tools)},
            client_kwargs={"middleware": middleware},
        )
        said = "".join([update.text async for update in stream])
        await client.close()
    shown = [message["content"] for message in provider.requests[-1]["messages"] if message["role"] == "tool"]
    return said, shown


async def test_a_model_calls_a_tool_and_is_shown_its_result(workshop: Workshop) -> None:
    tool = ScriptedTool(TransientError("down"), ToolResult(success=True, data={"state": "sent"}))
    function = ToolFunction(workshop.bind(tool))
    said, shown = await asked(workshop, [function], CallTool(name="look_up_order", arguments=ORDER))
    assert said == "All done."
    assert [json.loads(text) for text in shown] == [{"ok": True, "data": {"state": "sent"}}]
    assert workshop.last.attempts == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{not json", "the arguments are not a JSON object"),
        ("[]", "the arguments are not a JSON object"),
        ('{"order_id": 7}', "'order_id' is an integer: input should be a valid string"),
        ('{"order_id": null}', "'order_id' is null"),
        ("{}", "'order_id' is missing"),
        ('{"order_id": "7", "tenant_id": "ten_2"}', "'tenant_id' is not a parameter"),
        ('{"order_id": ' + "[" * 500 + "]" * 500 + "}", "'order_id' is an array"),
    ],
)
async def test_a_model_is_told_what_is_wrong_with_its_arguments(arguments: str, said: str, workshop: Workshop) -> None:
    tool = ScriptedTool()
    call = CallTool(name="look_up_order", arguments=arguments)
    words, shown = await asked(workshop, [ToolFunction(workshop.bind(tool))], call)
    assert words == "All done."
    assert said in json.loads(shown[0])["error"]
    assert tool.calls == []
    assert workshop.last.outcome is Outcome.WRONG_ARGUMENTS


async def test_a_tool_that_is_not_there_runs_nothing(workshop: Workshop) -> None:
    tool = ScriptedTool()
    call = CallTool(name="delete_everything", arguments="{}")
    said, shown = await asked(workshop, [ToolFunction(workshop.bind(tool))], call)
    assert said == "All done."
    assert "not found" in shown[0]
    assert (tool.calls, workshop.events) == ([], [])


async def test_the_guard_leaves_functions_of_others_alone(workshop: Workshop) -> None:
    def add(one: int, two: int) -> int:
        return one + two

    function = FunctionTool(name="add", description="Adds.", func=add)
    _, shown = await asked(workshop, [function], CallTool(name="add", arguments='{"one": 1, "two": 2}'))
    assert shown == ["3"]


async def test_a_tool_does_not_run_past_its_guard(workshop: Workshop) -> None:
    tool = ScriptedTool()
    call = CallTool(name="look_up_order", arguments=ORDER)
    _, shown = await asked(workshop, [ToolFunction(workshop.bind(tool))], call, guarded=False)
    assert shown == ["Error: Function failed."]
    assert tool.calls == []


async def test_middleware_before_the_guard_sees_the_call_and_its_result(workshop: Workshop) -> None:
    seen: list[Any] = []

    class Watcher(FunctionMiddleware):
        async def process(self, context: FunctionInvocationContext, call_next: Any) -> None:
            seen.append(dict(context.arguments))
            await call_next()
            seen.append(json.loads(context.result)["ok"])

    function = ToolFunction(workshop.bind(ScriptedTool()))
    await asked(workshop, [function], CallTool(name="look_up_order", arguments=ORDER), before=[Watcher()])
    assert seen == [{"order_id": "7"}, True]


async def test_a_result_of_fifty_megabytes_reaches_the_model_cut(workshop: Workshop) -> None:
    huge = ScriptedTool(ToolResult(success=True, data={"log": "x" * 50 * 1024 * 1024}))
    call = CallTool(name="look_up_order", arguments=ORDER)
    _, shown = await asked(workshop, [ToolFunction(workshop.bind(huge))], call)
    assert len(shown[0].encode()) <= 65_536
    assert "this is its beginning" in json.loads(shown[0])["cut"]


async def test_the_failing_server_answers_404_where_it_has_no_script() -> None:
    async with FailingServer({}).serving() as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/nothing")).status_code == 404
