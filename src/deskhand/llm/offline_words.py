"""Words as the offline model compares them: stems with weights, identifiers, and what counts as the same word.

Above: `offline_*`, `questions`. Below: the Snowball stemmer; pure functions.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from py_rust_stemmers import SnowballStemmer

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing down during each else ever for from further had has have having he her here hers him his
    how i if in into is it its itself just let may me might mine more most must my myself no nor not of off on once one
    ones only or other our ours ourselves out over own please same shall she should so some such than that the their theirs
    them then there these they this those through to too under until up us very was we were what whatever when where which
    while who whom whose why will with would you your yours yourself im ive id ill isnt arent dont doesnt didnt cant
    couldnt wont wouldnt shouldnt hasnt havent whats wheres hows thats theres youre theyre via per vs etc hi hello hey
    thanks thank ok okay yes much many long often quickly happen happens happened want wants wanted get gets getting got go
    goes going come comes came tell know whether till til u ur pls plz ll ve re also anymore instead still yet already
    around really actually""".split()
)

# Words that say little about which fact is asked for: they frame a question rather than name its subject.
_GENERIC = frozenset(
    """able actually already always another anybody anyone anything around ask available away back bad best better big bit
    bring buy call case certain change check choose come companies company correct current currently customer customers day
    days deal different easy else enough entire even every everything exactly example expect explain fact far fast feel few
    find first follow full general get gets getting give given go goes going good got great guy happen happens hard help
    hour hours idea important include included including information instead issue item items keep kind know last later
    least left like little long look lot made make makes many matter mean means minimum maximum month months much name need
    needed needs new next nice normal normally now number offer often old open option options order own part people person
    place possible problem product products provide put question quickly read really reason receive recommend right run say
    see seem send set several show simple since small something sometimes soon sort specific start still stop sure system
    take takes taking tell thing things think time times today tomorrow top total towards try trying type understand use
    used user users using usual usually value want wanted wants way ways week weeks well whether wish without wonder
    wondering work working works worry year years yet allow allowed apply cost costs price much fee pay money amount
    free kinds types sort require required requires manage handle yesterday tonight morning afternoon evening weekend
    husband wife son daughter brother sister mother father mum dad aunt uncle friend friends neighbour neighbor boss
    colleague family child kid kids girlfriend boyfriend partner myself someone somebody early straight second hand
    spring summer autumn winter turn bought buy buying ordered since ago once twice live plan planning wrong pick
    home believe said says told saying accidentally unfortunately somehow maybe probably especially exactly third own
    whole compared one two three four five six seven eight nine ten eleven twelve hundred thousand rest ok big small
    large bigger smaller highest lowest longest biggest high low mistake guys girl boy man woman title called""".split()
)
GENERIC_WEIGHT = 0.25

# Everyday words in which people tell their story, and which an answer seldom repeats.
_EVERYDAY = frozenset(
    """above accept accident act actual adult afraid age ahead air along angry appear area arm arrange arrive aunt autumn
    avoid aware baby bag basically bath beach beat bed beside beyond birthday bit blame block blow body book border bored
    borrow both bounce box break breakfast bright broke bunch burn busy cabin care careful carry catch cause chair chance
    chat choice christmas church city class clean clear climb close clothes cloud coat coffee cold comfortable complete
    computer confirm confused contain control cook cool copy corner correct count country couple cover crash crazy cross
    cry cup curious cut daily damn danger dark dead deal dear decide deep desk die dinner dirty disappear discover divide
    dog door double doubt drag draw dream dress drink drive drop dry due dust duty eat edge effect effort empty enjoy
    enter event evening exact except excited exit expire extra eye face fail fair fall famous fan farm fault favourite
    fear feed field fight figure fill final finger fire fit flat floor fly fold food foot force forget forgot form forward
    freeze fresh front fuel fun funny garage garden gate gather gift glad glass gone grab grandma grandpa grandson grass
    ground group grow guess guest gym habit half hall hall hang hardly hat hate head heat heavy height hide hit hobby
    hole holiday hope horse hospital hotel hot hungry hurry hurt husband ice idea ill imagine immediate impossible indeed
    inside interest invite job join joke joy jump just kick kill kitchen knock lady lake land language lately laugh lay
    lazy lead leaf lean learn leg lend length less level lie life lift lip list listen load local lock lonely loose lose
    lost loud love lovely low luck lucky lunch mad main march mark marry massive maximum meal meanwhile meet mess mid mind
    miss mistake mix mood moon mouth move music narrow near nearly neat neck neighbour nervous nice night noise nobody none
    noon nose note notice object obvious odd office often ordinary outside over pack page pain pair paper parent park party
    pass past patient pause peace perfect perhaps permit phone pick picture piece pink plain planet plate play pleasant
    please pocket point polite poor popular position post pour practice prefer prepare present press pretty prevent pride
    print private promise proper proud prove public pull purpose push quality quarter quiet quit quote race rain raise ran
    rather reach real recent record red reduce refuse regular relax remember remind repeat replace reply report reserve
    respect rest rich ride ring rise risk river road room rough round row rule run rush sad safe sand save scared school
    sea season seat secret sell senior sense separate serious settle shake shape share sharp shelf shine shock shoe shop
    shoot short shout shut shy sick side sign silly similar single sink sister sit situation skin sky sleep slip slow smart
    smash smell smile smoke smooth snow soap soft soil son song sorry sound space spare speak spend split spoil spot spread
    square stable stairs stand star stay steal steep stick stolen stone stop store storm story stranger street stress strike
    string strong stuck stuff stupid succeed sudden suffer sugar suggest suit sun super supply support suppose surface
    surprise sweet swim table tail talk tall task taste tea teach team tear tend terrible test thick thin third throw tight
    till tiny tip tired together tomorrow tongue tonight tooth touch tough tour town track trade traffic train trap travel
    treat tree trick trip trouble true trust truth turn twice ugly unable uncle unfair unless unusual upset useful usual
    vacation various view village visit voice wait wake walk wall warm wash waste watch water weak wear weather wedding
    week weekend weight weird wet wheel white wide wife wild win wind window wine wing winter wise woman wonderful wood word
    world worse worst worth write yard yellow young""".split()
)
EVERYDAY_WEIGHT = 0.5
IDENTIFIER_WEIGHT = 2.5
NAME_WEIGHT = 1.6

