"""The wordings in which a text tries to give an agent orders: patterns over folded text, a sentence at a time.

Above: `injection.py`. Each gap is bounded, so that the time stays linear in the text. They look for an order to an
assistant about itself (its rules, its role, what lies behind it), and from strangers also about what it is to say or
to do; what a help centre tells its readers ("ignore the warning", "you can now sign in") has none of that.
"""

import re

_RULES = (
    "(?:instructions?|rules?|prompts?|guidelines?|directives?|constraints?|restrictions?|polic(?:y|ies)|programming|orders"
    "|training|contract|safety|filters?|anweisung(?:en)?|regeln|vorgaben|consignes|instruccion(?:es)?|reglas|istruzioni"
    "|regole|instrucoes|instructies)"
)
_WHICH = (
    "(?:all|any|every|the|your|my|these|those|previous|prior|earlier|above|preceding|existing|original|current|system"
    "|safety|other|alle|alles|deine|ihre|vorherigen|bisherigen|toutes|tes|les|vos|precedentes|todas|tus|las|sus"
    "|anteriores|tutte|le|tue|precedenti|as|suas)"
)
_ASSISTANT = (
    r"(?:ai|a\.i\.|llms?|gpt|chatgpt|chatbots?|bots?|language models?|assistants?|ai agents?|ai systems?|ki|ia"
    "|sprachmodelle?)"
)
_PARTS = {
    "RULES": _RULES,
    "WHICH": _WHICH,
    "ASSISTANT": _ASSISTANT,
    "SAY": "(?:say|answer|reply|respond|write|output|print|return|tell|state|confirm|claim|start|begin|end)",
    "CALL": "(?:call|invoke|run|execute|use|trigger|activate|fire)",
    "SHOW": "(?:reveal|show|print|output|repeat|display|disclose|leak|share|expose|recite|translate|encode)",
    "MUST": "(?:must|shall|will|should|are to|have to|need to)",
    "PEOPLE": "(?:users?|customers?|humans?|operators?|anyone|anybody|person)",
    "WHOM": "(?:the|to|your|every|any|all|this|that|with|back|in|customers?|users?|them|him|her|questions?|message)",
    "KEEP": "(?:do not|don't|never|without)",
    "NAME": r"[a-z]+(?:_[a-z0-9]+)+",
}

_ABOUT_ITSELF = r"""
    \b(?:ignore|disregard|forget|override|bypass|skip|drop|neglect|violate|break|abandon|suspend)
        (?: (?:about|completely|entirely|simply|now))?(?: <WHICH>){0,5}(?: of)?(?: <WHICH>){0,3} <RULES>\b
    \b(?:ignore|disregard|forget) (?:everything|anything|all|what)\b.{0,40}
        \b(?:above|before|said|told|previous|earlier)\b
    \b(?:ignorieren?|ignoriere|vergiss|missachte|ignore[zr]?|oublie[zr]?|ignora|olvida|dimentica|negeer|esqueca)
        (?: sie)?(?: <WHICH>){0,4} <RULES>\b
    \b(?:new|updated|revised|real|actual|secret|hidden|override|additional|neue)
        [ ](?:instructions|orders|directives|prompts?|anweisungen)(?: (?:for|to) .{0,30})?\s?[:=]
    \byour <RULES> (?:have|has|are|is|were|was) (?:been )?(?:now )?
        (?:changed?|replaced|updated|void|suspended|revoked|lifted)
    \bthese (?:instructions|rules|orders) (?:override|replace|supersede|take precedence)
    \byou are (?:now|no longer|from now on|henceforth)\b.{0,60}
        \b(?:bound|called|named|free|dan|agent|assistant|bot|model|mode|unrestricted|system|administrator|admin|developer)\b
    \b(?:from now on|henceforth|starting now),? (?:you|the (?:assistant|agent|bot|ai)|always|never|only)\b
    \b(?:act|behave|respond|answer|speak) as (?:if you (?:are|were|have|had)|though you
        |an? (?:unrestricted|evil|jailbroken)|dan\b|the (?:system|developer|administrator|admin))
    \bpretend (?:to be|that you|you are|you're|you have)\b
    \b(?:enter|switch to|go into) (?:the )?(?:developer|debug|admin|god|dan|maintenance|unrestricted|root) mode\b
    \b(?:god|dan|jailbreak|unrestricted) mode\b
    \b(?:jailbreak|do anything now|prompt injection)\b
    \b(?:attention|dear|hey|hello|hi|note to|message (?:to|for)|instructions? (?:to|for)|notice to|memo to|to)
        (?: (?:the|any|all|every|our|this|you))?(?: (?:helpful|support|customer|service|automated|virtual|reading)){0,3}
        [ ]<ASSISTANT>\b(?! (?:plan|feature|page|settings?|app)s?\b)
    \b(?:if|when|as|because|since|whenever) (?:you are|you're|you, as|an?|the|any)(?: (?:an?|the))?
        (?: (?:helpful|support))? <ASSISTANT>\b.{0,40}
        \b(?:must|should|shall|will|are to|have to|need to|reading|reads?|process|respond|answer|you|please)\b
    \b(?:the )?<ASSISTANT>(?: reading this)?
        [ ](?:must|shall|should|has to|needs to|is (?:required|instructed|ordered|told) to|will now)\b
    (?:^|\s)(?:<\|?/?(?:system|im_start|im_end|assistant|user|instructions?|prompt)\|?>
        |\[/?(?:inst|system|sys|assistant|developer)\]|<</?sys>>)
    ^[\s>#*_\-]*(?:system|assistant|developer|ai|admin(?:istrator)?)
        (?: (?:message|note|prompt|override|notice|instructions?))?\s?[:\]>]
    ^[\s>#*_\-]*(?:system|instruction|prompt|override|admin)s? (?:message|note|prompt|override|notice|update|begins?)\b
    \b(?:your|the|its|hidden|full|entire|exact|complete|original) (?:system|hidden|initial|internal|developer|secret)
        [ ](?:prompt|instructions?|message|rules|configuration)\b
    \b<SHOW>(?: \w+){0,3} (?:your|the assistant's|its) (?:\w+ ){0,2}
        (?:<RULES>|configuration|contract|prompt|secrets?|api keys?|credentials)\b
    \b<SHOW> (?:everything|all|the text|the words|what(?:ever)?)(?: \w+){0,3} (?:above|before this|precedes?)\b
    \b<KEEP> (?:tell|inform|mention|reveal|warn|alert)(?:ing)?(?: \w+){0,3} (?:users?|humans?|anyone|anybody)
        [ ](?:about|that|of|this|these)\b
    \b<KEEP> (?:tell|mention|reveal|repeat)(?:ing)?(?: \w+){0,2}
        [ ](?:this|these) (?:instructions?|notes?|messages?|orders?)\b
"""
"""An agent's rules, its role, what lies behind it: nothing that a company tells its agents in an article."""

