"""What the tests of orchestration share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestration.refund_parts import Bank, Firm, open_bank, open_firm


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Bank]:
    async with open_bank(tmp_path) as opened:
        yield opened


@pytest.fixture
async def firm(bank: Bank) -> Firm:
    return await open_firm(bank)
