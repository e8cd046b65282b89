"""Plain functions as tools: the parameters from the annotations, what they say from the docstring.

    @tool(description="Tells whether a shop is open.")
    async def shop_hours(city: Annotated[str, Field(description="Name of the city")]) -> dict[str, str]: ...

What a function needs from the house, rather than from the model, is marked `Injected[...]`. Async functions are
awaited; the others run in a thread.
Above: slices and users' own tools. Below: the contract, threads.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from deskhand.tools.contract import BaseTool, ToolResult
from deskhand.tools.injection import WrongTool
from deskhand.tools.threads import Threads

T = TypeVar("T")
AnyFunction = Callable[..., Any]

_GIVEN_BY_THE_HOUSE = object()
Injected = Annotated[T, _GIVEN_BY_THE_HOUSE]
"""`turn: Injected[ToolTurn]`: given by the house, not shown to the model."""

_ARGUMENT = re.compile(r"^\s+(\w+)(?: \([^)]*\))?:\s*(.+)$")
_UNSUITABLE = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY}


class AdaptedTool(BaseTool[BaseModel]):
    """A function, adapted. Each one is a class of its own, made by `tool_from`."""

    function: ClassVar[AnyFunction]
    injected: ClassVar[Mapping[str, type]]
    """What the registry hands to the constructor."""
    fields: ClassVar[tuple[str, ...]]

    def __init__(self, *, threads_: Threads | None = None, **injected: Any) -> None:
        """`threads_` is where a function that is not async runs, `injected` what it needs from the house."""
        self._threads = threads_ or Threads()
        self._injected = injected

    async def execute(self, parameters: BaseModel) -> ToolResult:
        given = {name: getattr(parameters, name) for name in self.fields} | self._injected
        function = type(self).function
        if inspect.iscoroutinefunction(function):
            value = await function(**given)
        else:
            value = await self._threads.run(lambda: function(**given))
        if inspect.isawaitable(value):
            value = await value
        return value if isinstance(value, ToolResult) else ToolResult(success=True, data=value)


def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    idempotent: bool = True,
    timeout_seconds: float | None = None,
) -> Callable[[AnyFunction], type[AdaptedTool]]:
    """Makes the decorated function a tool; without a name or a description its own are taken."""

    def adapt(function: AnyFunction) -> type[AdaptedTool]:
        return tool_from(
            function, name=name, description=description, idempotent=idempotent, timeout_seconds=timeout_seconds
        )

    return adapt


def tool_from(
    function: AnyFunction,
    *,
    name: str | None = None,
    description: str | None = None,
    idempotent: bool = True,
    timeout_seconds: float | None = None,
) -> type[AdaptedTool]:
    """The function as a tool, to be registered like any other.

    Raises:
        WrongTool: when a parameter has no annotation, cannot be named in a call, or is of a type without a schema.
    """
    called = str(name or getattr(function, "__name__", ""))
    documented = inspect.getdoc(function) or ""
    parameters = _parameters(called, function)
    hints = _hints(called, function)
    injected = {each.name: get_args(hints[each.name])[0] for each in parameters if _is_injected(hints[each.name])}
    own = [each for each in parameters if each.name not in injected]
    body: dict[str, Any] = {
        "__doc__": documented or None,
        "__module__": getattr(function, "__module__", __name__),
        "name": called,
        "description": description or _summary(documented),
        "parameters": _model(called, own, hints, _told(documented)),
        "idempotent": idempotent,
        "timeout_seconds": timeout_seconds,
        "function": staticmethod(function),
        "injected": injected,
        "fields": tuple(each.name for each in own),
    }
    return type(called or "nameless", (AdaptedTool,), body)


def _parameters(called: str, function: AnyFunction) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())
    for parameter in parameters:
        if parameter.kind in _UNSUITABLE or parameter.name.startswith("_"):
            raise WrongTool(f"The function of {called!r} has {parameter}: a model can only give parameters by name.")
        if parameter.annotation is inspect.Parameter.empty:
            raise WrongTool(
                f"The function of {called!r} has a parameter {parameter.name!r} without a type: annotate it."
            )
    return parameters


def _hints(called: str, function: AnyFunction) -> dict[str, Any]:
    try:
        called_function = function if inspect.isroutine(function) else type(function).__call__
        return get_type_hints(called_function, include_extras=True)
    except (NameError, TypeError) as error:
        raise WrongTool(f"The annotations of the function of {called!r} cannot be read: {error}.") from None


def _is_injected(hint: Any) -> bool:
    return get_origin(hint) is Annotated and _GIVEN_BY_THE_HOUSE in get_args(hint)[1:]


def _model(
    called: str, parameters: list[inspect.Parameter], hints: Mapping[str, Any], told: Mapping[str, str]
) -> type[BaseModel]:
    fields: dict[str, Any] = {each.name: _field(each, hints[each.name], told.get(each.name)) for each in parameters}
    try:
        return create_model(f"{called}_parameters", __config__=ConfigDict(extra="forbid"), **fields)
    except (NameError, TypeError, ValueError, RuntimeError) as error:
        first = str(error).splitlines()[0]
        raise WrongTool(
            f"A model cannot give the parameters of {called!r}: {first}. What the house gives is marked Injected[...]."
        ) from None


def _field(parameter: inspect.Parameter, hint: Any, told: str | None) -> tuple[Any, Any]:
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    described = Annotated[hint, Field(description=told)] if told and not _is_described(hint) else hint
    return described, default


def _is_described(hint: Any) -> bool:
    return any(getattr(extra, "description", None) for extra in get_args(hint)[1:])


def _summary(documented: str) -> str:
    """The docstring's first paragraph."""
    return " ".join(documented.split("\n\n", maxsplit=1)[0].split())


def _told(documented: str) -> dict[str, str]:
    """What the docstring's `Args:` section says of each parameter."""
    _, _, section = documented.partition("\nArgs:\n")
    told: dict[str, str] = {}
    for line in section.splitlines():
        if line.strip() and not line.startswith(" "):
            break
        if match := _ARGUMENT.match(line):
            told[match[1]] = match[2].strip()
    return told
