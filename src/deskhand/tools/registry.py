"""Every tool there is: one line registers it, and only what is switched on and granted is ever built.

Above: `wiring.py` registers, the turn's toolbox builds. Below: injection, the settings' switches.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticUserError

from deskhand.settings import Settings
from deskhand.settings_tools import ToolSettings
from deskhand.tools.arguments import schema_of
from deskhand.tools.contract import BaseTool, ToolSlice
from deskhand.tools.injection import Dependencies, Factory, Needs, WrongTool, needs_of

TIMEOUT_SECONDS = 15.0
MAX_DESCRIPTION_CHARS = 1024
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A tool that can be built."""

    name: str
    slice_: ToolSlice
    needs: Needs

    def switch(self, settings: Settings) -> ToolSettings:
        """What the settings say of its slice."""
        if self.slice_ is ToolSlice.OTHER:
            return ToolSettings()
        switch: ToolSettings = getattr(settings.tools, self.slice_.value)
        return switch

    def timeout_seconds(self, settings: Settings) -> float:
        """For one attempt: as the settings say, else as the tool does, else the default."""
        return self.switch(settings).timeout_seconds or self.needs.makes.timeout_seconds or TIMEOUT_SECONDS


class ToolRegistry:
    """The tools by name, in the order of their registration."""

    def __init__(self) -> None:
        self._tools: dict[str, Registered] = {}

    @property
    def names(self) -> frozenset[str]:
        """What a contract may grant, switched on or not."""
        return frozenset(self._tools)

    def register(self, name: str, factory: Factory, *, slice_: ToolSlice = ToolSlice.OTHER) -> None:
        """Add a tool. `factory` is its class, or a function whose annotations say what it needs and makes.

        Raises:
            WrongTool: when the name is taken or no identifier, when a parameter of the factory has no type, or when
                the tool's own name, description or parameters are not as they must be.
        """
        if _NAME.fullmatch(name) is None:
            raise WrongTool(f"A tool cannot be called {name!r}: use up to 64 small letters, digits and underscores.")
        if name in self._tools:
            raise WrongTool(f"There are two tools called {name!r}: register one of them under another name.")
        needs = needs_of(name, factory)
        _check(name, needs.makes)
        self._tools[name] = Registered(name=name, slice_=slice_, needs=needs)

    def check_dependencies(self, *provided: type) -> None:
        """That every tool could be built from objects of these types. Asked at the start, not in a turn.

        Raises:
            WrongTool: naming the tool and what it lacks.
        """
        for tool in self._tools.values():
            missing = tool.needs.missing(frozenset(provided))
            if missing:
                raise WrongTool(f"The tool {tool.name!r} asks for {missing[0]}, which nobody provides: add it.")

    def offered(self, settings: Settings, granted: frozenset[str]) -> tuple[Registered, ...]:
        """The tools that are switched on and granted."""
        return tuple(tool for tool in self._tools.values() if tool.name in granted and tool.switch(settings).enabled)

    def create_tools(
        self, settings: Settings, dependencies: Mapping[type, object], *, granted: frozenset[str]
    ) -> tuple[BaseTool[Any], ...]:
        """New tools for one turn: those that are switched on and granted, each given what its factory asks for.

        Raises:
            WrongTool: when something a factory asks for is not there.
        """
        return tuple(tool.needs.build(tool.name, dependencies) for tool in self.offered(settings, granted))


def build(tool: Registered, dependencies: Dependencies) -> BaseTool[Any]:
    """One new tool."""
    return tool.needs.build(tool.name, dependencies)


def _check(name: str, tool: type[BaseTool[Any]]) -> None:
    """What can be wrong with a tool is said when it is registered, not when a model calls it."""
    called, told = getattr(tool, "name", None), getattr(tool, "description", None)
    if called != name:
        raise WrongTool(f"The tool registered as {name!r} calls itself {called!r}: let both be the same.")
    if not isinstance(told, str) or not told.strip() or len(told) > MAX_DESCRIPTION_CHARS:
        raise WrongTool(
            f"The tool {name!r} has no description of 1 to {MAX_DESCRIPTION_CHARS} characters: "
            "say when a model should call it."
        )
    abstract: frozenset[str] = getattr(tool, "__abstractmethods__", frozenset())
    if abstract:
        raise WrongTool(f"The tool {name!r} has no {', '.join(sorted(abstract))}: write it.")
    _check_parameters(name, getattr(tool, "parameters", None))


def _check_parameters(name: str, parameters: object) -> None:
    if not (isinstance(parameters, type) and issubclass(parameters, BaseModel)):
        raise WrongTool(f"The parameters of the tool {name!r} are {parameters!r}: use a class derived from BaseModel.")
    try:
        schema_of(parameters)
    except (PydanticUserError, TypeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise WrongTool(f"The parameters of the tool {name!r} have no JSON schema: {first}") from None
