"""Probes: `/health/live` (the process turns), `/health/ready` (it can answer), `/health` (every check by name)."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[object]]


class HealthOut(BaseModel):
    """`ok` when every check is; each check says `ok` or `failed`."""

    status: str
    checks: dict[str, str]


class HealthEndpoints:
    """Runs the checks that the composition root names."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.router = APIRouter(tags=["health"])
        down: dict[int | str, dict[str, object]] = {503: {"model": HealthOut, "description": "A check failed."}}
        add = self.router.add_api_route
        add("/health/live", self.live, methods=["GET"])
        add("/health/ready", self.health, name="ready", methods=["GET"], response_model=HealthOut, responses=down)
        add("/health", self.health, methods=["GET"], response_model=HealthOut, responses=down)

    async def live(self) -> HealthOut:
        """The process is alive."""
        return HealthOut(status="ok", checks={})

    async def health(self) -> JSONResponse:
        """Every check by name."""
        results = {name: await self._run(name, check) for name, check in self._checks.items()}
        good = all(result == "ok" for result in results.values())
        body = HealthOut(status="ok" if good else "failed", checks=results)
        return JSONResponse(body.model_dump(), status_code=200 if good else 503)

    async def _run(self, name: str, check: Check) -> str:
        try:
            await check()
        except Exception:
            log.exception("health_check_failed", check=name)
            return "failed"
        return "ok"
