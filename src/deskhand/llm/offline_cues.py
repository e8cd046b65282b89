"""What kind of thing a question asks for, and whether a piece of text holds such a thing.

Above: `offline_question`, `offline_scoring`, `offline_choice`, `offline_signs`. Below: nothing; pure functions.
"""

import re
from enum import StrEnum
from functools import cache


class Cue(StrEnum):
    """What a question asks for."""

    MONEY = "money"
    DURATION = "duration"
    TIME = "time"
    FREQUENCY = "frequency"
    QUANTITY = "quantity"
    PHONE = "phone"
    EMAIL = "email"
    WHEN = "when"
    PLACE = "place"
    PERSON = "person"
    PROCEDURE = "procedure"
    PERMISSION = "permission"
    DEFINITION = "definition"
    REASON = "reason"


FIGURES = frozenset({Cue.MONEY, Cue.DURATION, Cue.TIME, Cue.FREQUENCY, Cue.QUANTITY, Cue.PHONE, Cue.EMAIL})
"""Cues without whose evidence a piece does not answer."""

# The alternatives of each pattern, looked for anywhere in the question.
_ASKED: dict[Cue, tuple[str, ...]] = {
    Cue.MONEY: (
        (
            r"\bhow\s+much\s+(?:is|are|does|do|will|would|can|should|did|money|[\w-]+\s+costs?)\b"
            r"(?!.*\b(?:weigh|memory|space|ram|storage|disk|cpu|time)\b)"
        ),
        r"\bhow\s+much\b.*\b(?:costs?|pay|charged?|fee|price|refund|deposit|rent|lease)\b",
        r"^(?:and\s+)?how\s+much\s*\??$",
        r"\bwhat(?:['’]?s|\s+(?:is|are|does|do|would|will))?\b.{0,40}\b(?:prices?|costs?|fees?|pricing|charge\s+for)\b",
        r"\b(?:price|cost|fee)\s+(?:of|for)\b",
        r"\bexpensive\b|\bcheap(?:est)?\b",
    ),
    Cue.DURATION: (
        r"\bhow\s+(?:long|soon|quickly|fast\s+(?:will|do|does|is|can))\b",
        r"\bhow\s+many\s+(?:\w+\s+)?(?:days?|hours?|minutes?|weeks?|months?|years?)\b",
        r"\bhow\s+much\s+time\b",
        r"\bwithin\s+(?:what|which|how)\b",
        (
            r"\bwhat(?:['’]?s|\s+is)\s+the\s+(?:\w+\s+){0,3}(?:period|deadline|time\s*frame|time\s*limit|duration"
            r"|turnaround|lead\s*time|delivery\s+time|term|waiting\s+time)\b"
        ),
    ),
    Cue.WHEN: (
        r"^\W*(?:and\s+|but\s+)?(?:(?:until|by|since|from)\s+)?when\b",
        r"\b(?:until|by|since|from)\s+when\b",
        r"\bwhen\b(?!\s+(?:i|you|we|my|your|the|a|an|it|they|running|using|buying|ordering)\b)",
    ),
    Cue.FREQUENCY: (r"\bhow\s+(?:often|frequently|many\s+times)\b",),
    Cue.TIME: (
        r"\bwhat\s+time\b",
        r"\bwhat\s+(?:are|is)\s+(?:your|the)\s+(?:\w+\s+){0,3}(?:opening\s+)?(?:hours|times)\b",
        r"\bopening\s+(?:hours|times)\b",
        r"\bwhat\s+(?:date|day)s?\b|\bwhich\s+days?\b",
        r"\b(?:are|is)\b.{0,40}\bopen\s+(?:on|at|until|today|tomorrow)\b",
    ),
    Cue.QUANTITY: (
        r"\bhow\s+(?:many|far|heavy|big|large|high|tall|wide|deep|strong|fast|old|powerful)\b",
        r"\bhow\s+much\s+(?:\w+\s+)?(?:memory|space|ram|storage|disk|cpu|weight)\b",
        r"\bhow\s+much\b.*\bweigh\b",
        r"\bwhat\s+percent(?:age)?\b",
        (
            r"\bwhat(?:['’]?s|\s+is)\s+the\s+(?:\w+\s+){0,3}(?:weight|range|capacity|speed|max(?:imum)?|min(?:imum)?|limit"
            r"|percentage|distance|pressure|height|age|number|version|port|length|size)\b"
        ),
    ),
    Cue.PHONE: (
        r"\b(?:phone|telephone|hotline)\s+(?:number|line)\b|\b(?:your|the)\s+(?:phone|telephone|hotline)\s*\?*$",
        r"\bwhat\s+number\b|\bcall\s+you\b",
        r"\bnumber\s+(?:can|do|should|to)\s+(?:i|we)?\s*call\b",
    ),
    Cue.EMAIL: (
        r"\be-?mail\s+address\b(?=.*\b(?:your|support|contact|write|send|team|complain|reach|report)\b)",
        r"\b(?:your|support|contact|which|what)\s+(?:\w+\s+)?e-?mail\s+address\b",
    ),
    Cue.PLACE: (
        r"\bwhere\b",
        r"\b(?:which|what)\s+(?:country|countries|city|cities|place|page|menu|folder|directory|file)\b",
    ),
    Cue.PERSON: (r"\bwho(?:se|m)?\b",),
    Cue.PROCEDURE: (
        r"\bhow\s+(?:do|can|should|could|would|must|may)\s+(?:i|we|you|one|someone|users?|customers?|they|people|an?\s+\w+)\b",
        r"\bhow\s+(?:to|does\s+one)\b",
        r"\bhow\s+(?:is|are)\b.{1,60}\b\w+ed\b",
        r"\bsteps?\b|\bprocedure\b|\binstructions?\b|\bguide\b|\bthe\s+way\s+to\b",
        r"\bwhat\s+(?:do|must|should|shall)\s+(?:i|we)\s+(?:have\s+to\s+|need\s+to\s+)?do\b",
        r"\bi\s+(?:want|need|would\s+like|am\s+trying)\s+to\b|\bi['’](?:d\s+like|m\s+trying)\s+to\b",
    ),
    Cue.PERMISSION: (
        (
            r"^(?:and\s+|but\s+|so\s+)?(?:can|could|may|might|is|are|am|do|does|did|will|would|should|shall|must|has|have)"
            r"(?:n['’]?t)?\b"
        ),
        r"\bpossible\s+to\b|\ballowed\b|\bdo\s+i\s+(?:have|need)\s+to\b",
    ),
    Cue.DEFINITION: (
        r"^(?:and\s+|so\s+)?what(?:['’]?s|\s+is|\s+are|\s+does)\b",
        r"\bmean(?:s|ing)?\b|\bdefin(?:e|ition)\b|\bdifference\s+between\b|\bwhat\s+exactly\b|\bexplain\b",
    ),
    Cue.REASON: (r"\bwhy\b|\bhow\s+come\b|\breason\b|\bwhat\s+for\b",),
}

