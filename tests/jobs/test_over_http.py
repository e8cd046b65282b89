"""Work that was given up, over HTTP: operators see why, and have it tried again."""

from collections.abc import AsyncIterator

import httpx
import pytest

from deskhand.jobs.model import GiveUp, Job
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from shops import Shop, open_shop

JOBS = "/api/v1/jobs"
KIND = "test.post"


class Post:
    """Gives letters up until it is mended."""

    def __init__(self) -> None:
        self.broken = True
        self.sent: list[str] = []

    async def __call__(self, _scope: TenantScope, job: Job) -> None:
        if self.broken:
            raise GiveUp("no_stamps")
        self.sent.append(job.key)


@pytest.fixture
async def post(shop: Shop) -> Post:
    """Two letters that were given up, and one that waits."""
    post, jobs = Post(), shop.house.jobs
    jobs.handle(KIND, post)
    for key in ("let_1", "let_2"):
        async with shop.house.store.write(shop.owner_scope) as db:
            await jobs.add(db, shop.owner_scope, kind=KIND, key=key, payload={"letter_id": key})
    await jobs.run_due()
    return post


@pytest.fixture
async def operator(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with shop.client(await shop.staff_token(Role.OPERATOR)) as client:
        yield client


async def test_what_was_given_up_is_listed_with_the_reason_and_without_its_contents(
    operator: httpx.AsyncClient, post: Post
) -> None:
    page = (await operator.get(JOBS)).json()
    assert (page["total"], [job["key"] for job in page["items"]]) == (2, ["let_2", "let_1"])
    (job, _) = page["items"]
    assert (job["kind"], job["state"], job["attempts"], job["last_error"]) == (KIND, "given_up", 1, "no_stamps")
    assert "payload" not in job
    second = (await operator.get(JOBS, params={"limit": 1, "offset": 1, "kind": KIND})).json()
    assert ([each["key"] for each in second["items"]], second["total"]) == (["let_1"], 2)
    assert (await operator.get(JOBS, params={"kind": "plan.run"})).json()["total"] == 0
    assert (await operator.get(JOBS, params={"state": "done", "kind": KIND})).json()["total"] == 0
    assert post.sent == []


async def test_once_it_is_mended_it_is_tried_again_and_done_once(
    operator: httpx.AsyncClient, post: Post, shop: Shop
) -> None:
    job, other = (await operator.get(JOBS)).json()["items"]
    post.broken = False
    retried = await operator.post(f"{JOBS}/{job['id']}/retry")
    assert (retried.status_code, retried.json()["attempts"]) == (200, 0)
    await shop.house.jobs.run_due()
    assert post.sent == ["let_2"]
    again = await operator.post(f"{JOBS}/{job['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "job_not_given_up")
    assert [each["id"] for each in (await operator.get(JOBS)).json()["items"]] == [other["id"]]


async def test_nobody_else_sees_it_or_has_it_tried_again(operator: httpx.AsyncClient, post: Post, shop: Shop) -> None:
    job, _ = (await operator.get(JOBS)).json()["items"]
    path = f"{JOBS}/{job['id']}/retry"
    neighbour = await open_shop(shop.house, "neighbour", {})
    async with neighbour.client(neighbour.owner_token()) as other:
        assert (await other.get(JOBS)).json()["total"] == 0
        assert (await other.post(path)).status_code == 404
    for token in (await shop.staff_token(Role.VIEWER), await shop.contact_token()):
        async with shop.client(token) as client:
            assert (await client.get(JOBS)).status_code == 403
            assert (await client.post(path)).status_code == 403
    assert (await operator.post(f"{JOBS}/job_nobody/retry")).json()["code"] == "unknown_job"
    assert (await operator.get(JOBS, params={"state": "lost"})).status_code == 422
    assert post.sent == []
