"""The patterns behind `wording.py`: regular expressions over one message, each with the name of what it finds.

Above: `wording.py`. Below: nothing. A word in angle brackets stands for one of the parts.
"""

import re
from collections.abc import Mapping
from functools import cache

_PARTS: Mapping[str, str] = {
    "KIND": (
        r"(?:(?:real|actual|live|human|living|flesh\s+and\s+blood|customer|client|guest|technical|tech|support"
        r"|service|sales"
        r"|care|senior|different|other|another|personal|competent|responsible|qualified|store|shop|duty"
        r"|general)\s+){0,3}"
    ),
    "ARTICLE": r"(?:(?:an?|another|the|your|some|any|one\s+of\s+your|one\s+of\s+the|a\s+member\s+of)\s+)?",
    "WHO": (
        r"(?:humans?(?:\s+beings?)?|persons?|people|agents?|someone|somebody|sum1|some1|anyone|anybody"
        r"|representatives?|reps?"
        r"|operators?|colleagues?|advis[oe]rs?|employees?|staff|team|managers?|supervisors?|boss|consultants?"
        r"|specialists?"
        r"|experts?|technicians?|assistants?|customer\s+(?:service|support|care)|helpdesk|whoever|the\s+owner"
        r"|in\s+charge)"
    ),
    "PLACE": (
        r"(?:department|office|desk|reception|team|cent(?:re|er)|line|support|sales|billing|accounts?|complaints?"
        r"|restaurant"
        r"|kitchen|bar|gym|spa|pool|housekeeping|concierge|room\s+service|lobby|front\s+desk|branch|workshop"
        r"|garage|clinic"
        r"|ward|store|shop|warehouse|dispatch|shipping|pharmacy|laboratory|counter|technical|legal|headquarters"
        r"|management)"
    ),
    "CONTACT": r"(?:talk|speak|chat|deal|converse|spk|tlk|tlak)(?:ing)?",
    "WISH": (
        r"(?:can|could|may|might|want|wanna|need|like|love|prefer|rather|wish|demand|insist|let|lemme|please|pls"
        r"|plz|how"
        r"|possible|must|have\s+to|should|chance|way|trying|looking|expect|until|instead|better)"
    ),
    "ROUTE": (
        r"(?:transfer|connect|put|pass|hand|forward|redirect|route|switch|escalate|send|bring|patch|get|refer"
        r"|direct|return)"
    ),
    "BOT": r"(?:bots?|robots?|chat\s?bots?|machines?|computers?|virtual\s+assistant|assistant|automated|ai)",
    "TALK": r"(?:conversation|chat|dialog(?:ue)?|talking\s+to\s+you|discussion|with\s+you)",
    "BAD": (
        r"(?:stupid|useless|dumb|terrible|awful|rubbish|pointless|joke|hopeless|nowhere|waste|wasting|wrong"
        r"|broken|idiot"
        r"|ridiculous|annoying|sucks?|not\s+working|isn['’]?t\s+working|does\s*n['’]?t\s+work|nothing|no\s+help"
        r"|crap|garbage"
        r"|horrible|incompetent|in\s+circles|worst|bad)"
    ),
}


def _pattern(template: str) -> str:
    for name, part in _PARTS.items():
        template = template.replace(f"<{name}>", part)
    return template


