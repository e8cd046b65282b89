"""The words around a name, and those that are none: titles, introductions, organisations, how family names sound.

Above: `pii_names`. Below: `pii_words`; patterns only.
"""

import re

from deskhand.llm.pii_words import CAPITAL

TITLE = re.compile(
    r"(?:^|[^\w])(?:[Mm](?:r|rs|s|x|iss|me|lle|M)|[Dd]rs?|[Pp]rof(?:essor)?|[Ss]ir|[Dd]ame|[Mm]adam(?:e)?"
    r"|[Mm]onsieur|[Hh]errn?|[Ff]rau"
    r"|[Ss]r(?:a|ta)?|[Ss]e[nñ]or(?:a|ita)?|[Dd]o[nñ]a|[Ss]ig(?:nora?|ra|\.na)?|[Dd]ott(?:oressa)?|[Mm]evrouw"
    r"|[Mm]eneer|[Dd]hr|[Mm]evr"
    r"|[Pp]an[ií]|[Rr]ev|[Cc]apt|[Ll]t|[Ss]gt)\.? {1,2}$"
)

SURE = re.compile(
    r"(?:\b(?:(?:(?:first |last |full |sur|user|maiden |family |given |whole )?names?(?:'s| is| was|:|\?| (?:on|in"
    r"|of) (?:the|my) (?:account|card))"
    r"|call(?:s|ed)? me|ich hei(?:ss|ß)e|mein name ist|mon nom est|je m'appelle|me llamo|mi nombre es|mi chiamo"
    r"|meu nome [eé]|me chamo"
    r"|mijn naam is|named (?:him|her)|(?:directed|written|signed|composed) by:?|(?:mr|mrs|ms"
    r"|dr)\.)(?: is)?(?: user:)?[\s:>]{1,6}))$"
)
"""What follows is a name, whatever it looks like."""
LABEL = re.compile(
    r"(?:^|\n)[\s>]*(?:full |first |last |sur|customer )?(?:name|from|cc|attn|contact|signed|passenger"
    r"|recipient)\s*:\s*$"
)

GREETED = re.compile(
    r"(?:^|[\n.!?,]\s?)(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|liebe[rs]?|thanks|thank you|cheers)[ ,]{1,2}$"
)
GREETING_ENDS = re.compile(r"^\s?(?:[,!.:-]|\n|$)")
SIGNED = re.compile(
    r"(?:regards|sincerely|cheers|greetings|thanks|thank you|yours|truly|best|gr[uü](?:ss|ß)en?|cordialement|saludos"
    r"|saluti|groet(?:en)?)"
    r"[,.! ]{0,3}\n\s{0,4}$"
)
RELATED = re.compile(
    r"\bmy (?:\w+ )?(?:wife|husband|son|daughter|kid|child|mother|father|mum|mom|dad|brother|sister|partner|friend"
    r"|colleague|boss|girlfriend"
    r"|boyfriend|fianc[eé]e?|aunt|uncle|cousin|neighbou?r)(?:'s name)?,?(?: is(?: called)?)? $|\b(?:was|is"
    r"|are) called $"
)
INTRODUCED = re.compile(
    r"(?:\b(?:i am|i'm|this is|goes by|speak(?:ing)? (?:to|with)|spoke (?:to|with)|talk(?:ed|ing)? (?:to|with)"
    r"|ask(?:ed)? for|c/o|attn|attention"
    r"|passenger|patient|ich bin|je suis|soy|ik ben|follow up with|told|met|says|said|starring|founders"
    r"|heard)\b[\s,:>]{1,4})$"
)
"""What follows is likely a name, when it is written like one."""
HINTED = re.compile(
    r"(?:\b(?:it's|it is|(?:sung|sent|played|hired|made|sold|paid) by|manager|agent|assistant|customer|employee"
    r"|contact(?: person)?|recipient"
    r"|user|address|chang(?:e|ed) it to|correct(?:ed)? it to|under|heard of|add|remove|named|by|including|like|not"
    r"|from|to|for|with)\b[\s,:>]{1,4})$"
)
"""What follows may be a name, if it is one that is known."""
TELLS = re.compile(
    r"^(?:'s (?:daughter|son|wife|husband|mother|father|account|card|order|phone|number|address|email|name)"
    r"|,? (?:says?|said|lives?|lived|told|wrote|writes|asked|replied|phoned|married|died|was born|and i"
    r"|will be talking)\b"
    r"|, (?:can|could|would) (?:you|i|we)\b)"
)
"""What stands behind a person's name."""
PLACED = re.compile(r"\b(?:in|near|city|town|village|originally from|university of|via|at) $")

