"""What a model is told of a failed call: in words it can act on, and nothing of what went wrong inside.

Above: the guard. Below: what a failure is.
"""

from deskhand.tools.failures import Failure, Outcome

_GO_ON = "go on without it"
_UNKNOWN = (
    " It is not known whether it took effect: do not call it again, and do not say that it was done. "
    "Say that it is being checked."
)
_MAY_HAVE_WORKED = frozenset({Outcome.TIMED_OUT, Outcome.FAR_SIDE, Outcome.BROKEN})


def told_of(name: str, failure: Failure, *, safe: bool) -> str:
    """The sentence for the model. `safe` says that calling once more could not do the thing twice."""
    sentence = _sentence(name, failure)
    return sentence + _UNKNOWN if failure.outcome in _MAY_HAVE_WORKED and not safe else sentence


def _sentence(name: str, failure: Failure) -> str:  # noqa: PLR0911 - one line a case
    match failure.outcome:
        case Outcome.WRONG_ARGUMENTS:
            return failure.told or f"{name} was called wrongly."
        case Outcome.REFUSED:
            return f"{name} was refused: {(failure.told or 'no').rstrip('.')}. The same call will be refused again."
        case Outcome.TIMED_OUT:
            return f"{name} took longer than {failure.told} s: {_GO_ON}."
        case Outcome.FAR_SIDE:
            return f"{name} cannot be reached right now: {_GO_ON}."
        case Outcome.UNAVAILABLE:
            return f"{name} is not available right now: {_GO_ON}, and do not call it again."
        case Outcome.TOO_MANY_CALLS:
            return f"{name} was called too often: answer with what you have."
        case _:
            return f"{name} failed: {_GO_ON}."