_TEMPLATES: Mapping[str, str] = {
    "contact_person": r"\b<CONTACT>\s+(?:directly\s+)?(?:to|with)\s+(?:\w+\s+){0,1}?<ARTICLE><KIND><WHO>\b",
    "contact_place": (
        r"\b<CONTACT>\s+(?:to|with)\s+(?:an?\s+|the\s+|your\s+|somebody\s+|someone\s+)?(?:\w+\s+){0,3}?<PLACE>\b"
    ),
    "contact_any": r"\b<CONTACT>\s+(?:to|with)\s+(?!my\b|me\b|you\b|about\b)\w+",
    "contact_own": r"\b<CONTACT>\s+(?:to|with)\s+my\b",
    "contact_about": r"\b(?:talk|speak|call|chat)(?:ing)?\s+about\b",
    "contact": r"\b<CONTACT>\b",
    "wish_contact": r"\b<WISH>\b(?:\W+\w+){0,4}?\W+<CONTACT>\b",
    "route_me": r"\b<ROUTE>\s+(?:me|us)\b",
    "route_me_to": r"\b<ROUTE>\s+(?:me|us|this|my\s+\w+|it)\s+(?:\w+\s+){0,2}?(?:to|with|through|over|onto?)\b",
    "route_passive": (
        r"\b(?:be|get|getting|been)\s+(?:connected|transferred|put\s+through|passed|handed|forwarded|redirected"
        r"|switched"
        r"|escalated)\b"
    ),
    "route_call": r"\b(?:transfer|connect|put\s+through|forward)\s+(?:my|this|the)\s+(?:call|chat|conversation)\b",
    "route_bare": (
        r"(?:^|[,.!]\s*)(?:please\s+|just\s+|then\s+)*(?:transfer|escalate|connect)(?:\s+(?:me|please|now"
        r"|this))*\W*$"
    ),
    "bare_place": (
        r"^\W*(?:(?:please|to|the|your|need|i\s+need|i\s+want|talk\s+to|speak\s+to)\W+){0,3}(?:customer|guest|client"
        r"|technical|human|live)\s+(?:service|support|care|team|relations)(?:\W+(?:please|pls|plz|now|agent|rep))*\W*$"
    ),
    "any_people": (
        r"\b(?:is|are|isn['’]?t|aren['’]?t)\s+there\s+(?:an?\s+|any\s+|no\s+)?(?:(?:real|actual|live|other"
        r"|human)\s+){0,2}"
        r"(?:humans?|people|persons?|agents?|someone|somebody|anyone|anybody|one)\b"
    ),
    "discuss_with": r"\b(?:discuss|go\s+over|sort|settle|arrange|do)\b(?:\W+\w+){1,4}?\W+with\s+<ARTICLE><KIND><WHO>\b",
    "contact_person_noun": r"\bcontact\s+(?:person|details)\b|\bfeedback\b|\bper\s+person\b",
    "not_helping": r"\b(?:not|n['’]t)\s+(?:\w+\s+){0,2}?help(?:ing|ful)?\b|\buseless\b|\bhopeless\b",
    "route_person": r"\b<ROUTE>\s+(?:me|us|this|in|my\s+\w+)?\s*(?:\w+\s+){0,2}?<ARTICLE><KIND><WHO>\b",
    "route_place": r"\b<ROUTE>\s+(?:me|us|this|my\s+call)\s+(?:\w+\s+){0,2}?(?:to|with)\s+(?:\w+\s+){0,3}?<PLACE>\b",
    "route_thing": r"\b(?:transfer|connect)\s+(?!me\b|us\b|this\s+(?:chat|conversation|call))\w+",
    "give_person": (
        r"\b(?:get|give|gimme|fetch|find|call|bring)\s*(?:me|us|in)?\s+(?:hold\s+of\s+)?<ARTICLE><KIND><WHO>\b"
    ),
    "want_person": (
        r"\b(?:want|need|like|prefer|demand|expect|request(?:ing)?|have"
        r"|get)\s+<ARTICLE><KIND>(?:human(?:\s+being)?|person|agent|representative|rep|operator|supervisor"
        r"|manager|colleague|advis[oe]r)\b"
    ),
    "call_back": r"\b(?:call|ring|phone|contact|get\s+back\s+to)\s+(?:me|us)\b|\bcall\s?back\b",
    "someone_calls": (
        r"\b(?:someone|somebody|rep|representative|colleague|advis[oe]r|specialist|manager|human|agent"
        r"|technician)\b(?:\W+\w+){0,3}\W+(?:call|ring|phone|contact)\s+(?:me|us)\b"
    ),
    "reach_person": (
        r"\b(?:reach|contact|get\s+(?:hold\s+of|through\s+to|in\s+touch\s+with|back\s+to)|go\s+back\s+to"
        r"|on\s+the\s+(?:phone|line))\b(?:\W+\w+){0,2}?\W+<KIND><WHO>\b"
    ),
    "bare_person": (
        r"^\W*(?:(?:hi|hello|hey|ok|no|yes|just|please|an?|the|i\s+said|want"
        r"|need)\W+){0,3}<KIND>(?:human(?:\s+being)?|person|agent|operator|representative|rep|supervisor"
        r"|manager)s?(?:\W+(?:please|pls|plz|now|asap|here|already|not\s+a\s+\w+))*\W*$"
    ),
    "real_person": r"\b(?:real|actual|live|living)\s+(?:human|person|people|agent|operator|representative|being)",
    "another_person": (
        r"\b(?:someone|somebody|anyone|anybody)\s+else\b|\b(?:other|another|different)\s+(?:agent|colleague"
        r"|person|advis[oe]r|representative|rep)\b"
    ),
    "own_person": (
        r"\b(?:my|our|his|her|their)\s+(?:\w+\s+){0,1}(?:manager|agent|advis[oe]r|boss|supervisor|lawyer"
        r"|colleague|doctor|operator|sales|staff|team|office)"
    ),
    "counted_people": (
        r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|more|little|second|per"
        r"|many)\s+(?:\w+\s+)?(?:persons?|people)\b"
    ),
    "reported": (
        r"\b(?:said|says|told|spoke|talked|mentioned|mentions|asked\s+me|recommended|approved|was\s+talking"
        r"|have\s+been\s+transferred|reads)\b"
    ),
    "human": r"\bhumans?\b",
    "person": r"\b<WHO>\b",
    "place": r"\b<PLACE>\b",
    "can_someone": (
        r"\b(?:can|could|please\s+(?:have|send)|does|is)\s+(?:someone|somebody|anyone|anybody)\s+(?!else|from)"
    ),
    "bot": r"\b<BOT>\b",
    "bad": r"\b<BAD>\b",
    "bot_bad": r"\b<BOT>\b(?:\W+\w+){0,6}?\W+<BAD>\b|\b<BAD>\W+(?:\w+\W+){0,2}?<BOT>\b",
    "talk_bad": r"\b<TALK>\b(?:\W+\w+){0,5}?\W+<BAD>\b|\b<BAD>\W+(?:\w+\W+){0,3}?<TALK>\b",
    "you_bad": (
        r"\b(?:you|u|you['’]re)\b(?:\W+\w+){0,4}?\W+(?:<BAD>|misunderstand\w*|not\s+(?:helping|understanding"
        r"|listening))\b"
    ),
    "you_misunderstand": (
        r"\byou\b(?:\W+\w+){0,3}?\W+(?:not\s+understand|n['’]?t\s+understand|understand\s+nothing|misunderstand"
        r"|repeat(?:ing)?|not\s+help|n['’]?t\s+help)"
    ),
    "no_bot": r"\b(?:no|not|n['’]?t|instead\s+of|than|enough|stop|done|tired|fed\s+up)\b(?:\W+\w+){0,5}?\W+<BOT>\b",
    "money": r"[$£€]\s?\d|\b\d+\s?(?:pounds|euros?|dollars)\b|\b(?:money|payment|account|balance)\b",
    "appointment": r"\b(?:appointment|meeting|consultation|session|viewing)\b",
    "self_question": (
        r"\b(?:are|r)\s+(?:you|u)\s+(?:\w+\s+){0,2}?(?:bots?|robot|human|person|machine|real)\b"
        r"|\bam\s+i\s+(?:talk|speak|chatt?)ing\b|\bis\s+this\s+(?:an?\s+)?(?:bot|human|automat\w+)\b"
    ),
    "speaker_is": (
        r"\b(?:i['’]?m|i\s+am)\s+(?:an?\s+|the\s+|not\s+)?(?:\w+\s+)?(?:human|person|agent|manager|representative"
        r"|robot|bot)\b"
    ),
    "own_plan": (
        r"\bi['’]ll\b|\bi\s+will\b|\b(?:do|should|must)\s+i\b|\balready\s+(?:spoke|talked|have|been)\b|\b(?:my"
        r"|our)\s+whole\b"
    ),
    "no_longer": (
        r"\b(?:said|asked|told\s+you|keep\s+asking|times|how\s+(?:long|many|much)|still|finally|when\s+(?:will|do"
        r"|can))\b"
    ),
    "again": (
        r"\b(?:repeat|again|once\s+more|rephrase|(?:did|do)\s*(?:n['’]?t|\s+not)\s+(?:quite\s+)?(?:understand|get"
        r"|catch|follow))\b"
    ),
    "good": r"\b(?:great|good|nice|helpful|kind|friendly|lovely|thanks|thank\s+you|amazing|perfect)\b",
    "question_about": r"\b(?:what\s+time|opening|hours|when\s+(?:is|are|does)|how\s+(?:much|many)|where|who\s+is)\b",
}
NEGATED = (
    r"\b(?:do|does|did|would|will|was|is|am|are|have|has|should|need|wo)\s*(?:n['’]?t"
    r"|\s+not)\s+(?:\w+\s+){0,2}?(?:want|need|like|have\s+to|asking?|asked"
    r"|involve|necessary)\b(?!\W+(?:\w+\W+){0,5}?(?:bots?|robots?|machines?|chat\s?bots?"
    r"|computers?|automated|you)\b)"
    r"|\bno\s+(?:need|reason)\b|\bno\s+(?:\w+\s+)?(?:human|person|agent|operator|manager|call"
    r"|transfer)s?\s+(?:is\s+|are\s+)?(?:needed|required|necessary)\b|\bneedn['’]?t\b|\b(?:rather|prefer)\s+not\b"
    r"|\bhope\s+(?:\w+\s+){0,3}n['’]?o?t\b"
    r"|\bwithout\s+(?:\w+\s+){0,3}(?:speak|talk|call|phon|go|agent|human|person|anyone|somebody)"
    r"|\bnever\s+(?:asked|wanted|said|needed)\b|\bnobody\s+(?:needs?|has)\b|\b(?:human|person"
    r"|agent)\s+is\s*(?:n['’]?t|\s+not)\s+(?:needed|necessary)"
    r"|(?<!you\s)\b(?:do\s+not|don['’]?t|dont)\s+(?:please\s+)?(?:transfer|connect|put|escalate|call|get|bother)\b"
)
ABROAD = (
    r"\bmit\s+(?:einem|einer|ihrem|ihrer)\s+(?:\w+\s+)?(?:menschen|mitarbeiter(?:in)?|person|berater(?:in)?"
    r"|kolleg(?:en|in))\b"
    r"(?:\W+\w+){0,3}\W+(?:sprechen|reden|verbinden|verbunden|chatten)"
    r"|\b(?:parler|discuter)\s+(?:à|a|avec)\s+(?:un|une|quelqu['’]un|votre)\s*(?:\w+\s+){0,1}?(?:humaine?"
    r"|personne|conseill(?:er|ère)|agent|responsable|employée?)?"
    r"|\bhablar\s+con\s+(?:un|una|alguien|su|el|la)\b\s*(?:\w+\s+){0,1}?(?:humano|persona|agente|asesora?"
    r"|operadora?|encargad[oa]|representante)?"
    r"|\b(?:een|met\s+een)\s+(?:echt\s+)?(?:medewerker|mens|persoon|collega)\s+(?:spreken|praten)|\b(?:praten"
    r"|spreken)\s+met\s+een\s+(?:echt\s+)?(?:medewerker|mens|persoon)"
    r"|\bparlare\s+con\s+(?:un|una|qualcuno)\b\s*(?:\w+\s+){0,1}?(?:operatore|operatrice|persona|umano|responsabile)?"
    r"|\bfalar\s+com\s+(?:um|uma|algu[eé]m)\b\s*(?:\w+\s+){0,1}?(?:atendente|pessoa|humano|agente|gerente)?"
)
NEGATED_ABROAD = re.compile(r"\b(?:nicht|kein\w*|ne|pas|no|niet|geen|non|não|nao)\b", re.IGNORECASE)


@cache
def patterns() -> Mapping[str, re.Pattern[str]]:
    """Each pattern by its name, `negated` the last."""
    compiled = {name: re.compile(_pattern(template), re.IGNORECASE) for name, template in _TEMPLATES.items()}
    return compiled | {"negated": re.compile(NEGATED, re.IGNORECASE)}


@cache
def abroad() -> re.Pattern[str]:
    """Requests in other languages than English."""
    return re.compile(ABROAD, re.IGNORECASE)
