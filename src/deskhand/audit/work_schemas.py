"""HTTP shapes of what is done with the audit: verified, replayed, erased."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deskhand.audit.model import Break, BreakReason, ChainReport, Link
from deskhand.audit.replaying import PieceKind, ReplayDiff
from deskhand.audit.schemas import AuditOutcomeOut, AuditSourceOut, outcome_out, sources_out

MAX_SEQ = 2**53
DEFAULT_CHECKED, MOST_CHECKED = 10_000, 100_000
_HASH = r"^[0-9a-f]{64}$"


class AuditLink(BaseModel):
    """A place in the chain. Note the last one somewhere else now and then, and give it as `anchor`."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)]
    hash: Annotated[str, Field(pattern=_HASH)]

    def link(self) -> Link:
        return Link(seq=self.seq, hash=self.hash)


class AuditVerifyIn(BaseModel):
    """How much to check. Nothing of it has to be said."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"limit": 1000, "payloads": False}]})

    after: Annotated[
        AuditLink | None, Field(description="Go on behind this link: the `through` of the answer before.")
    ] = None
    anchor: Annotated[AuditLink | None, Field(description="A link noted before; it must still stand.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST_CHECKED, description="How many records to check.")] = DEFAULT_CHECKED
    payloads: Annotated[bool, Field(description="Also check what turns were given, in the blob store too.")] = True


class AuditBreakOut(BaseModel):
    """The first place where the chain does not hold."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    reason: BreakReason
    detail: str
    record_id: str | None


class AuditReportOut(BaseModel):
    """What was found. `complete` is false when there is more to check: go on with `after` = `through`."""

    intact: Annotated[bool, Field(description="Nothing checked is broken; of the whole chain only when `complete`.")]
    complete: bool
    checked: int
    through: Annotated[AuditLink, Field(description="The last sound record of this check.")]
    head: Annotated[AuditLink, Field(description="Where the chain says that it ends.")]
    broken: AuditBreakOut | None
    waiting: Annotated[int, Field(description="Records that are written and not chained yet.")]
    payloads_checked: int
    payloads_unreachable: Annotated[int, Field(description="Those that the blob store did not give; try again.")]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.intact == (self.broken is not None):
            raise ValueError("a report is either intact or broken")
        return self


class AuditPieceOut(BaseModel):
    """Words of both answers, of the new one only, or of the recorded one only."""

    model_config = ConfigDict(from_attributes=True)

    kind: PieceKind
    text: str


class AuditReplayOut(BaseModel):
    """A recorded turn beside its replay."""

    record_id: str
    same: Annotated[bool, Field(description="Nothing at all came out differently.")]
    same_answer: bool
    answer: Annotated[list[AuditPieceOut], Field(description="Both answers in one, by words.")]
    sources_added: list[AuditSourceOut]
    sources_removed: list[AuditSourceOut]
    recorded: AuditOutcomeOut
    replayed: AuditOutcomeOut


class AuditErasureOut(BaseModel):
    """What an erasure came to."""

    model_config = ConfigDict(from_attributes=True)

    contact_id: str
    records: Annotated[int, Field(description="How many records lost their personal part.")]
    record_id: Annotated[str | None, Field(description="The record of the erasure; null when nothing was left.")]


def report_out(report: ChainReport) -> AuditReportOut:
    return AuditReportOut(
        intact=report.broken is None,
        complete=report.complete,
        checked=report.checked,
        through=AuditLink.model_validate(report.through),
        head=AuditLink.model_construct(seq=report.head.seq, hash=report.head.hash),
        broken=_break(report.broken),
        waiting=report.waiting,
        payloads_checked=report.payloads_checked,
        payloads_unreachable=report.payloads_unreachable,
    )


def replay_out(diff: ReplayDiff) -> AuditReplayOut:
    return AuditReplayOut(
        record_id=diff.record_id,
        same=diff.same,
        same_answer=diff.same_answer,
        answer=[AuditPieceOut.model_validate(piece) for piece in diff.answer],
        sources_added=sources_out(diff.sources_added),
        sources_removed=sources_out(diff.sources_removed),
        recorded=outcome_out(diff.recorded),
        replayed=outcome_out(diff.replayed),
    )


def _break(found: Break | None) -> AuditBreakOut | None:
    return None if found is None else AuditBreakOut.model_validate(found)
