"""Contracts for the tests: the smallest one, and one that says something in every part."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from deskhand.agents.contract import AgentContract, ContractDraft
from deskhand.agents.contract_documents import completed, draft_from

MOMENT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)

SMALLEST: dict[str, Any] = {"name": "Robin", "identity": {"short_description": "Answers questions about orders."}}

FULL: dict[str, Any] = {
    "id": "support",
    "name": "Robin",
    "type": "voice",
    "version": "1.4.0",
    "created_at": "2026-01-31T09:30:00Z",
    "updated_at": "2026-02-01T09:30:00Z",
    "identity": {
        "short_description": "Answers questions about orders.",
        "full_description": "Covers orders.\nLeaves bills to others.",
        "character_role": "A colleague.",
        "mission": "Answers.",
        "interaction_style": "Plain.",
    },
    "traits": {
        "creativity": 40,
        "empathy": 60,
        "assertiveness": 50,
        "humor": 20,
        "formality": 50,
        "verbosity": 30,
        "confidence": 60,
        "technicality": 50,
        "safety": 90,
    },
    "configuration": {
        "llm_provider": "openai",
        "llm_model": "gpt-4o-mini",
        "max_tokens": 800,
        "temperature": 0.2,
        "memory_enabled": True,
        "voice_enabled": True,
        "tools_enabled": True,
        "memory_k": 6,
        "thread_window": 20,
        "fallbacks": [{"provider": "anthropic", "model": "claude"}, {"provider": "offline", "model": None}],
        "timeout_seconds": 20.0,
        "input_tokens_per_turn": 24000,
        "output_tokens_per_turn": 4000,
        "tokens_per_day": 2000000,
        "reflection": {"enabled": True, "rounds": 2, "criteria": ["Names the next step."]},
    },
    "voice": {
        "provider": "elevenlabs",
        "voice_id": "voice-1",
        "language": "en-US",
        "speed": 1.0,
        "pitch": 1.0,
        "stability": 0.75,
        "similarity_boost": 0.75,
        "stt_provider": "deepgram",
        "stt_model": "nova-2",
        "stt_language": "en",
        "vad_enabled": True,
    },
    "knowledge": {"bases": ["help-centre"], "k": 5, "min_score": 0.4, "mode": "both", "unsupported": "mark"},
    "tools": ["search_knowledge"],
    "escalation": {
        "threshold": 0.7,
        "keywords": [{"phrase": "data protection", "weight": 0.9}],
        "channels": ["service-desk"],
        "hours": {
            "timezone": "Europe/London",
            "days": {
                day: [{"open": "09:00", "close": "12:00"}, {"open": "13:00", "close": "24:00"}]
                for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
            },
        },
    },
    "approval": {
        "rules": [
            {
                "action": "refund",
                "above_amount": 200.0,
                "currency": "EUR",
                "above_percent": 20.0,
                "confidence_below": 0.7,
            }
        ],
        "timeout_seconds": 300,
        "on_timeout": "reject",
    },
    "routing": {"description": "Orders.", "examples": ["Where is my order?"], "handoff_targets": ["billing"]},
    "languages": ["en", "pt-BR"],
    "metadata": {"tenant_id": "ten_1", "owner_id": "usr_1", "tags": ["support"], "status": "active"},
}


def a_draft(**parts: Any) -> ContractDraft:
    """The smallest draft, with these parts set."""
    return draft_from({**SMALLEST, **parts})


def a_contract(**parts: Any) -> AgentContract:
    """A complete contract made of the smallest draft."""
    return completed(
        a_draft(**parts),
        agent_id="support",
        version="1.0.0",
        created_at=MOMENT,
        updated_at=MOMENT,
        tenant_id="ten_1",
        owner_id="usr_1",
    )


def full_with(path: tuple[int | str, ...], value: Any) -> dict[str, Any]:
    """The full contract with another value at the path."""
    document = deepcopy(FULL)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return document


def full_without(path: tuple[int | str, ...]) -> dict[str, Any]:
    """The full contract without the field at the path."""
    document = deepcopy(FULL)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return document
