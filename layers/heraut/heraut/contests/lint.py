"""Whether a contest can be held as it is written: what cannot work, what the law asks, what its networks forbid (pure).

A problem refuses; a warning is said and stops nothing. Columns are fields, from the contest on (`prizes[1].value`).
Sources (not legal advice; a lawyer reads the rules): code de la consommation L121-1 to L121-4 and L121-20, code de la
sécurité intérieure L322-1 to L322-7 (free entry), code de la santé publique L3323-2 and L3342-1 (alcohol), GDPR
articles 5, 6, 7 and 13; Facebook Pages, Groups and Events Policies on promotions, Instagram promotion guidelines,
X guidelines for promotions.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from heraut.addresses import is_mail, is_web
from heraut.brands import MOST_CHANCES, EntryKind, NetworkName, contests_of
from heraut.contests.comment_texts import folded
from heraut.contests.eligibility import STATES, listed_on
from heraut.contests.platforms import Platform, platform_of
from heraut.contests.rules_text import OF_AGE, country_names
from heraut.contests.rules_text import wording as names
from heraut.local_time import LocalTime, at_local
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from heraut.brands import Account, Brand, ContestConditions, Terms
    from heraut.problems import Problem

# `frozen_at + 60 <= time(round)` (draw-spec), and the minute tick that freezes comes up to a minute after the closing.
TICK = timedelta(minutes=1)
LEAST_WAIT = timedelta(minutes=1) + TICK
ADVISED_WAIT = timedelta(minutes=10)
LEAST_TO_ANSWER, ADVISED_TO_ANSWER = timedelta(days=1), timedelta(days=3)
SHORT_KEEPING, LONG_KEEPING = timedelta(days=30), timedelta(days=400)
YOUNGEST = 13  # on all networks of Platform
MANY_FRIENDS = 5
LONGEST_HASHTAG = 100  # characters
CHECKED = {
    EntryKind.LIKE: "contest_checked_like",
    EntryKind.REPOST: "contest_checked_repost",
    EntryKind.FOLLOW: "contest_checked_follow",
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_HASHTAG = re.compile(r"#(?=\w*[^\W\d_])\w+")
_NO_HASHTAG = re.compile(r"[^\w#]+|(?<!^)#")
_WATCHED = re.compile(
    r"\b(alcools?|vins?|champagnes?|cremants?|proseccos?|bieres?|cidres?|whisk(?:y|ies|eys?)|rhums?|vodkas?|gins?|cognacs?"
    r"|armagnacs?|calvados|pastis|liqueurs?|spiritueux|aperitifs?|wines?|beers?|ciders?|rums?|spirits?|liquors?"
    r"|tabacs?|cigares?|cigarettes?|cigarillos?|vapoteu(?:r|se)s?|tobaccos?|cigars?|vapes?)\b"
)
_PURCHASE = re.compile(
    r"(?<!sans )(?:pour tout achat|achat (?:obligatoire|requis|d'un)|(?:preuve|justificatif|ticket) d'achat"
    r"|ticket de caisse|achetez|purchase (?:required|necessary)|proof of purchase|buy (?:one|any|a|our))"
)
_NO_PURCHASE = re.compile(r"(?:sans (?:aucune )?obligation d'achat|no purchase (?:is )?(?:required|necessary))")


def lint(terms: Terms, brand: Brand, now: datetime) -> list[Problem]:
    """Find what is wrong with a contest that has not opened yet, in the order in which one reads its terms.

    Every account of the contest must be one of the brand's (KeyError).
    """
    accounts = {account.name: account for account in brand.accounts}
    chosen = [accounts[name] for name in terms.accounts]
    return [
        *_instants(terms, now),
        *_posts(terms, accounts),
        *_words(terms),
        *(found for account in chosen for found in _network(terms, account)),
        *_chances(terms, chosen),
        *_winners(terms),
        *_purchase(terms),
        *_contact(terms),
        *(_own_rules(terms) if terms.rules else _facts(terms)),
    ]


def lint_changes(before: Brand | None, after: Brand, now: datetime, opened: Container[str] = ()) -> list[Problem]:
    """Find what is wrong with the contests that applying `after` would begin or change; columns begin at the brand.

    Those that opened (by name) are left alone: their terms hold, and `brands.changes_allowed` says what may not change.
    """
    known = contests_of(before) if before else {}
    return [
        found.model_copy(update={"column": f"{after.id}.contests.{name}.{found.column}"})
        for name, terms in contests_of(after).items()
        if terms != known.get(name)
        if name not in opened
        for found in lint(terms, after, now)
    ]


def _instants(terms: Terms, now: datetime) -> Iterator[Problem]:
    if terms.closes <= terms.opens:
        yield problem("contest_closes_first", "closes")
    elif terms.draws - terms.closes < LEAST_WAIT:
        yield problem("contest_draw_too_near", "draws", least=LEAST_WAIT // TICK)
    elif terms.draws - terms.closes < ADVISED_WAIT:
        yield warning("contest_draw_near", "draws")
    if terms.announces and terms.announces < terms.draws:
        yield problem("contest_announced_first", "announces")
    if terms.opens <= now:
        yield warning("contest_open_already", "opens")
    for field in ("closes", "draws"):
        if getattr(terms, field) <= now:
            yield problem("contest_in_the_past", field)
    for field in ("opens", "closes", "draws"):
        instant: datetime = getattr(terms, field)
        told = at_local(instant.replace(tzinfo=None, fold=0), terms.zone)
        if isinstance(told, LocalTime) and told.problem:
            yield told.problem.model_copy(update={"column": field})


def _posts(terms: Terms, accounts: dict[str, Account]) -> Iterator[Problem]:
    for number, place in enumerate(terms.posts, 1):
        where = f"posts[{number}]"
        if place.url is not None and not is_web(place.url):
            yield problem("contest_post_address_unusable", f"{where}.url", given=place.url)
        elif place.url is not None and len(place.accounts) > 1:
            yield problem("contest_post_of_several", f"{where}.accounts", number=len(place.accounts))
        for name in place.accounts:
            if accounts[name].network is NetworkName.SITE:
                yield problem("contest_network_without_entries", f"{where}.accounts", account=name)
            if accounts[name].network is NetworkName.BY_HAND:
                yield warning("contest_by_hand", f"{where}.accounts", account=name)


def _words(terms: Terms) -> Iterator[Problem]:
    """Find hashtags that no network knows, words that cannot be looked for, crowds of friends."""
    groups = {"conditions": terms.conditions}
    groups |= {f"conditions_on.{network}": one for network, one in terms.conditions_on.items()}
    for where, conditions in groups.items():
        for field, texts in _texts_of(conditions):
            for number, text in enumerate(texts, 1):
                yield from _word(text, f"{where}.{field}[{number}]")
        if conditions.friends > MANY_FRIENDS:
            yield warning("contest_many_friends", f"{where}.friends", number=conditions.friends)


def _texts_of(conditions: ContestConditions) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "words", conditions.words or ()
    if conditions.answer:
        yield "answer.accepted", conditions.answer.accepted


def _word(text: str, where: str) -> Iterator[Problem]:
    if not folded(text).strip():
        yield problem("contest_word_empty", where)
    elif text.startswith("#") and not (_HASHTAG.fullmatch(text) and len(text) <= LONGEST_HASHTAG):
        near = "#" + _NO_HASHTAG.sub("", text)[1 : LONGEST_HASHTAG - 1]
        shown = near if _HASHTAG.fullmatch(near) else "#jeuconcours"
        yield problem("contest_hashtag_impossible", where, given=text, near=shown)


def _network(terms: Terms, account: Account) -> Iterator[Problem]:
    """Find what an account's network forbids, and what it tells nobody."""
    platform, conditions, more = platform_of(account), terms.on(account.network), terms.more_chances
    where = f"conditions_on.{account.network}" if account.network in terms.conditions_on else "conditions"
    name = _called(account)
    if not set(conditions.asked) - {EntryKind.FOLLOW}:
        yield problem("contest_nothing_to_do", where, network=name)
    if platform is Platform.FACEBOOK:
        if conditions.friends or (more and more.friend):
            yield problem(
                "contest_facebook_friends", f"{where}.friends" if conditions.friends else "more_chances.friend"
            )
        if conditions.repost or (more and more.repost):
            yield problem("contest_facebook_repost", f"{where}.repost" if conditions.repost else "more_chances.repost")
    if platform is Platform.X:
        if more and (more.comment or more.repost):
            yield problem("contest_x_repeated", "more_chances")
        elif conditions.repost:
            yield warning("contest_x_repost", f"{where}.repost")
    for kind in STATES:
        if conditions.asks(kind) and kind not in listed_on(account.network):
            yield warning(CHECKED[kind], f"{where}.{kind}", network=name)


