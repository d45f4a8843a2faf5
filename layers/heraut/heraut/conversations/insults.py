"""Whether a text insults somebody: not when it tells an insult, quotes one, or laughs at its own author (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.conversations.disguises import folded, read

if TYPE_CHECKING:
    from heraut.conversations.lexicon import Lexicon

_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|(?<!\w)'[^'\n]{3,60}'(?!\w)|‘[^’\n]*’")
_REST = r"[^.!?\n]{0,60}"
# Who was insulted tells it. These and all that follow are sought in folded text: small letters without accents.
_TOLD = re.compile(
    r"\b(?:"
    r"(?:traite|insulte|qualifie)[es]{0,2}"
    r"|(?:m'a|m'ont|nous a|nous ont|lui a|a ma \w+|a mon \w+|se faire) (?:\w+ )?(?:traite[es]{0,2}|appele[es]{0,2}"
    r"|dit|lance|crie|sorti|repondu|hurle|balance|lache|insulter|traiter)"
    r"|a dit a (?:ma|mon|mes|notre|nos)"
    r"|call(?:ed|ing|s) (?:me|us|my \w+|our \w+|him|her|them)|(?:was|were|been|being|got) (?:just )?called"
    r"|told (?:me|us|my \w+|our \w+|him|her) to|said to (?:me|us|my \w+)|(?:shouted|yelled|screamed) (?:at|to)?"
    rf")\b{_REST}"
)
_SAID = re.compile(rf"\b(?:said|says|saying|dit|disant|lance|crie)\b\W{{1,4}}(?=[«“\"']){_REST}")
_OF_ONESELF = re.compile(
    r"\b(?:je suis|j'etais|je me sens|chuis|jsuis|suis-je|j'ai ete|moi qui suis) (?:\w+ ){0,3}\w+"
    r"|\bquel(?:le)? \w+ je (?:fais|suis)"
    r"|\b(?:i'm|i am|im|i was|i feel|i felt|what an? \w+ i|silly me|makes me feel|made me feel)\b(?: \w+){0,4}"
    r"|\bme (?:prendre|prenez|prend) pour (?:une? |des )?\w+|\b(?:for|as|like) (?:an? )?(?:fools?|idiots?|clowns?)\b"
    r"|\b(?:comme|pour) (?:un |une |des )\w+"
)
_A_SAYING = re.compile(
    r"\b(?:disait|comme dit|dixit|as \w+ (?:said|says|did not say)|never argue"
    r"|c'est (?:pas |trop |vraiment |bien |si )?(?:con|bete|nul|stupide)|(?:that|it)'s (?:stupid|dumb)"
    r"|so (?:stupid|dumb) that)\b"
)
_NOT_SHUT_UP = re.compile(r"\b(?:won't|can't|cannot|couldn't|never|not|don't) shut (?:up|it)\b")
_THINGS = (
    "service|sav|produit|qualite|site|appli|application|colis|livraison|magasin|truc|systeme|food|app|website|product"
    "|quality"
)
_ABOUT_THINGS = re.compile(
    rf"\b(?:{_THINGS}) (?:est |is |etait |was )?(?:\w+ )?"
    r"(?:nulle?s?|stupide|debile|rubbish|useless|shit|crap|pathetic|garbage|trash|pourrie?)\b|\bde merde\b"
)
# What makes of a word an insult to somebody; `@` is the word, and up to a few others may stand before it.
_BANDS = "bande|tas|ramassis|groupe|troupeau|equipe|bunch|pack|load|lot|gang|group|set"
_SLIGHTS = (
    "sales?|gros|grosses?|pauvres?|petite?s?|vieux|vieille|bloody|fucking|stupid|dumb|fat|dirty|filthy|useless"
    "|lying|greedy|damn|rotten|lazy|pathetic|absolute|complete|total|utter|old|silly"
)
_YOU = "tu es|t'es|tes|t es|tu|vous etes|v'etes|vous|you are|you're|youre|you|u r|ur|u"
_THEM = (
    "patron|directeur|directrice|direction|chef|gerante?|vendeuse|vendeur|serveuse|serveur|maire|boss|manager|owner|ceo"
    "|management|staff|waiter|waitress|driver|agents|employes|conducteur|chauffeur|presentateur|presentatrice|host|ils?"
    "|elles?|he|she|they"
)
_LED = "tenue?s?|gere[es]{0,2}|dirige[es]{0,2}|mene[es]{0,2}|fait|entoure[es]{0,2}|run|led|managed|made|staffed"
_AIMED = (
    rf"\b(?:{_BANDS}) (?:de |d'|of )?(?:\w+ ){{0,2}}@",
    r"\b(?:espece|sorte) (?:de |d')@",
    rf"\b(?:{_SLIGHTS}) @(?! (?:de|d|pour|of|for|at|to)\b)",
    rf"\b(?:{_YOU}) (?:\w+ ){{0,4}}@",
    rf"\b(?:{_LED}) (?:par|by) (?:des |un |une |an? )?(?:\w+ ){{0,2}}@",
    r"\b(?:quels?|quelles?|what|what an?) (?:\w+ ){0,2}@",
    rf"\b(?:{_THEM})(?:'s|'re)? (?:est |sont |c'est |is |are |was |were )(?:\w+ ){{0,3}}@",
    rf"\b(?:tous|toutes|all|rien que|nothing but) (?:des |de |a |an |the )?(?:{_SLIGHTS} )?@",
    r"\b@,? (?:the|toute?s?) (?:lot of (?:them|you)|autant qu)",
    r"@,? (?:va|allez|que vous etes|voila ce que vous etes|that's what you are|de patrons?|finis|notoires?)\b",
)
# The same, of words that are not said of things as well.
_ALONE = (
    r"\b(?:your|their|votre|vos|leurs?|ton) (?:\w+ ){1,2}(?:est|sont|is|are|was|were) (?:\w+ ){0,2}@",
    r"^\W*(?:les |des |the |such |un |une |a )?@\W*$",
    r"^\W*@(?:,|\s?!| va\b|$)|[,.!?] ?(?:\w+ )?@\W*$",
)


# French calls people a band of anything; a few of these are friendly.
_BAND_OF = re.compile(
    r"\b(?:bande|ramassis) (?:de |d')(?!potes|pote|copains|copines|amie?s|filles|garcons|gars|joyeux|jeunes|enfants|"
    r"chanceux|chanceuses|veinards|gourmands|passionnes|artistes|roulement|tissu|papier|son|collegues|cousine?s|fous|"
    r"frequence|terre|sable|annonce|ptits|petits)\w+|(?<!une )(?<!cette )(?<!l')(?<!des )\bespeces? (?:de |d')\w+"
)


@dataclass(frozen=True)
class Insulting:
    """The words of an insult, None when there is none; whether the text tells one that was said."""

    words: str | None
    told: bool


def insulting(text: str, lexicon: Lexicon) -> Insulting:
    """Look for an insult at somebody."""
    plain = folded(text)
    told = any(is_insult(span[0], lexicon) for span in [*_TOLD.finditer(plain), *_SAID.finditer(plain)])
    own = _spoken(text)
    always = lexicon.always_insults.found(read(_NOT_SHUT_UP.sub(" ", folded(own))))
    sign = next((sign for sign in ("🖕",) if sign in own), None)
    if always or sign:
        return Insulting(always[0].written if always else sign, told)
    if _A_SAYING.search(folded(own)):
        return Insulting(None, told)
    if band := _BAND_OF.search(folded(own)):
        return Insulting(band[0], told)
    left = _ABOUT_THINGS.sub(" ", folded(own))
    for found in lexicon.said_of_somebody.found(read(own)):
        word = re.escape(folded(found.written))
        frames = _AIMED if folded(found.written) in lexicon.said_of_things else (*_AIMED, *_ALONE)
        if any(re.search(frame.replace("@", rf"{word}\b"), left) for frame in frames):
            return Insulting(found.written, told)
    return Insulting(None, told)


def _spoken(text: str) -> str:
    """Give what the author says in their own name and not of themselves."""
    own = _QUOTED.sub(" ", text)
    plain = folded(own)
    if len(plain) != len(own):  # letters that fold into two: places would not be the same
        own = plain
    for pattern in (_TOLD, _OF_ONESELF):
        for found in reversed(list(pattern.finditer(plain))):
            own = f"{own[: found.start()]} . {own[found.end() :]}"
            plain = f"{plain[: found.start()]} . {plain[found.end() :]}"
    return own


def is_insult(text: str, lexicon: Lexicon) -> bool:
    """Whether a text holds the words of an insult, whoever they are said of."""
    known = read(text)
    return bool(lexicon.always_insults.found(known) or lexicon.said_of_somebody.found(known))