_NUMBER = (
    r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|ninety|hundred|half|several|a\s+few|an?|same|next|first)"
)
_UNIT = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|(?:working|business|calendar|week)?[\s-]*days?|nights?|weeks?"
    r"|fortnights?|months?|quarters?|years?)"
)
_SPAN = rf"\b{_NUMBER}(?:\s*(?:to|-|–|or|and)\s*{_NUMBER})?[\s-]+(?:more\s+|full\s+|extra\s+)?{_UNIT}\b"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul"
    r"|aug|sept?|oct|nov|dec)"
)
_CONDITIONS = (
    r"^(?:\W*(?:first|then|next|finally|now|please|just|simply|to\s+[\w\s-]{3,60},|once[^,]{3,80},|if[^,]{3,80},"
    r"|when[^,]{3,80},|(?:in|on|from)\s+the[^,]{3,60},|(?:after|before|under)[^,]{3,60},)\s*)*"
)
_IMPERATIVES = (
    r"(?:open|go|click|tap|select|choose|press|enter|type|run|add|create|set|use|log|sign|navigate|visit|install|download"
    r"|upload|copy|paste|remove|delete|turn|switch|hold|plug|connect|take|bring|send|call|write|contact|ask|report|check"
    r"|make|put|pack|print|change|update|restart|enable|disable|configure|follow|fill|provide|replace|scan|start|stop"
    r"|wait|save|verify|confirm|move|execute|edit|find|head|ensure|generate|attach|apply|book|cancel|return|keep|clone"
    r"|build|deploy|import|export|pull|push|register|request|submit|drag|pick|give|get|refer|see|charge|store|clean|fold"
    r"|unfold|lift|loosen|tighten|insert|pump|lock|unlock|pair)\b"
)

