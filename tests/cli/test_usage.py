"""Every command explains itself, and a wrong value is one clear line and exit code 2."""

import subprocess
from pathlib import Path

import pytest

from cli.processes import ENTRY, Run, clean_environment
from deskhand.cli import app

COMMANDS = {
    "demo": ["--host", "--port", "--data-dir", "demo company"],
    "serve": ["--host", "--port", "--data-dir", "Run the server"],
    "migrate": ["--data-dir", "this version's tables"],
    "ingest": ["--kb", "--tenant", "--data-dir", "Files or folders", "A second run changes nothing"],
    "ask": ["--kb", "--tenant", "--data-dir", "--json", "question"],
    "chat": ["--kb", "--tenant", "--data-dir", "Ctrl-D"],
    "reindex": ["--data-dir", "--fresh", "must not be running"],
    "doctor": ["--data-dir", "Exit code 1"],
    "seed": ["--data-dir", "Does not serve"],
    "audit": ["verify", "show", "export"],
    "audit verify": ["--tenant", "--data-dir", "--anchor"],
    "audit show": ["--tenant", "--data-dir"],
    "audit export": ["--tenant", "--data-dir", "--output"],
    "agents": ["list", "show", "apply", "export", "diff", "rollback"],
    "agents list": ["--status", "--type", "--tag", "--tenant", "--json", "--data-dir"],
    "agents show": ["--tenant", "--data-dir"],
    "agents apply": ["JSON or YAML", "--summary", "a second time changes nothing"],
    "agents export": ["--output", "--format"],
    "agents diff": ["--tenant", "1.0.0"],
    "agents rollback": ["--summary", "content of an old one"],
    "openapi": ["OpenAPI document"],
    "version": ["version"],
    "models": ["prepare"],
    "models prepare": ["Fetch the embedding model"],
    "eval": ["retrieval", "answers"],
    "eval retrieval": ["--mode", "dense", "lexical", "hybrid", "--json"],
    "eval answers": ["--kb", "--failures", "--json", "--data-dir"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_it_does_and_what_it_takes(run: Run, command: str) -> None:
    ended = run(*command.split(), "--help")

    assert ended.code == 0
    assert ended.err == ""
    assert [words for words in COMMANDS[command] if words not in ended.out] == []


def test_the_command_lists_its_commands(run: Run) -> None:
    for ended in (run("--help"), run("-h")):
        assert ended.code == 0
        assert [command for command in COMMANDS if " " not in command and command not in ended.out] == []


def test_no_command_is_forgotten_here() -> None:
    alone = {command.callback.__name__ for command in app.registered_commands if command.callback is not None}
    groups = {str(group.name) for group in app.registered_groups}

    assert alone | groups == {command for command in COMMANDS if " " not in command}


@pytest.mark.parametrize("group", [[], ["eval"], ["models"], ["agents"]])
def test_without_a_command_the_help_is_shown(run: Run, group: list[str]) -> None:
    ended = run(*group)

    assert ended.code == 2
    assert "Commands" in ended.out
    assert ended.err == ""


WRONG = {
    "frobnicate": "No such command 'frobnicate'. Try `deskhand --help`.",
    "eval frobnicate": "No such command 'frobnicate'. Try `deskhand eval --help`.",
    "ask": "Missing argument 'question'. Try `deskhand ask --help`.",
    "ask hello --loud": "No such option: --loud. Try `deskhand ask --help`.",
    "ingest": "Missing argument 'paths'. Try `deskhand ingest --help`.",
    "serve --port http": "Invalid value for '--port': Input should be a valid integer",
    "serve --port 70000": "DESKHAND_PORT is 70000: input should be less than or equal to 65535. Give another value.",
    "serve --host no.such.host.invalid": "The host 'no.such.host.invalid' is not an address of this machine",
    "eval retrieval x --mode loud": "Invalid value for '--mode': 'loud' is not one of 'dense', 'lexical', 'hybrid'.",
    "ingest x --kb Help_Centre": "Invalid value for '--kb': 'Help_Centre' is not a name: use small letters, digits",
    "ingest /no/such/folder": "There is no file or folder '/no/such/folder' to be read (No such file or directory)",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_value_is_one_clear_line(run: Run, line: str) -> None:
    assert run(*line.split()).error.startswith(WRONG[line])


def test_arguments_that_are_not_text_are_refused(run: Run) -> None:
    for arguments in (["ask", "caf\udce9"], ["ask", "x", "--tenant", "\udcff"], ["ask", "x", "--kb", "\udcff"]):
        assert "it is not UTF-8 text" in run(*arguments).error


@pytest.mark.parametrize("command", ["migrate", "reindex", "ask hello", "serve", "ingest ."])
def test_a_data_directory_that_is_a_file_is_refused(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "data").write_text("x")

    error = run(*command.split()).error

    assert "The data directory 'data' cannot be" in error
    assert error.endswith("choose another with --data-dir.")


def test_a_broken_env_file_stops_every_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DESKHAND_PORT=8000\nDESKHAND_HOST='\n")

    for command in (["serve"], ["doctor"], ["ask", "hello"], ["migrate"]):
        assert run(*command).error == "'.env' line 2 cannot be read: write NAME=value."


def test_a_misspelt_setting_stops_every_command(run: Run, surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("DESKHAND_DATADIR", "x")

    assert run("migrate").error == "DESKHAND_DATADIR is not a setting: did you mean DESKHAND_DATA_DIR?"


def test_production_does_not_start_with_the_default_secret_key(run: Run, surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("DESKHAND_ENVIRONMENT", "production")

    assert "DESKHAND_SECRET_KEY has its default value" in run("serve").error


def test_as_a_process_of_its_own_it_ends_just_the_same(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*ENTRY, "serve", "--port", "70000"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        cwd=tmp_path,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert (
        ended.stderr
        == "Error: DESKHAND_PORT is 70000: input should be less than or equal to 65535. Give another value.\n"
    )