_TO_ACT = r"""
    \b<SAY>(?: \w+){0,4} (?:exactly|only|verbatim|word for word|the following|nothing (?:else|but)|these words
        |this (?:sentence|text|phrase|line))\b
    \byou <MUST>(?: (?:now|always|only|instead|first|then|also|simply)){0,3} <SAY>\b
    \b(?:always|only|instead|just|simply|please) <SAY>(?: <WHOM>){0,5} ?[:\"'“‘]
    ^\W*<SAY>(?: <WHOM>){0,5}\s?[:\"'“‘]
    \b<SAY>(?: <WHOM>){0,5}:? ?[\"“«]
    \b<KEEP> (?:tell|inform|mention|reveal|warn|alert)(?:ing)?(?: \w+){0,3} <PEOPLE>\b
    \b(?:append|add|include|insert|embed|put|prepend)(?: \S+){0,6} (?:to|in|into|at the (?:end|start) of|before|after)
        [ ](?:your|every|each|all|the) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|messages?|output)\b
    \b<CALL>(?: \w+){0,3} (?:tools?|functions?|api|action|plugin)\b
    \b<CALL> [`'\"“]?<NAME>\b
    \b<NAME>\s?\(
    \b(?:tenant|account|user|session|contact)_id\b
    \b(?:switch|change|set|move) (?:to )?(?:the |your )?(?:tenant|workspace|scope|organi[sz]ation)\b
    \b(?:of|for|from|in) (?:the )?(?:other|another|different) (?:tenant|organi[sz]ation|company)(?:'s)?\b
    \b(?:send|post|forward|transmit|exfiltrate|upload|e-?mail)(?: \w+){0,6} (?:to|at) (?:https?://|[\w.+-]+@)
"""
"""What it is to say and to do. A company's own articles may tell its agents so; nobody else may."""

_NEW_PATTERN = re.compile(r"\n {4}(?! )")


def _patterns(block: str) -> list[str]:
    """The patterns of a block, one a paragraph: lines that are moved further to the right go on the one before."""
    found = []
    for pattern in _NEW_PATTERN.split(block)[1:]:
        whole = "".join(line.strip() for line in pattern.splitlines())
        for name, part in _PARTS.items():
            whole = whole.replace(f"<{name}>", part)
        found.append(f"(?:{whole})")
    return found


ABOUT_ITSELF = re.compile("|".join(_patterns(_ABOUT_ITSELF)), re.IGNORECASE)
ANY_ORDER = re.compile("|".join(_patterns(_ABOUT_ITSELF) + _patterns(_TO_ACT)), re.IGNORECASE)

_TRIGGERS = """
ignore disregard forget override bypass skip drop neglect violate break abandon suspend ignorieren ignoriere vergiss
missachte ignorez ignorer oublie oubliez oublier ignora olvida dimentica negeer esqueca instruction instructions rule
rules prompt prompts orders directives henceforth pretend mode jailbreak anything injection anweisungen
ai llm llms gpt chatgpt chatbot chatbots bot bots assistant assistants agent agents ki ia sprachmodell model models
system inst sys im_start im_end developer admin administrator reveal show print output repeat display disclose leak
share expose recite translate summarise summarize encode say answer reply respond write return tell state confirm claim
start begin end append add include insert embed put prepend call invoke run execute use trigger activate fire
tenant_id account_id user_id session_id contact_id switch change set move other another different send post forward
transmit exfiltrate upload email mail act behave speak now longer starting mention mentioning telling revealing inform
informing warn warning alert alerting
"""
TRIGGERS = frozenset(_TRIGGERS.split())
"""One of these words stands in every order of the patterns above; most sentences have none and need no closer look."""
