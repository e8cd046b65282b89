"""A model's arguments against a tool's parameters: the schema it is shown, and what is said when they do not fit.

Above: the adapter (schema) and the guard (check). Below: pydantic.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deskhand.kit.problems import FieldProblem

Parameters = TypeVar("Parameters", bound=BaseModel)

MAX_FAULTS = 5
MAX_FAULT_CHARS = 300
UNPARSED = "raw"
"""The framework's name for arguments that are no JSON object."""

_KINDS: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


class WrongArguments(Exception):
    """The arguments do not fit. The message is for the model: it names each field and what is allowed.

    `faults` say the same field by field, for a form in which a person has filled them in.
    """

    def __init__(self, message: str, *, faults: Sequence[FieldProblem] = ()) -> None:
        """`faults` may be empty: then it is the arguments as a whole that do not fit."""
        super().__init__(message)
        self.faults = tuple(faults)


@cache
def schema_of(parameters: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema a model is shown. Built once: doing so in every turn would take a tenth of it."""
    schema = parameters.model_json_schema()
    schema.setdefault("properties", {})
    return {"additionalProperties": False} | schema


def checked(tool: str, parameters: type[Parameters], arguments: Mapping[str, Any]) -> Parameters:
    """The arguments as the tool's parameters. What the tool has no parameter for is refused, at every depth.

    Raises:
        WrongArguments: naming up to five faults: the field, what is allowed there, and the type that was given.
    """
    try:
        return parameters.model_validate(dict(arguments), extra="forbid")
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        told = _told(tool, parameters, arguments, faults)
        raise WrongArguments(told, faults=[_of_field(fault) for fault in faults[:MAX_FAULTS]]) from None


def _told(tool: str, parameters: type[BaseModel], arguments: Mapping[str, Any], faults: Sequence[ErrorDetails]) -> str:
    known = ", ".join(schema_of(parameters)["properties"]) or "none"
    if set(arguments) == {UNPARSED} and UNPARSED not in schema_of(parameters)["properties"]:
        return f"{tool} was called wrongly: the arguments are not a JSON object. Its parameters are: {known}."
    told = [_fault(fault) for fault in faults[:MAX_FAULTS]]
    more = f" And {len(faults) - MAX_FAULTS} more faults." if len(faults) > MAX_FAULTS else ""
    return f"{tool} was called wrongly: {' '.join(told)}{more} Its parameters are: {known}."


def _fault(fault: ErrorDetails) -> str:
    where = _where(fault)
    if not where:
        return _of_field(fault).message
    if fault["type"] == "missing":
        return f"{where!r} is missing."
    if fault["type"] == "extra_forbidden":
        return f"{where!r} is not a parameter."
    what = _what(fault)
    given = _KINDS.get(type(fault["input"]), type(fault["input"]).__name__)
    return f"{where!r} is {given}: {what[:1].lower()}{what[1:]}."


def _of_field(fault: ErrorDetails) -> FieldProblem:
    what = _what(fault)
    return FieldProblem(field=_where(fault), message=f"{what[:1].upper()}{what[1:]}.")


def _where(fault: ErrorDetails) -> str:
    return ".".join(str(part) for part in fault["loc"])[:MAX_FAULT_CHARS]


def _what(fault: ErrorDetails) -> str:
    return fault["msg"][:MAX_FAULT_CHARS].removeprefix("Value error, ").rstrip(".")
