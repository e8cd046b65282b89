"""Messages that ask nothing: greetings, thanks, goodbyes, "are you a bot?", "can I talk to a person".

Above: the offline model and the turn, which ask it before they look anything up.
Below: nothing; pure functions over text.
"""

import re
from enum import StrEnum
from functools import cache

MAX_WORDS = 14
"""Longer messages are never small talk: there is something in them worth looking up."""

MAX_HUMAN_WORDS = 45
"""A request for a person may carry a reason, so it may be longer."""


class SmallTalk(StrEnum):
    """What a message is when it is no question. The order is the order of precedence."""

    HUMAN = "human"
    BOT = "bot"
    IDENTITY = "identity"
    HELP = "help"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    GREETING = "greeting"
    EMPTY = "empty"


# One phrase a line part, parted by "|". Compared word by word after lower-casing and
# stripping punctuation, so "what's" reads "whats" here.
_PHRASES: dict[SmallTalk, str] = {
    SmallTalk.BOT: """are you a bot|are you a robot|are you a machine|are you an ai|are you ai
        |are you a chatbot|are you human|are you a human|are you a person|are you a real person|are you real
        |is this a bot|is this an ai|is this a chatbot|is this a robot|is this a real person|is this a human
        |are you chatgpt|am i talking to a bot|am i talking to a robot|am i talking to a human
        |am i talking to a person|am i talking to a real person|am i talking to an ai|am i talking to a machine
        |am i chatting with a bot|am i chatting with a human|am i speaking to a human
        |am i speaking to a real person|am i speaking to a person|am i speaking with a human
        |am i speaking to a bot|bist du ein bot|sind sie ein bot|es tu un robot|eres un robot|ben je een robot
        |sei un bot""",
    SmallTalk.IDENTITY: """who are you|whats your name|what is your name|who am i talking to|who is this
        |whos this|what are you|who am i speaking to|who am i chatting with|tell me about yourself
        |introduce yourself|do you have a name|who made you|wer bist du|qui es tu|quien eres|wie ben je|chi sei""",
    SmallTalk.HELP: """help|help me|i need help|i need some help|can you help|can you help me
        |could you help|could you help me|can you please help me|could you please help me|i need your help
        |please help|help please|i have a question|i have got a question|i got a question|ive got a question
        |quick question|i have a few questions|i have some questions|what can you do|what can you help with
        |what can you help me with|what do you do|how can you help|how can you help me|what can i ask
        |what can i ask you|can i ask you something|can i ask something|can i ask a question
        |can i ask you a question|how does this work|how do you work|i need assistance|i need support|need help
        |hilfe|aide|ayuda|aiuto|i need help with something|can you help me with something|can someone help me
        |can anyone help me""",
    SmallTalk.GOODBYE: """bye|bye bye|goodbye|good bye|see you|see ya|see you later|see you soon|cya|farewell
        |cheerio|good night|goodnight|have a nice day|have a good day|have a great day|have a good one
        |have a nice evening|have a good evening|have a lovely day|have a good weekend|have a nice weekend
        |take care|talk to you later|until next time|thats all|that is all|thatll be all|that will be all
        |that was all|tschüss|tschuss|auf wiedersehen|ciao ciao|au revoir|à bientôt|bonne journée|adiós|adios
        |hasta luego|tot ziens|doei|arrivederci|a presto|adeus|tchau|até logo|schönen tag noch|schönen tag
        |bonne soirée""",
    SmallTalk.THANKS: """thanks|thank you|thank u|thankyou|thx|thnx|ty|tysm|tks|many thanks|thanks a lot
        |thanks a million|thanks so much|thank you so much|thank you very much|thanks very much|thanks a bunch
        |thanks again|thank you again|much appreciated|i appreciate it|i appreciate that|appreciate it|appreciated
        |cheers|that helped|that helps|that was helpful|very helpful|that is helpful|thats helpful
        |this was helpful|this helped|you are great|youre great|you are the best|youre the best|you are awesome
        |youre awesome|you rock|well done|good job|great job|you helped a lot|youve been very helpful
        |you have been very helpful|you were very helpful|problem solved|thats it|it works|it works now|it worked
        |that worked|that works|for your help|for the help|for helping|for helping me|for your assistance
        |for your support|for your time|danke|danke schön|danke schon|danke dir|danke ihnen|vielen dank
        |besten dank|herzlichen dank|merci|merci beaucoup|merci bien|gracias|muchas gracias|mil gracias|bedankt
        |dank je|dank je wel|dank u|dank u wel|dankjewel|dankuwel|hartelijk dank|grazie|grazie mille|molte grazie
        |obrigado|obrigada|muito obrigado|muito obrigada""",
    SmallTalk.GREETING: """hi|hello|hey|heya|hiya|howdy|yo|greetings|good morning|good afternoon|good evening
        |good day|morning|evening|afternoon|hi there|hello there|hey there|how are you|how are you doing
        |how are you today|how are you doing today|how is it going|hows it going|how do you do|whats up|sup
        |nice to meet you|pleased to meet you|is anyone there|is anybody there|anyone there|anybody there
        |are you there|anyone here|is someone there|hello world|dear support|dear sir or madam|dear team|dear sirs
        |to whom it may concern|hallo|guten tag|guten morgen|guten abend|moin|moin moin|servus|grüß gott|grüezi
        |bonjour|bonsoir|salut|coucou|hola|buenos días|buenos dias|buenas tardes|buenas noches|buenas|qué tal
        |que tal|goedemorgen|goedemiddag|goedenavond|goedendag|goeiedag|hoi|dag|ciao|buongiorno|buonasera
        |buon giorno|buona sera|salve|olá|ola|oi|bom dia|boa tarde|boa noite|ça va|comment ça va|wie gehts
        |wie geht es ihnen|cómo estás|hoe gaat het|come stai""",
    SmallTalk.EMPTY: """ok|okay|okey|k|kk|yes|yep|yeah|yup|no|nope|nah|sure|fine|alright|all right|right
        |got it|i see|understood|great|good|nice|cool|perfect|awesome|excellent|wonderful|super|brilliant|amazing
        |lovely|wow|hmm|hm|mhm|uh|um|oh|ah|so|test|testing|test test|lol|haha|hahaha|never mind|nevermind
        |no problem|no worries|nothing|nothing else|no thanks|no thank you|not now|all good|im good|i am good|ja
        |nein|oui|non|si|sí|nee|sim|não|genau|gut|makes sense|that makes sense|sounds good|will do|noted|roger
        |clear|very good|very nice|i am fine|im fine""",
}

