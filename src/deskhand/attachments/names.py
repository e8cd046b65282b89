"""A file's name as a label: it says what a person called the file, and is never a path. Above: the shelf.

Nothing in the product opens a file by it. Folders in front are cut off (of Windows too), what is invisible or turns
the reading direction round is removed, and what is too long is shortened before its ending.
"""

import re
import unicodedata

NAME_CHARS = 200
UNNAMED = "attachment"
_LONGEST_ENDING = 12
_SEPARATORS = re.compile(r"[/\\]")
_DRIVE = re.compile(r"^(?:.:)+")
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_BLANKS = re.compile(r"\s+")
_LINE_ENDS = frozenset("\t\n\v\f\r")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def label_of(name: str) -> str:
    """The label: 1 to `NAME_CHARS` visible characters without a slash. Labels stay as they are."""
    last = _SEPARATORS.split(name.rstrip("/\\ "))[-1]
    shown = "".join(letter for letter in unicodedata.normalize("NFC", last) if _is_shown(letter))
    line = _BLANKS.sub(" ", shown).strip()
    label = _DRIVE.sub("", line).strip(" .~")
    if line.startswith(".") and label and "." not in label:
        label = f"{UNNAMED}.{label}"  # ".pdf" is an ending without a name
    return _shortened(label) or UNNAMED


def _is_shown(letter: str) -> bool:
    return letter in _LINE_ENDS or unicodedata.category(letter) not in _NOT_SHOWN


def _shortened(label: str) -> str:
    if len(label) <= NAME_CHARS:
        return label
    ending = _ENDING.search(label)
    kept = ending.group() if ending and len(ending.group()) <= _LONGEST_ENDING else ""
    return label[: NAME_CHARS - len(kept) - 1].rstrip(" .") + "…" + kept