_EVIDENCE: dict[Cue, tuple[str, ...]] = {
    Cue.MONEY: (
        r"[£$€¥₹]\s?\d",
        r"\d[\d.,]*\s?(?:£|\$|€|¥|₹|eur|usd|gbp|chf|inr|euros?|dollars?|pounds?|pence|cents?|rupees?)(?!\w)",
        r"\d\s*(?:%|percent\b|per\s+cent\b)|\bmonthly\s+(?:rates?|payments?|instalments?)\b",
        r"\bfree(?:\s+of\s+charge)?\b|\bcosts?\s+nothing\b|\bnot\s+charged?\b|\bwithout\s+(?:charge|extra\s+cost)",
        r"\b(?:no|at\s+no)\s+(?:extra\s+|additional\s+)?(?:costs?|charges?|fees?)\b",
    ),
    Cue.DURATION: (
        _SPAN,
        r"\b\d[\d.,]*\s?(?:h|s|ms|min|d)\b",
        (
            r"\b(?:immediately|instantly|at\s+once|same\s+day|overnight|indefinitely|unlimited|forever|lifetime|daily|weekly"
            r"|monthly|yearly|annually|hourly|once|twice|never\s+expires?|do(?:es)?\s+not\s+expire)\b"
        ),
        rf"\bevery\s+(?:\d+\s+)?{_UNIT}\b",
    ),
    Cue.WHEN: (
        _SPAN,
        rf"\b{_MONTH}\b|\b\d{{1,2}}:\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
        (
            r"\b(?:until|as\s+soon\s+as|immediately|at\s+once|at\s+(?:dispatch|checkout|the\s+(?:end|start|beginning)))\b"
        ),
    ),
    Cue.FREQUENCY: (
        (
            r"\b(?:every|each|once|twice|daily|weekly|monthly|yearly|annually|hourly|times|per|continuous(?:ly)?|regularly"
            r"|always|never|any\s+\d+)\b"
        ),
    ),
    Cue.TIME: (
        r"\b\d{1,2}(?::\d\d|\s?[ap]\.?m\b)|\b\d{4}-\d\d-\d\d\b|\b24/7\b|\b24\s+hours\b",
        r"\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?\b",
        rf"\b{_MONTH}\b",
        r"\b(?:daily|midnight|noon|every\s+day|around\s+the\s+clock|working\s+days?|public\s+holidays?)\b",
    ),
    Cue.QUANTITY: (
        r"\d",
        rf"\b{_NUMBER}\b",
        r"\b(?:no\s+limit|unlimited|once|twice|both|none|single|zero)\b",
    ),
    Cue.PHONE: (r"(?:\+|\b0|\()\d[\d\s()./-]{6,}\d|\b\d{3}[\s.-]\d{3}[\s.-]\d{4}\b",),
    Cue.EMAIL: (r"[\w.+-]+@[\w-]+\.[\w.-]+",),
    Cue.PLACE: (
        (
            r"\b(?:in|at|under|on|to|from|via|inside|within|into|through|near|open|go\s+to|navigate|select|choose|tab|page"
            r"|menu|settings?|section|folder|directory|file|street|road|store|bottom|top|left|right|below|above|here)\b"
        ),
        r"→|>|/",
    ),
    Cue.PERSON: (
        (
            r"\b(?:you|customers?|users?|agents?|admin(?:istrator)?s?|owners?|team|we|people|person|members?|staff|support"
            r"|anyone|everyone|everybody|nobody|adults?)\b"
        ),
        r"\b(?-i:[A-Z])[a-z]+\b",
    ),
    Cue.PROCEDURE: (
        _CONDITIONS + _IMPERATIVES,
        r"\b(?:can|must|should|need\s+to|have\s+to|may)\s+(?:be\s+)?\w+|\bby\s+\w+ing\b|→",
    ),
    Cue.PERMISSION: (
        (
            r"\b(?:can(?:not|['’]t)?|may|must|should|could|allowed|permitted|possible|impossible|able|unable|only|not|no"
            r"|never|yes|available|unavailable|supports?|supported|includes?|included|excluded|required|requires?|need(?:ed|s)?"
            r"|optional|free|always|every|all|any|does|do|offers?|provides?|accepts?|accepted|works?|comes?|covered|covers?"
            r"|valid|applies|apply|(?:is|are|do|does|wo)n['’]t)\b"
        ),
    ),
    Cue.DEFINITION: (
        (
            r"\b(?:is|are|means?|refers?|stands?\s+for|called|defined|describes?|consists?|allows?|lets?|helps?|enables?"
            r"|provides?|includes?|shows?|indicates?)\b|:"
        ),
    ),
    Cue.REASON: (
        (
            r"\b(?:because|since|so\s+that|due\s+to|reason|therefore|as\s+a\s+result|otherwise|caused?|if|when|means?"
            r"|happens?|for\s+safety|to\s+(?:avoid|prevent|protect|ensure|keep|make))\b"
        ),
    ),
}

