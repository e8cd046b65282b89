"""What kind of thing a question asks for, and whether a piece of text holds such a thing.

Above: `offline_scoring`. Below: nothing; pure functions over text.
"""

import re
from enum import StrEnum
from functools import cache


class Cue(StrEnum):
    """What a question asks for. The first group are figures: an answer without one is none."""

    MONEY = "money"
    DURATION = "duration"
    TIME = "time"
    WHEN = "when"
    FREQUENCY = "frequency"
    QUANTITY = "quantity"
    PHONE = "phone"
    EMAIL = "email"
    PLACE = "place"
    PERSON = "person"
    PROCEDURE = "procedure"
    PERMISSION = "permission"
    DEFINITION = "definition"
    REASON = "reason"


FIGURES = frozenset({Cue.MONEY, Cue.DURATION, Cue.TIME, Cue.FREQUENCY, Cue.QUANTITY, Cue.PHONE, Cue.EMAIL})
"""Cues without whose evidence a piece does not answer."""

_ASKED: dict[Cue, str] = {
    Cue.MONEY: r"\bhow\s+much\s+(?:is|are|does|do|will|would|can|should|did|money|[\w-]+\s+(?:cost|costs))\b(?!.*\b(?:weigh|memory|space|ram|storage|disk|cpu|charge\s+does|time)\b)|\bhow\s+much\b.*\b(?:cost|costs|pay|charge|charged|fee|price|refund|deposit|rent|lease)\b"
    r"|^(?:and\s+)?how\s+much\s*\??$|\bwhat(?:['’]?s|\s+is|\s+are|\s+does|\s+do|\s+would|\s+will)?\b.{0,40}\b(?:price|prices|cost|costs|fee|fees|pricing|charge\s+for|price\s+of)\b|\b(?:price|cost|fee)\s+(?:of|for)\b|\bexpensive\b|\bcheap(?:est)?\b",
    Cue.DURATION: r"\bhow\s+(?:long|soon|quickly|fast\s+(?:will|do|does|is|can)|many\s+(?:\w+\s+)?(?:days?|hours?|minutes?|weeks?|months?|years?|business\s+days))\b|\bhow\s+much\s+time\b|\bwithin\s+(?:what|which|how)\b|\bwhat(?:['’]?s|\s+is)\s+the\s+(?:\w+\s+){0,3}(?:period|deadline|time\s*frame|time\s*limit|duration|turnaround|lead\s*time|delivery\s+time|term|waiting\s+time)\b",
    Cue.WHEN: r"\bwhen\b(?!\s+(?:i|you|we|my|your|the|a|an|it|they|running|using|buying|ordering)\b(?!.*\?.*\?))|^\W*(?:and\s+|but\s+)?(?:when|until\s+when|by\s+when|since\s+when)\b|\b(?:until|by|since|from)\s+when\b",
    Cue.FREQUENCY: r"\bhow\s+(?:often|frequently|many\s+times)\b",
    Cue.TIME: r"\bwhat\s+time\b|\bwhat\s+(?:are|is)\s+(?:your|the)\s+(?:\w+\s+){0,3}(?:opening\s+)?(?:hours|times)\b|\bopening\s+(?:hours|times)\b|\bwhat\s+(?:date|day)s?\b|\bwhich\s+days?\b|\b(?:are|is)\b.{0,40}\bopen\s+(?:on|at|until|today|tomorrow)\b",
    Cue.QUANTITY: r"\bhow\s+(?:many|far|heavy|big|large|high|tall|wide|deep|strong|fast|old|powerful)\b|\bhow\s+much\s+(?:\w+\s+)?(?:memory|space|ram|storage|disk|cpu|weight|does\s+.*\bweigh)\b|\bhow\s+much\b.*\bweigh\b|\bwhat\s+percent(?:age)?\b|\bwhat(?:['’]?s|\s+is)\s+the\s+(?:\w+\s+){0,3}(?:weight|range|capacity|speed|maximum|minimum|max|min|limit|percentage|size\s+limit|distance|pressure|height|age|number|version|port|length|size)\b",
    Cue.PHONE: r"\b(?:phone|telephone|hotline)\s*(?:number|line)?\b.{0,30}\?*$|\bnumber\s+(?:can|do|should|to)\s+(?:i|we)?\s*call\b|\bwhat\s+number\b|\bcall\s+you\b",
    Cue.EMAIL: r"\be-?mail\s+address\b(?=.*\b(?:your|support|contact|write|send|team|complain|reach|report)\b)|\b(?:your|support|contact|which|what)\s+(?:\w+\s+)?e-?mail\s+address\b",
    Cue.PLACE: r"\bwhere\b|\bwhich\s+(?:country|countries|city|cities|place|page|menu|folder|directory|file)\b|\bin\s+(?:which|what)\s+(?:file|folder|directory|menu|country|city)\b",
    Cue.PERSON: r"\bwho(?:se|m)?\b",
    Cue.PROCEDURE: r"\bhow\s+(?:do|can|should|could|would|must|may)\s+(?:i|we|you|one|someone|users?|customers?|they|people|an?\s+\w+)\b|\bhow\s+(?:to|does\s+one)\b|\bhow\s+(?:is|are)\b.{1,60}\b\w+ed\b|\bsteps?\b|\bwhat\s+(?:do|must|should)\s+(?:i|we)\s+(?:need\s+to\s+)?do\b|\bprocedure\b|\binstructions?\b|\bthe\s+way\s+to\b|\bi\s+(?:want|need|would\s+like|am\s+trying)\s+to\b|\bi['’](?:d\s+like|m\s+trying)\s+to\b|\bguide\b",
    Cue.PERMISSION: r"^(?:and\s+|but\s+|so\s+)?(?:can|could|may|might|is|are|am|do|does|did|will|would|should|shall|must|has|have)(?:n['’]?t)?\b|\bpossible\s+to\b|\ballowed\b|\bdo\s+i\s+(?:have|need)\s+to\b",
    Cue.DEFINITION: r"^(?:and\s+|so\s+)?what(?:['’]?s|\s+is|\s+are|\s+does)\b|\bmean(?:s|ing)?\b|\bdefin(?:e|ition)\b|\bdifference\s+between\b|\bwhat\s+exactly\b|\bexplain\b",
    Cue.REASON: r"\bwhy\b|\bhow\s+come\b|\breason\b|\bwhat\s+for\b",
}

