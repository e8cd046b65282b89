"""Whether a person comes in: the baseline's weights, what always decides, categories, priorities, false alarms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.escalation.assessment import Assessment, Category, EscalationPolicy, Priority, Said
from deskhand.escalation.detector import WEIGHTS, EscalationDetector
from deskhand.escalation.learned import LearnedRequests
from deskhand.escalation.signals import KEYWORDS, keywords_in, urgency_of
from deskhand.escalation.signals_course import (
    accepts_offer,
    has_several_problems,
    is_falling,
    is_repeated,
    is_unresolved,
    went_unanswered,
)
from deskhand.llm.sentiment import VaderSentiment

POLICY = EscalationPolicy()


def customer(*texts: str) -> list[Said]:
    return [Said(role="customer", text=text) for text in texts]


def agent(text: str = "Returns take 30 days.", *, answered: bool = True) -> Said:
    return Said(role="agent", text=text, answered=answered)


def judged(detector: EscalationDetector, *texts: str, policy: EscalationPolicy = POLICY) -> Assessment:
    return detector.assess(customer(*texts), policy)


def test_the_weights_are_the_products() -> None:
    assert WEIGHTS == {
        "keywords": 0.4,
        "mood": 0.2,
        "urgency": 0.2,
        "repeated": 0.1,
        "unresolved": 0.1,
        "falling": 0.15,
        "several": 0.1,
    }


@pytest.mark.parametrize(("weight", "phrase"), [(weight, each) for weight, all_ in KEYWORDS.items() for each in all_])
def test_every_keyword_counts_with_its_weight(weight: float, phrase: str) -> None:
    found = keywords_in(f"Well, {phrase} is what it is.")
    assert (phrase, weight) in [(each.phrase, each.weight) for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "I don't need a human",
        "my manager said thanks",
        "no need to call a lawyer",
        "It is not urgent",
        "There is no emergency here",
        "I never asked for a refund",
        "this isn't a complaint",
        'the sign said "speak to a manager"',
        "the mail says 'urgent: legal notice'",
        "Hi, this is Sue from accounts",
        "the managerial course and a subhuman wage",
    ],
)
def test_negation_quotation_and_other_peoples_managers_are_no_keywords(detector: EscalationDetector, text: str) -> None:
    assert keywords_in(text) == ()
    assert not judged(detector, text).escalate


def test_what_is_denied_in_one_clause_may_be_meant_in_the_next() -> None:
    assert [each.phrase for each in keywords_in("I don't want a voucher, I want a refund")] == ["refund"]
    assert [each.phrase for each in keywords_in("It is not nice. My lawyer will call.")] == ["lawyer"]


def test_a_tenants_keywords_count_as_whole_words_and_override_the_built_in_weight(
    detector: EscalationDetector,
) -> None:
    policy = EscalationPolicy(threshold=0.4, keywords=(("Data  Protection Officer", 1.0), ("refund", 0.1)))
    assessment = judged(detector, "Who is your data protection officer?", policy=policy)
    assert (assessment.baseline, assessment.escalate) == (0.4, True)
    assert assessment.reasons == ("said 'data protection officer'",)
    assert judged(detector, "I'd like a refund", policy=policy).baseline == pytest.approx(0.04)
    assert keywords_in("c++ is hard", (("c++", 1.0),))[0].phrase == "c++"


def test_an_angry_urgent_message_reaches_the_threshold_by_the_sum_of_its_parts(detector: EscalationDetector) -> None:
    text = "This is an emergency, horrible awful service! My account was hacked and I hate this, terrible!"
    assessment = judged(detector, text)
    assert assessment.baseline == pytest.approx(0.4 * 1.0 + 0.2 + 0.2)
    assert (assessment.escalate, assessment.explicit_request) == (True, False)
    assert (assessment.category, assessment.priority) == (Category.URGENT, Priority.HIGH)
    assert assessment.reasons == ("said 'emergency'", "sounds very unhappy", "is urgent")
    assert not judged(detector, text, policy=EscalationPolicy(threshold=0.81)).escalate


def test_asking_for_a_person_always_escalates(detector: EscalationDetector) -> None:
    assessment = judged(detector, "Can I talk to a human please?", policy=EscalationPolicy(threshold=1.0))
    assert assessment.escalate
    assert assessment.explicit_request
    assert assessment.score == assessment.request_probability > 0.6
    assert assessment.baseline < 0.7
    assert assessment.reasons[0] == "asked for a person"


def test_only_the_newest_message_asks(detector: EscalationDetector) -> None:
    messages = [*customer("Can I talk to a human?"), agent("Yes."), *customer("How long can I return a helmet?")]
    assert not detector.assess(messages, POLICY).explicit_request


@pytest.mark.parametrize("reply", ["yes please", "Yes", "ok, please do that", "sure!", "go ahead"])
def test_saying_yes_to_the_offer_of_a_person_asks_for_one(detector: EscalationDetector, reply: str) -> None:
    offer = agent("I found no answer. Would you like to talk to a member of our team?", answered=False)
    assert detector.assess([*customer("Do you sell boats?"), offer, *customer(reply)], POLICY).explicit_request


def test_yes_to_anything_else_asks_for_nobody() -> None:
    assert not accepts_offer([agent("Shall I say more about returns?"), *customer("yes")])
    assert not accepts_offer([agent("Would you like to talk to a person?"), *customer("yes or no, when do you open")])
    assert not accepts_offer([agent("Would you like to talk to a person?"), *customer("no thanks")])
    assert not accepts_offer(customer("yes"))
    assert not accepts_offer([])


def test_two_replies_without_an_answer_escalate(detector: EscalationDetector) -> None:
    once = [*customer("Do you sell boats?"), agent(answered=False)]
    twice = [*once, *customer("And kayaks?"), agent(answered=False)]
    assert not detector.assess(once, POLICY).escalate
    assessment = detector.assess(twice, POLICY)
    assert (assessment.escalate, assessment.reasons) == (True, ("no grounded answer twice",))
    assert not went_unanswered([*twice, agent()])


def test_a_model_that_is_down_escalates_only_what_stayed_without_an_answer(detector: EscalationDetector) -> None:
    question = customer("Do you sell boats?")
    assert not detector.assess([*question, agent()], POLICY, model_down=True).escalate
    assert not detector.assess(question, POLICY, model_down=True).escalate
    assert detector.assess([*question, agent(answered=False)], POLICY, model_down=True).escalate


@pytest.mark.parametrize(
    "text",
    [
        "My lawyer will sue you",
        "You will hear from my solicitor.",
        "I am going to take legal action if the bike is not repaired",
        "We will see you in court!",
    ],
)
def test_a_threat_with_the_law_goes_to_a_person_however_calm(detector: EscalationDetector, text: str) -> None:
    assessment = judged(detector, text)
    assert assessment.escalate
    assert assessment.reasons[-1] == "threatens with the law"
    assert (assessment.signals["legal_threat"], assessment.explicit_request) == (1.0, False)


@pytest.mark.parametrize(
    "text",
    [
        "Is it legal to ride an e-bike on the pavement?",
        "I will not sue you, I just want to know",
        "I am a lawyer and need a bike for work",
        "Do you have a shop near the tennis court?",
        "The letter said 'legal action'",
    ],
)
def test_a_question_on_the_law_or_a_threat_that_is_none_does_not(detector: EscalationDetector, text: str) -> None:
    assert not judged(detector, text).escalate


@pytest.mark.parametrize(
    ("text", "category", "priority"),
    [
        ("My lawyer will sue you", Category.LEGAL, Priority.HIGH),
        ("This is urgent and I will file a lawsuit", Category.LEGAL, Priority.HIGH),
        ("I need this asap", Category.URGENT, Priority.HIGH),
        ("The site is down and we are losing money by noon today", Category.URGENT, Priority.HIGH),
        ("I have a complaint", Category.COMPLAINT, Priority.MEDIUM),
        ("I want to talk to someone about boats", Category.GENERAL, Priority.NORMAL),
    ],
)
def test_the_gravest_sign_gives_category_and_priority(
    detector: EscalationDetector, text: str, category: Category, priority: Priority
) -> None:
    assessment = judged(detector, text)
    assert (assessment.category, assessment.priority) == (category, priority)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("When do you open?", 0.0),
        ("I need it asap", 0.4),
        ("I need it asap, my train leaves in an hour", 0.7),
        ("Urgent: our shop is down, money is missing and my account was hacked before noon", 1.0),
        ("it is not urgent", 0.0),
    ],
)
def test_urgency_adds_up_time_deadlines_business_money_and_security(text: str, score: float) -> None:
    assert urgency_of(text) == pytest.approx(score)


def test_a_question_asked_again_in_other_words_is_repeated() -> None:
    assert is_repeated(["Where is my order 1044?", "Thanks", "My order 1044, where is it?"])
    assert not is_repeated(["Where is my order?", "How do I return a helmet?"])
    assert not is_repeated(["ok", "ok"])
    assert not is_repeated(["Where is my order 1044?"])


def test_a_long_conversation_is_unresolved_unless_its_customer_says_thanks() -> None:
    talk = [*customer("Where is it?"), agent()] * 5
    assert not is_unresolved(talk)
    assert is_unresolved([*talk, *customer("Where is it now?")])
    assert not is_unresolved([*talk, *customer("Thank you!")])


def test_a_mood_that_falls_and_falls_is_noticed(detector: EscalationDetector) -> None:
    assert is_falling([0.5, 0.1, -0.3])
    assert not is_falling([0.5, 0.1])
    assert not is_falling([0.9, 0.6, 0.3])
    assert not is_falling([-0.3, 0.1, -0.2])
    moods = ("Great shop, I love it!", "It is still not here.", "This is awful, I hate waiting.")
    assert "the mood keeps falling" in judged(detector, *moods).reasons


def test_three_different_problems_are_several() -> None:
    assert has_several_problems(["The screen is broken. The charger doesn't work.", "And my invoice is wrong."])
    assert not has_several_problems(["The screen is broken.", "The screen is broken!", "My screen is broken"])


def test_an_empty_conversation_needs_nobody(detector: EscalationDetector) -> None:
    assessment = detector.assess([], POLICY)
    assert (assessment.escalate, assessment.score, assessment.reasons) == (False, 0.0, ())


SIGNS = st.builds(
    Said, role=st.sampled_from(("customer", "agent", "operator")), text=st.text(max_size=80), answered=st.booleans()
)


@given(messages=st.lists(SIGNS, max_size=14), threshold=st.floats(0, 1), model_down=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_conversation_gets_a_judgement_that_fits_its_parts(
    messages: list[Said], threshold: float, *, model_down: bool
) -> None:
    assessment = _DETECTOR.assess(messages, EscalationPolicy(threshold=threshold), model_down=model_down)
    assert 0 <= assessment.baseline <= 1
    assert 0 <= assessment.score <= 1
    assert assessment.score == max(assessment.baseline, assessment.request_probability)
    if assessment.explicit_request or assessment.baseline >= threshold:
        assert assessment.escalate
    summed = sum(weight * assessment.signals[name] for name, weight in WEIGHTS.items())
    assert assessment.baseline == pytest.approx(min(1.0, summed), abs=1e-3)


_DETECTOR = EscalationDetector(sentiment=VaderSentiment(), learned=LearnedRequests.of_wording())
