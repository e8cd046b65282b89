"""A chat model as the turn sees it, and the one way in which it can be down."""

from dataclasses import dataclass
from typing import Any

from agent_framework import SupportsChatGetResponse

from deskhand.kit.errors import Unavailable


class ModelDown(Unavailable):
    """The provider did not give a whole answer: refused, timed out, broke off, or cannot be reached."""

    code = "model_down"
    title = "The language model is not available"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatModel:
    """A client and what it is called. `is_offline` marks the built-in one, which cannot be down."""

    name: str
    client: SupportsChatGetResponse[Any]
    is_offline: bool
    timeout_seconds: float