ORGANISATION_BEHIND = re.compile(
    r"^,? ?(?:inc|llc|ltd|corp(?:oration)?|gmbh|ag|plc|group|bank|s\.a|limited|& |university|street|avenue|road"
    r"|orchestra)(?!\w)"
)
_ORGANISATION_WORDS_WRITTEN = """
inc incorporated llc ltd corp corporation gmbh ag plc co company group bank insurance university college institute
foundation society association systems technologies technology solutions services service partners associates capital
finance financial energy power health media labs studio studios records network networks research data global
international industries holdings consulting analytics software club trust fund exchange markets board council agency
department ministry committee project street avenue road magazine times weekly news radio orchestra band lines
airlines station tv tower park beach bay creek lake valley island islands springs falls bridge statement pleasures
address
"""
ORGANISATION_WORDS = frozenset(_ORGANISATION_WORDS_WRITTEN.split())
_NOT_NAMES_WRITTEN = """
a i an the this that these those it its he she they we you your our my his her their who what when where why how which
there here if in on at by for from to with about as and or but not no yes so then than please thanks thank hello hi
hey dear regards best kind sincerely cheers sorry ok okay sure well also just can could would should must does did is
are was were be been have yours truly has had lets let get got go went see need want like help any some all each every
both after before since until while because monday tuesday wednesday thursday friday saturday sunday january february
march april june july august september october november december today tomorrow yesterday english german french
spanish italian dutch american british european polish danish swedish norwegian finnish portuguese russian chinese
japanese indian greek turkish czech hungarian morning afternoon evening day mr mrs ms dr miss sir madam prof apt suite
ste box unit floor city state country county north south east west new europe america asia africa australia germany
france spain italy england britain scotland ireland wales netherlands belgium switzerland poland denmark sweden norway
finland iceland portugal greece russia ukraine china japan india canada mexico brazil argentina chile uruguay hungary
slovakia slovenia croatia serbia romania bulgaria estonia latvia lithuania turkey israel egypt tunisia morocco kenya
nigeria zealand cyprus london paris berlin madrid rome vienna amsterdam york los angeles san francisco chicago sold
email e-mail mail phone mobile fax tel telephone website web url name date time order invoice ticket case account card
number password user customer support team everyone everybody guys folks center centre bot admin sales billing
shipping delivery payment refund product plan premium standard basic pro plus store shop app page settings dashboard
inbox article desk error free note step google facebook apple microsoft amazon whatsapp instagram twitter telegram
slack github android windows linux chrome firefox paypal visa mastercard stripe shopify wordpress api sdk pdf html css
json sms faq id ip vat usa uk eu us god christmas easter directed action adventure comedy drama mystery suspense
animation kids family personal info zip unlike contact agent great good more most other first last one two three old
little big internet version model update release director manager owner wow yeah yep yup definitely congrats cool
awesome woah whoa agreed absolutely bye nice gotcha agree oof yum bummer woohoo haha lol nope true exactly totally
amazing perfect wonderful fantastic indeed right regulation tool again soon now later forward everything nothing
something nobody someone anyone herr herrn frau senor senora senorita signor signora monsieur madame mme mlle mevrouw
meneer ask add call tell remove send give show change cancel check try set put write meet make keep find use open
close click select choose enter sign log pay buy return ship deliver follow states
"""
NOT_NAMES = frozenset(_NOT_NAMES_WRITTEN.split())
"""Words that stand with a capital at the start of a sentence or in headings."""

SOUNDS = re.compile(
    r".{3,}(?:sson|ssen|dottir|berg|strom|gren|qvist|quist|lund|vic|vich|sky|skis?|ska|wicz|czyk|czak|enko|chuk|yan"
    r"|ian|nen|maki|oja"
    r"|escu|eanu|opoulos|akis|idis|iadis|ova|eva|eyeva|ovna|ov|ev|ez|mann|hauser|huber|meyer|ini|elli|etti|ucci|hazy"
    r"|zadeh|oglu|stein"
    r"|owitz|ides|dze|shvili|sen|(?<!per)(?<!rea)son|kov|kin|cki|zzi|cci|ssi|tti|eau|oux|ault|ieri|ardi|aldi|ante"
    r"|eira|eiro|inho|inen)"
)
"""How the family names of many languages end: beside a given name's place that is enough."""
STRONG_SOUNDS = re.compile(
    r".{3,}(?:sson|dottir|ovic|evic|ovski|owski|ewski|wicz|czyk|enko|inen|escu|opoulos|idis|ova|ovna|ov|ssen|rsen|nsen)"
)
"""Endings that hardly any other word has."""

PARTICLE = (
    r"(?:van(?: de[rn]?| het)?|von(?: de[rm])?|de(?: la| las| los| l')?|del|della|di|da|do|dos"
    r"|das|du|des|le|la|el|al|bin|ibn|ter|ten|zu|af|av)"
)
_NAME = rf"{CAPITAL}(?:[\w\u0300-\u036f]|['-](?={CAPITAL})|-(?=\w)){{1,30}}"
SEQUENCE = re.compile(
    rf"(?<![\w'@./-])(?:(?:{CAPITAL}\.? ){{1,2}}(?={CAPITAL}))?{_NAME}"
    rf"(?: (?:{CAPITAL}\.? )?(?:{PARTICLE} )?{_NAME}){{0,4}}"
    r"(?: (?:Jr|Sr|II|III|IV)\b\.?)?(?![\w@])"
)
"""Words with a capital that stand together, with initials and small words between them."""

LOWER_INTRODUCED = re.compile(
    r"\b(?:my (?:full |first |last |sur)?name is|my name's|i'm called|(?:people|everyone|friends) calls? me"
    r"|follow up with|call me|(?<=\n)name:"
    r"|^name:) {1,4}([^\W\d_]{2,20}(?: [^\W\d_]\.?)?(?: (?!(?:and|i|from|in|but|or|is|with|to|on)\b)[^\W\d_]{2,20})?)"
    r"(?=[.,;!?\n]|\s+(?:and|i|from|in|but|or)\b|$)"
)
"""Names in small letters, after words that leave no doubt."""
LOWER_HINT = re.compile(r"name|call|follow up")
LOWER_WORDS = re.compile(r"[^\W\d_]{4,20}")
_NO_LOWER_NAMES_WRITTEN = """
back later tomorrow today asap when again maybe please anytime crazy right then soon on at to about before after once
if for not no wrong misspelled incorrect correct still being the a an also listed spelled different missing changed
immediately
"""
NO_LOWER_NAMES = frozenset(_NO_LOWER_NAMES_WRITTEN.split())
