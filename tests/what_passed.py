"""A pytest plugin: keeps the names of the tests that passed, so that `--rest` runs only the others.

A run that was broken off, or in which something failed only under load, is then completed rather than begun anew.
"""

from pathlib import Path

import pytest

PASSED = "passed-tests"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rest", action="store_true", help="run only what did not pass in the run before")


def pytest_configure(config: pytest.Config) -> None:
    is_shared_out = hasattr(config, "workerinput")  # then the process that shares it out is told
    if not is_shared_out and getattr(config, "cache", None) is not None:
        config.pluginmanager.register(_Keeper(config), "what-passed-keeper")


class _Keeper:
    def __init__(self, config: pytest.Config) -> None:
        self._is_rest = bool(config.getoption("--rest"))
        cache = config.cache
        assert cache is not None
        self._file: Path = cache.mkdir("deskhand") / PASSED
        self._before = self._file.read_text().splitlines() if self._is_rest and self._file.exists() else []
        self._failed: set[str] = set()
        self._out = self._file.open("a" if self._is_rest else "w", buffering=1)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        passed = set(self._before)
        left_out = [item for item in items if _line(item.nodeid) in passed]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if _line(item.nodeid) not in passed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "teardown" and report.nodeid not in self._failed:
            self._out.write(_line(report.nodeid) + "\n")

    def pytest_sessionfinish(self) -> None:
        self._out.close()


def _line(nodeid: str) -> str:
    """Parameters may hold anything, also the ends of lines."""
    return ascii(nodeid)
