"""Promises and claims of things done that an agent must not make unless a tool did it or a cited policy says it.

Above: the checks of a turn. Below: sentences; pure functions.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from deskhand.kit.sentences import split_sentences


class Act(StrEnum):
    """What is promised or said to be done."""

    REFUND = "refund"
    CREDIT = "credit"
    DISCOUNT = "discount"
    CANCEL = "cancel"
    REPLACE = "replace"
    WAIVE = "waive"
    CHANGE = "change"
    SEND = "send"
    BOOK = "book"
    HAND_OVER = "hand_over"
    REMEMBER = "remember"
    GUARANTEE = "guarantee"


_STEMS: Mapping[Act, str] = {
    Act.REFUND: r"refund\w*|reimburs\w*|pa(?:y|id) (?:you |it )?back|money back|return(?:ed|ing)? (?:the|your) money"
    r"|revers(?:e|ed|ing) the (?:charge|payment)",
    Act.CREDIT: r"credit(?:ed|ing)?|compensat\w*|voucher\w*|gift card\w*|goodwill",
    Act.DISCOUNT: r"discount\w*|(?:\d+ ?%|percent) off|price reduc\w*|reduc(?:e|ed|ing) (?:the|your) price|coupon\w*",
    Act.CANCEL: r"cancel\w*|terminat\w*|end(?:ed)? your (?:contract|subscription)|clos(?:e|ed|ing) your account"
    r"|delet(?:e|ed|ing) your \w+|unsubscrib\w*",
    Act.REPLACE: r"replac\w*|exchang\w*|send (?:you )?(?:a|another) new|new one",
    Act.WAIVE: r"waiv\w*|free of charge|for free|no charge|(?:no|without) cost|exception|free \w+",
    Act.CHANGE: r"chang\w*|updat\w*|upgrad\w*|extend\w*|reset\w*|activat\w*|deactivat\w*|unlock\w*|add(?:ed|ing)?"
    r"|appl(?:y|ied|ying)|approv\w*|process\w*|adjust\w*|correct(?:ed|ing)|transferr?\w*|remov\w*|prioriti[sz]\w*"
    r"|expedit\w*|issu(?:e|ed|ing)|grant\w*|register\w*|submitt\w*|order(?:ed|ing)"
    r"|paus\w*|resum\w*|suspend\w*|stopp\w*|block\w*|unblock\w*|fix(?:ed|ing)|mov(?:e|ed|ing)|delay\w*|postpon\w*"
    r"|switch\w*|turn(?:ed|ing)? (?:on|off)|sort(?:ed|ing)|resolv\w*|settl\w*|restor\w*|renew\w*",
    Act.SEND: r"sen[dt]\w*|e-?mailed|ship(?:ped|ping)?|dispatch\w*|deliver\w*|post(?:ed|ing)",
    Act.BOOK: r"book\w*|schedul\w*|reserv\w*|arrang\w*|call(?:ed)? you (?:back|up|on|at|in)|set up",
    Act.HAND_OVER: r"escalat\w*|forward\w*|pass(?:ed|ing)? (?:this|it|you|your)|hand(?:ed|ing)? (?:this|it|you|your)"
    r"|notif\w*|inform(?:ed|ing)|alert\w*|open(?:ed|ing)? a (?:ticket|case)|creat(?:e|ed|ing) a (?:ticket|case)"
    r"|mark(?:ed|ing) this|connect(?:ed|ing)? you|told (?:the|our|my) (?:team|colleague\w*)",
    Act.REMEMBER: r"(?:noted|remember\w*|saved|record(?:ed|ing)|made a note|logged)",
    Act.GUARANTEE: r"guarantee\w*|promis\w*|assur\w*|make sure|ensur\w*|you have my word",
}  # fmt: skip
_ACTS = {act: re.compile(rf"\b(?:{stems})\b", re.IGNORECASE) for act, stems in _STEMS.items()}

_TOOLS: Mapping[Act, str] = {
    Act.REFUND: "refund reimburse chargeback",
    Act.CREDIT: "credit voucher compensate goodwill",
    Act.DISCOUNT: "discount coupon",
    Act.CANCEL: "cancel terminate unsubscribe delete",
    Act.REPLACE: "replace replacement exchange",
    Act.WAIVE: "waive",
    Act.CHANGE: "change update upgrade extend reset apply approve process add adjust issue submit order register",
    Act.SEND: "send ship dispatch email trigger_sequence",
    Act.BOOK: "book schedule reserve arrange callback trigger_sequence",
    Act.HAND_OVER: "escalate assign handover handoff ticket notify",
    Act.REMEMBER: "remember note event memory",
    Act.GUARANTEE: "",
}
"""By act: the words one of which the name of a tool has that can do it. `escalate_to_human`, `schedule_follow_up`."""

_WHO = r"i|we|our team|the team|my colleagues?|somebody|someone"
_VERB = r"(?:\w+ly |just |now |already |also |then |even |be able to |(?:go|gone|went|going) ahead and )*"
_DONE = re.compile(
    rf"\b(?:{_WHO})(?:['’]ve| have| has|['’]m| am|['’]re| are| just| already) {_VERB}(?!not\b)(?:been )?(?P<have>\w+)"
    r"|^\W*(?:done|all set|good news|great news)\b[^.?]*?"
    r"(?P<news>refund\w*|credit\w*|cancel\w*|approv\w*|chang\w*|issu\w*)"
    rf"|\b(?:i|we) {_VERB}(?P<did>refunded|credited|cancell?ed|approved|issued|waived|applied|processed|booked"
    r"|scheduled|escalated|forwarded|upgraded|extended|updated|changed|sent|granted|reset|arranged|replaced|notified"
    r"|submitted)\b"
    r"|\byour [\w -]{2,40}? (?:has|have)(?: now| already| just)? been (?P<been>\w+)"
    r"|\byour [\w -]{2,40}? (?:is|are)(?: now| already)? (?P<is>approved|cancell?ed|refunded|confirmed|booked|waived"
    r"|credited|upgraded|extended)\b"
    r"|\bconsider (?:it|that|this|your \w+) (?:as )?(?P<as>\w+)"
    r"|\b(?P<sent>refund|credit|replacement|voucher|compensation) is (?:already |now )?(?:on (?:its|the) way|coming)\b",
    re.IGNORECASE,
)
_DONE_GROUPS = ("have", "news", "did", "been", "is", "as", "sent")
_WILL = re.compile(
    rf"\b(?P<who>{_WHO})(?:['’]ll| will| shall|(?:['’]m| am|['’]re| are) going to| can(?! not|not|['’]t)| could"
    r"|(?:['’]m| am| would be|['’]d be) happy to|(?:['’]d| would) like to|(?:['’]m| am) able to) "
    rf"{_VERB}(?!not\b|never\b)(?P<verb>\w+)"
    rf"|\b(?P<who2>let me|allow me to) {_VERB}(?P<verb2>\w+)"
    r"|\b(?P<who3>i|we) (?:hereby |do |personally |can )*(?P<verb3>guarantee|promise|assure|grant|waive|offer)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\byou(?:['’]ll| will| are going to|['’]re going to| can expect to| shall)(?: now| also| then| soon)* "
    r"(?:get|receive|be (?:given|refunded|credited|reimbursed|compensated|granted|offered|paid))\b"
    r"|\byou(?:['’]re| are) (?:getting|receiving|being refunded)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:can(?:not|['’]t| not)|could not|couldn['’]t|unable|not able|won['’]t|will not|do not|don['’]t|not allowed"
    r"|never|have not|haven['’]t|has not|hasn['’]t|only a person|am not)\b",
    re.IGNORECASE,
)
_OFFERED = re.compile(r"\b(?:would you like|do you want|shall i|should i|if you (?:like|want|wish))\b", re.IGNORECASE)
_LOOKED = re.compile(
    r"found|checked|looked|read|seen|understood|explained|listed|described|summari[sz]ed|included|answered|received|got"
    r"|asked|searched|reviewed|noticed|heard|missed|lost|shared|told|given|shown|mentioned|considered|compared"
)
_HANDS_OUT = re.compile(
    r"giv(?:e|en|ing)|gave|offer(?:ed|ing)?|issu(?:e|ed|ing)|grant(?:ed|ing)?|approv(?:e|ed|ing)|process(?:ed|ing)?|get"
    r"|appl(?:y|ied|ying)|arrang(?:e|ed|ing)|ma(?:k|d)e|provid(?:e|ed)|sen[dt]|add(?:ed)?|initiat(?:e|ed)|started|pa(?:y|id)"
)
_HARMLESS_WILL = frozenset({Act.HAND_OVER, Act.REMEMBER})
"""What an agent may offer, as long as it does not say that it is done."""
_OF_MONEY = frozenset({Act.REFUND, Act.CREDIT, Act.DISCOUNT, Act.REPLACE, Act.WAIVE})
_LIKE_WORDS = frozenset({Act.REFUND, Act.CREDIT, Act.DISCOUNT, Act.CANCEL, Act.REPLACE})
"""Of these a policy may use any of the words; of the others it must use the very one."""
ROOT = 5
_EVERYDAY = frozenset(
    {"help", "explain", "answer", "tell", "show", "look", "check", "see", "find", "walk", "guide", "be"}
)


class Tense(StrEnum):
    """Whether it is said to be done, or to come."""

    DONE = "done"
    TO_COME = "to_come"


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What a sentence promises. `personal` where the agent itself is to do it, rather than the company in general."""

    act: Act
    tense: Tense
    personal: bool
    word: str
    """The word of the sentence that says what."""


