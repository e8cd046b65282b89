"""The key that a development server makes for itself."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from deskhand.kit.errors import Misconfigured
from deskhand.kit.secret_key import FILE_NAME, local_secret_key


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "not" / "there"

    key = local_secret_key(data_dir)

    assert len(key) >= 32
    assert local_secret_key(data_dir) == key
    assert stat.S_IMODE((data_dir / FILE_NAME).stat().st_mode) == 0o600


def test_two_data_directories_have_two_keys(tmp_path: Path) -> None:
    assert local_secret_key(tmp_path / "a") != local_secret_key(tmp_path / "b")


def test_servers_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def start(number: int) -> list[str]:
        keys = []
        for round_ in range(30):
            together.wait()
            keys.append(local_secret_key(tmp_path / str(round_)))
        return keys

    with ThreadPoolExecutor(8) as pool:
        rounds = zip(*pool.map(start, range(8)), strict=True)

    assert {len(set(keys)) for keys in rounds} == {1}


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(Misconfigured) as refused:
        local_secret_key(tmp_path)

    assert str(tmp_path) in refused.value.detail


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")

    with pytest.raises(Misconfigured, match="choose another with --data-dir"):
        local_secret_key(tmp_path / "data")
