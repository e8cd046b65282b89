"""Lets the offline model look things up itself when no passages came with the message.

Above: the offline client. Below: `passages`; the framework's messages and tools.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from agent_framework import Content, FunctionTool, Message
from pydantic import BaseModel, ValidationError

from deskhand.llm.passages import Passage

SEARCH_TOOL = "search_knowledge"
"""Name of the tool that looks passages up."""


class _FoundPassage(BaseModel):
    """One passage in the tool's result; what is missing gets a plain value."""

    number: int = 0
    chunk_id: str = ""
    source_id: str = ""
    source: str = ""
    title: str = ""
    heading: str | None = None
    link: str | None = None
    text: str
    relevance: float = 0.5


def search_calls(questions: Sequence[str], options: Mapping[str, Any], after: Sequence[Message]) -> list[Content]:
    """One call of the search tool per question; none when it is not granted or was called already."""
    tool = _granted(options)
    called = any(content.type == "function_call" for message in after for content in message.contents)
    if tool is None or called or not questions:
        return []
    argument = _argument(tool)
    return [
        Content.from_function_call(call_id=f"call_{uuid4().hex}", name=SEARCH_TOOL, arguments={argument: question})
        for question in questions
    ]


def passages_in(after: Sequence[Message]) -> tuple[Passage, ...]:
    """The passages in the tool's results, once each, numbered as the tool did or counted through."""
    found: dict[str, _FoundPassage] = {}
    for message in after:
        for content in message.contents:
            if content.type == "function_result":
                for passage in _read(content.result):
                    found.setdefault(passage.chunk_id or passage.text, passage)
    numbers = [passage.number for passage in found.values()]
    keep = len(set(numbers)) == len(numbers) and all(number > 0 for number in numbers)
    return tuple(_passage(passage, passage.number if keep else at) for at, passage in enumerate(found.values(), 1))


def _granted(options: Mapping[str, Any]) -> FunctionTool | None:
    choice = options.get("tool_choice")
    mode = choice.get("mode") if isinstance(choice, Mapping) else choice
    if mode == "none":
        return None
    tools = options.get("tools") or []
    listed: Iterable[Any] = tools if isinstance(tools, Sequence) else [tools]
    return next((tool for tool in listed if isinstance(tool, FunctionTool) and tool.name == SEARCH_TOOL), None)


def _argument(tool: FunctionTool) -> str:
    """The tool's first required parameter, which takes the question."""
    schema = tool.parameters()
    required = schema.get("required") or list(schema.get("properties") or {})
    return str(required[0]) if required else "query"


def _read(result: Any) -> list[_FoundPassage]:
    """Passages from `[…]`, `{"passages": […]}` or a ToolResult's `{"data": …}`; anything else holds none."""
    data = _loaded(result)
    for key in ("data", "passages"):
        data = data.get(key, data) if isinstance(data, Mapping) else data
    rows = data if isinstance(data, list) else []
    found = []
    for row in rows:
        try:
            found.append(_FoundPassage.model_validate(row))
        except ValidationError:
            continue
    return found


def _loaded(result: Any) -> Any:
    if not isinstance(result, str):
        return result
    try:
        return json.loads(result)
    except json.JSONDecodeError:
        return None


def _passage(found: _FoundPassage, number: int) -> Passage:
    return Passage(**{**found.model_dump(), "number": number})
