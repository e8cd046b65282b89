"""Why a model gave no whole answer, from what the client raised. Above: the turn. Below: the framework, `openai`."""

from agent_framework.exceptions import AgentFrameworkException
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

from deskhand.llm.model import ModelDown, WhyDown

_DETAILS = {
    WhyDown.TIMED_OUT: "The language model took too long.",
    WhyDown.RATE_LIMITED: "The language model has too much to do right now.",
    WhyDown.SERVER_ERROR: "The language model is not available right now.",
    WhyDown.UNREACHABLE: "The language model cannot be reached right now.",
    WhyDown.REFUSED: "The language model did not take the request.",
    WhyDown.NOT_LET_IN: "The language model's provider does not let this installation in.",
    WhyDown.BROKE_OFF: "The language model broke off.",
}
_TOO_MANY, _SERVER_ERRORS = 429, 500
_NOT_LET_IN = frozenset({401, 402, 403})
_OUT_OF_TIME = 408


def down_because(error: AgentFrameworkException) -> ModelDown:
    """The failure in our words: never the provider's, which may quote the request."""
    why = _why(error.__cause__ or error)
    return ModelDown(_DETAILS[why], why=why)


def _why(cause: BaseException) -> WhyDown:
    match cause:
        case APITimeoutError():
            return WhyDown.TIMED_OUT
        case APIConnectionError():
            return WhyDown.UNREACHABLE
        case APIStatusError():
            return _of_status(cause.status_code)
        case OpenAIError():
            return WhyDown.BROKE_OFF
        case _:
            return WhyDown.BROKE_OFF


def _of_status(status: int) -> WhyDown:
    if status >= _SERVER_ERRORS:
        return WhyDown.SERVER_ERROR
    if status == _TOO_MANY:
        return WhyDown.RATE_LIMITED
    if status == _OUT_OF_TIME:
        return WhyDown.TIMED_OUT
    return WhyDown.NOT_LET_IN if status in _NOT_LET_IN else WhyDown.REFUSED
