"""The contract as a whole: defaults, what belongs together, and what is said when something is wrong."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from agents.contracts import FULL, SMALLEST, a_contract, a_draft, full_with
from deskhand.agents.contract import AgentContract, ContractDraft, document_of
from deskhand.agents.contract_documents import contract_from, draft_from
from deskhand.agents.contract_parts import AgentStatus, AgentType
from deskhand.agents.contract_problems import InvalidContract, first_problem
from growth import grows_in_proportion


def refusal(document: dict[str, Any]) -> tuple[str, str]:
    """The first field complained of, and what is said."""
    with pytest.raises(InvalidContract) as refused:
        draft_from(document)
    problem = refused.value.problems[0]
    return problem.field, problem.message


def test_a_name_and_one_sentence_make_a_contract_and_the_rest_has_its_default() -> None:
    draft = draft_from(SMALLEST)
    assert draft.type is AgentType.CONVERSATIONAL
    assert draft.traits.model_dump() == {
        "creativity": 50,
        "empathy": 50,
        "assertiveness": 50,
        "humor": 30,
        "formality": 50,
        "verbosity": 50,
        "confidence": 70,
        "technicality": 50,
        "safety": 80,
    }
    assert draft.configuration.model_dump(mode="json") == {
        "llm_provider": None,
        "llm_model": None,
        "max_tokens": 500,
        "temperature": None,
        "memory_enabled": True,
        "voice_enabled": False,
        "tools_enabled": True,
        "memory_k": 6,
        "thread_window": 20,
        "fallbacks": [{"provider": "offline", "model": None}],
        "timeout_seconds": 30.0,
        "input_tokens_per_turn": 24_000,
        "output_tokens_per_turn": 4_000,
        "tokens_per_day": None,
        "reflection": {"enabled": False, "rounds": 1, "criteria": []},
    }
    assert (draft.knowledge.k, draft.escalation.threshold, draft.languages) == (5, 0.7, ("en",))
    assert draft.metadata.status is AgentStatus.ACTIVE


def test_a_voice_has_its_defaults() -> None:
    voice = a_draft(type="voice", voice={"voice_id": "v"}).voice
    assert voice is not None
    assert voice.model_dump(mode="json") == {
        "provider": "elevenlabs",
        "voice_id": "v",
        "language": "en-US",
        "speed": 1.0,
        "pitch": 1.0,
        "stability": 0.75,
        "similarity_boost": 0.75,
        "stt_provider": "deepgram",
        "stt_model": "nova-2",
        "stt_language": "en",
        "vad_enabled": True,
    }


def test_a_contract_cannot_be_changed() -> None:
    contract = a_contract()
    with pytest.raises(ValidationError):
        contract.traits.humor = 3  # type: ignore[misc]  # that is the point
    assert hash(contract) == hash(a_contract())


def test_a_contract_reads_back_from_python_values_and_from_json() -> None:
    contract = contract_from(FULL)
    assert contract_from(document_of(contract)) == contract
    assert AgentContract.model_validate_json(json.dumps(FULL)) == contract
    assert isinstance(contract, ContractDraft)


def test_moments_are_kept_in_utc() -> None:
    contract = contract_from(full_with(("created_at",), "2026-01-31T10:30:00.5+01:00"))
    assert contract.created_at == datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)
    assert document_of(contract)["created_at"] == "2026-01-31T09:30:00.500000Z"


@pytest.mark.parametrize(
    "wrong",
    ["yesterday", "2026-01-31", "2026-01-31T09:30:00", "2026-13-31T09:30:00Z", "0001-01-01T00:00:00+10:00", 1_700_000],
)
def test_what_is_no_moment_is_refused(wrong: object) -> None:
    assert refusal(full_with(("created_at",), wrong))[0] == "created_at"


def test_an_agent_that_speaks_needs_a_voice() -> None:
    field, message = refusal({**SMALLEST, "type": "voice"})
    assert field == "voice"
    assert "an agent of type 'voice' needs it, with at least a voice_id" in message
    field, message = refusal({**SMALLEST, "configuration": {"voice_enabled": True}})
    assert field == "configuration.voice_enabled"
    assert "needs the part voice" in message


@pytest.mark.parametrize(
    ("fallbacks", "field", "said"),
    [
        ([{"provider": "openai"}], "0.provider", "'openai' ends the list: end it with 'offline'"),
        ([{"provider": "offline"}, {"provider": "offline"}], "0.provider", "leave out"),
        ([{"provider": "offline"}, {"provider": "openai"}, {"provider": "offline"}], "0.provider", "leave out"),
        ([{"provider": "openai"}, {"provider": "openai"}, {"provider": "offline"}], "1", "name each model once"),
        ([{"provider": "offline", "model": "big"}], "0.model", "leave the model out"),
        ([], "", "holds too few entries: give a list of 1 to 5 entries"),
    ],
)
def test_fallbacks_end_in_the_offline_model(fallbacks: list[object], field: str, said: str) -> None:
    found, message = refusal({**SMALLEST, "configuration": {"fallbacks": fallbacks}})
    assert found == f"configuration.fallbacks.{field}".rstrip(".")
    assert said in message


@pytest.mark.parametrize(
    ("configuration", "field"),
    [
        ({"llm_model": "gpt-4o-mini"}, "llm_model"),
        ({"llm_provider": "offline", "llm_model": "gpt-4o-mini"}, "llm_model"),
        ({"max_tokens": 4000, "output_tokens_per_turn": 3999}, "output_tokens_per_turn"),
    ],
)
def test_the_configuration_agrees_with_itself(configuration: dict[str, object], field: str) -> None:
    assert refusal({**SMALLEST, "configuration": configuration})[0] == f"configuration.{field}"


@pytest.mark.parametrize(
    ("monday", "field"),
    [
        ([{"open": "09:00", "close": "09:00"}], "0.close"),
        ([{"open": "22:00", "close": "06:00"}], "0.close"),
        ([{"open": "13:00", "close": "17:00"}, {"open": "09:00", "close": "12:00"}], "1.open"),
        ([{"open": "09:00", "close": "13:00"}, {"open": "12:00", "close": "17:00"}], "1.open"),
        ([{"open": "9:00", "close": "17:00"}], "0.open"),
        ([{"open": "09:00", "close": "24:01"}], "0.close"),
    ],
)
def test_opening_hours_are_stretches_in_order(monday: list[object], field: str) -> None:
    found, _ = refusal({**SMALLEST, "escalation": {"hours": {"days": {"monday": monday}}}})
    assert found == f"escalation.hours.days.monday.{field}"


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe", ""])
def test_a_time_zone_that_is_none_is_refused(zone: str) -> None:
    assert refusal({**SMALLEST, "escalation": {"hours": {"timezone": zone}}})[0] == "escalation.hours.timezone"


def test_an_address_of_a_channel_is_refused_without_showing_its_secret() -> None:
    address = "slack://xoxb-secret-token/channel"
    for channels in ([address], address, {"name": address}):
        field, message = refusal({**SMALLEST, "escalation": {"channels": channels}})
        assert field.startswith("escalation.channels")
        assert "secret-token" not in message


def test_an_amount_has_a_currency_only_when_it_is_there() -> None:
    rules = [{"action": "refund", "currency": "EUR"}]
    field, message = refusal({**SMALLEST, "approval": {"rules": rules}})
    assert field == "approval.rules.0.currency"
    assert "'EUR'" in message


def test_an_agent_does_not_hand_over_to_itself() -> None:
    routing = {"handoff_targets": ["billing", "support"]}
    assert refusal({**SMALLEST, "id": "support", "routing": routing})[0] == "routing.handoff_targets.1"


def test_languages_are_written_as_the_standard_writes_them_and_named_once() -> None:
    assert a_draft(languages=["EN-gb", "zh-hant-tw", "de-CH-1901"]).languages == ("en-GB", "zh-Hant-TW", "de-CH-1901")
    assert refusal({**SMALLEST, "languages": ["en", "EN"]})[0] == "languages.1"


def test_text_is_trimmed_and_has_one_kind_of_line_end() -> None:
    identity = {"short_description": "  Helps. ", "mission": "First.\r\nSecond.\rThird.\n"}
    draft = a_draft(name="\tRobin ", identity=identity)
    assert (draft.name, draft.identity.short_description) == ("Robin", "Helps.")
    assert draft.identity.mission == "First.\nSecond.\nThird."


@pytest.mark.parametrize("line_end", ["\n", "\r", "\t", "\u2028", "\u2029"])
def test_a_name_stands_in_one_line(line_end: str) -> None:
    assert "one line" in refusal({**SMALLEST, "name": f"Robin{line_end}Rules:"})[1]


def test_several_wrong_fields_are_told_at_once() -> None:
    with pytest.raises(InvalidContract) as refused:
        draft_from({"name": "Robin", "traits": {"humor": 150, "empathi": 50}, "identity": {}})
    assert [problem.field for problem in refused.value.problems] == [
        "identity.short_description",
        "traits.humor",
        "traits.empathi",
    ]
    assert refused.value.problems[2].message == "'empathi' is no field of traits: did you mean 'empathy'?"
    assert refused.value.detail.endswith("(and 2 more)")


def test_the_first_problem_is_the_first_in_the_order_of_the_contract() -> None:
    with pytest.raises(ValidationError) as refused:
        ContractDraft.model_validate({"name": "", "identity": {}})
    problem = first_problem(refused.value)
    assert (problem.field, problem.message) == ("name", "'' is too short: give text of 1 to 120 characters.")


def test_a_flood_of_wrong_fields_is_told_in_part_and_quickly() -> None:
    def refused(fields: int) -> None:
        with pytest.raises(InvalidContract) as refusal:
            draft_from({**SMALLEST, **{f"field{number}": 1 for number in range(fields)}})
        assert len(refusal.value.problems) == 50

    assert grows_in_proportion(refused, 3_750, 15_000)
