"""`deskhand agents …`: contracts from files, in the terminal, through the running server."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.processes import Run

IDENTITY = {"short_description": "Answers questions about orders."}


def write(folder: Path, agent_id: str, **fields: Any) -> Path:
    file = folder / f"{agent_id}.json"
    contract = {"id": agent_id, "name": agent_id.title(), "identity": IDENTITY, **fields}
    file.write_text(json.dumps(contract), encoding="utf-8")
    return file


def test_a_file_is_applied_once_and_then_changes_nothing(through: Run, tmp_path: Path) -> None:
    file = write(tmp_path, "once")

    said = [through("agents", "apply", file).out for _ in range(2)]
    write(tmp_path, "once", traits={"humor": 4})
    said.append(through("agents", "apply", file, "-m", "Less funny").out)

    assert [line.split()[:3] for line in said] == [
        ["created", "once", "1.0.0"],
        ["unchanged", "once", "1.0.0"],
        ["updated", "once", "1.0.1"],
    ]


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_what_is_exported_can_be_applied_again(through: Run, tmp_path: Path, form: str) -> None:
    through("agents", "apply", write(tmp_path, f"out-{form}", traits={"humor": 9}))
    exported = tmp_path / f"exported.{form}"

    assert through("agents", "export", f"out-{form}", "-o", exported).code == 0
    assert through("agents", "apply", exported).out.split()[0] == "unchanged"
    printed = through("agents", "export", f"out-{form}", "--format", form).out
    assert yaml.safe_load(printed)["traits"]["humor"] == 9
    assert printed == exported.read_text(encoding="utf-8")


def test_agents_are_listed_shown_compared_and_rolled_back(through: Run, tmp_path: Path) -> None:
    through("agents", "apply", write(tmp_path, "walker", metadata={"tags": ["walks"]}))
    through("agents", "apply", write(tmp_path, "walker", metadata={"tags": ["walks"]}, traits={"humor": 77}))

    assert "walker" in through("agents", "list", "--tag", "walks").out
    assert [agent["id"] for agent in through("agents", "list", "--tag", "walks", "--json").json] == ["walker"]
    assert through("agents", "show", "walker").json["traits"]["humor"] == 77
    assert through("agents", "diff", "walker", "1.0.0", "1.0.1").out.split() == ["traits.humor", "-", "30", "+", "77"]
    assert through("agents", "diff", "walker", "1.0.0", "1.0.0").out == "1.0.0 and 1.0.0 say the same.\n"
    assert "walker is at 1.0.2" in through("agents", "rollback", "walker", "1.0.0").out
    assert through("agents", "show", "walker").json["traits"]["humor"] == 30


def test_a_list_without_agents_says_how_to_make_one(through: Run) -> None:
    assert "deskhand agents apply FILE" in through("agents", "list", "--tag", "no such tag").out


def test_one_refused_file_does_not_keep_the_others_back(through: Run, tmp_path: Path) -> None:
    wrong = write(tmp_path, "wrong", traits={"humor": 400})
    ended = through("agents", "apply", wrong, write(tmp_path, "right"))

    assert ended.code == 2
    assert "right 1.0.0" in ended.out
    assert "wrong.json' was refused: traits.humor: 400 is above the most allowed, 100" in ended.err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "is no JSON of a contract"),
        ("a.json", b"\xff", "is no JSON of a contract"),
        ("a.json", b"[]", "holds no object"),
        ("a.yaml", b"a: [", "is no YAML of a contract"),
        ("a.yaml", b"when: 2026-01-01\nid: x", "is no YAML of a contract"),
        ("a.json", b" " * 1_100_000, "no contract is"),
    ],
)
def test_a_file_that_is_no_contract_is_told_before_anything_is_applied(
    through: Run, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    ended = through("agents", "apply", write(tmp_path, "innocent"), file)

    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nobody"), "There is no agent 'nobody'"),
        (("rollback", "nobody", "1.0.0"), "There is no agent 'nobody'"),
        (("list", "--status", "asleep"), "status"),
        (("apply", "missing.json"), "'missing.json' cannot be read"),
        (("show", "../../etc"), "Not Found"),
    ],
)
def test_what_is_not_there_is_one_clear_line(through: Run, arguments: tuple[str, ...], says: str) -> None:
    ended = through("agents", *arguments)

    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.strip().splitlines()) == 1