# Groups of words that support texts use for one another. The first is the name of the group.
_SAME = """
price cost fee charge rate pricing priced tariff expensive cheap surcharge
cancel terminate cancellation termination quit unsubscribe
delete remove erase deletion removal uninstall
change modify edit update amend adjust alter
return giveback sendback
exchange swap
refund reimburse reimbursement moneyback repay
purchase acquire buy
deliver ship shipping delivery shipment dispatch
parcel package
arrive arrival
broken damage defective faulty defect damaged smash crack dent fault scratch
crash accident collision
phone telephone hotline
signin login logon log sign
signup register registration enrol enroll join
password passcode
start begin launch
stop end finish
collect pickup collection fetch
switch turn
turnon activation enable activate
turnoff disable deactivate deactivation shutdown
hold keep
problem trouble issue
house home
work job
employee staff worker
employer boss
firm company business organisation organization corporate commercial
child kid children toddler
picture photo image photograph
guarantee warranty
bike bicycle ebike
colour color
shop store branch
repair fix mend service
mechanic technician
weight weigh heavy kg
height tall
distance far range
speed fast quick
size dimension measurement
length long
limit restriction maximum max most cap highest biggest
minimum least min lowest
document docs documentation
setup install configure installation configuration
requirement require prerequisite
error failure
pause freeze suspend
subscription membership
mail email
address location
pay payment paid
invoice bill receipt
discount coupon voucher promo promotional rebate
bring take carry
lost missing lose
contact reach
reply respond answer response
message text
cryptocurrency crypto bitcoin ethereum
light lamp
rear back
room space
reserve book booking reservation
borrow loan lend loaner
appointment slot
steal theft stolen thief
extend extension prolong renew renewal
expire expiry expiration valid validity
reject decline refuse denied deny
lawyer solicitor
plane aeroplane airplane flight
country nation
insure insurance
salary wage
customs duty
refer referral recommend
upload attach attachment
restore recover recovery
owner own ownership
secure security
clean wash
cold frost freezing
hot heat overheat warm
noise sound loud
connect pair pairing
screen display
kilometre km mile
licence license
server host hosting
folder directory
agent representative
"""

_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}

_JOINED = (
    (re.compile(r"\b(?:log|sign)(?:ged|ging|ned|ning)?[ -]?(?:in|on)(?:to)?\b"), "signin"),
    (re.compile(r"\bsign(?:ed|ing)?[ -]?up\b"), "signup"),
    (re.compile(r"\bset(?:ting)?[ -]?up\b"), "setup"),
    (re.compile(r"\be[ -]?mail"), "email"),
    (re.compile(r"\be[ -]bike"), "ebike"),
    (re.compile(r"\bturn(?:ed|ing)?[ -]on\b"), "turnon"),
    (re.compile(r"\bturn(?:ed|ing)?[ -]off\b"), "turnoff"),
    (re.compile(r"\b(?:give|send|bring|giving|sending|bringing)\b(?: \w+){0,2} back\b"), "return"),
    (re.compile(r"\bpick(?:s|ed|ing)?[ -]?up\b"), "pickup"),
    (re.compile(r"\bmoney back\b"), "refund"),
    (re.compile(r"\bget rid of\b"), "delete"),
    (re.compile(r"\bback(?:ing)?[ -]?up(s?)\b"), r"backup\1"),
)

