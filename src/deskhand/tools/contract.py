"""What a tool is: a name, a description, typed parameters, and an `execute` that always ends in a `ToolResult`.

Slices implement `BaseTool` in their `tool.py`; `tools/adapter.py` hands it to the agent framework.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

Parameters = TypeVar("Parameters", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a call came to. `data` is shown to the model as data; `error` tells it what it can do otherwise."""

    success: bool
    data: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


class BaseTool(ABC, Generic[Parameters]):
    """A capability an agent may be granted. An instance serves one turn and knows its tenant from its construction."""

    name: ClassVar[str]
    description: ClassVar[str]
    parameters: type[Parameters]

    @abstractmethod
    async def execute(self, parameters: Parameters) -> ToolResult:
        """Do it. Expected failures are a result with `success=False`; anything raised is reported as one."""
