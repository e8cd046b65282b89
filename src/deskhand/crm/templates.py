"""Messages with gaps: `Your order {{order_number}} has left us.` What a template may say, and how it is filled in.

Above: the template shelf, sequences, the tools. Below: nothing. A value is text and stays text: it is put in once,
what looks like a gap or like formatting in it is shown as it was written, and in an address it is encoded.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from deskhand.kit.errors import Conflict, InvalidValue, NotFound

MAX_BODY = 4_000
MAX_VALUE = 500
MAX_VARIABLES = 20
MAX_FILLED = 8_000
NAME = r"^[a-z][a-z0-9_-]{0,63}$"
VARIABLE = r"^[a-z][a-z0-9_]{0,39}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
_GAP = re.compile(r"(?<!\{)\{\{[ \t]{0,5}([a-z][a-z0-9_]{0,39})[ \t]{0,5}\}\}(?!\})")
_MARKS = re.compile(r"([\\`*_\[\]()<>|~#&{}!])")
_BEGINS_A_BLOCK = re.compile(r"([-+=]|[0-9]{1,9}(?=[.)]))")
_BEGINS_ADDRESS = re.compile(r"(\]\(|<)\s{0,5}$")


class WrongTemplate(InvalidValue):
    code = "wrong_template"


class WrongVariables(InvalidValue):
    code = "wrong_variables"


class UnknownTemplate(NotFound):
    code = "unknown_template"


class TemplateExists(Conflict):
    code = "template_exists"


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A gap's name and meaning; `default` fills it where no value is given."""

    name: str
    description: str = ""
    default: str | None = None


def check_template(body: str, variables: Sequence[Variable]) -> None:
    """That the gaps of the body are the declared variables.

    Raises:
        WrongTemplate: naming the first fault.
    """
    if not body.strip():
        raise WrongTemplate("The body is empty: write what the contact is to read.")
    names = [variable.name for variable in variables]
    for name in names:
        if names.count(name) > 1:
            raise WrongTemplate(f"The variable {name!r} is declared twice: leave one out.")
    rest = _GAP.sub("", body)
    stray = re.search(r"\{\{.{0,30}|.{0,30}\}\}", rest, re.DOTALL)
    if stray is not None:
        raise WrongTemplate(f"{stray[0]!r} is no gap: write {{{{name}}}} with small letters, digits and underscores.")
    used = [found[1] for found in _GAP.finditer(body)]
    _check_names(used, names)
    for found in _GAP.finditer(body):
        if _BEGINS_ADDRESS.search(body[max(0, found.start() - 10) : found.start()]):
            raise WrongTemplate(
                f"The variable {found[1]!r} would be a whole address: write at least https:// and the host yourself."
            )


def fill(body: str, variables: Sequence[Variable], values: Mapping[str, str]) -> str:
    """The body with its gaps filled in.

    Raises:
        WrongVariables: when a value is missing, empty, too long or no plain text, or has no gap.
    """
    chosen = _chosen(variables, values)

    def put(gap: re.Match[str]) -> str:
        return _as_text(chosen[gap[1]], body[: gap.start()])

    filled = _GAP.sub(put, body)
    if len(filled) > MAX_FILLED:
        raise WrongVariables(f"Filled in, the message has more than {MAX_FILLED} characters: give shorter values.")
    return filled


def _check_names(used: Sequence[str], names: Sequence[str]) -> None:
    unknown = sorted(set(used) - set(names))
    if unknown:
        raise WrongTemplate(f"The body names {unknown[0]!r}, which is not declared: add it to the variables.")
    unused = sorted(set(names) - set(used))
    if unused:
        raise WrongTemplate(f"The variable {unused[0]!r} does not stand in the body: use it or leave it out.")


def _chosen(variables: Sequence[Variable], values: Mapping[str, str]) -> dict[str, str]:
    declared = {variable.name: variable.default for variable in variables}
    unknown = sorted(set(values) - set(declared))
    if unknown:
        known = ", ".join(declared) or "none"
        raise WrongVariables(f"There is no variable {unknown[0][:60]!r} in this template; it has: {known}.")
    chosen: dict[str, str] = {}
    missing: list[str] = []
    for name, default in declared.items():
        value = values.get(name, default)
        if value is None or not value.strip():
            missing.append(name)
            continue
        chosen[name] = _plain(name, value)
    if missing:
        raise WrongVariables(f"No value is given for {', '.join(missing)}: give one, and make none up.")
    return chosen


def _plain(name: str, value: str) -> str:
    if len(value) > MAX_VALUE:
        raise WrongVariables(f"The value of {name!r} has {len(value)} characters: give at most {MAX_VALUE}.")
    line = " ".join(value.split())
    if not line.isprintable():
        raise WrongVariables(f"The value of {name!r} holds control characters: give plain text.")
    return line


def _as_text(value: str, before: str) -> str:
    """The value so that it reads as it was given, where it stands."""
    if _in_address(before):
        return quote(value, safe="")
    escaped = _MARKS.sub(r"\\\1", value)
    if before.rpartition("\n")[2].strip():
        return escaped
    begins = _BEGINS_A_BLOCK.match(escaped)
    if begins is None:
        return escaped
    if begins[1].isdigit():
        return f"{begins[1]}\\{escaped[begins.end() :]}"
    return f"\\{escaped}"


def _in_address(before: str) -> bool:
    """Whether what stands before a gap is the begin of an address that goes on in it."""
    return not before[-1:].isspace() and "://" in "".join(before[-2_000:].split()[-1:])
