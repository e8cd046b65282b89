"""A pytest plugin: a test that has failed is watched until its fixtures have ended.

Both pytest and pytest-timeout stop watching a test when it fails, so as not to disturb a debugger. A fixture that then
never ends would keep the whole run: here its process is ended instead, with the stacks of its threads.
"""

import faulthandler

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    seconds = float(node.config.getini("faulthandler_timeout"))
    if seconds > 0 and not node.config.getoption("usepdb"):
        # pytest itself cancels it once the fixtures have ended.
        stderr = node.config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(seconds, file=stderr, exit=True)
