"""Customers of a server: plain blocking HTTP over one connection each, so that little of the time is their own.

Above: `load.py`, which lets them talk. Below: the public API.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Protocol

TIMEOUT_SECONDS = 60.0
KEPT_SECONDS = 2.0
"""A quiet connection is not used again after this: the server closes it after five."""

NANOSECONDS = 1_000_000_000


class Talker(Protocol):
    """Somebody who asks."""

    def ask(self, question: str) -> float:
        """Seconds until the whole answer was there."""
        ...


class Refused(RuntimeError):
    """The server did not answer as it should; the figures would be worth nothing."""


class _Line:
    """One kept connection, with JSON in and out."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Content-Type": "application/json"}
        self._used = time.monotonic()

    def sign_in(self, token: str) -> None:
        self._headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, body: object) -> Any:
        """What the server answers.

        Raises:
            Refused: with what it said instead.
        """
        response = self.send(path, body)
        content = response.read()
        if response.status not in (200, 201):
            raise Refused(f"{path} answered {response.status}: {content[:500]!r}")
        return json.loads(content)

    def send(self, path: str, body: object, **headers: str) -> HTTPResponse:
        if time.monotonic() - self._used > KEPT_SECONDS:
            self._connection.close()  # opens by itself again
        self._used = time.monotonic()
        self._connection.request("POST", path, json.dumps(body), self._headers | headers)
        return self._connection.getresponse()

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A contact with a session of its own."""

    line: _Line
    token: str
    session: dict[str, Any]

    def ask(self, question: str) -> float:
        """Seconds until the whole answer was there."""
        began = time.perf_counter()
        answer = self.line.post(self._path, {"message": question})
        seconds = time.perf_counter() - began
        _check(answer)
        return seconds

    def first_text(self, question: str) -> int:
        """When the first text came, in nanoseconds since the epoch; waits for the end."""
        found = [moment for moment, kind, _ in self._told(question) if kind == "text"]
        if not found:
            raise Refused("The stream ended without any text.")
        return found[0]

    def recovered(self, question: str) -> float:
        """Seconds from hearing that the model is down to the whole answer of the one that answers in its place."""
        moments = {(kind, data.get("state")): moment for moment, kind, data in self._told(question)}
        fell, ended = moments.get(("status", "falling_back")), moments.get(("complete", None))
        if fell is None or ended is None:
            raise Refused(f"The answer did not fall back: {sorted(map(str, moments))}")
        return (ended - fell) / NANOSECONDS

    def _told(self, question: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """The events of the answer, each with the moment at which it came."""
        response = self.line.send(self._path, {"message": question}, Accept="text/event-stream")
        for line in response:
            if line.startswith(b"data: "):
                moment, frame = time.time_ns(), json.loads(line.removeprefix(b"data: "))
                yield moment, frame["type"], frame["data"]

    @property
    def _path(self) -> str:
        return f"/api/v1/chat/sessions/{self.session['id']}/messages"


@contextmanager
def customers(port: int, tenants: Sequence[str | None]) -> Iterator[list[Customer]]:
    """A new customer of each of these tenants; None is the server's own."""
    with ExitStack() as stack:
        yield [_new_customer(stack, port, tenant) for tenant in tenants]


def _new_customer(stack: ExitStack, port: int, tenant: str | None) -> Customer:
    line = _Line(port)
    stack.callback(line.close)
    token = line.post("/api/v1/chat/tokens", {"tenant": tenant})["token"]
    line.sign_in(token)
    return Customer(line=line, token=token, session=line.post("/api/v1/sessions", {}))


class ReferenceCustomer:
    """Asks the reference, which knows no sessions."""

    def __init__(self, port: int) -> None:
        self._line = _Line(port)

    def ask(self, question: str) -> float:
        began = time.perf_counter()
        answer = self._line.post("/", {"message": question})
        seconds = time.perf_counter() - began
        if not answer["answer"]:
            raise Refused(f"The reference answered {answer!r}.")
        return seconds

    def close(self) -> None:
        self._line.close()


def _check(answer: dict[str, Any]) -> None:
    """A turn that fell back, or did not search, would be another one than is to be measured."""
    if answer["message"]["metadata"].get("degraded") or not answer["answer"]:
        raise Refused(f"The turn was not what is measured: {answer!r}")
