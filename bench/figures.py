"""What a benchmark finds: figures, some with a bar to hold, and the tables that show them. Below: numpy and rich."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

MILLISECONDS = 1000
HEADINGS = ("what", "measured", "bar", "holds", "remark")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number. A bar is a bound that it must not pass."""

    what: str
    value: float
    unit: str = "ms"
    at_most: float | None = None
    at_least: float | None = None
    remark: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bar is held; None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands under each of `HEADINGS`."""
        held = {None: "", True: "yes", False: "**no**"}[self.holds]
        return self.what, f"{_shown(self.value)} {self.unit}".strip(), self._bar(), held, self.remark

    def _bar(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}".strip()
        return "" if self.at_least is None else f"≥ {self.at_least:g} {self.unit}".strip()


def median(values: Sequence[float]) -> float:
    return float(np.median(values))


def p95(values: Sequence[float]) -> float:
    """The value that 19 of 20 do not pass."""
    return float(np.percentile(values, 95))


def latencies(what: str, seconds: Sequence[float], *, p50_at_most: float | None = None) -> Figure:
    """The median of many waits as a figure; the remark names p95 and how many there were."""
    return Figure(
        what=what,
        value=median(seconds) * MILLISECONDS,
        at_most=p50_at_most,
        remark=f"p95 {_shown(p95(seconds) * MILLISECONDS)} ms, n = {len(seconds)}",
    )


def terminal_table(title: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in HEADINGS[1:3] else "left")
    for figure in figures:
        table.add_row(*(cell.replace("**", "") for cell in figure.cells), style="red" if figure.holds is False else "")
    return table


def markdown_table(figures: Sequence[Figure]) -> str:
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|--:|--:|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(figure.cells) + " |" for figure in figures])


def _shown(value: float) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"
