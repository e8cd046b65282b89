"""What `docs/contracts.md` says of contracts is so."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand.agents.contract_defaults import default_contracts
from deskhand.agents.contract_documents import draft_from, parsed
from deskhand.agents.contract_problems import InvalidContract
from deskhand.agents.traits import SENTENCES

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_right_contract_that_says_only_what_it_must(example: str) -> None:
    draft = draft_from(parsed(example))
    written = draft.model_dump(mode="json", exclude_unset=True)
    assert written == json.loads(example)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3


def test_the_tables_are_those_of_the_code() -> None:
    script = ROOT / "scripts" / "write_contract_tables.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_sentence_of_every_band_is_there() -> None:
    missing = [sentence for bands in SENTENCES.values() for sentence in bands if sentence and sentence not in DOCUMENT]
    assert missing == []


def test_every_contract_that_ships_is_named() -> None:
    assert [draft.id for draft in default_contracts() if f"`{draft.id}`" not in DOCUMENT] == []


def test_the_refusal_it_quotes_is_the_one_that_is_given() -> None:
    with pytest.raises(InvalidContract) as refused:
        draft_from({"name": "Robin", "identity": {"short_description": "Helps."}, "traits": {"humor": 150}})
    assert f"`{refused.value.detail}`" in DOCUMENT
