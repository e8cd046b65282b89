"""`deskhand audit …`: the chain verified in the terminal, records shown and written as files."""

import csv
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from audit.parts import Audit, open_audit
from cli.processes import Ended, Run
from deskhand.cli import main
from deskhand.commands import audit as commands
from deskhand.commands.terminal import run as run_command
from deskhand.kit.db import Database
from deskhand.settings import Settings

Work = Callable[[Audit], Coroutine[Any, Any, Any]]


@dataclass
class Place:
    """A database with an audit, opened anew by each command, as a command does."""

    path: Path
    broken_off: bool = False
    asked: list[str] = field(default_factory=list)

    def do(self, work: Work) -> Any:
        async def opened() -> Any:
            database = Database(f"sqlite+aiosqlite:///{self.path}")
            try:
                return await work(await open_audit(database))
            finally:
                await database.close()

        return run_command(opened)

    @asynccontextmanager
    async def connect(self, _settings: Settings, _tenant: str | None) -> AsyncIterator[httpx.AsyncClient]:
        database = Database(f"sqlite+aiosqlite:///{self.path}")
        audit = await open_audit(database)
        async with audit.client() as client:
            client.event_hooks["request"].append(self._note)
            yield client
        await database.close()

    async def _note(self, request: httpx.Request) -> None:
        self.asked.append(request.url.path)
        if self.broken_off and request.url.path.endswith("/export"):
            raise httpx.RemoteProtocolError("peer closed connection")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path / "audit.db")
    monkeypatch.setattr(commands, "connect", made.connect)
    return made


@pytest.fixture
def chain(place: Place) -> list[str]:
    """Three records."""
    ids: list[str] = place.do(lambda audit: audit.turns(3))
    return ids


def tamper(place: Place, statement: str) -> None:
    place.do(lambda audit: audit.execute(statement))


def test_a_sound_chain_is_told_with_the_link_to_note(run: Run, place: Place, chain: list[str]) -> None:
    ended = run("audit", "verify")
    link = ended.out.splitlines()[1].removeprefix("The chain ends at ")

    assert ended.code == 0
    assert ended.out.splitlines()[0] == "Intact: 3 records, 3 payloads."
    assert link.startswith("3:")
    assert run("audit", "verify", "--anchor", link, "--no-payloads").code == 0


def test_a_broken_chain_ends_with_code_1_and_the_place(run: Run, place: Place, chain: list[str]) -> None:
    tamper(place, "UPDATE audit_records SET model = 'x' WHERE seq = 2")
    ended = run("audit", "verify")

    assert ended.code == 1
    assert ended.out.splitlines() == [
        f"Broken at record 2 (altered): Record 2 '{chain[1]}' says something else than when it was chained.",
        "1 records before it are sound.",
    ]
    assert run("audit", "verify", "--json").json["broken"]["reason"] == "altered"


def test_a_long_chain_is_walked_in_parts(
    run: Run, place: Place, chain: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PART", 2)

    report = run("audit", "verify", "--json").json

    assert (report["checked"], report["payloads_checked"], report["complete"]) == (3, 3, True)
    assert len(place.asked) == 2
    tamper(place, "DELETE FROM audit_records WHERE seq = 3")
    assert run("audit", "verify", "--json").code == 1


def test_an_empty_audit_is_sound(run: Run, place: Place) -> None:
    assert run("audit", "verify").out.splitlines()[0] == "Intact: 0 records, 0 payloads."


def test_what_waits_is_told(run: Run, place: Place, chain: list[str]) -> None:
    tamper(place, "DELETE FROM audit_heads")
    tamper(place, "UPDATE audit_records SET seq = NULL, hash = NULL")

    assert "3 records are written and wait for their place in the chain." in run("audit", "verify").out


def test_payloads_that_could_not_be_fetched_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    report = {"broken": None, "through": {"seq": 1, "hash": "0"}, "checked": 1, "payloads_checked": 0, "waiting": 0}
    commands._tell(report | {"payloads_unreachable": 4})

    assert "4 payloads could not be fetched" in capsys.readouterr().out


@pytest.mark.parametrize("anchor", ["3", "x:0", "3:abc", f"-3:{'0' * 64}"])
def test_a_wrong_anchor_is_one_clear_line(run: Run, place: Place, anchor: str) -> None:
    assert "write NUMBER:HASH" in run("audit", "verify", f"--anchor={anchor}").error


def test_a_record_is_shown(run: Run, place: Place, chain: list[str]) -> None:
    assert run("audit", "show", chain[0]).json["seq"] == 1
    assert "There is no audit record 'aud_none'" in run("audit", "show", "aud_none").error


def written(run: Run, *options: str | Path) -> Ended:
    ended = run("audit", "export", *options)
    assert ended.code == 0, ended.err
    return ended


def test_records_are_written_into_a_file(run: Run, place: Place, chain: list[str], tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"

    assert written(run, "-o", file).out == f"Wrote '{file}'.\n"
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == chain
    written(run, "-o", file, "--format", "csv")
    with file.open(newline="") as opened:
        assert [row["id"] for row in csv.DictReader(opened)] == chain
    assert list(tmp_path.glob("*.part")) == []


def test_records_are_printed(place: Place, chain: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for options, count in (
        (["--from", "2020-01-31", "--to", "2020-02-01T12:00:00"], 0),
        (["--session", "ses_1", "--agent", "support"], 3),
        (["--contact", "con_nobody"], 0),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["audit", "export", *options])
        assert ended.value.code in {0, None}
        assert len(capfdbinary.readouterr().out.splitlines()) == count


@pytest.mark.parametrize("options", [("--from", "yesterday"), ("--format", "xml"), ("--session", "a b")])
def test_a_wrong_option_begins_no_file(run: Run, place: Place, tmp_path: Path, options: tuple[str, str]) -> None:
    file = tmp_path / "audit.jsonl"

    assert run("audit", "export", "-o", file, *options).error
    assert not file.exists()


def test_an_export_that_breaks_off_leaves_the_file_of_before(
    run: Run, place: Place, chain: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text("of before")
    place.broken_off = True

    assert "The export broke off (RemoteProtocolError)" in run("audit", "export", "-o", file).error
    assert file.read_text() == "of before"
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_cannot_be_written_is_one_clear_line(
    run: Run, place: Place, chain: list[str], tmp_path: Path
) -> None:
    assert "No such file or directory" in run("audit", "export", "-o", tmp_path / "none" / "audit.jsonl").error