_FILLER_WORDS = """
and or but so very much a lot for your the to you all everyone everybody team folks guys support sir madam please
just really well then now again today there here my friend it quick answer reply response info bot assistant buddy
mate indeed also too und et y en e
"""
_FILLERS = frozenset(_FILLER_WORDS.split())

_FORMAL, _CASUAL = 67, 33
_REPLIES: dict[SmallTalk, tuple[str, str, str]] = {
    SmallTalk.HUMAN: (
        "Sure, you can talk to a person.",
        "Of course, you can talk to a person.",
        "Certainly, you may speak with a member of our team.",
    ),
    SmallTalk.BOT: (
        "I'm a bot, yes: I answer from our help pages. You can ask for a person any time.",
        "I am an automated assistant and answer from our help pages. You can ask for a person at any time.",
        "I am an automated assistant and answer from our help pages. You may ask for a member of our team at any time.",
    ),
    SmallTalk.IDENTITY: (
        "I'm {name}. I look up answers in our help pages.",
        "I am {name}. I look up answers in our help pages.",
        "I am {name}. I answer questions from our help pages.",
    ),
    SmallTalk.HELP: (
        "Happy to help! What would you like to know?",
        "I am happy to help. What would you like to know?",
        "I shall gladly help. What would you like to know?",
    ),
    SmallTalk.GOODBYE: ("Bye, take care!", "Goodbye, and take care.", "Goodbye. Thank you for contacting us."),
    SmallTalk.THANKS: (
        "You're welcome!",
        "You are welcome. Is there anything else?",
        "You are most welcome. May I help with anything else?",
    ),
    SmallTalk.GREETING: ("Hi! How can I help?", "Hello! How can I help you?", "Good day. How may I help you?"),
    SmallTalk.EMPTY: (
        "What can I help you with?",
        "Is there anything I can help you with?",
        "May I help you with anything?",
    ),
}
"""Casual, neutral, formal."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")

_KIND_OF_PERSON = (
    r"(?:(?:real|actual|live|human|living|customer|support|service|sales|care|responsible|senior|different|other|competent)"
    r"\s+){0,3}"
)
_PERSON = (
    rf"(?:an?\s+|another\s+|the\s+|your\s+|some\s+|any\s+)?{_KIND_OF_PERSON}"
    r"(?:human(?:\s+being)?s?|persons?|people|agents?|someone|somebody|anyone|representatives?|reps?|operators?|colleagues?"
    r"|advis[oe]rs?|employees?|staff(?:\s+members?)?|team\s*members?|members?\s+of\s+(?:staff|(?:the|your)\s+team)|managers?"
    r"|supervisors?|customer\s+(?:service|support|care)|specialist|consultant|(?:service|support|sales)\s+team)\b"
)
_CONTACT = (
    r"(?:talk(?:ing)?|speak(?:ing)?|chat(?:ting)?|write|connect(?:ed)?|transfer(?:red)?|forward(?:ed)?|escalated?|(?:get|put)\s+through"
    r"|hand(?:ed)?\s+over)"
)
_WISH = (
    r"(?:(?:can|could|may|might)\s+(?:i|you|we|u)|(?:i|we)(?:['’]d|\s+would)?\s+(?:like|love|prefer|rather)"
    r"|(?:i|we)\s+(?:really\s+|just\s+)?(?:want|need|wish|demand|insist)|(?:let|get|give|put|connect|transfer|pass|forward"
    r"|hand)\s+me|please|is\s+it\s+possible|is\s+there|how\s+(?:can|do)\s+(?:i|we)|i\s+(?:must|should|can|have\s+to)|would\s+(?:like|prefer)|prefer|any\s+way)"
)
_AT_THE_END = r"(?=\W*$|\s+(?:please|now|to\s+help|instead|immediately|asap))"
_REQUESTS = (
    rf"{_WISH}\W+(?:\w+\W+){{0,4}}?{_CONTACT}\W+(?:(?:me|us|directly|this)\W+)?(?:to|with|through\s+to|over\s+to)\W+{_PERSON}",
    rf"^\W*(?:please\W+)?{_CONTACT}\W+(?:me\W+|us\W+)?(?:to|with)\W+{_PERSON}",
    rf"(?:get|give|connect|transfer|pass|put|forward|hand)\s+me\s+(?:on\s+|over\s+|through\s+)?(?:to\s+|with\s+)?{_PERSON}",
    rf"(?:i|we)(?:['’]d)?\s+(?:really\s+|just\s+)?(?:want|need|would\s+like|like|prefer|demand)\s+{_PERSON}{_AT_THE_END}",
    (
        r"^\W*(?:(?:hi|hello|hey|ok|no)\W+)?(?:(?:real|live|actual|human)\s+){0,2}(?:human|person|agent|operator|representative"
        r"|human\s+support|chat\s+agent)(?:\W+(?:please|pls|now|plz))?\W*$"
    ),
    (
        r"\bis\s+there\s+(?:a|any|some)\s*(?:real\s+)?(?:human|person|someone|one|body)\s+(?:(?:that|who)\s+)?i\s+(?:can|could)"
        r"\s+(?:talk|speak)\s+(?:to|with)"
    ),
    r"\b(?:speak|talk)\s+to\s+an?\s+(?:real\s+|live\s+|actual\s+)?(?:human|person|agent|representative)\W*$",
)
_NEGATED = re.compile(
    r"\b(?:(?:do|did|would|does|will|can)(?:n['’]?t|\s+not)|no\s+need|never|not|without|rather\s+than|instead\s+of|no\s+longer)"
    r"(?:\s+\w+){0,2}?\s+(?:want|need|like|have|having|talk|speak|human|person|agent|someone)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:when|what\s+time|what\s+hours|where|how\s+much|how\s+long|which\s+(?:number|days?|hours?))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def recognise(message: str) -> SmallTalk | None:
    """What kind of small talk the message is, or None when it says or asks anything beyond that.

    "Hi, how do I return a bike?" is None: beside a question the question wins. Linear in
    the message; never raises.
    """
    if len(message) > 40 * MAX_HUMAN_WORDS:
        return None
    words = _words(message)
    if not words:
        return SmallTalk.EMPTY
    if len(words) <= MAX_HUMAN_WORDS and asks_for_human(message) and not _asks_something_else(message):
        return SmallTalk.HUMAN
    if len(words) > MAX_WORDS:
        return None
    return _consume(words)


def asks_for_human(message: str) -> bool:
    """True when a sentence of the message asks, without negation, to be put through to a person."""
    return any(_requests_human(part) for part in _SENTENCE_END.split(message[: 40 * MAX_HUMAN_WORDS]))


def reply(kind: SmallTalk, *, formality: int = 50, name: str = "") -> str:
    """A short answer in the agent's voice. `formality` is the trait from 0 to 100."""
    casual, neutral, formal = _REPLIES[kind]
    text = formal if formality >= _FORMAL else casual if formality <= _CASUAL else neutral
    return text.replace("{name}", name.strip() or "the support assistant")


