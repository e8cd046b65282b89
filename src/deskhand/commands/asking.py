"""`deskhand ask` and `deskhand chat`: a conversation in the terminal, as a visitor of the chat page would have it."""

import asyncio
import json
import signal
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel

from deskhand.commands.connection import RequestFailed, call, connect
from deskhand.commands.terminal import (
    AsJson,
    DataDir,
    KnowledgeBases,
    Tenant,
    console,
    is_text,
    only_text,
    run,
    say_error,
    settings_for_command,
)
from deskhand.kit.errors import BadInput, DeskhandError

Question = Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False, callback=only_text)]
_SESSION_CLOSED = "session_closed"
_GOODBYE = {"", "exit", "quit", ":q"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A session of the terminal's own contact."""

    client: httpx.AsyncClient
    session_id: str
    bases: tuple[str, ...]

    async def ask(self, message: str) -> dict[str, Any]:
        """The whole answer.

        Raises:
            DeskhandError: when there is none; it says why.
        """
        if not is_text(message):
            raise BadInput("The message is not UTF-8 text: type it anew.")
        body = {"message": message, "knowledge_bases": list(self.bases)}
        answer: dict[str, Any] = await call(
            self.client, "POST", f"/api/v1/chat/sessions/{self.session_id}/messages", json=body
        )
        return answer


async def converse(client: httpx.AsyncClient, bases: list[str] | None) -> Conversation:
    """A new session, on a thread of its own.

    Raises:
        BadInput: when there is no such knowledge base.
    """
    if bases:
        there = {base["slug"] for base in await call(client, "GET", "/api/v1/knowledge/bases")}
        missing = next((base for base in bases if base not in there), None)
        if missing is not None:
            known = ", ".join(map(repr, sorted(there))) or "none yet: make one with `deskhand ingest`"
            raise BadInput(f"There is no knowledge base {missing!r}; there are {known}.")
    opened = await call(client, "POST", "/api/v1/sessions", json={})
    return Conversation(client=client, session_id=opened["id"], bases=tuple(bases or ()))


def ask(
    question: Question,
    kb: KnowledgeBases = None,
    tenant: Tenant = None,
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask one question and print the answer with its sources."""
    settings = settings_for_command(data_dir)

    async def work() -> dict[str, Any]:
        async with connect(settings, tenant) as client:
            return await (await converse(client, kb)).ask(question)

    answer = run(work)
    if as_json:
        print(json.dumps(_as_asked(answer), ensure_ascii=False, indent=2))  # noqa: T201 - the command's output
    else:
        _show(answer)


def chat(kb: KnowledgeBases = None, tenant: Tenant = None, data_dir: DataDir = None) -> None:
    """Talk to the agent in the terminal. An empty line or Ctrl-D ends it."""
    settings = settings_for_command(data_dir)

    async def work() -> None:
        async with connect(settings, tenant) as client:
            conversation = await converse(client, kb)
            console.print("[dim]Ask away; an empty line ends the conversation.[/]")
            while (message := _read_line()) not in _GOODBYE:
                try:
                    conversation, answer = await _ask_on(conversation, client, kb, message)
                    _show(answer)
                except DeskhandError as error:
                    say_error(error.detail)

    run(work)


async def _ask_on(
    conversation: Conversation, client: httpx.AsyncClient, bases: list[str] | None, message: str
) -> tuple[Conversation, dict[str, Any]]:
    """The answer, and the conversation it stands in: a new one when the old one has fallen silent."""
    try:
        return conversation, await conversation.ask(message)
    except RequestFailed as refused:
        if refused.server_code != _SESSION_CLOSED:
            raise
    console.print("[dim]The conversation had fallen silent and is closed; this is a new one.[/]")
    conversation = await converse(client, bases)
    return conversation, await conversation.ask(message)


def _read_line() -> str:
    # The event loop would answer Ctrl-C at its next turn, which it is not given while we wait here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise KeyboardInterrupt
        return console.input("[bold cyan]you ›[/] ").strip()
    except EOFError:
        return ""
    finally:
        signal.signal(signal.SIGINT, before)


def _as_asked(answer: dict[str, Any]) -> dict[str, Any]:
    citations = [
        {key: citation[key] for key in ("number", "source", "title", "heading", "link", "quote")}
        for citation in answer["citations"]
    ]
    return {"answer": answer["answer"], "answered": answer["answered"], "citations": citations}


def _show(answer: dict[str, Any]) -> None:
    console.print(Panel(Markdown(answer["answer"]), border_style="green" if answer["answered"] else "yellow"))
    for citation in answer["citations"]:
        where = " › ".join(part for part in (citation["title"], citation["heading"]) if part)
        source = escape(citation["source"])
        console.print(f" [bold]\\[{citation['number']}][/] {escape(where)}  [dim]{source}[/]", highlight=False)
