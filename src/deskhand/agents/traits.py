"""What the traits of a contract do: sentences in the instructions, sampling, length, caution, and the offline style.

Above: the prompt, the runtime. Below: the contract, the offline model's style.

A trait goes from 0 to 100 in five bands: 0–20, 21–40, 41–60, 61–80, 81–100. The middle band is the model's own manner
and says nothing; every other band is one sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deskhand.agents.contract import ContractDraft
from deskhand.agents.contract_parts import AgentTraits
from deskhand.llm.offline_style import AnswerStyle, band_of, style_of

SENTENCES: Mapping[str, tuple[str, str, str, str, str]] = {
    "creativity": (
        "Keep to the wording of the passages as closely as grammar allows.",
        "Prefer the wording of the passages to your own.",
        "",
        "Put things in your own words where that reads better; the facts stay as they are.",
        "Phrase freely and vividly, with a comparison where it helps; the facts stay as they are.",
    ),
    "empathy": (
        "Stay with the matter; do not speak about feelings.",
        "Speak about feelings only when the customer does.",
        "",
        "When the customer sounds troubled, acknowledge it in a few words before you answer.",
        "Begin by acknowledging how the customer feels, and let every sentence show that you are on their side.",
    ),
    "assertiveness": (
        "Lay out the options and leave the choice to the customer; recommend nothing.",
        "Suggest rather than recommend, and name the alternatives.",
        "",
        "Where the passages leave a choice, recommend one and say why.",
        "Say clearly what the customer should do next, and ask for it.",
    ),
    "humor": (
        "Be serious throughout: no jokes, no wordplay.",
        "Stay mostly serious.",
        "",
        "A light word is welcome where the matter allows it; never at the customer's cost.",
        "Be playful where the matter allows it, never at the customer's cost and never about a complaint.",
    ),
    "formality": (
        "Talk casually, as with a friend: contractions, short words, first names.",
        "Talk in a relaxed way; contractions are fine.",
        "",
        "Write politely and in whole sentences, without contractions.",
        "Write as in a formal letter: polite forms of address, no contractions, no exclamation marks.",
    ),
    "verbosity": (
        "Give the bare answer, with nothing around it.",
        "Leave out what was not asked.",
        "",
        "Add what makes the answer easier to follow.",
        "Explain thoroughly, with what the customer may want to know next.",
    ),
    "confidence": (
        "Say in every answer what it depends on and where it may not fit the customer's case.",
        "Say so when an answer might not fit the customer's case.",
        "",
        "State what the passages say plainly, without hedging.",
        "State what the passages say as settled: no 'maybe', no 'I think'.",
    ),
    "technicality": (
        "Use no technical terms at all; explain things as to somebody new to them.",
        "Avoid technical terms, or explain them in passing.",
        "",
        "Use the technical terms of the passages; the customer knows the subject.",
        "Be technically exact: name parts, codes, units and versions just as the passages do.",
    ),
    "safety": (
        "When a passage answers only in part, give that part and say what is left open.",
        "When a passage nearly answers, give what it says and say what is left open.",
        "",
        "When a passage answers only in part, say clearly which part you could not find.",
        "Answer only what a passage states outright; where any doubt is left, the passages do not answer.",
    ),
}
"""What each band of each trait tells the model."""

_TEMPERATURES = ((0, 0.0), (50, 0.7), (100, 1.4))
_THRESHOLD_SHIFTS = ((0, 0.2), (80, 0.0), (100, -0.1))
_GROUNDING_SHIFTS = ((0, -0.15), (80, 0.0), (100, 0.15))
"""Points (trait, value); between them the value goes in a straight line. Safety 80, the default, shifts nothing."""

MIN_THRESHOLD = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class BehaviourProfile:
    """How an agent behaves, in figures."""

    temperature: float
    max_sentences: int
    escalation_threshold: float
    """From this score on a person is called: the contract's threshold, lower with more safety."""
    grounding_bar: float
    """Added to the relevance or confidence that an answer must reach; below zero with little safety."""
    style: AnswerStyle
    """The same for the offline model."""


def behaviour_of(contract: ContractDraft, *, company: str = "") -> BehaviourProfile:
    """What the contract's traits come to. A temperature that is set wins over creativity."""
    traits, configured = contract.traits, contract.configuration.temperature
    bar = grounding_bar(traits.safety)
    style = style_of(
        verbosity=traits.verbosity,
        formality=traits.formality,
        empathy=traits.empathy,
        humor=traits.humor,
        confidence=traits.confidence,
        caution=bar,
        name=contract.name,
        company=company,
    )
    return BehaviourProfile(
        temperature=temperature_of(traits.creativity) if configured is None else configured,
        max_sentences=style.max_sentences,
        escalation_threshold=escalation_threshold(contract.escalation.threshold, traits.safety),
        grounding_bar=bar,
        style=style,
    )


def sentences_of(traits: AgentTraits) -> list[str]:
    """What the traits tell a model, in the order of the contract; nothing for a trait in its middle band."""
    told = (SENTENCES[name][band_of(getattr(traits, name))] for name in SENTENCES)
    return [sentence for sentence in told if sentence]


def temperature_of(creativity: int) -> float:
    """0 at creativity 0, 0.7 at 50, 1.4 at 100."""
    return _on_line(_TEMPERATURES, creativity)


def escalation_threshold(threshold: float, safety: int) -> float:
    """The threshold, up to 0.2 higher with safety 0 and up to 0.1 lower with safety 100; within 0.05 and 1."""
    if threshold <= MIN_THRESHOLD:
        return threshold
    shifted = threshold + _on_line(_THRESHOLD_SHIFTS, safety)
    return round(min(max(shifted, MIN_THRESHOLD), 1.0), 4)


def grounding_bar(safety: int) -> float:
    """What is added to the bar an answer must reach: -0.15 at safety 0, nothing at 80, 0.15 at 100."""
    return _on_line(_GROUNDING_SHIFTS, safety)


def _on_line(points: Sequence[tuple[int, float]], trait: int) -> float:
    (start, low), (end, high) = next(pair for pair in pairwise(points) if trait <= pair[1][0])
    return round(low + (high - low) * (trait - start) / (end - start), 4)
