"""How well search finds the documents a question needs: what `deskhand eval retrieval` runs, in all three modes.

Above: `__main__.py`. Below: `deskhand.evaluation.retrieval`.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure
from bench.plan import Plan, say
from deskhand.commands.terminal import load_embedder
from deskhand.evaluation.retrieval import Figures, RetrievalData, evaluate_retrieval, read_retrieval_data
from deskhand.kit.telemetry import configure_logging
from deskhand.llm.fusion import SearchMode
from deskhand.settings import load_settings
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import open_house

QUICK_QUERIES, QUICK_OTHERS = 5, 30
SHOWN = ("recall@1", "recall@5", "recall@10", "hit@10", "mrr")


def measure(plan: Plan) -> list[Figure]:
    """The figures of each mode; none when no data was named."""
    if plan.data is None:
        say("left out: name a folder of documents and queries with --data (its format: docs/evaluation.md)")
        return []
    data = read_retrieval_data(plan.data)
    say(f"{len(data.documents)} documents of {plan.data.name!r}")
    configure_logging("ERROR", as_json=False)
    found = asyncio.run(_evaluate(_part_of(data) if plan.quick else data))
    return list(_figures(found))


async def _evaluate(data: RetrievalData) -> dict[SearchMode, dict[str, Figures]]:
    """By mode, then by the name of the queries' file. The documents are read once: a second time changes nothing."""
    with TemporaryDirectory() as folder:
        settings = load_settings(env_file=None, data_dir=Path(folder))
        async with await load_embedder(settings) as embedder, open_house(settings, embedder=embedder) as house:
            tenant = await house.directory.ensure_tenant("bench", company="Bench", agent_name="Bench")
            scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER)
            return {
                mode: await evaluate_retrieval(house.library, scope, data, mode, lambda *_: None) for mode in SearchMode
            }


def _figures(found: Mapping[SearchMode, Mapping[str, Figures]]) -> Iterator[Figure]:
    stems = next(iter(found.values()))
    for stem in stems:
        for mode, by_stem in found.items():
            values = by_stem[stem]
            shown = ", ".join(f"{key} {values[key]:.1%}" for key in SHOWN if key != "recall@10")
            yield Figure(
                what=f"{stem}, {mode.value}: recall@10",
                value=values["recall@10"] * 100,
                unit="%",
                remark=f"{shown}, {values['ms_per_query']:g} ms a query, n = {values['n']:g}",
            )


def _part_of(data: RetrievalData) -> RetrievalData:
    """A few queries, what they need, and some documents more."""
    queries = {stem: rows[:QUICK_QUERIES] for stem, rows in data.queries.items()}
    needed = {wanted for rows in queries.values() for row in rows for wanted in row.relevant}
    others = [document for document in data.documents if document.id not in needed][:QUICK_OTHERS]
    documents = [document for document in data.documents if document.id in needed]
    return RetrievalData(documents=documents + others, queries=queries)
