"""The plugins of the test run itself, each in a small run of its own."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FAILS_AND_NEVER_ENDS = """
import threading
import pytest

@pytest.fixture
def endless():
    yield
    threading.Event().wait()

def test_it(endless):
    assert False, "it failed"
"""
ONE_OF_TWO = """
import pathlib

def test_good():
    pass

def test_bad():
    assert pathlib.Path("mended").exists()
"""


def run(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_small.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "what_passed", "-p", "watched_to_the_end", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_failed_test_whose_fixture_never_ends_does_not_keep_the_run(tmp_path: Path) -> None:
    ended = run(tmp_path, FAILS_AND_NEVER_ENDS, "-o", "faulthandler_timeout=1")
    assert ended.returncode == 1
    assert "Timeout (0:00:01)!" in ended.stderr
    assert 'test_small.py", line 8 in endless' in ended.stderr


def test_what_did_not_pass_is_run_again_alone(tmp_path: Path) -> None:
    assert "1 failed, 1 passed" in run(tmp_path, ONE_OF_TWO).stdout
    (tmp_path / "mended").touch()
    again = run(tmp_path, ONE_OF_TWO, "--rest")
    assert "1 passed, 1 deselected" in again.stdout
    assert again.returncode == 0


def test_what_fails_again_is_red(tmp_path: Path) -> None:
    run(tmp_path, ONE_OF_TWO)
    assert run(tmp_path, ONE_OF_TWO, "--rest").returncode == 1