_NUMBER_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|half|several|a\s+few|an?|same|next|first)"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|(?:working|business|calendar|week)?[\s-]*days?|nights?|weeks?|fortnights?|months?|quarters?|years?)"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"

_EVIDENCE: dict[Cue, str] = {
    Cue.MONEY: r"[£$€¥₹]\s?\d|\d[\d.,]*\s?(?:£|\$|€|¥|₹|eur|usd|gbp|chf|inr|euros?|dollars?|pounds?|pence|cents?|rupees?)\b|\bfree(?:\s+of\s+charge)?\b|\bno\s+(?:extra\s+|additional\s+)?(?:cost|costs|charge|fee|fees)\b|\bcosts?\s+nothing\b|\bnot\s+charged?\b|\bat\s+no\s+(?:extra\s+|additional\s+)?(?:cost|charge)\b|\bwithout\s+(?:charge|extra\s+cost)|\d\s*(?:%|percent\b|per\s+cent\b)",
    Cue.DURATION: rf"\b(?:\d[\d.,]*|{_NUMBER_WORD})(?:\s*(?:to|-|–|or|and)\s*(?:\d[\d.,]*|{_NUMBER_WORD}))?[\s-]*(?:more\s+|full\s+|extra\s+)?(?:{_UNIT}\b|(?:h|s|ms|min)\b)|\b(?:immediately|instantly|at\s+once|same\s+day|overnight|indefinitely|unlimited|forever|lifetime|daily|weekly|monthly|yearly|annually|hourly|once|twice|never\s+expires?|does\s+not\s+expire|do\s+not\s+expire|every\s+\w+)\b",
    Cue.TIME: rf"\b\d{{1,2}}(?::\d\d|\s?[ap]\.?m\b)|\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?\b|\b{_MONTH}\b|\b\d{{4}}-\d\d-\d\d\b|\b24/7\b|\b24\s+hours\b|\b(?:daily|midnight|noon|every\s+day|around\s+the\s+clock|working\s+days?|public\s+holidays?)\b",
    Cue.WHEN: rf"\b\d[\d.,]*(?:\s*(?:to|-|–|or|and)\s*\d[\d.,]*)?[\s-]*(?:{_UNIT}\b)|\b{_NUMBER_WORD}\s+{_UNIT}\b|\b{_MONTH}\b|\b\d{{1,2}}:\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:after|before|until|as\s+soon\s+as|once|when|during|immediately|at\s+(?:dispatch|checkout|the\s+(?:end|start|beginning|time))|on\s+the)\b",
    Cue.FREQUENCY: rf"\b(?:every|each|once|twice|daily|weekly|monthly|yearly|annually|hourly|times|per|continuous(?:ly)?|regularly|always|never|any\s+\d+)\b",
    Cue.QUANTITY: rf"\d|\b{_NUMBER_WORD}\b|\b(?:no\s+limit|unlimited|once|twice|both|none|single|zero)\b",
    Cue.PHONE: r"(?:\+|\b0|\()\d[\d\s()./-]{6,}\d|\b\d{3}[\s.-]\d{3}[\s.-]\d{4}\b",
    Cue.EMAIL: r"[\w.+-]+@[\w-]+\.[\w.-]+",
    Cue.PLACE: r"\b(?:in|at|under|on|to|from|via|inside|within|into|through|near|open|go\s+to|navigate|select|choose|tab|page|menu|settings?|section|folder|directory|file|street|road|store|bottom|top|left|right|below|above|here)\b|→|>|/",
    Cue.PERSON: r"\b(?:you|customers?|users?|agents?|admin(?:istrator)?s?|owners?|team|we|people|person|members?|staff|support|mechanic|driver|carrier|anyone|everyone|everybody|nobody|adults?|[A-Z][a-z]+)\b",
    Cue.PROCEDURE: r"^(?:\W*(?:first|then|next|finally|now|please|just|simply|to\s+[\w\s-]{3,60},|once[^,]{3,80},|if[^,]{3,80},|when[^,]{3,80},|in\s+the[^,]{3,60},|on\s+the[^,]{3,60},|from\s+the[^,]{3,60},|after[^,]{3,60},|before[^,]{3,60},|under[^,]{3,60},)\s*)*(?:open|go|click|tap|select|choose|press|enter|type|run|add|create|set|use|log|sign|navigate|visit|install|download|upload|copy|paste|remove|delete|turn|switch|hold|plug|connect|take|bring|send|call|write|contact|ask|report|check|make|put|pack|print|change|update|restart|enable|disable|configure|follow|fill|provide|replace|scan|start|stop|wait|save|verify|confirm|move|execute|edit|find|head|ensure|generate|attach|apply|book|cancel|return|keep|clone|build|deploy|import|export|pull|push|register|request|submit|drag|pick|give|get|refer|see|charge|store|clean|fold|unfold|lift|loosen|tighten|insert|pump|lock|unlock|pair)\b|\b(?:can|must|should|need\s+to|have\s+to|may)\s+(?:be\s+)?\w+|\bby\s+\w+ing\b|→",
    Cue.PERMISSION: r"\b(?:can(?:not|['’]t)?|may|must|should|could|allowed|permitted|possible|impossible|able|unable|only|not|no|never|yes|available|unavailable|supports?|supported|includes?|included|excluded|required|requires?|need(?:ed|s)?|optional|free|always|every|all|any|does|do|offers?|provides?|accepts?|accepted|works?|comes?|isn['’]t|aren['’]t|don['’]t|doesn['’]t|won['’]t|covered|covers?|valid|applies|apply)\b",
    Cue.DEFINITION: r"\b(?:is|are|means?|refers?|stands?\s+for|called|defined|describes?|consists?|allows?|lets?|helps?|enables?|provides?|includes?|shows?|indicates?)\b|:",
    Cue.REASON: r"\b(?:because|since|so\s+that|due\s+to|reason|therefore|as\s+a\s+result|to\s+(?:avoid|prevent|protect|ensure|keep|make)|otherwise|caused?|if|when|means?|happens?|for\s+safety)\b",
}


