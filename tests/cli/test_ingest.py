"""`deskhand ingest` through a running server: every file is told, and a second run changes nothing."""

from pathlib import Path

import pytest

from cli.processes import Run


def told(out: str) -> dict[str, str]:
    """What became of each file, by its path."""
    lines = [line.split(maxsplit=1) for line in out.splitlines() if line[:1] == " " or line.startswith("unchanged")]
    return {line[1].split("  ")[0]: line[0] for line in lines}


def test_a_second_run_changes_nothing_and_a_changed_file_is_replaced(through: Run, documents: Path) -> None:
    first = through("ingest", documents, "--kb", "twice")
    second = through("ingest", documents, "--kb", "twice")
    (documents / "delivery.md").write_text("# Delivery\n\nDelivery takes two days from now on.\n")
    (documents / "new.md").write_text("# New\n\nA new page.\n")
    third = through("ingest", documents, "--kb", "twice")

    assert [ended.code for ended in (first, second, third)] == [0, 0, 0]
    assert told(first.out) == {"returns.md": "added", "delivery.md": "added", "battery.md": "added"}
    assert set(told(second.out).values()) == {"unchanged"}
    assert told(third.out) == {
        "battery.md": "unchanged",
        "delivery.md": "replaced",
        "new.md": "added",
        "returns.md": "unchanged",
    }
    assert third.out.splitlines()[-1] == "1 added, 1 replaced, 2 unchanged, 0 refused"
    assert first.err == ""


def test_the_progress_counts_the_files(through: Run, documents: Path) -> None:
    out = through("ingest", documents, "--kb", "progress").out

    assert "Ingesting into 'progress'" in out
    assert "3/3" in out


def test_a_refused_file_is_told_with_the_reason_and_the_others_are_taken(through: Run, documents: Path) -> None:
    (documents / "LICENSE").write_text("Permission is hereby granted, free of charge.")
    (documents / "empty.md").write_bytes(b"")
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF")
    (documents / "lie.docx").write_bytes(b"%PDF-1.7\n")

    ended = through("ingest", documents, "--kb", "refusals")

    assert ended.code == 0
    outcomes = told(ended.out)
    assert [path for path, outcome in sorted(outcomes.items()) if outcome == "refused"] == [
        "LICENSE",
        "broken.pdf",
        "empty.md",
        "lie.docx",
    ]
    assert "3 added, 0 replaced, 0 unchanged, 4 refused" in ended.out
    reasons = {path: line for line in ended.out.splitlines() for path in outcomes if f"refused  {path}  " in line}
    assert ".md" in reasons["LICENSE"]
    assert "empty" in reasons["empty.md"]
    assert len(reasons) == 4


def test_nothing_but_refusals_is_exit_code_1(through: Run, tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("x")

    ended = through("ingest", tmp_path / "LICENSE", "--kb", "refusals")

    assert ended.code == 1
    assert "0 added, 0 replaced, 0 unchanged, 1 refused" in ended.out


def test_names_with_brackets_are_names_and_not_styles(through: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    for name in ("[id].md", "[", "a[/]b"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("# Page\n\nA page about brackets.\n")

    ended = through("ingest", folder, "--kb", "brackets")

    assert ended.code == 0
    assert told(ended.out)["[id].md"] == "added"
    assert "refused  [  " in ended.out


def test_a_name_that_is_not_utf8_is_refused(through: Run, documents: Path) -> None:
    Path(f"{documents}/caf\udce9.md").write_text("# Coffee\n\nServed all day.\n")

    ended = through("ingest", documents, "--kb", "names")

    assert ended.code == 0
    assert "its name is not UTF-8 text: rename it." in ended.out
    assert "3 added" in ended.out


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(through: Run) -> None:
    # A regular file, as far as the system says, whose first byte nobody may read, not even root.
    ended = through("ingest", "/proc/self/mem", "--kb", "unreadable")

    assert ended.code == 1
    assert "mem  cannot be read: Input/output error." in ended.out


def test_a_file_above_the_limit_is_refused_without_being_sent_for_nothing(through: Run, tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(64 * 1024 * 1024)

    ended = through("ingest", tmp_path / "huge.txt", "--kb", "huge")

    assert ended.code == 1
    assert "refused  huge.txt  The request is larger than" in ended.out


def test_an_empty_folder_is_nothing_to_ingest(through: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    error = through("ingest", tmp_path / "empty").error

    assert error == f"There is nothing to ingest in {str(tmp_path / 'empty')!r}."


def test_an_unknown_tenant_is_refused(through: Run, documents: Path) -> None:
    assert through("ingest", documents, "--tenant", "nobody").error.startswith("There is no tenant 'nobody'")


def test_the_bases_of_a_server_are_kept_apart(through: Run, tmp_path: Path) -> None:
    for base, days in (("old", "14"), ("new", "21")):
        (tmp_path / "returns.md").write_text(f"# Returns\n\nYou can return a bicycle within {days} days of delivery.\n")
        through("ingest", tmp_path / "returns.md", "--kb", base)

    answers = {base: through("ask", "How long can I return a bicycle?", "--kb", base).out for base in ("old", "new")}

    assert "within 14 days" in answers["old"]
    assert "within 21 days" in answers["new"]


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_for_the_web_is_not_asked_for_the_way_to_this_machine(
    through: Run, documents: Path, surroundings: pytest.MonkeyPatch, proxy: str
) -> None:
    surroundings.setenv(proxy, "http://127.0.0.1:9")

    assert through("ingest", documents, "--kb", "proxy").code == 0