def _chances(terms: Terms, accounts: list[Account]) -> Iterator[Problem]:
    more = terms.more_chances
    if more is None:
        return
    if more.most > MOST_CHANCES:
        yield problem("contest_chances_too_many", "more_chances.most", limit=MOST_CHANCES)
    if more.most == 1 or not (more.friend or any(more.of(kind) for kind in EntryKind)):
        yield problem("contest_chances_none", "more_chances")
    for account in accounts:
        for kind in STATES:
            if more.of(kind) and kind not in listed_on(account.network):
                yield problem(
                    "contest_chances_unseen", f"more_chances.{kind}", network=_called(account), act=kind.value
                )


def _winners(terms: Terms) -> Iterator[Problem]:
    if terms.winners == 0:
        yield problem("contest_no_winner", "winners")
    if terms.alternates == 0:
        yield warning("contest_no_alternate", "alternates")
    if terms.claim is None:
        yield problem("contest_answer_time_missing", "claim_within")
    elif terms.claim < LEAST_TO_ANSWER:
        yield problem("contest_answer_time_too_short", "claim_within")
    elif terms.claim < ADVISED_TO_ANSWER:
        yield warning("contest_answer_time_short", "claim_within", hours=terms.claim // HOUR)
    if terms.prizes and sum(prize.quantity for prize in terms.prizes) != terms.winners:
        there = sum(prize.quantity for prize in terms.prizes)
        yield problem("contest_prizes_and_winners", "prizes", prizes=there, winners=terms.winners)
    for number, prize in enumerate(terms.prizes, 1):
        found = _WATCHED.search(folded(prize.name))
        if found:
            yield warning("contest_prize_watched", f"prizes[{number}].name", prize=prize.name, word=found[0])


def _purchase(terms: Terms) -> Iterator[Problem]:
    """Find what makes it a paid lottery; of texts only their words are seen, so that a person looks."""
    if terms.purchase:
        yield problem("contest_purchase", "purchase")
    texts = {"title": terms.title, "rules.text": (terms.rules.text or "") if terms.rules else ""}
    texts |= {f"prizes[{number}].name": prize.name for number, prize in enumerate(terms.prizes, 1)}
    for where, text in texts.items():
        found = _PURCHASE.search(_NO_PURCHASE.sub(" ", folded(text)))
        if found:
            yield warning("contest_purchase_words", where, words=found[0])


def _contact(terms: Terms) -> Iterator[Problem]:
    """Find an e-mail that none can be; winners are told it, whatever the rules."""
    email = terms.organiser.email if terms.organiser else None
    if email is not None and not is_mail(email):
        yield problem("contest_email_unreadable", "organiser.email", given=email)


def _own_rules(terms: Terms) -> Iterator[Problem]:
    """Say what a person must look for in rules of the brand's own, which nobody can check by their words."""
    yield warning("contest_own_rules", "rules")
    yield from _keeping(terms)


def _facts(terms: Terms) -> Iterator[Problem]:
    """Find what the built-in rules would leave out."""
    if terms.organiser is None:
        yield problem("contest_organiser_missing", "organiser")
    elif terms.organiser.address is None:
        yield problem("contest_address_missing", "organiser.address")
    yield from _eligibility(terms)
    if not terms.prizes:
        yield problem("contest_prizes_missing", "prizes")
    for number, prize in enumerate(terms.prizes, 1):
        if prize.value is None:
            where = f"prizes[{number}].value"
            yield problem("contest_prize_value_missing", where, prize=prize.name, currency=terms.currency)
    if terms.personal_data is None:
        yield problem("contest_data_contact_missing", "personal_data")
    yield from _keeping(terms)


def _eligibility(terms: Terms) -> Iterator[Problem]:
    rules = terms.eligibility
    if rules is None or rules.age is None:
        yield problem("contest_age_missing", "eligibility")
    elif rules.age < YOUNGEST:
        yield problem("contest_age_too_young", "eligibility.age", age=rules.age)
    elif rules.age < OF_AGE:
        yield warning("contest_minors", "eligibility.age")
    if rules is None or rules.countries is None:
        yield warning("contest_countries_missing", "eligibility.countries")
        return
    for number, code in enumerate(rules.countries, 1):
        if code not in country_names():
            yield problem("contest_country_unknown", f"eligibility.countries[{number}]", country=code)


def _keeping(terms: Terms) -> Iterator[Problem]:
    data = terms.personal_data
    if data and data.keep_for > LONG_KEEPING:
        yield warning("contest_data_kept_long", "personal_data.keep_for", days=data.keep_for // DAY)
    if data and data.keep_for < SHORT_KEEPING:
        yield warning("contest_data_kept_briefly", "personal_data.keep_for", days=data.keep_for // DAY)


def _called(account: Account) -> str:
    """Name an account's network as people do, whatever their language."""
    platform = platform_of(account)
    return account.name if platform in {Platform.OTHER, Platform.SITE} else names.say(platform.value, "en")
