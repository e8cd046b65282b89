"""Writes the tables of `docs/contracts.md` from the contract's schema and the traits' bands; `--check` only compares.

Run after a change of the contract. What stands between the markers is overwritten, the rest is kept.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deskhand.agents.contract_problems import allowed
from deskhand.agents.contract_schema import contract_schema, held_schema
from deskhand.agents.traits import SENTENCES, escalation_threshold, grounding_bar, temperature_of
from deskhand.llm.offline_style import BAND_LIMITS, style_of

DOCUMENT = Path(__file__).parents[1] / "docs" / "contracts.md"
MARKER = "<!-- {name}: written by scripts/write_contract_tables.py -->"
END = "<!-- end -->"
SHOWN_DAY, OTHER_DAYS = "monday", {"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

Place = tuple[int | str, ...]


def fields_of(path: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The fields below a part that hold a value or a list, each with its schema; of the days only Monday."""
    held = held_schema(path) or {}
    for name, node in held.get("properties", {}).items():
        at = (*path, name)
        if name in OTHER_DAYS:
            continue
        inner = held_schema(at) or {}
        if inner["type"] != "object":
            yield at, node
        yield from fields_of((*at, 0) if inner["type"] == "array" else at)


def row(path: Place, node: dict[str, Any]) -> str:
    """One line of a table: the field, what it holds, its default, what it is for."""
    name = ".".join("[]" if step == 0 else str(step) for step in path).replace(".[]", "[]")
    name = name.replace(SHOWN_DAY, f"{SHOWN_DAY}…sunday")
    default = f"`{json.dumps(node['default'], ensure_ascii=False)}`" if "default" in node else "required"
    cells = (f"`{name}`", allowed(path), default, node["description"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def field_tables() -> str:
    """A table for each part of the contract."""
    parts = contract_schema()["properties"]
    objects = [name for name in parts if (held_schema((name,)) or {})["type"] == "object"]
    head = "| field | holds | default | what it is |\n|---|---|---|---|"
    own = [row((name,), node) for name, node in parts.items() if name not in objects]
    tables = [f"### The contract itself\n\n{head}\n" + "\n".join(own)]
    for name in objects:
        rows = "\n".join(row(path, node) for path, node in fields_of((name,)))
        tables.append(f"### `{name}`\n\n{parts[name]['description']}\n\n{head}\n{rows}")
    return "\n\n".join(tables)


def band_tables() -> str:
    """What each band of each trait tells the model."""
    starts = (0, *(limit + 1 for limit in BAND_LIMITS))
    bands = [f"{start}–{limit}" for start, limit in zip(starts, BAND_LIMITS, strict=False)]
    lines: list[str] = []
    for trait, sentences in SENTENCES.items():
        lines.append(f"**{trait}**\n")
        lines += [f"- {band}: {said or '(nothing)'}" for band, said in zip(bands, sentences, strict=True)]
        lines.append("")
    return "\n".join(lines).strip()


def figures() -> str:
    """What the traits come to in figures."""
    steps = (0, 20, 40, 50, 60, 80, 100)
    rows: dict[str, list[float]] = {
        "creativity → temperature": [temperature_of(step) for step in steps],
        "verbosity → most sentences": [style_of(verbosity=step, formality=50).max_sentences for step in steps],
        "safety → escalation threshold, of 0.7": [escalation_threshold(0.7, step) for step in steps],
        "safety → added to the bar of an answer": [grounding_bar(step) for step in steps],
    }
    head = "| trait at | " + " | ".join(map(str, steps)) + " |\n|---|" + "---|" * len(steps)
    lines = [f"| {name} | " + " | ".join(f"{value:g}" for value in values) + " |" for name, values in rows.items()]
    return "\n".join([head, *lines])


def written(document: str) -> str:
    """The document with every table as it must be now.

    Raises:
        ValueError: when a marker is missing.
    """
    for name, table in (("fields", field_tables()), ("bands", band_tables()), ("figures", figures())):
        before, _, rest = document.partition(MARKER.format(name=name))
        if not rest:
            raise ValueError(f"{DOCUMENT.name} has no marker {MARKER.format(name=name)!r}: put it back.")
        _, _, after = rest.partition(END)
        document = f"{before}{MARKER.format(name=name)}\n\n{table}\n\n{END}{after}"
    return document


def main() -> int:
    """0 when the document is as it must be, 1 when `--check` found it out of date."""
    document = DOCUMENT.read_text(encoding="utf-8")
    fresh = written(document)
    if "--check" in sys.argv[1:]:
        if fresh == document:
            return 0
        print(f"{DOCUMENT.name} is out of date: run python scripts/{Path(__file__).name}")
        return 1
    DOCUMENT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
