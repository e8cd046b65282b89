"""Killed anywhere: a plan that was accepted comes to its end, and what was finished is not done again."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deskhand.orchestration.plan_model import PlanStatus, SubtaskStatus
from orchestration.plan_killed import SUBTASKS
from orchestration.plan_parts import open_desk

TESTS = Path(__file__).parents[1]
DEADLINE = 120.0


def killed_at(fatal: str, where: Path) -> str | None:
    """The id of the plan that the process had accepted when it was killed."""
    ended = subprocess.run(
        [sys.executable, "-m", "orchestration.plan_killed", str(where), fatal],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent / 'src'}"},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    return next((line[1] for line in lines if line[0] == "plan"), None)


@pytest.mark.parametrize("fatal", ["7", "31", "58", "97", "139", "d", "e"])
async def test_a_plan_whose_process_is_killed_goes_on_where_it_was(tmp_path: Path, fatal: str) -> None:
    plan_id = await asyncio.to_thread(killed_at, fatal, tmp_path)
    async with open_desk(tmp_path) as desk:
        before = {plan.id: plan for plan in (await desk.planner.plans(desk.scope)).items}
        if plan_id is None:
            # It was killed before it had said so; if it was kept all the same, it is carried out.
            plan_id = next(iter(before), None)
        finished = {
            subtask.id for plan in before.values() for subtask in plan.subtasks if subtask.status is SubtaskStatus.DONE
        }
        # The dead process's leases end.
        desk.clock.move(minutes=1)
        await desk.settle()
        if plan_id is None:
            return
        plan = await desk.planner.plan(desk.scope, plan_id)

    assert plan.status is PlanStatus.DONE
    assert plan.counts.succeeded == len(SUBTASKS)
    assert [subtask.output for subtask in plan.subtasks] == [f"Answer to {each.id}" for each in SUBTASKS]
    assert plan.synthesis is not None
    assert {reference.subtask for reference in plan.synthesis.references} == {each.id for each in SUBTASKS}
    assert sorted(desk.asker.questions) == sorted({each.id for each in SUBTASKS} - finished)


async def test_what_kills_every_process_that_tries_is_given_up(tmp_path: Path) -> None:
    plan_id = await asyncio.to_thread(killed_at, "e", tmp_path)
    assert plan_id is not None
    # As though three more processes had died of it.
    async with open_desk(tmp_path) as desk:
        async with desk.store.database.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE jobs SET attempts = 4 WHERE state = 'waiting'")
        desk.clock.move(minutes=1)
        await desk.settle()
        plan = await desk.planner.plan(desk.scope, plan_id)
    assert plan.status is PlanStatus.DONE
    assert [subtask.status.value for subtask in plan.subtasks] == ["done"] * 4 + ["failed"]
    assert desk.asker.questions == []
