"""Hands a `BaseTool` to the agent framework: validated arguments in, JSON out, a time-out, and never an exception.

Above: the turn builds the tools of an agent. Below: the agent framework.
"""

import asyncio
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from agent_framework import FunctionTool
from pydantic import BaseModel, ValidationError

from deskhand.tools.contract import BaseTool, ToolResult

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 15.0
Report = Callable[[str, ToolResult | None, float], None]


def as_function_tool(tool: BaseTool[Any], report: Report, *, timeout_seconds: float = TIMEOUT_SECONDS) -> FunctionTool:
    """The tool as the agent framework calls it.

    `report(name, result, seconds)` is told when a call begins (with no result) and when it ends.
    """

    async def call(**arguments: Any) -> str:
        report(tool.name, None, 0.0)
        began = time.monotonic()
        result = await _execute(tool, arguments, timeout_seconds)
        report(tool.name, result, time.monotonic() - began)
        return _shown(result)

    # Given the model itself, the framework would build its schema anew in every turn.
    parameters: type[BaseModel] = tool.parameters
    schema = _schema_of(parameters)
    return FunctionTool(name=tool.name, description=tool.description, func=call, input_model=schema)


@cache
def _schema_of(parameters: type[BaseModel]) -> dict[str, Any]:
    return parameters.model_json_schema()


async def _execute(tool: BaseTool[Any], arguments: dict[str, Any], timeout_seconds: float) -> ToolResult:
    try:
        parameters = tool.parameters.model_validate(arguments)
        async with asyncio.timeout(timeout_seconds):
            return await tool.execute(parameters)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the arguments"
        return ToolResult(success=False, error=f"{tool.name} was called wrongly: {where}: {first['msg']}.")
    except TimeoutError:
        log.warning("tool_timed_out", tool=tool.name, seconds=timeout_seconds)
        return ToolResult(success=False, error=f"{tool.name} took longer than {timeout_seconds:g} s: go on without it.")
    except Exception:
        log.exception("tool_broke", tool=tool.name)
        return ToolResult(success=False, error=f"{tool.name} failed: go on without it.")


def _shown(result: ToolResult) -> str:
    body = {"ok": True, "data": result.data} if result.success else {"ok": False, "error": result.error}
    return json.dumps(body, ensure_ascii=False, default=str)
