"""The count of a vote: what is a yes, what never is, and that the count is exact."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.orchestration.consensus import (
    Choice,
    Consensus,
    Outcome,
    Tally,
    Vote,
    VotingRules,
    Weighting,
    no_vote,
    summary_of,
    tally,
)

YES, NO, ABSTAIN, NONE = Choice.APPROVE, Choice.REJECT, Choice.ABSTAIN, Choice.NONE
BY_CONFIDENCE = VotingRules(weighting=Weighting.CONFIDENCE)


def votes_of(*choices: Choice | tuple[Choice, float]) -> list[Vote]:
    """Votes of agents called a, b, c and so on."""
    pairs = [choice if isinstance(choice, tuple) else (choice, 0.8) for choice in choices]
    return [Vote(agent=chr(97 + at), vote=vote, confidence=sure) for at, (vote, sure) in enumerate(pairs)]


def counted(*choices: Choice | tuple[Choice, float], rules: VotingRules | None = None) -> Tally:
    return tally(votes_of(*choices), rules or VotingRules())


@pytest.mark.parametrize(
    ("choices", "rules", "outcome", "score"),
    [
        ((YES, YES, YES), VotingRules(), Outcome.APPROVED, 1.0),
        ((YES, YES, NO), VotingRules(), Outcome.APPROVED, 2 / 3),
        ((YES, YES, NO), VotingRules(threshold=0.66), Outcome.APPROVED, 2 / 3),
        ((YES, YES, NO), VotingRules(threshold=0.7), Outcome.REJECTED, 2 / 3),
        ((YES, YES, YES, NO, NO), VotingRules(threshold=0.6), Outcome.APPROVED, 0.6),
        ((YES, NO, NO), VotingRules(), Outcome.REJECTED, 1 / 3),
        ((NO, NO, NO), VotingRules(), Outcome.REJECTED, 0.0),
        ((YES, NO), VotingRules(threshold=0.5), Outcome.UNDECIDED, 0.5),
        ((YES, NO, ABSTAIN), VotingRules(threshold=0.5), Outcome.UNDECIDED, 0.5),
        ((YES, ABSTAIN, ABSTAIN), VotingRules(), Outcome.UNDECIDED, 1.0),
        ((YES, YES, ABSTAIN), VotingRules(), Outcome.APPROVED, 1.0),
        ((YES, YES, NONE, NONE), VotingRules(), Outcome.UNDECIDED, 1.0),
        ((YES, ABSTAIN, NONE), VotingRules(quorum=1), Outcome.APPROVED, 1.0),
        ((ABSTAIN, ABSTAIN), VotingRules(quorum=1), Outcome.UNDECIDED, 0.0),
        ((), VotingRules(), Outcome.UNDECIDED, 0.0),
    ],
    ids=str,
)
def test_a_vote_is_what_the_formula_says(
    choices: tuple[Choice, ...], rules: VotingRules, outcome: Outcome, score: float
) -> None:
    result = counted(*choices, rules=rules)
    assert result.outcome is outcome
    assert result.score == pytest.approx(score)


def test_confidence_weighs_where_it_is_to_weigh() -> None:
    choices = ((YES, 0.9), (NO, 0.3), (NO, 0.2))
    assert counted(*choices).outcome is Outcome.REJECTED
    assert counted(*choices, rules=BY_CONFIDENCE).outcome is Outcome.APPROVED


def test_a_tie_in_decimals_is_a_tie() -> None:
    # In binary fractions 0.1 + 0.2 is a little more than 0.3.
    result = counted(
        (NO, 0.3), (YES, 0.1), (YES, 0.2), rules=VotingRules(threshold=0.5, weighting=Weighting.CONFIDENCE)
    )
    assert result.outcome is Outcome.UNDECIDED


def test_a_share_that_is_the_threshold_reaches_it() -> None:
    choices = [YES] * 11 + [NO] * 9
    assert counted(*choices, rules=VotingRules(threshold=0.55)).outcome is Outcome.APPROVED


def test_a_vote_that_weighs_nothing_makes_no_quorum() -> None:
    rules = VotingRules(weighting=Weighting.CONFIDENCE)
    assert counted((YES, 1.0), (NO, 0.0), (NO, 0.0), rules=rules).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), -float("inf"), -0.1, 1.01])
def test_a_confidence_that_is_none_makes_no_vote(confidence: float) -> None:
    result = counted((YES, confidence), (YES, 1.0), (NO, 1.0))
    assert result.votes[0].vote is NONE
    assert result.votes[0].confidence == 0
    assert repr(confidence) in str(result.votes[0].error)
    assert result.outcome is Outcome.UNDECIDED


def test_a_vote_outside_of_the_choices_is_none() -> None:
    strange = Vote(agent="a", vote="maybe", confidence=1.0)  # type: ignore[arg-type]  # what is to be refused
    result = tally([strange, *votes_of(YES, YES)[1:]], VotingRules())
    assert result.votes[0].vote is NONE
    assert "'maybe'" in str(result.votes[0].error)


def test_who_votes_twice_has_not_voted() -> None:
    twice = [Vote(agent="a", vote=YES, confidence=1.0), Vote(agent="a", vote=YES, confidence=1.0)]
    result = tally([*twice, Vote(agent="b", vote=NO, confidence=1.0)], VotingRules(quorum=1))
    assert [vote.vote for vote in result.votes] == [NONE, NONE, NO]
    assert "2 times" in str(result.votes[0].error)
    assert result.outcome is Outcome.REJECTED


def test_dissent_are_those_against_what_came_out() -> None:
    assert counted(YES, YES, NO).dissent == ("c",)
    assert counted(NO, YES, NO).dissent == ("b",)
    assert counted(YES, NO, ABSTAIN).dissent == ("a", "b")
    assert counted(YES, NONE, NONE).dissent == ()


@pytest.mark.parametrize("threshold", [0.49, 1.01, float("nan"), -1.0])
def test_a_threshold_by_which_a_minority_could_say_yes_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"is not between 0.5 and 1"):
        VotingRules(threshold=threshold)


def test_a_quorum_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="somebody must have voted"):
        VotingRules(quorum=0)


def test_the_reasoning_names_every_vote_and_its_reason() -> None:
    votes = (
        Vote(agent="risk", vote=YES, confidence=0.9, reason="Small."),
        Vote(agent="policy", vote=NO, confidence=0.7, reason="Too old."),
        no_vote("mood", "it took longer than 20 s"),
    )
    result = tally(votes, VotingRules())
    consensus = Consensus(
        id="cns_1",
        subject="Refund",
        kind="refund",
        threshold=0.6,
        weighting=Weighting.EQUAL,
        quorum=result.quorum,
        outcome=result.outcome,
        score=result.score,
        votes=result.votes,
        dissent=result.dissent,
        created_at=None,  # type: ignore[arg-type]  # no time matters here
    )
    assert not consensus.is_yes
    assert consensus.reasoning.splitlines() == [
        "The vote is undecided (1 approve, 1 reject, 1 none; score 0.50, 0.60 is needed).",
        "- risk: approve (0.90) Small.",
        "- policy: reject (0.70) Too old.",
        "- mood: no vote (it took longer than 20 s)",
    ]
    assert "no votes" in summary_of(Outcome.UNDECIDED, 0, 0.6, ())


_SURE = st.floats(0, 1)
_CHOICES = st.lists(st.tuples(st.sampled_from(list(Choice)), _SURE), max_size=9)
_ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)
_RULES = st.builds(
    VotingRules,
    threshold=st.floats(0.5, 1),
    weighting=st.sampled_from(Weighting),
    quorum=st.none() | st.integers(1, 9),
)


@given(_CHOICES, _RULES, st.randoms())
def test_the_order_does_not_matter(choices: list[tuple[Choice, float]], rules: VotingRules, dice: object) -> None:
    votes = votes_of(*choices)
    mixed = votes.copy()
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # a random.Random
    one, other = tally(votes, rules), tally(mixed, rules)
    assert (one.outcome, one.score, one.dissent) == (other.outcome, other.score, other.dissent)


@given(_CHOICES, _RULES)
def test_a_yes_has_a_quorum_a_majority_and_the_threshold(
    choices: list[tuple[Choice, float]], rules: VotingRules
) -> None:
    result = counted(*choices, rules=rules)
    sides = [vote for vote in result.votes if vote.vote in {YES, NO}]
    if result.outcome is Outcome.APPROVED:
        assert len(sides) >= result.quorum
        assert result.score >= rules.threshold or result.score == pytest.approx(rules.threshold)
        assert result.score > 0.5
    if rules.quorum is None and len(sides) * 2 <= len(choices):
        assert result.outcome is Outcome.UNDECIDED


@given(_CHOICES, _RULES)
def test_as_many_for_as_against_is_never_a_yes(choices: list[tuple[Choice, float]], rules: VotingRules) -> None:
    mirrored = [({YES: NO, NO: YES}.get(choice, choice), sure) for choice, sure in choices]
    assert counted(*choices, *mirrored, rules=rules).outcome is Outcome.UNDECIDED


@given(_CHOICES, _RULES, st.integers(0, 8), _SURE)
def test_more_confidence_in_an_approval_never_undoes_a_yes(
    choices: list[tuple[Choice, float]], rules: VotingRules, at: int, surer: float
) -> None:
    votes = votes_of(*choices)
    before = tally(votes, rules)
    if at < len(votes) and votes[at].vote is YES:
        votes[at] = replace(votes[at], confidence=max(surer, votes[at].confidence))
        after = tally(votes, rules)
        assert after.score >= before.score
        assert after.outcome is Outcome.APPROVED or before.outcome is not Outcome.APPROVED


@given(st.lists(st.tuples(st.sampled_from(list(Choice)), _ANY_FLOAT), max_size=6), _RULES)
def test_whatever_confidence_is_given_the_count_is_finite(
    choices: list[tuple[Choice, float]], rules: VotingRules
) -> None:
    result = counted(*choices, rules=rules)
    assert 0 <= result.score <= 1
    assert all(0 <= vote.confidence <= 1 for vote in result.votes)