@cache
def _patterns(which: str) -> dict[Cue, re.Pattern[str]]:
    table = _ASKED if which == "asked" else _EVIDENCE
    return {cue: re.compile(pattern, re.IGNORECASE | re.DOTALL) for cue, pattern in table.items()}


def cues_of(question: str) -> frozenset[Cue]:
    """What the question asks for; empty when it shows nothing of the kind."""
    found = {cue for cue, pattern in _patterns("asked").items() if pattern.search(question)}
    if found & FIGURES:
        found -= {Cue.DEFINITION, Cue.PERMISSION}
    if Cue.DURATION in found or Cue.FREQUENCY in found:
        found -= {Cue.QUANTITY, Cue.WHEN}
    if Cue.QUANTITY in found and Cue.MONEY in found and "weigh" in question.casefold():
        found -= {Cue.MONEY}
    return frozenset(found)


_FOCUS = re.compile(
    r"\b(?:how\s+(?:many|much)|which|what(?:['’]s)?|whose)\s+(?:(?:kind|kinds|type|types|sort|sorts|of|other|different|exact|standard)\s+)*"
    r"(?!(?:is|are|was|were|do|does|did|can|could|should|will|would|happens?|about|if|the|a|an|to|i|you|we|my|your|it|has|have|must|may|needs?)\b)"
    r"((?:[\w-]+\s+){0,3}?[\w-]+)(?=\s+(?:is|are|was|were|do|does|did|can|could|should|will|would|in|on|of|for|at|to|from|with|has|have|must|may|i|you|we|the|my|it|per|stands?|comes?|makes?|applies|holds?|fits?|needs?|runs?)\b|\s*[?.!]*$)",
    re.IGNORECASE,
)


def focus_of(question: str) -> str:
    """The thing that is counted or chosen from: "gears" in "how many gears does it have"; empty without such."""
    found = _FOCUS.search(question)
    return found.group(1) if found else ""


def shows(cue: Cue, text: str) -> bool:
    """True when the text holds what the cue asks for."""
    return bool(_patterns("evidence")[cue].search(text))
