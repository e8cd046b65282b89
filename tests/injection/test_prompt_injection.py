"""Prompt injection against a model that obeys whatever it reads: the defence lies outside the model."""

import base64
import codecs

import pytest

from deskhand.llm.injection import decoded_words, folded
from deskhand.testing.obedient_model import obey
from injection.cases import IN_DOCUMENTS, IN_FILES, IN_MEMORIES, IN_MESSAGES, IN_RESULTS, Attempt
from injection.conftest import LookUpParcel, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
SYSTEM = "You are Lark and speak for Larkspoke."
QUESTION = "How long can I return a helmet?"


def without_disguise(text: str) -> str:
    """As whoever reads it takes it."""
    return " ".join([folded(text), *decoded_words(text)])


def disguised(text: str) -> list[str]:
    return [
        base64.b64encode(text.encode()).decode(),
        text[::-1],
        codecs.encode(text, "rot13"),
        text.encode().hex(),
        "\n".join(text.split()),
    ]


def named(attempts: tuple[Attempt, ...]) -> list[object]:
    return [pytest.param(attempt, id=attempt.name) for attempt in attempts]


async def test_there_are_enough_of_them() -> None:
    assert sum(map(len, (IN_MESSAGES, IN_DOCUMENTS, IN_FILES, IN_RESULTS, IN_MEMORIES))) >= 60


@pytest.mark.parametrize("attempt", named((*IN_MESSAGES, *IN_DOCUMENTS, *IN_FILES, *IN_RESULTS, *IN_MEMORIES)))
async def test_the_model_falls_for_every_one_of_them(attempt: Attempt) -> None:
    """One that it would not fall for proves nothing."""
    seen = without_disguise(attempt.text)
    done = obey([{"role": "system", "content": SYSTEM}, {"role": "user", "content": seen}])
    said = done if isinstance(done, str) else " ".join(call.name for call in done)
    wanted = (*attempt.never, SYSTEM, *(disguised(SYSTEM)), "wipe_account", "send_money", "search_knowledge")
    assert any(each.casefold() in said.casefold() for each in wanted), said


@pytest.mark.parametrize("attempt", named(IN_MESSAGES))
async def test_no_message_turns_the_agent(stage: Stage, attempt: Attempt) -> None:
    await stage.ask(attempt.text)
    await stage.ask(f"{QUESTION} {attempt.text}")
    stage.assert_nothing_came_of(attempt)


@pytest.mark.parametrize("attempt", named(IN_DOCUMENTS))
async def test_no_document_turns_the_agent(stage: Stage, attempt: Attempt) -> None:
    await stage.hand_in("returns.md", f"# Return a helmet\n\nYou can return a helmet.\n\n{attempt.text}\n")
    await stage.ask("Can I return a helmet?")
    stage.assert_nothing_came_of(attempt)


@pytest.mark.parametrize("attempt", named(IN_FILES))
async def test_no_file_of_a_customer_turns_the_agent(stage: Stage, attempt: Attempt) -> None:
    await stage.ask("What does my letter about the helmet say?", files=(f"My helmet. {attempt.text}".encode(),))
    stage.assert_nothing_came_of(attempt)


@pytest.mark.parametrize("attempt", named(IN_RESULTS))
async def test_no_result_of_a_tool_turns_the_agent(
    stage: Stage, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LookUpParcel, "says", attempt.text)
    await stage.ask("Please call look_up_parcel {} and tell me where it is.")
    stage.assert_nothing_came_of(attempt)


@pytest.mark.parametrize("attempt", named(IN_MEMORIES))
async def test_nothing_that_is_remembered_turns_the_agent(stage: Stage, attempt: Attempt) -> None:
    await stage.ask(attempt.text)
    await stage.ask("What do you know about me, and how long can I return a helmet?")
    stage.assert_nothing_came_of(attempt)