_FOCUS = re.compile(
    r"\b(?:how\s+(?:many|much)|which|what(?:['’]s)?|whose)\s+"
    r"(?:(?:kinds?|types?|sorts?|of|other|different|exact|standard)\s+)*"
    r"(?!(?:is|are|was|were|do|does|did|can|could|should|will|would|happens?|about|if|the|a|an|to|i|you|we|my|your|it"
    r"|has|have|must|may|needs?)\b)"
    r"((?:[\w-]+\s+){0,3}?[\w-]+)"
    r"(?=\s+(?:is|are|was|were|do|does|did|can|could|should|will|would|in|on|of|for|at|to|from|with|has|have|must|may|i"
    r"|you|we|the|my|it|per|stands?|comes?|makes?|applies|holds?|fits?|needs?|runs?)\b|\s*[?.!]*$)",
    re.IGNORECASE,
)


@cache
def _compiled(*, asked: bool) -> dict[Cue, re.Pattern[str]]:
    table = _ASKED if asked else _EVIDENCE
    return {cue: re.compile("|".join(parts), re.IGNORECASE | re.DOTALL) for cue, parts in table.items()}


def cues_of(question: str) -> frozenset[Cue]:
    """What the question asks for; empty when it shows nothing of the kind."""
    found = {cue for cue, pattern in _compiled(asked=True).items() if pattern.search(question)}
    if found & FIGURES:
        found -= {Cue.DEFINITION, Cue.PERMISSION}
    if found & {Cue.DURATION, Cue.FREQUENCY}:
        found -= {Cue.QUANTITY, Cue.WHEN}
    return frozenset(found)


def focus_of(question: str) -> str:
    """The thing that is counted or chosen from: "gears" in "how many gears does it have"; empty without such."""
    found = _FOCUS.search(question)
    return found.group(1) if found else ""


def shows(cue: Cue, text: str) -> bool:
    """True when the text holds what the cue asks for."""
    return bool(_compiled(asked=False)[cue].search(text))
