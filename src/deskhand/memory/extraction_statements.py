"""Preferences, language, address, company and plan, where the sender states them.

Above: `extraction`. Below: nothing but patterns, each with what it makes of its match.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deskhand.memory.extraction_facts import MAX_VALUE, Fact, fact
from deskhand.memory.extraction_sentences import Sentence
from deskhand.memory.model import MemoryType

CHANNELS = {
    "e-mail": "e-mail",
    "email": "e-mail",
    "e-mails": "e-mail",
    "emails": "e-mail",
    "mail": "e-mail",
    "phone": "phone",
    "telephone": "phone",
    "call": "phone",
    "calls": "phone",
    "phone calls": "phone",
    "a call": "phone",
    "a phone call": "phone",
    "text": "text message",
    "text message": "text message",
    "text messages": "text message",
    "texts": "text message",
    "sms": "text message",
    "chat": "chat",
    "live chat": "chat",
    "whatsapp": "WhatsApp",
    "post": "post",
    "letter": "post",
}
_CHANNEL = "(?P<value>" + "|".join(sorted(map(re.escape, CHANNELS), key=len, reverse=True)) + r")\b"
_LANGUAGES = """
Arabic|Bengali|Bulgarian|Cantonese|Catalan|Chinese|Croatian|Czech|Danish|Dutch|English|Estonian|Farsi|Finnish|French
|German|Greek|Hebrew|Hindi|Hungarian|Indonesian|Irish|Italian|Japanese|Korean|Latvian|Lithuanian|Malay|Mandarin
|Norwegian|Persian|Polish|Portuguese|Punjabi|Romanian|Russian|Serbian|Slovak|Slovenian|Spanish|Swahili|Swedish|Tagalog
|Tamil|Telugu|Thai|Turkish|Ukrainian|Urdu|Vietnamese|Welsh
""".replace("\n", "")
_LANGUAGE = rf"(?P<value>{_LANGUAGES})\b"
_NAMED = r"(?P<value>[A-Z0-9][\w&'.-]{0,40}(?: (?:&|and|of|[A-Z0-9][\w&'.-]{0,40})){0,4})"
_WHEN = (
    r"(?P<value>(?:in the |during the )?(?:early |late )?(?:mornings?|afternoons?|evenings?)"
    r"|(?:on )?(?:weekdays|weekends|(?:mon|tues|wednes|thurs|fri|satur|sun)days)"
    r"|(?:only )?(?:after|before|between|from) (?:\d{1,2}(?::\d{2})?\s?(?:am|pm|o'clock)?|noon|lunch|work)"
    r"(?:\s?(?:and|to|-|–)\s?\d{1,2}(?::\d{2})?\s?(?:am|pm|o'clock)?)?)"
)
_PASSING = re.compile(
    r"\b(?:refund|replacement|exchange|compensation|discount|credit|money|you|that|not|if|instead|now|today|tomorrow)\b",
    re.IGNORECASE,
)
_WEAK_END = re.compile(r"\s+(?:please|thanks|thank you|now|too|as well|and|or|but|so|because)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pattern:
    type: MemoryType
    key: str | None
    says: re.Pattern[str]
    content: Callable[[re.Match[str]], str | None]


def _channel(match: re.Match[str]) -> str:
    return f"Prefers to be contacted by {CHANNELS[match['value'].lower()]}"


def _unwanted(match: re.Match[str]) -> str:
    return f"Does not want to be contacted by {CHANNELS[match['value'].lower()]}"


def _value(template: str) -> Callable[[re.Match[str]], str | None]:
    def content(match: re.Match[str]) -> str | None:
        value = _WEAK_END.sub("", match["value"].strip(" .,;:-")).strip()
        return template.format(value) if len(value) > 1 else None

    return content


def _liking(match: re.Match[str]) -> str | None:
    """What is preferred in general; not what is wanted in this case."""
    if _PASSING.search(match["value"]) or match["value"].lower().split(" ")[0] in {"to", "it", "this"}:
        return None
    return _value("Prefers {}")(match)


def _of(kind: MemoryType, key: str | None, says: str, content: Callable[[re.Match[str]], str | None]) -> _Pattern:
    return _Pattern(type=kind, key=key, says=re.compile(says, re.IGNORECASE), content=content)


def _exact(key: str, says: str, content: Callable[[re.Match[str]], str | None]) -> _Pattern:
    """Of names, in which capitals count."""
    return _Pattern(type=MemoryType.USER_INFO, key=key, says=re.compile(says), content=content)


_PREFER = r"\b(?:i|we)(?:'d| would)? (?:(?:strongly|generally|always|much|really|usually) )?(?:prefer|rather)"
_BEFORE_CHANNEL = (
    r"(?: (?:to )?(?:be |have you )?(?:contacted|reached|updated|informed|communicate|hear(?:ing)? from you|contact"
    r"|communication|updates|answers|replies|being contacted|getting updates|talk|speak|write))?"
    r"(?: (?:by|via|through|over|on|using))?(?: the| an?)? "
)
_DONT_WANT = (
    r"\b(?:(?:i|we) (?:do not|don't|never|wouldn't) (?:want|like|wish|need)(?: to (?:get|receive|be contacted by"
    r"|be reached by))?(?: any(?: more)?| more)?|(?:please )?stop sending me"
    r"|(?:please )?(?:do not|don't|never) (?:send me|contact me (?:by|via|on|over)|reach me (?:by|via|on|over)))"
    r"(?: any| the| marketing)? "
)

_PREFERENCE, _USER = MemoryType.PREFERENCE, MemoryType.USER_INFO
_PATTERNS = (
    _of(_PREFERENCE, "preference.contact_channel", _PREFER + _BEFORE_CHANNEL + _CHANNEL, _channel),
    _of(
        _PREFERENCE,
        "preference.contact_channel",
        r"\b(?:please |only |always ){1,2}(?:contact|reach|update|inform|notify|answer) me (?:only )?"
        r"(?:by|via|through|over|on|using) " + _CHANNEL,
        _channel,
    ),
    _of(
        _PREFERENCE,
        "preference.contact_channel",
        rf"(?:^|[,;] ?|\band )(?:an? )?{_CHANNEL} (?:is|works|would be) (?:the )?"
        r"(?:best|better|easiest|easier|preferred)"
        r"(?: way)?(?: to (?:reach|contact) me| for me)",
        _channel,
    ),
    _of(_PREFERENCE, "preference.unwanted_channel", _DONT_WANT + _CHANNEL, _unwanted),
    _of(
        _PREFERENCE,
        "preference.unwanted_channel",
        rf"^\s*(?:please,? )?no (?:more )?{_CHANNEL}\s*(?:please|[.!,]|$)",
        _unwanted,
    ),
    _of(
        _PREFERENCE,
        "preference.unwanted_channel",
        r"\b(?:please )?(?:do not|don't|never|stop) (?P<verb>call(?:ing)?|phon(?:e|ing)|ring(?:ing)?) me\b"
        r"(?! (?:in|on|before|after|during|at|between|until)\b)"
        r"|\b(?:i|we) (?:do not|don't) (?:want|like|wish) to be (?:called|phoned)\b",
        lambda _: "Does not want to be contacted by phone",
    ),
    _of(
        _PREFERENCE,
        "preference.contact_time",
        rf"(?<!not )(?<!n't )(?<!never )\b(?:call|ring|phone|contact|reach|text)"
        rf"(?: me)? (?:back )?(?:only )?(?:\w+ )?{_WHEN}",
        _value("Wants to be contacted {}"),
    ),
    _of(
        _PREFERENCE,
        "preference.language",
        r"\b(?:please )?(?:answer|reply|respond|write|speak|talk|continue|communicate)(?: to me| back| with me)?"
        rf" (?:only )?in {_LANGUAGE}|{_PREFER}(?: to)?(?: (?:speak|write|talk|communicate|chat|read)(?:ing)?)?(?: in)? "
        + _LANGUAGE.replace("<value>", "<other>"),
        lambda match: f"Wants to be answered in {(match['value'] or match['other']).title()}",
    ),
    _of(
        _USER,
        "user.language",
        rf"\b(?:my (?:native|first|mother|main|own) (?:language|tongue) is|(?:i|we) (?:only |mainly |mostly )?speak)"
        rf" {_LANGUAGE}",
        lambda match: f"Speaks {match['value'].title()}",
    ),
    _of(
        _PREFERENCE,
        None,
        r"\bi (?:always |generally |usually |really |strongly )?prefer (?P<value>[^,.;:!?\n]{3,120})",
        _liking,
    ),
    _of(
        _USER,
        "user.address",
        r"\bmy (?:new |current |home |postal |street |mailing )?address is (?:now )?"
        rf"(?P<value>(?=[^@]{{0,{MAX_VALUE}}}(?:[.;!?\n]|$))[^.;!?\n@]{{0,60}}\d[^;!?\n@]{{0,80}})",
        _value("Address: {}"),
    ),
    _of(
        _USER,
        "user.delivery_address",
        r"\bmy (?:new |current )?(?:delivery|shipping) address is (?:now )?"
        r"(?P<value>[^.;!?\n@]{0,60}\d[^;!?\n@]{0,80})",
        _value("Delivery address: {}"),
    ),
    _exact(
        "user.location",
        r"\b(?:I|[Ww]e)(?:'m| am|'re| are| now)? (?:live|living|based|moved) (?:in|to|at) (?:the )?"
        + _NAMED.replace("(?: (?:&|and|of|", "(?:,? (?:", 1),
        _value("Lives in {}"),
    ),
    _exact(
        "user.company",
        r"\b(?:I work (?:for|at)|[Mm]y (?:company|employer) is(?: called)?|[Oo]ur company is(?: called)?"
        r"|on behalf of|I'm (?:calling|writing) from|I am (?:calling|writing) from) (?:the )?" + _NAMED,
        _value("Company: {}"),
    ),
    _of(
        _USER,
        "user.plan",
        r"\b(?:(?:i'm|i am|we're|we are) (?:currently )?on|(?:i|we) (?:currently )?(?:have|use)"
        r"|my (?:current )?plan is|our plan is)"
        r" (?:the |your |an? )?(?P<value>[\w+-]{2,30}(?: [\w+-]{2,30})?) (?:plan|subscription|tier|package)\b"
        r"|\bmy (?:current )?plan is (?:the |your )?(?P<other>[A-Z][\w+-]{1,30})",
        lambda match: f"Plan: {match['value'] or match['other']}",
    ),
)


def statement_facts(sentence: Sentence) -> Iterator[Fact]:
    """What the sentence states, each key once."""
    if sentence.asks:
        return
    seen: set[str | None] = set()
    for pattern in _PATTERNS:
        match = pattern.says.search(sentence.plain)
        if match is None or pattern.key in seen or not sentence.holds(match.start(), match.end()):
            continue
        if pattern.key is None and any(key is not None for key in seen):
            continue  # "I prefer e-mail" is said better already
        content = pattern.content(match)
        if content is not None:
            seen.add(pattern.key)
            yield fact(pattern.type, pattern.key, content[: MAX_VALUE + 40], sentence.text)
