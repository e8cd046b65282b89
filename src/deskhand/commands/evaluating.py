"""`deskhand eval NAME DATA`: measure, through the components that serve, on your own data."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from deskhand.commands.asking import converse
from deskhand.commands.connection import connect
from deskhand.commands.terminal import (
    AsJson,
    DataDir,
    KnowledgeBases,
    Tenant,
    console,
    errors,
    load_embedder,
    run,
    settings_for_command,
)
from deskhand.escalation.detector import EscalationDetector
from deskhand.escalation.learned import LearnedRequests
from deskhand.evaluation.answers import Outcome, answer_figures, evaluate_answers, read_cases
from deskhand.evaluation.escalation import Judged, escalation_figures, evaluate_escalation, read_escalation_cases
from deskhand.evaluation.memory import evaluate_memory, read_conversations
from deskhand.evaluation.memory import rows_of as memory_rows
from deskhand.evaluation.pii import Figures as PiiFigures
from deskhand.evaluation.pii import evaluate_pii, read_texts, rows_of
from deskhand.evaluation.retrieval import Figures, evaluate_retrieval, read_retrieval_data
from deskhand.evaluation.retrieval import Progress as Report
from deskhand.evaluation.routing import Judged as RoutedRow
from deskhand.evaluation.routing import evaluate_routing, read_routing_data, routing_figures
from deskhand.llm.fusion import SearchMode
from deskhand.llm.pii import find_pii
from deskhand.llm.sentiment import VaderSentiment
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import open_house

app = typer.Typer(help="Measure on your own data, through the same components that serve.", no_args_is_help=True)
Data = Annotated[
    Path, typer.Argument(help="The folder with the data (formats: docs/evaluation.md).", show_default=False)
]
Mode = Annotated[SearchMode, typer.Option("--mode", help="Which kinds of search may find a passage.")]
PII_COLUMNS = ("precision", "recall", "labelled", "found")
MEMORY_COLUMNS = ("recall@5", "recall@10", "n")
Failures = Annotated[bool, typer.Option("--failures", help="List the cases that went wrong.")]


@app.command()
def retrieval(data: Data, mode: Mode = SearchMode.HYBRID, *, as_json: AsJson = False) -> None:
    """Does search find the documents that a question needs? On a throw-away store."""
    rows = read_retrieval_data(data)

    async def work(report: Report) -> dict[str, Figures]:
        with TemporaryDirectory() as folder:
            database = f"sqlite+aiosqlite:///{folder}/deskhand.db"
            settings = settings_for_command(Path(folder), database_url=database)
            async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
                tenant = await house.directory.ensure_tenant("evaluation", company="Evaluation", agent_name="Agent")
                scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
                return await evaluate_retrieval(house.library, scope, rows, mode, report)

    with _progress() as report:
        figures = run(lambda: work(report))
    _print(f"Retrieval, {mode.value}", figures, as_json=as_json)


@app.command()
def routing(
    data: Data,
    shots: Annotated[
        int | None, typer.Option("--shots", min=1, help="Learn from so many examples of each intent. Default: all.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which examples --shots takes.")] = 0,
    *,
    as_json: AsJson = False,
) -> None:
    """Does the router give messages to the right one of many, and those for nobody to nobody?"""
    rows = read_routing_data(data)
    settings = settings_for_command(None)

    async def work(report: Report) -> list[RoutedRow]:
        async with await load_embedder(settings) as embedder:
            return await evaluate_routing(rows, embedder, report, shots=shots, seed=seed)

    with _progress() as report:
        figures = routing_figures(run(lambda: work(report)))
    if as_json:
        print(json.dumps(figures, indent=2))  # noqa: T201 - the command's output
        return
    table = Table("", "routing", title="Routing")
    for key, value in figures.items():
        table.add_row(key, "-" if value is None else f"{value:g}")
    console.print(table)


@app.command()
def answers(
    data: Data,
    kb: KnowledgeBases = None,
    tenant: Tenant = None,
    data_dir: DataDir = None,
    *,
    failures: Failures = False,
    as_json: AsJson = False,
) -> None:
    """Are questions answered rightly from an ingested knowledge base, and refused where it has no answer?"""
    cases = read_cases(data)
    settings = settings_for_command(data_dir)

    async def work(report: Report) -> list[Outcome]:
        async with connect(settings, tenant) as client:

            async def ask(question: str) -> dict[str, object]:
                return await (await converse(client, kb)).ask(question)

            return await evaluate_answers(cases, ask, report)

    with _progress() as report:
        outcomes = run(lambda: work(report))
    if failures:
        _print_failures(outcomes)
    _print("Answers", {"answers": answer_figures(outcomes)}, as_json=as_json)


@app.command()
def escalation(data: Data, *, failures: Failures = False, as_json: AsJson = False) -> None:
    """Does a person come in when one should, and only then? By the detector that serves, at its threshold."""
    settings = settings_for_command(None)

    async def work(report: Report) -> list[Judged]:
        cases = read_escalation_cases(data)
        async with await load_embedder(settings) as embedder:
            learned = await LearnedRequests.prepare(embedder, cache=settings.resolved_models_dir)
            detector = EscalationDetector(sentiment=VaderSentiment(), learned=learned)
            return await evaluate_escalation(cases, detector, embedder, report)

    with _progress() as report:
        judged = run(lambda: work(report))
    if failures:
        _print_misjudged(judged)
    _print("Escalation", {"escalation": escalation_figures(judged)}, as_json=as_json)


@app.command()
def memory(data: Data, *, as_json: AsJson = False) -> None:
    """Does recall find the turns of a dialogue that a question needs? On a throw-away store."""
    rows = read_conversations(data)

    async def work(report: Report) -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            database = f"sqlite+aiosqlite:///{folder}/deskhand.db"
            settings = settings_for_command(Path(folder), database_url=database)
            async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
                tenant = await house.directory.ensure_tenant("evaluation", company="Evaluation", agent_name="Agent")
                scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)

                async def new_contact() -> str:
                    return (await house.directory.new_contact(tenant.id))[0]

                return await evaluate_memory(house.store, embedder, scope, rows, new_contact, report)

    with _progress() as report:
        figures = run(lambda: work(report))
    if as_json:
        print(json.dumps(figures, indent=2))  # noqa: T201 - the command's output
        return
    table = Table("category", *MEMORY_COLUMNS, title=f"Memory, {figures['ms_per_query']:g} ms a question")
    for name, values in memory_rows(figures):
        table.add_row(name, *(f"{values[key]:g}" for key in MEMORY_COLUMNS))
    console.print(table)


@app.command()
def pii(data: Data, *, as_json: AsJson = False) -> None:
    """How much personal data is recognised, and how much of what is taken for it is? By what redacts the records."""

    async def work() -> PiiFigures:
        rows = read_texts(data)
        with _progress() as report:
            return await asyncio.to_thread(evaluate_pii, rows, find_pii, report)

    figures = run(work)
    if as_json:
        print(json.dumps(figures, indent=2))  # noqa: T201 - the command's output
        return
    table = Table("", *PII_COLUMNS, title="Personal data")
    for name, values in rows_of(figures):
        table.add_row(name, *(f"{values[key]:g}" if key in values else "" for key in PII_COLUMNS))
    console.print(table)


@contextmanager
def _progress() -> Iterator[Report]:
    with Progress(console=errors, transient=True) as progress:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report


def _print(title: str, figures: Mapping[str, Figures], *, as_json: bool) -> None:
    single = len(figures) == 1 and title in {"Answers", "Escalation"}
    if as_json:
        body = next(iter(figures.values())) if single else dict(figures)
        print(json.dumps(body, indent=2))  # noqa: T201 - the command's output
        return
    table = Table(title=title)
    table.add_column("")
    for name in figures:
        table.add_column(name, justify="right")
    for key in next(iter(figures.values())):
        table.add_row(key, *(f"{values[key]:g}" for values in figures.values()))
    console.print(table)


def _print_failures(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        refused_rightly = outcome.case.expect is None and not outcome.answered
        if not (refused_rightly or (outcome.case.expect is not None and outcome.is_right)):
            expected = "no answer" if outcome.case.expect is None else " + ".join(outcome.case.expect)
            text = f"{outcome.case.question}\n   expected: {expected}\n   answered: {outcome.answer}\n"
            errors.print(text, markup=False, highlight=False, soft_wrap=True)


def _print_misjudged(judged: list[Judged]) -> None:
    for each in judged:
        if each.escalates != each.case.escalate:
            said = "\n".join(f"   {message.role}: {message.content}" for message in each.case.messages)
            expected = "a person" if each.case.escalate else "no person"
            text = f"expected: {expected} (score {each.score:.2f})\n{said}\n"
            errors.print(text, markup=False, highlight=False, soft_wrap=True)
