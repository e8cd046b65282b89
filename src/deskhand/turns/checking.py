"""Checks an answer sentence by sentence before the customer sees it.

Above: respond. Below: support, promises, figures, words. A sentence with citations must be borne out by them; one that
states facts without a citation gets the one that bears it out, or goes; promises outside policy are stopped. Courtesy,
questions and the customer's own words restated pass. The text comes in steps of a sentence and goes out in them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deskhand.agents.contract_limits import Unsupported
from deskhand.agents.wording import PROMISE_STOPPED, UNCONFIRMED
from deskhand.llm.passages import NO_ANSWER, Passage
from deskhand.turns.checking_facts import leans_on, names_figures, says_little, states_facts
from deskhand.turns.checking_parts import Part, parted
from deskhand.turns.checking_record import Checks, Grounds
from deskhand.turns.checking_support import Claim, Doubt, doubt_about, evidence_of, of_passage, plain
from deskhand.turns.checking_words import speak_differently
from deskhand.turns.promises import Promise, is_policy, promise_in, was_done

CONTRADICTED = frozenset({Doubt.NEGATION, Doubt.FIGURE_OF_SOMETHING_ELSE})
"""What the given passages speak against is not saved by citing another one."""
OUT_OF_POLICY = "promise"
NOT_FOR_THE_CUSTOMER = "internal"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verdict:
    """What becomes of a sentence: it is told with these numbers, or there is a doubt or a promise."""

    numbers: tuple[int, ...] = ()
    doubt: Doubt | None = None
    promise: bool = False
    substance: bool = True


class AnswerCheck:
    """Takes the steps of one answer and gives the text to tell."""

    def __init__(
        self,
        grounds: Grounds,
        checks: Checks,
        *,
        policy: Unsupported,
        quotes: bool = False,
        leaks: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`quotes`: the answer is the offline model's, whose sentences without a citation are Deskhand's own words.

        `leaks` says of a sentence that it gives the agent's instructions away.
        """
        self._grounds = grounds
        self._checks = checks
        self._policy = policy
        self._quotes = quotes
        self._leaks = leaks
        self._own = evidence_of(grounds.own)
        self._held: list[str] = []
        self._lost_since = False
        self._in_table = False
        self._told = False
        self._stopped = False
        self._substance = 0
        self.objections: list[str] = []
        """What speaks against the answer, to be told to a model that is to write it again."""

    @property
    def is_refused(self) -> bool:
        """Whether the answer is to be written again: no more of it is told."""
        return self._policy is Unsupported.REGENERATE and bool(self.objections)

    @property
    def is_hollow(self) -> bool:
        """Whether sentences were taken out and none that says anything is left."""
        return not self._substance and self._checks.dropped + self._checks.stopped > 0

    @property
    def stopped_a_promise(self) -> bool:
        return self._stopped

    def feed(self, step: str) -> str:
        """What of the step can be told, changed where it must be."""
        part = parted(step)
        if self._leaks(step) or part.claim.strip("*_`. ") == NO_ANSWER:
            return self._keep_to_itself()
        is_head = part.is_row and not self._in_table
        self._in_table = part.is_row
        if self._is_layout(part, is_head=is_head):
            return self._hold(part)
        self._checks.sentences += 1
        verdict = self._verdict(part)
        if verdict.promise:
            return self._stop(part)
        if verdict.doubt is not None:
            return self._object(part, verdict.doubt)
        self._substance += verdict.substance
        return self._tell(part, part.cited(verdict.numbers))

    def _is_layout(self, part: Part, *, is_head: bool) -> bool:
        """Headings, heads of tables and "You need:" are told with what comes under them, or not at all."""
        if not part.claim:
            return True
        if part.numbers or self._quotes or names_figures(part.claim, self._own):
            return False
        return part.is_heading or part.ends_in_colon or is_head

    def _hold(self, part: Part) -> str:
        if not part.claim and not self._held:
            return self._opened(part.text)
        if part.is_heading:
            self._held.clear()
        self._held.append(part.text)
        return ""

    def _verdict(self, part: Part) -> _Verdict:
        promise = promise_in(part.claim)
        if promise is not None and was_done(promise, self._grounds.done()):
            return _Verdict(numbers=part.numbers)
        if part.numbers:
            return self._of_cited(part, promise)
        if self._quotes:
            return _Verdict(substance=False)
        return self._of_uncited(part, promise)

    def _of_cited(self, part: Part, promise: Promise | None) -> _Verdict:
        passages = {passage.number: passage for passage in self._grounds.passages()}
        cited = [passages[number] for number in part.numbers if number in passages]
        claim = Claim(text=part.claim, own=self._own)
        doubt = self._doubt(claim, cited) if cited else Doubt.NO_SUCH_PASSAGE
        if doubt is not None:
            other = None if doubt in CONTRADICTED else self._bearing_out(claim, part)
            if other is None:
                return _Verdict(promise=True) if promise is not None else _Verdict(doubt=doubt)
            self._checks.corrected += 1
            cited = [other]
        if promise is not None and not is_policy(promise, [passage.text for passage in cited]):
            return _Verdict(promise=True)
        return _Verdict(numbers=self._needed(claim, cited))

    def _of_uncited(self, part: Part, promise: Promise | None) -> _Verdict:
        if promise is None and not states_facts(part.claim, self._own):
            return _Verdict(substance=False)
        claim = Claim(text=part.claim, own=self._own)
        found = self._bearing_out(claim, part)
        if promise is not None and (found is None or not is_policy(promise, [found.text])):
            return _Verdict(promise=True)
        if found is not None:
            self._checks.cited += part.takes_markers
            return _Verdict(numbers=(found.number,))
        said = [evidence_of(text) for text in self._grounds.said]
        if any(leans_on(claim, each) for each in said):
            return _Verdict()
        return _Verdict(doubt=Doubt.UNCITED_FACT)

    def _bearing_out(self, claim: Claim, part: Part) -> Passage | None:
        """The passage on which the sentence could rest: its own first, then the most relevant."""
        passages = [passage for passage in self._grounds.passages() if passage.number not in part.numbers]
        if says_little(claim.text):
            return None
        strict = Claim(text=claim.text, own=evidence_of(""))
        comparable = (each for each in passages if not speak_differently(claim.text, each.text))
        return next((each for each in comparable if self._doubt(strict, [each]) is None), None)

    def _doubt(self, claim: Claim, cited: Sequence[Passage]) -> Doubt | None:
        others = [of_passage(passage) for passage in self._grounds.passages() if passage not in cited]
        return doubt_about(claim, [of_passage(passage) for passage in cited], others)

    def _needed(self, claim: Claim, cited: Sequence[Passage]) -> tuple[int, ...]:
        """The citations without those that have nothing to do with the sentence."""
        if len(cited) == 1:
            return (cited[0].number,)
        words = set(plain(claim.text).split())
        shared = {each.number: len(words & of_passage(each).words) for each in cited}
        alone = [each.number for each in cited if doubt_about(claim, [of_passage(each)]) is None]
        least = max(shared.values()) // 2
        return tuple(number for number in shared if number in alone or (not alone and shared[number] >= least))

    def _stop(self, part: Part) -> str:
        self._checks.stopped += 1
        self._checks.reasons[OUT_OF_POLICY] += 1
        self.objections.append(
            f"“{part.claim}” promises or claims something that no tool has done and no passage says."
        )
        if self._stopped:
            return self._lose()
        self._stopped = True
        return self._tell(part, part.gap + PROMISE_STOPPED)

    def _keep_to_itself(self) -> str:
        """What is not meant for the customer at all."""
        self._checks.sentences += 1
        self._checks.dropped += 1
        self._checks.reasons[NOT_FOR_THE_CUSTOMER] += 1
        return self._lose()

    def _object(self, part: Part, doubt: Doubt) -> str:
        self._checks.reasons[doubt.value] += 1
        self.objections.append(
            f"“{part.claim}” is not borne out by a passage it cites ({doubt.value.replace('_', ' ')})."
        )
        if self._policy is Unsupported.MARK and part.takes_markers:
            self._checks.marked += 1
            self._substance += 1
            return self._tell(part, part.with_note(UNCONFIRMED))
        self._checks.dropped += 1
        return self._lose()

    def _lose(self) -> str:
        self._lost_since = bool(self._held)
        return ""

    def _tell(self, part: Part, text: str) -> str:
        if self.is_refused:
            return ""
        held = [] if self._lost_since and not part.is_item else self._held
        text = "".join([*held, text])
        self._held, self._lost_since = [], False
        return self._opened(text)

    def _opened(self, text: str) -> str:
        """An answer whose first sentences went does not begin with the blanks behind them."""
        text = text if self._told else text.lstrip()
        self._told = self._told or bool(text)
        return text
