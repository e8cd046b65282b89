"""What every benchmark is told: how thorough to be, where it may put its files, and where to say what it does."""

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKSPACE = ROOT / "var" / "bench"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """`quick` is a small pass that shows that everything runs; `large` adds what takes long to prepare.

    `data` is a folder with documents and queries for the retrieval benchmark.
    """

    quick: bool = False
    large: bool = False
    data: Path | None = None
    workspace: Path = WORKSPACE


def say(what: str) -> None:
    """A line about what happens, apart from the tables."""
    print(f"  {what}", file=sys.stderr, flush=True)
