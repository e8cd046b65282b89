"""Whole conversations, one a file, over HTTP and the socket of a running house."""

from pathlib import Path

import pytest

from scenarios.playing import play
from scenarios.shapes import Way, read_scenario
from scenarios.stage import set_up
from shops import OpenHouse

FOLDER = Path(__file__).parent / "conversations"
FILES = sorted(FOLDER.glob("*.yaml"))
PLAYED = [(path, way) for path in FILES for way in read_scenario(path).ways]
LEAST = 14


@pytest.mark.parametrize(("path", "way"), PLAYED, ids=[f"{path.stem}-{way.value}" for path, way in PLAYED])
async def test_the_conversation_goes_as_its_file_says(
    path: Path, way: Way, tmp_path: Path, open_a_house: OpenHouse
) -> None:
    scenario = read_scenario(path)
    async with set_up(scenario, way, tmp_path, open_a_house) as stage:
        await play(scenario, way, stage)


def test_there_are_many_of_them_and_each_has_a_name_of_its_own() -> None:
    names = [read_scenario(path).name for path in FILES]
    assert len(set(names)) == len(names) >= LEAST
