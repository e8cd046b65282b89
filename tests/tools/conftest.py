"""A guard whose time stands still, for every test of tools."""

import pytest

from tools.calls import Workshop, a_workshop


@pytest.fixture
def workshop() -> Workshop:
    return a_workshop()
