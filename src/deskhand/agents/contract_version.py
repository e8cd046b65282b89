"""Versions of a contract: `major.minor.patch`, optionally with a pre-release (Semantic Versioning 2.0.0, no build).

Above: the contract, its repository. Below: errors.
"""

import re
from dataclasses import dataclass
from functools import total_ordering

from deskhand.kit.errors import InvalidValue

FIRST_VERSION = "1.0.0"
MAX_VERSION_CHARS = 40
MAX_NUMBER = 999_999_999

_NUMBER = r"(?:0|[1-9][0-9]{0,8})"
_PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
VERSION_PATTERN = rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PART}(?:\.{_PART})*)?$"


class InvalidVersion(InvalidValue):
    """A version that is none, or that does not go up."""

    code = "invalid_version"
    title = "The version is not valid"


@total_ordering
@dataclass(frozen=True, kw_only=True, slots=True)
class ContractVersion:
    """A version that can be compared: `1.0.0-rc.2 < 1.0.0-rc.10 < 1.0.0 < 1.0.1`."""

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()

    def __lt__(self, other: "ContractVersion") -> bool:
        return self._rank() < other._rank()

    def __str__(self) -> str:
        core = f"{self.major}.{self.minor}.{self.patch}"
        return f"{core}-{'.'.join(self.pre)}" if self.pre else core

    def _rank(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
        """Numbers compare as numbers and stand before words; a release stands after its pre-releases."""
        parts = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.pre)
        return self.major, self.minor, self.patch, not self.pre, parts


def parse_version(text: str) -> ContractVersion:
    """The version that a text names.

    Raises:
        InvalidVersion: when it names none.
    """
    if len(text) > MAX_VERSION_CHARS or re.fullmatch(VERSION_PATTERN, text, re.ASCII) is None:
        raise InvalidVersion(f"{text[:60]!r} is no version: write three numbers with dots, such as '1.4.0'.")
    core, _, pre = text.partition("-")
    major, minor, patch = (int(number) for number in core.split("."))
    return ContractVersion(major=major, minor=minor, patch=patch, pre=tuple(pre.split(".")) if pre else ())


def next_patch(text: str) -> str:
    """The version after this one: the next patch, or of a pre-release the release itself.

    Raises:
        InvalidVersion: when `text` is no version, or the last one there can be.
    """
    version = parse_version(text)
    major, minor, patch = version.major, version.minor, version.patch
    if version.pre:
        return f"{major}.{minor}.{patch}"
    if patch < MAX_NUMBER:
        return f"{major}.{minor}.{patch + 1}"
    if minor < MAX_NUMBER:
        return f"{major}.{minor + 1}.0"
    if major < MAX_NUMBER:
        return f"{major + 1}.0.0"
    raise InvalidVersion(f"There is no version after {text!r}: roll the contract back and number it anew.")


def require_newer(given: str, current: str) -> None:
    """That a change goes forward.

    Raises:
        InvalidVersion: when `given` is not higher than `current`.
    """
    if parse_version(given) <= parse_version(current):
        raise InvalidVersion(
            f"version: {given!r} does not go up from {current!r}: give a higher one such as {next_patch(current)!r}, "
            "or leave it out and it goes up by itself."
        )
