"""A chat model as the turn sees it, and the ways in which it can be down."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent_framework import SupportsChatGetResponse

from deskhand.kit.errors import Unavailable
from deskhand.llm.circuit import Circuit

PATIENT_SECONDS = 10.0
"""A time-out below this says more about the contract than about the provider."""


class WhyDown(StrEnum):
    """Why there is no whole answer."""

    TIMED_OUT = "timed_out"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    NOT_LET_IN = "not_let_in"
    REFUSED = "refused"
    BROKE_OFF = "broke_off"
    EMPTY = "empty"
    RESTING = "resting"
    BUDGET = "budget"

    @property
    def is_the_providers(self) -> bool:
        """Whether the next request may well fare the same: those count for the provider's breaker."""
        return self not in {WhyDown.REFUSED, WhyDown.EMPTY, WhyDown.RESTING, WhyDown.BUDGET}


class ModelDown(Unavailable):
    """The provider did not give a whole answer: refused, timed out, broke off, or cannot be reached."""

    code = "model_down"
    title = "The language model is not available"

    def __init__(self, detail: str, *, why: WhyDown = WhyDown.BROKE_OFF) -> None:
        """`detail` is one sentence for the customer."""
        super().__init__(detail)
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatModel:
    """A client and what it is called. `is_offline` marks the built-in one, which cannot be down.

    `circuit` is the provider's own, shared by all its models.
    """

    name: str
    client: SupportsChatGetResponse[Any]
    is_offline: bool
    timeout_seconds: float
    circuit: Circuit = field(default_factory=Circuit, compare=False)

    def answered(self) -> None:
        """A whole answer came."""
        self.circuit.succeeded()

    def went_down(self, why: WhyDown) -> None:
        """Let the breaker know, unless it says nothing about the provider: whoever allows it little time, waits short.

        All tenants share the breaker, so a contract must not be able to open it for the others.
        """
        impatient = why is WhyDown.TIMED_OUT and self.timeout_seconds < PATIENT_SECONDS
        if why.is_the_providers and not impatient:
            self.circuit.failed()
        else:
            self.circuit.let_go()
