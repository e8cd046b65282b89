"""What a tool's factory needs, read from its signature, and handed to it by type.

Above: the registry. Below: the contract.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from deskhand.kit.errors import Misconfigured
from deskhand.tools.contract import BaseTool
from deskhand.tools.threads import Threads

Factory: TypeAlias = Callable[..., BaseTool[Any]]
Dependencies: TypeAlias = Mapping[type, object]
"""Each object under the type that factories ask for it by."""

_THREADS = "threads_"
"""The parameter by which adapted functions are given their threads."""
_SAY_NOTHING = (str, bytes, int, float, bool, complex, list, dict, set, frozenset, tuple, object)
"""Types that do not tell one dependency from another."""


class WrongTool(Misconfigured):
    """A tool that cannot be registered, or not be built. The message names it and what is wrong."""

    code = "wrong_tool"
    title = "A tool is not made as it must be"


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """A factory, what class of tool it makes, and the type behind each of its parameters."""

    factory: Factory
    makes: type[BaseTool[Any]]
    wanted: Mapping[str, Any]
    optional: frozenset[str]

    def build(self, name: str, dependencies: Dependencies) -> BaseTool[Any]:
        """A new tool, given what it asks for.

        Raises:
            WrongTool: naming what is not there.
        """
        given: dict[str, Any] = {}
        for parameter, kind in self.wanted.items():
            found = _find(kind, dependencies)
            if found is not None:
                given[parameter] = found
            elif parameter not in self.optional:
                raise WrongTool(
                    f"The tool {name!r} asks for {parameter}: {_shown(kind)}, which nobody provides: "
                    "add it to the dependencies, or give the parameter a default."
                )
        return self.factory(**given)

    def missing(self, provided: frozenset[type]) -> list[str]:
        """The parameters that none of these types would fill."""
        types: Dependencies = dict.fromkeys(provided, True)
        return [
            f"{parameter}: {_shown(kind)}"
            for parameter, kind in self.wanted.items()
            if parameter not in self.optional and _find(kind, types) is None
        ]


def needs_of(name: str, factory: Factory) -> Needs:
    """What the factory asks for.

    Raises:
        WrongTool: when a parameter has no annotation or one that names nothing, or when it is not said what tool is
            made.
    """
    injected = getattr(factory, "injected", None)
    if isinstance(injected, Mapping) and isinstance(factory, type):
        wanted = {**injected, _THREADS: Threads}
        return Needs(factory=factory, makes=factory, wanted=wanted, optional=frozenset({_THREADS}))
    called = inspect.getattr_static(factory, "__init__") if isinstance(factory, type) else factory
    hints = _hints(name, called)
    parameters = _parameters(factory)
    optional = frozenset(each.name for each in parameters if each.default is not inspect.Parameter.empty)
    wanted = {
        each.name: _wanted(name, each.name, _without_none(hints.get(each.name)))
        for each in parameters
        if each.name not in optional or _says_something(_without_none(hints.get(each.name)))
    }
    makes = factory if isinstance(factory, type) else hints.get("return")
    if not (isinstance(makes, type) and issubclass(makes, BaseTool)):
        raise WrongTool(f"The factory of {name!r} does not say which tool it makes: annotate what it returns.")
    return Needs(factory=factory, makes=makes, wanted=wanted, optional=optional)


def _hints(name: str, called: Any) -> dict[str, Any]:
    try:
        return get_type_hints(called)
    except (NameError, TypeError) as error:
        raise WrongTool(f"The annotations of the factory of {name!r} cannot be read: {error}.") from None


def _parameters(factory: Factory) -> list[inspect.Parameter]:
    variable = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return [each for each in inspect.signature(factory).parameters.values() if each.kind not in variable]


def _wanted(name: str, parameter: str, kind: Any) -> Any:
    if kind is None:
        raise WrongTool(f"The factory of {name!r} has a parameter {parameter!r} without a type: annotate it.")
    if not _says_something(kind):
        raise WrongTool(
            f"The factory of {name!r} asks for {parameter!r} as {_shown(kind)}, which does not say what is meant: "
            "use a class of its own."
        )
    return kind


def _says_something(kind: Any) -> bool:
    return isinstance(kind, type) and kind not in _SAY_NOTHING


def _without_none(kind: Any) -> Any:
    """`X | None` asks for an X."""
    inner = [part for part in get_args(kind) if part is not NoneType]
    return inner[0] if get_origin(kind) in {Union, UnionType} and len(inner) == 1 else kind


def _find(kind: type, dependencies: Dependencies) -> Any:
    """What is provided under that very type, or else under the one type that derives from it."""
    if kind in dependencies:
        return dependencies[kind]
    derived = [value for known, value in dependencies.items() if kind in known.__mro__]
    return derived[0] if len(derived) == 1 else None


def _shown(kind: Any) -> str:
    return kind.__qualname__ if isinstance(kind, type) else str(kind)