def promise_in(sentence: str) -> Promise | None:
    """What the sentence promises or says to have been done, or None."""
    text = sentence.strip()
    if text.endswith("?") or _DENIED.search(text) or _OFFERED.search(text):
        return None
    return _done(text) or _to_come(text)


def promises_nothing(text: str) -> bool:
    """Whether no sentence of the text promises anything of the agent's own, or says that it has done something."""
    found = filter(None, map(promise_in, split_sentences(text)))
    return not any(promise.personal for promise in found)


def was_done(promise: Promise, tools: Collection[str]) -> bool:
    """Whether a tool that can do it succeeded in this turn. `tools` are the names of those that did."""
    words = _TOOLS[promise.act].split()
    return any(word in tool.lower() for tool in tools for word in words)


def is_policy(promise: Promise, passages: Collection[str]) -> bool:
    """Whether the cited passages promise the same of the company in general; never that something was done."""
    if promise.tense is Tense.DONE or promise.personal:
        return False
    if promise.act in _LIKE_WORDS:
        return any(_ACTS[promise.act].search(text) for text in passages)
    root = promise.word.lower()[:ROOT]
    return any(re.search(rf"\b{re.escape(root)}", text, re.IGNORECASE) for text in passages)


def _done(text: str) -> Promise | None:
    for found in _DONE.finditer(text):
        verb = next((found[name] for name in _DONE_GROUPS if found[name]), "")
        act = _act_of(verb, text[found.start() :])
        if act is None and _is_something_done_to_theirs(found, verb.lower(), text):
            act = Act.CHANGE
        if act is not None and (_is_participle(verb) or found["sent"]):
            return Promise(act=act, tense=Tense.DONE, personal=True, word=verb)
    return None


