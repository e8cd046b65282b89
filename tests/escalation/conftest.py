"""What the tests of escalation share: a desk, a company at it, and the recogniser as it ships."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deskhand.escalation.detector import EscalationDetector
from deskhand.escalation.learned import LearnedRequests
from deskhand.llm.embedder import FastEmbedEmbedder
from deskhand.llm.sentiment import VaderSentiment
from deskhand.settings import load_settings
from escalation.desks import Company, Desk, open_company, open_desk


@pytest.fixture(scope="session")
def learned(embedder: FastEmbedEmbedder) -> LearnedRequests:
    """Fitted once for the machine, as in service."""
    folder = load_settings(env_file=None).resolved_models_dir
    return asyncio.run(LearnedRequests.prepare(embedder, cache=folder))


@pytest.fixture(scope="session")
def worded() -> LearnedRequests:
    """By wording alone: needs no model."""
    return LearnedRequests.of_wording()


@pytest.fixture(scope="session")
def detector(worded: LearnedRequests) -> EscalationDetector:
    return EscalationDetector(sentiment=VaderSentiment(), learned=worded)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def company(rig: Desk) -> Company:
    return await open_company(rig)
