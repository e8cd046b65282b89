"""Carries out what was allowed: the tool is built anew, for a turn that is none, and runs under the guard once more.

Above: the course of a request. Below: the registry of tools, a guard without a gate. Neither a model nor a customer
has a say in what is carried out: the arguments are those that were decided on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from pydantic import BaseModel

from deskhand.orchestration.approval_arguments import IDEMPOTENCY_KEY, kept
from deskhand.orchestration.approval_model import ActionResult, Approval, WrongApprovalArguments
from deskhand.orchestration.approval_rules import check_no_more
from deskhand.orchestration.approvals import Change
from deskhand.settings import Settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.tools.arguments import WrongArguments, checked, schema_of
from deskhand.tools.bound import BoundTool, CallEnded, CallEvent
from deskhand.tools.contract import BaseTool, RiskyAction, ToolTurn
from deskhand.tools.failures import Outcome
from deskhand.tools.guard import Guard
from deskhand.tools.injection import WrongTool
from deskhand.tools.registry import Registered, ToolRegistry, build

log = structlog.get_logger(__name__)

_MAY_PASS = frozenset({Outcome.TIMED_OUT, Outcome.FAR_SIDE, Outcome.UNAVAILABLE})


class Way(StrEnum):
    """What became of carrying an action out."""

    DONE = "done"
    REFUSED = "refused"
    """It was not done, and will not be."""
    LATER = "later"
    """It may be tried again."""
    UNKNOWN = "unknown"
    """It was begun, may have taken effect, and must not be begun again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOut:
    way: Way
    result: ActionResult


class ActionGone(Exception):
    """The tool is not there any more, or is switched off."""


class Action:
    """One allowed action, ready to be carried out."""

    def __init__(self, guard: Guard, bound: BoundTool, arguments: Mapping[str, Any], ended: list[CallEnded]) -> None:
        """`ended` is filled by the report that `bound` was given."""
        self._guard = guard
        self._bound = bound
        self._arguments = arguments
        self._ended = ended

    @property
    def may_repeat(self) -> bool:
        """Whether doing it twice comes to the same: the tool says so of itself, or takes a key."""
        return self._bound.tool.idempotent or IDEMPOTENCY_KEY in self._arguments

    async def carry_out(self) -> CarriedOut:
        """Do it now. Never raises; what is kept of the answer is what a model would have been shown."""
        try:
            shown = json.loads(await self._guard.call(self._bound, self._arguments))
        finally:
            await self._guard.clean_up([self._bound])
        result = ActionResult(success=bool(shown.get("ok")), data=shown.get("data"), error=shown.get("error"))
        return CarriedOut(way=self._way(result), result=result)

    def _way(self, result: ActionResult) -> Way:
        outcome = self._ended[-1].outcome
        if result.success:
            return Way.DONE
        if outcome not in _MAY_PASS and not (outcome is Outcome.BROKEN and not self.may_repeat):
            return Way.REFUSED
        tried = outcome is not Outcome.UNAVAILABLE
        return Way.UNKNOWN if tried and not self.may_repeat else Way.LATER


class Actions:
    """The actions of every tenant's requests. One for the process."""

    def __init__(
        self, *, registry: ToolRegistry, guard: Guard, settings: Settings, dependencies: Mapping[type, object]
    ) -> None:
        """`guard` asks no gate; `dependencies` are those of the toolboxes that live as long as the process."""
        self._registry = registry
        self._guard = guard
        self._settings = settings
        self._dependencies = dependencies

    def of(self, approval: Approval) -> Action:
        """The allowed action.

        Raises:
            ActionGone: when its tool cannot be had any more.
        """
        registered, tool = self._built(approval)
        ended: list[CallEnded] = []

        def report(event: CallEvent) -> None:
            if isinstance(event, CallEnded):
                ended.append(event)

        bound = BoundTool(
            tool,
            _turn_of(approval),
            timeout_seconds=registered.timeout_seconds(self._settings),
            report=report,
        )
        arguments = dict(approval.allowed_arguments)
        if IDEMPOTENCY_KEY in tool.parameters.model_fields:
            arguments[IDEMPOTENCY_KEY] = approval.id
        return Action(self._guard, bound, arguments, ended)

    async def changed(self, approval: Approval, arguments: Mapping[str, Any]) -> Change:
        """The request's action with these arguments instead, checked like new ones.

        Raises:
            WrongApprovalArguments: when they do not fit the tool, or give more than was asked for.
        """
        try:
            _, tool = self._built(approval)
        except ActionGone as fault:
            raise WrongApprovalArguments(str(fault)) from None
        try:
            asked = tool.risk(checked(tool.name, tool.parameters, approval.arguments))
            parameters = checked(tool.name, tool.parameters, arguments)
            changed = tool.risk(parameters)
            if asked is not None and changed is not None:
                check_no_more(tool.name, asked, changed, currency=self._settings.currency)
            return Change(arguments=kept(tool.name, parameters), summary=summary_of(tool.name, changed, parameters))
        except WrongArguments as fault:
            known = [each for each in fault.faults if each.field.partition(".")[0] in tool.parameters.model_fields]
            raise WrongApprovalArguments(str(fault), known) from None

    def parameters_of(self, approval: Approval) -> Mapping[str, Any] | None:
        """The JSON schema of what the request's tool takes; None when the tool cannot be had any more."""
        try:
            _, tool = self._built(approval)
        except ActionGone:
            return None
        parameters: type[BaseModel] = tool.parameters
        return schema_of(parameters)

    def _built(self, approval: Approval) -> tuple[Registered, BaseTool[Any]]:
        offered = self._registry.offered(self._settings, frozenset({approval.tool}))
        if not offered:
            raise ActionGone(f"The tool {approval.tool!r} is not there, or is switched off in the settings.")
        dependencies = {**self._dependencies, ToolTurn: _turn_of(approval)}
        try:
            return offered[0], build(offered[0], dependencies)
        except WrongTool as fault:
            log.exception("tool_not_built", tool=approval.tool)
            raise ActionGone(f"The tool {approval.tool!r} works only inside a turn.") from fault


def _turn_of(approval: Approval) -> ToolTurn:
    """The turn in which the action was proposed, as far as it still matters: whose it is, and where."""
    return ToolTurn(
        scope=TenantScope(tenant_id=approval.tenant_id, role=Role.CONTACT, contact_id=approval.contact_id),
        request_id=None,
        session_id=approval.session_id or "",
        thread_id=approval.thread_id,
        turn_id=approval.turn_id or "",
        contact_id=approval.contact_id,
        agent_id=approval.agent_id,
        agent_version=approval.agent_version,
        text=approval.message,
    )


def summary_of(tool: str, risk: RiskyAction | None, parameters: BaseModel) -> str:
    """What the call would do, in a few words: the tool's own, or what it is called and given."""
    if risk is not None and risk.summary.strip():
        return risk.summary
    given = ", ".join(sorted(parameters.model_fields_set))
    return f"{tool.replace('_', ' ')} ({given})" if given else tool.replace("_", " ")
