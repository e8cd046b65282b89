"""Tools as the agent framework knows them: a function to offer to a model, and the guard as function middleware.

Above: the turn hands both to the chat client's tool loop. Below: the guard.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agent_framework import FunctionInvocationContext, FunctionMiddleware, FunctionTool
from pydantic import BaseModel

from deskhand.tools.arguments import schema_of
from deskhand.tools.bound import BoundTool
from deskhand.tools.guard import Guard


class ToolFunction(FunctionTool):
    """A bound tool, offered to a model. It runs under `GuardMiddleware` and in no other way."""

    def __init__(self, bound: BoundTool) -> None:
        """`bound` is the tool in its turn."""
        tool = bound.tool
        # Given the model itself, the framework would build its schema anew in every turn.
        parameters: type[BaseModel] = tool.parameters
        schema = schema_of(parameters)
        super().__init__(name=tool.name, description=tool.description, func=_unguarded, input_model=schema)
        self.bound = bound


async def _unguarded(**_arguments: Any) -> str:
    raise RuntimeError("A tool was called past its guard: pass the guard to the client as its last middleware.")


class GuardMiddleware(FunctionMiddleware):
    """The guard in the framework's tool loop. It must be the last middleware: it makes the call itself.

    The framework's own check of arguments knows the top level of a schema only, and tells a model nothing of what was
    wrong; its call could not be told apart from its time-out. So the call does not go through `call_next`.
    """

    def __init__(self, guard: Guard) -> None:
        """`guard` is the process's own."""
        self._guard = guard

    async def process(self, context: FunctionInvocationContext, call_next: Callable[[], Awaitable[None]]) -> None:
        function = context.function
        if not isinstance(function, ToolFunction):
            await call_next()
            return
        given = context.arguments
        arguments: Mapping[str, Any] = given.model_dump() if isinstance(given, BaseModel) else given
        context.result = await self._guard.call(function.bound, arguments)
