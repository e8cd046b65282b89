"""What changed between two documents, by path; applying the differences leads from one to the other."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from agents.contracts import FULL
from deskhand.agents.contract import canonical_json
from deskhand.agents.contract_differences import Difference, DifferenceKind, differences

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.text("xy", max_size=2)
names = st.text("abc", min_size=1, max_size=2)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
documents = st.dictionaries(names, values, max_size=4)


def applied(document: dict[str, Any], changes: list[Difference]) -> dict[str, Any]:
    """The document with the changes made; entries leave a list from its end."""
    result = deepcopy(document)
    removals = [change for change in changes if change.kind is DifferenceKind.REMOVED]
    for change in [*(change for change in changes if change not in removals), *reversed(removals)]:
        *way, last = change.path.split(".")
        inner: Any = result
        for step in way:
            inner = inner[int(step) if isinstance(inner, list) else step]
        if isinstance(inner, list):
            place = int(last)
            inner[place : place + 1] = [] if change in removals else [change.after]
        elif change in removals:
            del inner[last]
        else:
            inner[last] = change.after
    return result


@given(documents, documents)
def test_the_differences_lead_from_one_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = differences(before, after)
    assert canonical_json(applied(before, changes)) == canonical_json(after)


@given(documents)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert differences(document, deepcopy(document)) == []


@given(documents, documents)
def test_the_way_back_is_the_way_there_turned_round(before: dict[str, Any], after: dict[str, Any]) -> None:
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {(each.path, turned[each.kind], repr(each.after), repr(each.before)) for each in differences(before, after)}
    back = {(each.path, each.kind.value, repr(each.before), repr(each.after)) for each in differences(after, before)}
    assert there == back


def test_true_is_not_one() -> None:
    assert [change.path for change in differences({"a": True, "b": [1]}, {"a": 1, "b": [True]})] == ["a", "b"]


def test_a_change_of_a_contract_reads_well() -> None:
    after = deepcopy(FULL)
    after["traits"]["humor"] = 60
    after["voice"] = None
    after["languages"] = ["en"]
    after["escalation"]["keywords"] = [{"phrase": "data protection", "weight": 1.0}, {"phrase": "court", "weight": 0.9}]
    after["approval"]["rules"] = []
    told = [(each.path, each.kind.value, each.before, each.after) for each in differences(FULL, after)]
    assert [each for each in told if each[0] != "voice"] == snapshot(
        [
            ("traits.humor", "changed", 20, 60),
            ("escalation.keywords.0.weight", "changed", 0.9, 1.0),
            ("escalation.keywords.1", "added", None, {"phrase": "court", "weight": 0.9}),
            (
                "approval.rules.0",
                "removed",
                {
                    "action": "refund",
                    "above_amount": 200.0,
                    "currency": "EUR",
                    "above_percent": 20.0,
                    "confidence_below": 0.7,
                },
                None,
            ),
            ("languages", "changed", ["en", "pt-BR"], ["en"]),
        ]
    )
    assert [each[1] for each in told if each[0] == "voice"] == ["changed"]
