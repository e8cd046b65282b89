"""Texts that people type into forms: reasons, titles, resolutions."""

from typing import Annotated

from pydantic import AfterValidator


def plain_text(text: str) -> str:
    """The text without blanks around it.

    Raises:
        ValueError: when it holds what is no text to be shown on a line or two.
    """
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        raise ValueError("it must not hold control characters: write plain text")
    return text.strip()


def one_line(text: str) -> str:
    """The text on one line.

    Raises:
        ValueError: as `plain_text` does, and when there is nothing in it.
    """
    line = " ".join(plain_text(text).split())
    if not line:
        raise ValueError("it is empty: write something, or leave it out")
    return line


PlainText = Annotated[str, AfterValidator(plain_text)]
OneLine = Annotated[str, AfterValidator(one_line)]
