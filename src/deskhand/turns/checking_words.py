"""What the checks know of words: the language of a text, names in it, whether a clause says no, words of mere courtesy.

Above: the checks. Below: the offline model's words (stems and groups of like words). Pure functions.
"""

import re
from functools import lru_cache

from deskhand.llm.offline_words import content_terms, keys, normalise, stem_set, tokens

REMEMBERED_TEXTS = 4_096

# Words that tell the languages apart; what none of them claims has no language.
_FUNCTION_WORDS = {
    "en": "the and you your is are to of for with it can will be not or from this that we our in on as if have has",
    "de": "der die das und sie ihr ihre ihnen ich ist sind zu von für mit es kann wird nicht oder aus wir auf den ein",
    "fr": "le la les et vous votre est sont pour avec il peut ne pas ou du des nous dans sur une un je en qui",
    "es": "el la los las y usted su es son para con puede no o de nosotros en una un que por del se",
    "it": "il lo la i gli e lei suo è sono per con può non o di noi in una un che del nel",
    "nl": "de het en u uw is zijn te van voor met kan zal niet of uit wij ons ik op een als",
    "pt": "o a os as e você seu é são para com pode não ou de nós em uma um que do da no",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
_SURE_SHARE = 0.5

_ONE_WORD = re.compile(r"\S+")
_NEGATORS = frozenset(
    _ONE_WORD.findall(
        "not no never cannot cant can't don't dont doesn't doesnt didn't isn't isnt aren't arent wasn't weren't won't "
        "wont wouldn't shouldn't mustn't haven't hasn't hadn't needn't couldn't nobody none nothing neither nor without"
    )
)
_OPPOSITES = frozenset(
    _ONE_WORD.findall(
        "unable unavailable impossible excluded ineligible nonrefundable nontransferable forbidden prohibited banned "
        "refuse refused refuses decline declined declines reject rejected invalid unworn unused unopened undamaged "
        "uninsured unsupported incompatible unpaid exclude excludes void"
    )
)
_NEG_PREFIX = re.compile(r"\bnon[- ]?(?=[a-z]{4})")
_NOT_A_NO = re.compile(
    r"\bno (?:later|more|less|fewer|longer|sooner) than\b|\bnot only\b|\bno matter\b|\bno problem\b|\bno worries\b"
    r"|\bnot (?:later|more|less|fewer) than\b|\bwhether or not\b|\bif not\b|\bwhy not\b|^\s*no,|\bnot at all\b"
    r"|\bno,? (?:you|we|it|this|that|there|i)\b(?= )|\b(?:do not|don't) (?:worry|forget)\b",
)
_COSTS_NOTHING = re.compile(
    r"\b(?:at )?no (?:extra |additional |further )?(?:cost|charge|fee)s?\b|\bcosts? nothing(?: extra)?\b"
    r"|\bfree of charge\b|\bwithout (?:extra |any )?(?:cost|charge|fee)s?\b"
    r"|\bdon't (?:charge|cost)\b|\b(?:do|does|will) not (?:charge|cost)\b"
)
_TURNS = re.compile(r"\b(?:until|unless|except|only|before|after|once|although|though|but|instead|otherwise|if)\b")

_COURTESY = frozenset(
    stem
    for stem in stem_set(
        "hello hi hey welcome glad happy pleased pleasure sorry apologise apologies apologize regret understand hear "
        "appreciate thank thanks please help helps helping assist assistance support question questions ask asking "
        "know let tell look looking check checking see find found information info details detail sure course "
        "certainly absolutely gladly great good nice day today moment anything something else further more hope "
        "here there answer answers explain explained share sharing follows following below above summary short "
        "brief quick quickly first next also additionally finally however mind feel free reach contact person "
        "human colleague colleagues team talk speak pass conversation chat message try words other again yes no "
        "okay ok right exactly correct indeed unfortunately way thing things need want like would could may might "
        "situation frustrating frustration inconvenience trouble matter concern concerned case clear clarify "
        "confirm provide give able happens happen point steps step list overview guess rather centre center wish "
        "lovely wonderful enjoy evening morning afternoon weekend soon bye goodbye care luck question asked mention "
        "usually normally typically generally around approximately roughly just simply currently basically sound "
        "sounds annoying annoyed upset upsetting disappointing stressful patience patient worry mentioned said say "
        "wonder wondering interest interested interesting regarding about concerning based"
    )
)
_SENTENCE_NAME = re.compile(r"(?<=[a-z,;’'] )(?P<name>[A-Z][a-zA-Z]*[a-z](?:[ ][A-Z][a-zA-Z]*[a-z])*)")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")


@lru_cache(maxsize=REMEMBERED_TEXTS)
def language_of(text: str) -> str:
    """The language of a text by its small words, or nothing where they do not tell."""
    words = [word.casefold() for word in tokens(text)]
    counts = {language: sum(word in known for word in words) for language, known in _LANGUAGES.items()}
    best, second = sorted(counts, key=lambda language: counts[language], reverse=True)[:2]
    if counts[best] < 2 or counts[second] > counts[best] * _SURE_SHARE + 1:  # noqa: PLR2004 - one word tells nothing
        return ""
    return best


def speak_differently(one: str, other: str) -> bool:
    """Whether two texts are surely of two languages, so that their words cannot be compared."""
    first, second = language_of(one), language_of(other)
    return bool(first and second) and first != second


@lru_cache(maxsize=REMEMBERED_TEXTS)
def content_stems(text: str) -> frozenset[str]:
    """The stems of what a text is about."""
    return stem_set(text)


@lru_cache(maxsize=REMEMBERED_TEXTS)
def news_in(text: str) -> frozenset[str]:
    """The stems of a sentence that go beyond courtesy."""
    return frozenset(term.key for term in content_terms(text) if not is_courtesy(term.key)) - _COURTESY


def is_courtesy(stem: str) -> bool:
    """Whether a word is one that says nothing of the matter."""
    return stem in _COURTESY or (stem.isdigit() and len(stem) == 1)


def known_stems(texts: tuple[str, ...]) -> frozenset[str]:
    """All keys of some texts together: stems, groups of like words, identifiers."""
    return frozenset[str]().union(*(keys(text) for text in texts))


@lru_cache(maxsize=REMEMBERED_TEXTS)
def names_in(text: str) -> frozenset[str]:
    """Capitalised words within an English sentence, and words in capitals: products, places, people."""
    bare = re.sub(r"\*\*[^*\n]{1,120}\*\*|`[^`\n]{1,200}`", " ", text)
    if language_of(bare) not in {"en", ""}:
        return frozenset()  # Germans capitalise every noun
    words = [word for word in tokens(bare) if word[0].isalpha()]
    capital = [word for word in words if word[0].isupper()]
    if len(capital) > max(3, len(words) // 2):
        return frozenset()  # a title, a row of labels
    found = {word for name in _SENTENCE_NAME.finditer(bare) for word in name["name"].split()}
    found.update(_SHOUTED.findall(bare))
    return frozenset(found - {"I", "I'm", "OK", "FAQ", "PS"})


def negations_in(clause: str) -> int:
    """How often a clause says no. What costs nothing is free, and "no later than" denies nothing."""
    text = _COSTS_NOTHING.sub(" free ", normalise(clause))
    text = _NEG_PREFIX.sub("not ", _NOT_A_NO.sub(" ", text))
    words = tokens(text)
    return sum(word in _NEGATORS or word in _OPPOSITES for word in words)


def says_free(text: str) -> bool:
    """Whether something costs nothing."""
    return re.search(r"\bfree\b(?! (?:to|time))", _COSTS_NOTHING.sub(" free ", text.casefold())) is not None


def turns_in(clause: str) -> frozenset[str]:
    """Words such as "until" and "only", which make a no of a yes."""
    return frozenset(_TURNS.findall(clause.casefold()))
