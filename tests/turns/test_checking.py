"""An answer is checked sentence by sentence: what its passages bear out passes as it is, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.agents.contract_limits import Unsupported
from deskhand.agents.wording import PROMISE_STOPPED, UNCONFIRMED
from deskhand.turns.checking import AnswerCheck
from deskhand.turns.checking_record import Checks, Grounds
from deskhand.turns.checking_steps import SentenceSteps
from deskhand.turns.markers import MarkerFilter, cited_numbers
from growth import grows_in_proportion
from turns.shop_answers import BORNE_OUT, NOT_BORNE_OUT, OWN, PASSAGES, PROMISES


class Checked:
    """An answer that went through the checks in pieces."""

    def __init__(
        self,
        text: str,
        *,
        policy: Unsupported = Unsupported.DROP,
        own: str = OWN,
        said: tuple[str, ...] = (),
        done: tuple[str, ...] = (),
        piece: int = 7,
        quotes: bool = False,
    ) -> None:
        self.record = Checks()
        grounds = Grounds(passages=lambda: PASSAGES, own=own, said=list(said), done=lambda: done)
        self.check = AnswerCheck(grounds, self.record, policy=policy, quotes=quotes, leaks=lambda each: "hush" in each)
        markers, steps = MarkerFilter(lambda: {each.number for each in PASSAGES}), SentenceSteps()
        told: list[str] = []
        for start in range(0, len(text), piece):
            told += [self.check.feed(step) for step in steps.feed(markers.feed(text[start : start + piece]))]
        told += [self.check.feed(step) for step in [*steps.feed(markers.rest()), *steps.rest()]]
        self.text = "".join(told)


@pytest.mark.parametrize("answer", BORNE_OUT)
def test_what_the_passages_bear_out_and_mere_courtesy_pass_as_they_are(answer: str) -> None:
    checked = Checked(answer)
    assert checked.text == answer
    assert checked.record.objections == 0
    assert not checked.check.is_hollow


@pytest.mark.parametrize("answer", NOT_BORNE_OUT)
def test_false_citations_and_invented_facts_are_dropped(answer: str) -> None:
    checked = Checked(answer)
    assert checked.text == ""
    assert checked.record.dropped == 1
    assert checked.check.is_hollow


@pytest.mark.parametrize("answer", PROMISES)
def test_promises_outside_policy_are_stopped(answer: str) -> None:
    checked = Checked(answer)
    assert PROMISE_STOPPED in checked.text
    assert answer not in checked.text
    assert checked.record.stopped >= 1
    assert checked.check.is_hollow


@pytest.mark.parametrize(
    ("answer", "tool"),
    [
        ("I have refunded your order.", "issue_refund"),
        ("I've escalated this to my manager.", "escalate_to_human"),
        ("I have noted that you like blue.", "remember"),
        ("I've scheduled a call for you.", "schedule_follow_up"),
        ("Your order has been cancelled.", "cancel_order"),
    ],
)
def test_what_a_tool_did_may_be_said(answer: str, tool: str) -> None:
    assert Checked(answer, done=(tool,)).text == answer
    assert Checked(answer, done=("search_knowledge",)).text != answer


def test_a_sentence_without_a_citation_gets_the_one_that_bears_it_out() -> None:
    checked = Checked("You can return it within 30 days. It must be unworn. [1]")
    assert checked.text == "You can return it within 30 days. [1] It must be unworn. [1]"
    assert checked.record.cited == 1


def test_a_wrong_citation_is_put_right_where_another_passage_says_it() -> None:
    checked = Checked("Delivery takes three working days. [3]")
    assert checked.text == "Delivery takes three working days. [2]"
    assert checked.record.corrected == 1


def test_of_several_citations_those_that_say_nothing_of_it_go() -> None:
    assert Checked("We do not deliver on Sundays. [2][5]").text == "We do not deliver on Sundays. [2]"


def test_in_a_table_the_citation_stands_within_its_row() -> None:
    checked = Checked("| Item | Price |\n|---|---|\n| Express delivery | 9.90 pounds |\n")
    assert checked.text == "| Item | Price |\n|---|---|\n| Express delivery | 9.90 pounds [2] |\n"


def test_the_rest_of_an_answer_stays_when_a_sentence_goes() -> None:
    checked = Checked("The bike weighs 18 kg. You have 30 days to return it. [1] Our CEO is John Smith.")
    assert checked.text == "You have 30 days to return it. [1]"
    assert (checked.record.sentences, checked.record.dropped) == (3, 2)
    assert checked.record.as_details()["reasons"] == {"uncited_fact": 2}


def test_a_heading_and_a_lead_go_with_what_stood_under_them() -> None:
    text = (
        "## Weight\n\nThe bike weighs 18 kg.\n\n## Returns\n\nYou need this:\n\n- A box made of gold worth £900\n\nBye!"
    )
    assert Checked(text).text.strip() == "Bye!"
    kept = "## Returns\n\nYou have 30 days to return it. [1]"
    assert Checked(kept).text == kept


def test_several_promises_are_answered_once() -> None:
    checked = Checked("I have refunded you. I've cancelled your order. You have 30 days to return it. [1]")
    assert checked.text == f"{PROMISE_STOPPED} You have 30 days to return it. [1]"
    assert checked.record.stopped == 2


def test_where_the_contract_wants_it_sentences_are_marked_instead() -> None:
    checked = Checked("The bike weighs 18 kg. I have refunded you.", policy=Unsupported.MARK)
    assert checked.text == f"The bike weighs 18 kg. {UNCONFIRMED} {PROMISE_STOPPED}"
    assert (checked.record.marked, checked.record.stopped) == (1, 1)


def test_where_the_contract_wants_it_written_again_nothing_more_is_told() -> None:
    answer = "You have 30 days to return it. [1] The bike weighs 18 kg. It must be unworn. [1]"
    checked = Checked(answer, policy=Unsupported.REGENERATE)
    assert checked.check.is_refused
    assert checked.text == "You have 30 days to return it. [1]"
    assert "18 kg" in checked.check.objections[0]


def test_earlier_answers_and_results_of_tools_may_be_relied_on() -> None:
    result = '{"ok": true, "data": {"order": "LS-12345678", "status": "shipped", "shipped_at": "2026-03-12T10:00:00"}}'
    answer = "Your order LS-12345678 was shipped on 12 March 2026."
    assert Checked(answer).text == ""
    assert Checked(answer, said=(result,)).text == answer
    assert Checked(answer.replace("12 March", "13 March"), said=(result,)).text == ""
    assert Checked("The frame weighs 4 kg, as I said.", said=("The frame weighs 4 kg.",)).text != ""


def test_the_customers_own_figures_claim_nothing_and_do_not_make_a_claim_true() -> None:
    own = "I ordered 45 days ago, can I return it?"
    echo = "You asked whether you can return it after 45 days."
    assert Checked(echo, own=own).text == echo
    assert Checked("Yes, you can return it after 45 days. [1]", own=own).text == ""
    compared = "No, 45 days is too long, a helmet can be returned within 30 days. [1]"
    assert Checked(compared, own=own).text == compared


def test_an_answer_in_another_language_is_held_to_its_figures() -> None:
    right = "Sie können den Helm innerhalb von 30 Tagen nach der Lieferung zurückgeben. [1]"
    assert Checked(right).text == right
    assert Checked(right.replace("30", "60")).text == ""
    assert Checked("Gerne helfe ich Ihnen mit der Frage weiter und wir sind für Sie da.").text != ""


def test_what_is_not_meant_for_the_customer_is_kept_back() -> None:
    checked = Checked("You have 30 days to return it. [1] hush, these are my rules. NO_ANSWER.")
    assert checked.text == "You have 30 days to return it. [1]"
    assert checked.record.reasons["internal"] == 2


def test_the_offline_models_own_words_pass_and_its_quotes_are_checked() -> None:
    text = "This is the nearest I found, so please check that it fits your case. Gift cards are not refundable. [1]"
    assert Checked(text, quotes=True).text == text
    assert Checked("Gift cards are refundable. [1]", quotes=True).text == ""


SENTENCES = st.sampled_from([*BORNE_OUT[:21], *NOT_BORNE_OUT[:20], *PROMISES])


@given(st.lists(SENTENCES, max_size=6), st.integers(1, 40))
def test_how_the_stream_is_cut_makes_no_difference(sentences: list[str], piece: int) -> None:
    text = " ".join(sentences)
    whole = Checked(text, piece=len(text) or 1)
    cut = Checked(text, piece=piece)
    assert (cut.text, cut.record) == (whole.text, whole.record)


@given(st.text(alphabet="aAb 1.,!?[]\n-|#`*€%:", max_size=120), st.sampled_from(list(Unsupported)))
def test_whatever_is_written_the_checks_hold(text: str, policy: Unsupported) -> None:
    checked = Checked(text, policy=policy)
    assert set(cited_numbers(checked.text)) <= {each.number for each in PASSAGES}


def test_the_time_it_takes_grows_with_the_answer() -> None:
    one = "You have 30 days to return it. [1] The bike weighs 18 kg. I have refunded you. "
    assert grows_in_proportion(Checked, one * 10, one * 40)
