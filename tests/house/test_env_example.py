"""`.env.example` names every setting, with its default, and nothing else."""

import io
from pathlib import Path

from dotenv import dotenv_values

from deskhand.kit.env_files import setting_names
from deskhand.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
GROUPS = {
    "DESKHAND_LLM",
    "DESKHAND_KNOWLEDGE",
    "DESKHAND_RATE_LIMIT",
    "DESKHAND_SIGN_IN_LIMIT",
    "DESKHAND_VISITOR_LIMIT",
    "DESKHAND_TOOLS",
    "DESKHAND_TOOLS__RAG",
    "DESKHAND_TOOLS__MEMORY",
    "DESKHAND_TOOLS__ATTACHMENTS",
    "DESKHAND_TOOLS__ESCALATION",
    "DESKHAND_TOOLS__CRM",
    "DESKHAND_TOOLS__BILLING",
}


def examples() -> dict[str, str | None]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    settings = [line.removeprefix("# ") for line in lines if line.removeprefix("# ").split("=")[0].isupper()]
    return dotenv_values(stream=io.StringIO("\n".join(line for line in settings if "=" in line)))


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(examples()) == set(setting_names(Settings, PREFIX)) - GROUPS


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    Settings(_env_file=ROOT / ".env.example", data_dir=tmp_path)
