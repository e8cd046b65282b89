"""Contracts as documents: read from JSON within bounds, checked, and changed by a merge patch (RFC 7396).

Above: endpoints, commands, repository. Below: the contract and what is said about its problems.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from deskhand.agents.contract import AgentContract, ContractDraft, document_of
from deskhand.agents.contract_problems import ContractTooLarge, InvalidContract, field_problems
from deskhand.agents.contract_text import quoted
from deskhand.kit.errors import BadInput
from deskhand.kit.problems import FieldProblem

MAX_CONTRACT_BYTES = 256 * 1024
"""No contract whose fields keep their bounds is as large."""
MAX_DEPTH = 16
"""Objects and lists inside each other; a contract itself goes seven deep."""

_Contract = TypeVar("_Contract", bound=ContractDraft)


class UnreadableContract(BadInput):
    """What was sent is no JSON object."""

    code = "unreadable_contract"
    title = "The contract cannot be read"


def draft_from(document: object) -> ContractDraft:
    """The draft that a document writes out.

    Raises:
        ContractTooLarge: when it is larger or deeper than any contract.
        InvalidContract: when a field is wrong; each is named.
    """
    return _validated(ContractDraft, document)


def contract_from(document: object) -> AgentContract:
    """The complete contract that a document writes out; raises as `draft_from` does."""
    return _validated(AgentContract, document)


def completed(
    draft: ContractDraft,
    *,
    agent_id: str,
    version: str,
    created_at: datetime,
    updated_at: datetime,
    tenant_id: str,
    owner_id: str | None,
) -> AgentContract:
    """The contract a draft becomes. What is given here wins; only an owner the draft names stays.

    Raises:
        InvalidContract: when the id does not go with what the draft says.
    """
    document = document_of(draft)
    metadata = document["metadata"]
    metadata |= {"tenant_id": tenant_id, "owner_id": metadata["owner_id"] or owner_id}
    times = {"created_at": created_at, "updated_at": updated_at}
    return contract_from(document | times | {"id": agent_id, "version": version})


def parsed(raw: bytes | str) -> dict[str, Any]:
    """The JSON object in a file or a request, before any of its fields is looked at.

    Raises:
        ContractTooLarge: when it is larger than any contract; nothing is parsed then.
        UnreadableContract: when it is no JSON object, or names a field twice.
    """
    if len(raw) > MAX_CONTRACT_BYTES:
        raise ContractTooLarge(f"{len(raw)} bytes are no contract: the most is {MAX_CONTRACT_BYTES}.")
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise UnreadableContract(f"Byte {error.start} is not UTF-8: save the contract as UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableContract(f"This is no JSON ({error.msg} at {place}): mend it there.") from None
    except RecursionError:
        raise UnreadableContract(f"The JSON goes deeper than {MAX_DEPTH} levels: no contract does.") from None
    except ValueError:
        raise UnreadableContract("A number in the JSON has too many digits: no field takes such a one.") from None
    if not isinstance(found, dict):
        raise UnreadableContract(f"A contract is a JSON object, and this is {quoted(found)}: write {{…}}.")
    return found


def check_bounds(document: object) -> None:
    """That a document is no larger and no deeper than a contract can be; stops looking where it is clear.

    Raises:
        ContractTooLarge: when it is.
    """
    left = MAX_CONTRACT_BYTES
    waiting: list[tuple[object, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ContractTooLarge(f"The contract goes deeper than {MAX_DEPTH} levels: no field lies there.")
        left -= len(value) + 2 if isinstance(value, str | Mapping | list | tuple) else 1
        if left < 0:
            raise ContractTooLarge(f"The contract is larger than {MAX_CONTRACT_BYTES} bytes: shorten its texts.")
        if isinstance(value, Mapping):
            waiting.extend((part, depth + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list | tuple):
            waiting.extend((item, depth + 1) for item in value)


def apply_merge_patch(document: Mapping[str, Any], patch: object) -> dict[str, Any]:
    """The document with the patch merged in (RFC 7396): null removes a field, which then takes its default.

    Neither argument is changed.

    Raises:
        ContractTooLarge: when the patch is larger or deeper than any contract.
        UnreadableContract: when the patch is no object.
    """
    if not isinstance(patch, Mapping):
        raise UnreadableContract(f"A merge patch is a JSON object, and this is {quoted(patch)}: write {{…}}.")
    check_bounds(patch)
    return _merged(document, patch)


def _merged(target: object, patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            result[name] = _merged(result.get(name), value)
        else:
            result[name] = value
    return result


def _validated(kind: type[_Contract], document: object) -> _Contract:
    check_bounds(document)
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise InvalidContract(field_problems(error)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableContract(f"The field {quoted(twice)} stands twice in one object: leave one out.")
    return found


def _no_constant(name: str) -> Any:
    raise InvalidContract([FieldProblem(field="contract", message=f"{name} is no number in JSON: write digits.")])
