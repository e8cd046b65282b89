"""`deskhand ask` and `deskhand chat` through a running server."""

import io
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.processes import ENTRY, Ended, Run, Server, clean_environment, running

KB = ("--kb", "help")


@pytest.fixture(autouse=True)
def help_centre(through: Run, documents: Path) -> None:
    through("ingest", documents, "--kb", "help")


@pytest.fixture
def talk(through: Run, surroundings: pytest.MonkeyPatch) -> Callable[[str], Ended]:
    """What `deskhand chat` makes of its standard input."""

    def talked(said: str) -> Ended:
        surroundings.setattr("sys.stdin", io.StringIO(said))
        return through("chat", *KB)

    return talked


def test_an_answer_is_printed_with_its_sources(through: Run) -> None:
    ended = through("ask", "How long can I return a helmet?", *KB)

    assert ended.code == 0
    assert "within 30 days of delivery" in ended.out
    assert " [1] Return an item" in ended.out
    assert ended.out.rstrip().endswith("  returns.md")
    assert ended.err == ""


def test_as_json_it_is_one_object_with_the_promised_keys(through: Run) -> None:
    ended = through("ask", "How long can I return a helmet?", *KB, "--json")

    assert ended.code == 0
    assert list(ended.json) == ["answer", "answered", "citations"]
    assert ended.json["answered"] is True
    assert "30 days" in ended.json["answer"]
    (citation, *_) = ended.json["citations"]
    assert list(citation) == ["number", "source", "title", "heading", "link", "quote"]
    assert citation["source"] == "returns.md"
    assert citation["title"] == "Return an item"
    assert citation["link"] == "https://help.example.com/returns"
    assert citation["quote"] in (
        "You can return a helmet within 30 days of delivery.",
        "You can return a helmet within 30 days of delivery. A returned helmet must be unworn and in its box.",
    )


def test_a_question_without_an_answer_is_not_answered_and_no_error(through: Run) -> None:
    ended = through("ask", "Who won the chess world championship in 1972?", *KB, "--json")

    assert ended.code == 0
    assert (ended.json["answered"], ended.json["citations"]) == (False, [])


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_is_refused(through: Run, question: str) -> None:
    assert through("ask", question).error == "The message is empty: write something first."


def test_a_question_of_a_megabyte_is_refused(through: Run) -> None:
    assert "The message has 1,000,000 characters; at most 16,000 are allowed" in through("ask", "why " * 250_000).error


@pytest.mark.parametrize("question", ["hello", "How long can I return a helmet?"])
def test_an_unknown_knowledge_base_is_refused_whatever_the_question(through: Run, question: str) -> None:
    error = through("ask", question, "--kb", "nothing").error

    assert error.startswith("There is no knowledge base 'nothing'; there are ")
    assert "'help'" in error


def test_an_unknown_tenant_is_refused(through: Run) -> None:
    assert "There is no tenant 'nobody'" in through("ask", "hello", "--tenant", "nobody").error


def test_a_command_with_another_secret_key_is_told_so(through: Run, surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("DESKHAND_SECRET_KEY", "another-key-of-more-than-32-characters")

    error = through("ask", "hello").error

    assert error == "The server signs with another key: give the command the same DESKHAND_SECRET_KEY."


def test_a_command_with_another_database_is_told_so(
    through: Run, surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    surroundings.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")

    assert "give the command the same DATABASE_URL" in through("ask", "hello").error


def test_a_conversation_is_read_line_by_line_until_its_end(talk: Callable[[str], Ended]) -> None:
    ended = talk("How long can I return a helmet?\nWhat does express delivery cost?\n")

    assert ended.code == 0
    assert ended.err == ""
    assert "30 days" in ended.out
    assert "9.90 pounds" in ended.out


@pytest.mark.parametrize("end", ["", "   ", "exit", "quit", ":q"])
def test_an_empty_line_or_a_goodbye_ends_the_conversation(talk: Callable[[str], Ended], end: str) -> None:
    ended = talk(f"{end}\nHow long can I return a helmet?\n")

    assert ended.code == 0
    assert "30 days" not in ended.out


def test_a_message_that_is_refused_does_not_end_the_conversation(server: Server, tmp_path: Path) -> None:
    ended = subprocess.run(
        [*ENTRY, "chat", "--data-dir", str(server.data_dir), *KB],
        input=b"caf\xe9\n" + b"a" * 1_000_000 + b"\nHow long can I return a helmet?\n",
        capture_output=True,
        env=clean_environment(),
        cwd=tmp_path,
        check=False,
    )

    assert ended.returncode == 0
    not_text, too_long = ended.stderr.decode().splitlines()
    assert not_text == "Error: The message is not UTF-8 text: type it anew."
    assert too_long.startswith("Error: The message has 1,000,000 characters; at most 16,000 are allowed: shorten it")
    assert "30 days" in ended.stdout.decode()


def test_ctrl_c_ends_a_conversation_that_waits_for_a_line(server: Server, tmp_path: Path) -> None:
    with running(
        [*ENTRY, "chat", "--data-dir", str(server.data_dir)], tmp_path / "chat", ready="Ask away", stdin=subprocess.PIPE
    ) as chatting:
        assert chatting.process.stdin is not None
        chatting.process.stdin.write("hello\n")
        chatting.process.stdin.flush()
        chatting.read_until("Hello")

        assert chatting.stop(signal.SIGINT) == 130

    assert chatting.log.read_text() == ""