def _to_come(text: str) -> Promise | None:
    for found in _WILL.finditer(text):
        who = (found["who"] or found["who2"] or found["who3"]).lower()
        verb = (found["verb"] or found["verb2"] or found["verb3"]).lower()
        act = None if verb in _EVERYDAY else _act_of(verb, text[found.start() :])
        if act is not None and act not in _HARMLESS_WILL:
            personal = who in {"i", "let me", "allow me to"}
            return Promise(act=act, tense=Tense.TO_COME, personal=personal, word=verb)
    if _GIVEN.search(text):
        act = next((act for act in sorted(_OF_MONEY) if _ACTS[act].search(text)), None)
        if act is not None:
            return Promise(act=act, tense=Tense.TO_COME, personal=False, word=act.value)
    return None


def _act_of(verb: str, rest: str) -> Act | None:
    """What is done: by the verb itself; with verbs such as give, offer, send or issue, by what is given."""
    verb = verb.lower()
    if _HANDS_OUT.fullmatch(verb):
        given = next((act for act in (*sorted(_OF_MONEY), Act.CANCEL) if _ACTS[act].search(rest)), None)
        if given is not None:
            return given
    from_verb = rest[max(0, rest.lower().find(verb)) :]
    return next((act for act in Act if _ACTS[act].match(from_verb)), None)


def _is_something_done_to_theirs(found: re.Match[str], verb: str, text: str) -> bool:
    """I have (whatever) your order: done to what is the customer's, in words that no list holds."""
    if not found["have"] or _LOOKED.fullmatch(verb) or not _is_participle(verb):
        return False
    return re.match(r" (?:up |on |off |out )?(?:your|you an?|it for you)\b", text[found.end("have") :]) is not None


def _is_participle(verb: str) -> bool:
    return verb.lower().endswith(("ed", "ing", "en", "nt", "id", "de", "et", "ld")) or verb.lower() in {
        "made",
        "set",
        "put",
    }
