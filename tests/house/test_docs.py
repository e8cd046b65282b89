"""What the documents name must exist: paths, commands, options, settings, links."""

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from deskhand.cli import app
from deskhand.kit.env_files import setting_names
from deskhand.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "AGENTS.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAX_AGENTS_LINES = 100
_PATH = re.compile(r"`((?:src|docs|bench|tests|scripts|web)/[\w./*-]+)`")
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_COMMAND = re.compile(r"(?:^|[`$\s])deskhand ((?:[a-z]+)(?: [a-z]+)?)((?: [^`\n]*)?)", re.MULTILINE)
_MAKE = re.compile(r"`make ([a-z]+)`")


def identify(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=identify)
def test_paths_and_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [path for path in _PATH.findall(text) if not list(ROOT.glob(path.rstrip("/")))]
    missing += [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=identify)
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(_MAKE.findall(document.read_text(encoding="utf-8"))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=identify)
def test_commands_and_their_options_exist(document: Path) -> None:
    root = get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    for words, rest in _COMMAND.findall(document.read_text(encoding="utf-8")):
        name, _, second = words.partition(" ")
        command = root.commands.get(name)
        assert command is not None, f"deskhand {words}"
        if isinstance(command, typer.core.TyperGroup):
            command = command.commands.get(second, command)
        known = {option for parameter in command.params for option in parameter.opts}
        for option in re.findall(r"--[a-z-]+", rest.partition("#")[0]):
            assert option in known, f"deskhand {words} {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=identify)
def test_settings_exist(document: Path) -> None:
    known = set(setting_names(Settings, PREFIX))
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", document.read_text(encoding="utf-8")))
    assert named <= known


def test_the_guide_for_contributors_stays_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text(encoding="utf-8").splitlines()) < MAX_AGENTS_LINES
