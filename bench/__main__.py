"""The benchmarks as a command: runs those that are named, prints a table each, and keeps them in `README.md` if asked.

Below: one module a benchmark, each with a `measure`.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from bench import agents, ingest, process, retrieval, sockets, turns
from bench.figures import Figure, markdown_table, terminal_table
from bench.machine import cores, described
from bench.plan import Plan

BENCHMARKS: dict[str, Callable[[Plan], list[Figure]]] = {
    "turns": turns.measure,
    "sockets": sockets.measure,
    "process": process.measure,
    "agents": agents.measure,
    "ingest": ingest.measure,
    "retrieval": retrieval.measure,
}
README = Path(__file__).with_name("README.md")
TERMINATED = 143


def main() -> int:
    """The exit code: 1 when a bar was passed."""
    chosen = _arguments()
    cores()  # asked before anything is bound to some of them
    signal.signal(signal.SIGTERM, _stop)  # so that what was started is ended
    plan = Plan(quick=chosen.quick, large=chosen.large, data=chosen.data)
    plan.workspace.mkdir(parents=True, exist_ok=True)
    console, holds = Console(width=None if sys.stdout.isatty() else 200), True
    for name in chosen.names or BENCHMARKS:
        line = described(os.getloadavg()[0])
        console.print(f"\n[bold]{name}[/]", highlight=False)
        figures = BENCHMARKS[name](plan)
        console.print(terminal_table(line, figures), highlight=False)
        if chosen.write and figures:
            write(README, name, line, figures)
        holds = holds and all(figure.holds is not False for figure in figures)
    return 0 if holds else 1


def write(readme: Path, name: str, line: str, figures: Sequence[Figure]) -> None:
    """Put the figures between the two marks of that name, in place of what stands there."""
    begin, end = f"<!-- figures of {name} -->", f"<!-- end of {name} -->"
    before, _, rest = readme.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{readme.name!r} has no lines {begin!r} and {end!r}: put them where the figures belong")
    table = f"{begin}\n{line}.\n\n{markdown_table(figures)}\n{end}"
    readme.write_text(before + table + after, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench", description="Measure Deskhand. What each figure means: bench/README.md."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all of them when none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a small pass that shows that everything runs")
    parser.add_argument("--large", action="store_true", help="also 100,000 passages (minutes to prepare, once)")
    parser.add_argument("--data", type=Path, help="a folder with documents and queries for `retrieval`")
    parser.add_argument("--write", action="store_true", help="keep the figures in bench/README.md")
    chosen = parser.parse_args()
    unknown = next((name for name in chosen.names if name not in BENCHMARKS), None)
    if unknown is not None:
        parser.error(f"there is no benchmark {unknown!r}: name one of {', '.join(BENCHMARKS)}")
    return chosen


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    sys.exit(main())