_TOKEN = re.compile(r"[^\W_]+(?:[._/'’-]+[^\W_]+|_)*")
_IDENTIFIER = re.compile(
    r"^(?:(?=[^\W_]*\d)(?=\d*[^\W\d_])[\w.-]+|\w*_\w+|[A-Z]{2,}(?:[-/][A-Z0-9]+)+|\d+(?:\.\d+){2,}|#?\d{3,}-\d{3,})$"
)
_QUANTITY = re.compile(
    r"^\d+(?:[.,]\d+)*(?:st|nd|rd|th|s|x|h|hrs?|mins?|kg|km|cm|mm|gb|mb|w|wh|v|k|m|pm|am|%)?$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One content word of a question."""

    word: str
    key: str
    weight: float
    exact: bool
    """An identifier such as an error code: only the very same one matches."""
    name: bool = False
    """Written with a capital inside a sentence: a product, a place, a company."""


@cache
def _stemmer() -> SnowballStemmer:
    return SnowballStemmer("english")


@cache
def _groups() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _SAME.strip().splitlines():
        names = line.split()
        for name in names:
            table.setdefault(_stemmer().stem_word(name), "=" + names[0])
    return table


@cache
def _generic_stems() -> frozenset[str]:
    return frozenset(_stemmer().stem_words(sorted(_GENERIC)))


@cache
def _everyday_stems() -> frozenset[str]:
    return frozenset(_stemmer().stem_words(sorted(_EVERYDAY)))


def tokens(text: str) -> list[str]:
    """The words of a text as written; hyphens, dots and underscores inside a word stay."""
    return _TOKEN.findall(text)


def normalise(text: str) -> str:
    """Lower case, with the spellings of "log in", "e-mail", "e-bike", "set up" brought together."""
    lowered = text.replace("’", "'").casefold()
    for pattern, joined in _JOINED:
        lowered = pattern.sub(joined, lowered)
    return lowered


def is_identifier(token: str) -> bool:
    """True for codes, variables, versions: E17, SMTP_ADDRESS, LS-12345678, 4.1.2. Not for 14 or 20kg."""
    return bool(_IDENTIFIER.match(token)) and not _QUANTITY.match(token)


def stem(word: str) -> str:
    return _stemmer().stem_word(word)


def keys(text: str) -> set[str]:
    """All keys under which words of the text can be found: stems, groups of like words, identifiers."""
    found: set[str] = set()
    parts: list[str] = []
    for token in tokens(normalise(text)):
        pieces = _parts(token)
        parts.extend(pieces)
        if len(pieces) > 1:
            found.add(token)
            parts.append("".join(pieces))
    stems = _stemmer().stem_words(parts)
    found.update(stems)
    found.update(_NUMBERS[part] for part in parts if part in _NUMBERS)
    groups = _groups()
    found.update(groups[each] for each in stems if each in groups)
    return found


def is_known(word: str) -> bool:
    """True for everyday words of support texts, which are no misspellings of others."""
    root = stem(word.casefold())
    return word.casefold() in STOP_WORDS or root in _generic_stems() or root in _groups()


def stem_set(text: str) -> frozenset[str]:
    """The stems of the content words, for comparing two sentences with each other."""
    words = [part for token in tokens(normalise(text)) for part in _parts(token) if part not in STOP_WORDS]
    return frozenset(_stemmer().stem_words(words))


def content_terms(text: str) -> list[Term]:
    """The content words of a question with their weights, without repetitions, in order."""
    original = {token.casefold(): token for token in reversed(tokens(text))}
    first = next(iter(tokens(text)), "").casefold()
    found: dict[str, Term] = {}
    for token in tokens(normalise(text)):
        for term in _terms_of(token, original.get(token, token), at_start=token == first):
            found.setdefault(term.key, term)
    return list(found.values())


def _terms_of(token: str, original: str, *, at_start: bool) -> Iterable[Term]:
    if is_identifier(original) or is_identifier(token):
        return [Term(word=original, key=token, weight=IDENTIFIER_WEIGHT, exact=True)]
    return [
        Term(
            word=part,
            key=stem(part),
            weight=_weight(part, original, at_start=at_start),
            exact=False,
            name=original[:1].isupper() and not at_start,
        )
        for part in _parts(token)
        if part not in STOP_WORDS and (len(part) > 1 or part.isdigit())
    ]


def _weight(part: str, original: str, *, at_start: bool) -> float:
    if _QUANTITY.match(part) or part in _GENERIC or stem(part) in _generic_stems():
        return GENERIC_WEIGHT
    if original[:1].isupper() and not at_start:
        return NAME_WEIGHT
    return EVERYDAY_WEIGHT if stem(part) in _everyday_stems() else 1.0


def matches(term: Term, where: set[str] | frozenset[str]) -> bool:
    """True when the word, or one that support texts use for it, is among the keys."""
    if term.key in where:
        return True
    group = None if term.exact else _groups().get(term.key)
    return group is not None and group in where


def _parts(token: str) -> Sequence[str]:
    pieces = [piece for piece in re.split(r"[._/’'-]+", token) if piece]
    if len(pieces) == 2 and pieces[1] in {"s", "t", "d", "m", "re", "ll", "ve"}:  # noqa: PLR2004 - a contraction
        return [pieces[0]] if pieces[1] != "t" else ["".join(pieces)]
    return pieces