def _words(message: str) -> list[str]:
    found = _WORD.findall(message.casefold())
    return [_STRETCHED.sub(r"\1", word.replace("'", "").replace("’", "")) for word in found]


def _requests_human(sentence: str) -> bool:
    if _ABOUT.search(sentence) or _NEGATED.search(sentence):
        return False
    return any(pattern.search(sentence) for pattern in _request_patterns())


def _asks_something_else(message: str) -> bool:
    return any(
        "?" in part and not _requests_human(part) and _consume(_words(part)) is None
        for part in _SENTENCE_END.split(message)
    )


@cache
def _request_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in _REQUESTS)


@cache
def _phrases() -> dict[tuple[str, ...], SmallTalk]:
    table: dict[tuple[str, ...], SmallTalk] = {}
    for kind, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            table[tuple(phrase.split())] = kind
    return table


@cache
def _longest_phrase() -> int:
    return max(len(phrase) for phrase in _phrases())


def _consume(words: list[str]) -> SmallTalk | None:
    """Reads the words from left to right as phrases and fillers; None when a word is left over."""
    found: set[SmallTalk] = set()
    at = 0
    while at < len(words):
        size, kind = _phrase_at(words, at)
        if kind is not None:
            found.add(kind)
        elif words[at] not in _FILLERS:
            return None
        at += size
    return next((kind for kind in SmallTalk if kind in found), None if words else SmallTalk.EMPTY)


def _phrase_at(words: list[str], at: int) -> tuple[int, SmallTalk | None]:
    for size in range(min(_longest_phrase(), len(words) - at), 0, -1):
        kind = _phrases().get(tuple(words[at : at + size]))
        if kind is not None:
            return size, kind
    return 1, None
