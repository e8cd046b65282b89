"""Which files a command takes in, and under which path; what it leaves out, and why."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deskhand.commands.files import NoSuchPath, find_files

NOBODY = 65534


def found(*paths: Path) -> list[str]:
    return [file.path for file in find_files(list(paths))[0]]


def refused(*paths: Path) -> dict[str, str | None]:
    return {outcome.path: outcome.reason for outcome in find_files(list(paths))[1]}


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


@contextmanager
def without_privileges() -> Iterator[None]:
    """For root, permissions mean nothing: be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, which the test's own folder is not."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_files_of_a_folder_are_named_by_their_path_below_it_in_order(tmp_path: Path) -> None:
    fill(tmp_path, "b.md", "a.md", "guides/z.md", "guides/deep/er.md")

    assert found(tmp_path) == ["a.md", "b.md", "guides/deep/er.md", "guides/z.md"]


def test_a_file_given_by_itself_is_named_by_its_name(tmp_path: Path) -> None:
    fill(tmp_path, "guides/a.md", "guides/.hidden.md")

    assert found(tmp_path / "guides" / "a.md", tmp_path / "guides" / ".hidden.md") == ["a.md", ".hidden.md"]


def test_hidden_files_and_links_in_folders_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, "a.md", ".git/config", ".DS_Store")
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    (tmp_path / "around").symlink_to(tmp_path)

    assert found(tmp_path) == ["a.md"]
    assert refused(tmp_path) == {}


def test_a_link_given_by_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(fill(tmp_path / "docs", "a.md"))

    assert found(tmp_path / "link") == ["a.md"]


def test_what_is_given_twice_is_taken_once(tmp_path: Path) -> None:
    fill(tmp_path, "a.md")

    assert found(tmp_path, tmp_path / "a.md", tmp_path) == ["a.md"]
    assert refused(tmp_path, tmp_path / "a.md") == {}


def test_two_files_do_not_get_one_path(tmp_path: Path) -> None:
    fill(tmp_path, "one/readme.md", "two/readme.md", "two/other.md")

    assert found(tmp_path / "one", tmp_path / "two") == ["readme.md", "other.md"]
    (reason,) = refused(tmp_path / "one", tmp_path / "two").values()
    assert reason == (
        f"has the path of {str(tmp_path / 'one' / 'readme.md')!r}: "
        "ingest a folder that holds both, or use a --kb for each."
    )


def test_what_is_neither_file_nor_folder_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")

    assert refused(tmp_path) == {"pipe.md": "is not a file."}
    assert refused(tmp_path / "pipe.md") == {"pipe.md": "is not a file."}


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert find_files([tmp_path]) == ([], [])


@pytest.mark.parametrize("name", ["missing", "a" * 5000, "a.md/below"])
def test_a_path_where_nothing_is_stops_before_anything_is_done(tmp_path: Path, name: str) -> None:
    fill(tmp_path, "a.md")

    with pytest.raises(NoSuchPath, match="There is no file or folder") as stopped:
        find_files([tmp_path, tmp_path / name])

    assert repr(str(tmp_path / name)) in stopped.value.detail


def test_a_folder_that_may_not_be_read_is_refused_and_the_rest_is_taken(open_folder: Path) -> None:
    fill(open_folder, "a.md", "closed/b.md", "z.md")
    (open_folder / "closed").chmod(0)

    with without_privileges():
        files, left_out = find_files([open_folder])
    (open_folder / "closed").chmod(0o755)

    assert [file.path for file in files] == ["a.md", "z.md"]
    assert [(outcome.path, outcome.reason) for outcome in left_out] == [
        ("closed/", "the folder cannot be read: Permission denied.")
    ]


def test_a_folder_whose_names_alone_may_be_read_is_told_file_by_file(open_folder: Path) -> None:
    fill(open_folder, "listed/b.md")
    (open_folder / "listed").chmod(0o444)

    with without_privileges():
        files, left_out = find_files([open_folder])
    (open_folder / "listed").chmod(0o755)

    assert files == []
    assert [(outcome.path, outcome.reason) for outcome in left_out] == [
        ("listed/b.md", "cannot be read: Permission denied.")
    ]


def test_a_path_in_a_folder_that_may_not_be_entered_is_refused(open_folder: Path) -> None:
    fill(open_folder, "closed/b.md")
    (open_folder / "closed").chmod(0)

    with without_privileges(), pytest.raises(NoSuchPath, match="Permission denied"):
        find_files([open_folder / "closed" / "b.md"])
    (open_folder / "closed").chmod(0o755)
