"""The Conversations table: interactions, the alerts they joined, cursors.

`<brand>#alert#<id>` / `alert` and `said#<when>#<digest>`; `<brand>#known` / `<account>#<digest>` leads from an
interaction to its alert (or holds an answer that came before it), `<brand>#open` / `<account>#<digest>` from a thread
to its open one, `<brand>#quiet` to one that was over as it opened; `<brand>#cursor` / account; `<brand>#story` /
`<alert>#<when>#<revision>#<n>`; `<brand>#answered` / `<when>#<alert>#<n>` once more for each answer whose time is
known, so that those of a day cost a day's reading; `<brand>#author` / `<network>#<digest>` counts what somebody said,
`<brand>#volume` / `<digest>#<minute>` what came to a place; `<brand>#overheard` /
`<contest>#<when>#<digest>` is what a contest has not taken note of yet.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut import due, retention
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.conversations.members import Known, Member, deeds
from heraut.conversations.model import MODERATED, Alert, Answered, Interaction, Moment, Overheard, What
from heraut.conversations.testimonials import Testimonial, id_of, set_aside
from heraut.due import instant, stamp
from heraut.errors import ConfigurationError, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from heraut.aws.table import Key, Table

SHARDS = 1
NEW = "attribute_not_exists(#pk)"
ONLY_ANSWERED = "attribute_not_exists(#alert)"  # it did not come itself
SAME = "#revision = :revision"
COUNTS = "n_"  # before the name of what an author's record counts
OPEN_BEFORE = timedelta(days=60)  # what is done to an alert
SOMEBODY = "somebody"  # asked to be forgotten: only then is there a key to ask for


class ConversationsTable:
    """The port `conversations.store.Conversations`."""

    def __init__(self, table: Table, key: Callable[[str], str | None] = lambda _: None) -> None:
        """Take the table, and what gives a brand's key by which who asked to be forgotten is recognised."""
        self._table = table
        self._key = key

    def cursor(self, brand: str, account: str) -> str | None:
        """Read where to go on listening, None when it never began."""
        item = self._table.get((f"{brand}#cursor", account))
        return str(item["cursor"]) if item else None

    def save_cursor(self, brand: str, account: str, cursor: str) -> None:
        """Remember where to go on."""
        self._table.put(_values((f"{brand}#cursor", account), cursor=cursor))

    def alert_with(self, brand: str, account: str, interaction: str) -> Alert | None:
        """Give the alert that an interaction joined, open or not; None for one that never came."""
        return self._behind(brand, _known(brand, account, interaction))

    def held(self, brand: str, account: str, interaction: str) -> tuple[Alert, Interaction] | None:
        """Give an interaction with the alert that it joined; None when it never came, or was erased."""
        known = self._table.get(_known(brand, account, interaction))
        alert = self.alert(brand, known["alert"]) if known and "alert" in known else None
        if known is None or alert is None or "said" not in known:  # what an earlier release wrote does not tell where
            return None
        item = self._table.get((_alert(brand, alert.id)[0], known["said"]))
        return (alert, from_document(Interaction, item["document"])) if item else None

    def came(self, brand: str, account: str, interaction: str) -> Answered | bool:
        """Whether an interaction came already; the answer to it, where only that did."""
        item = self._table.get(_known(brand, account, interaction))
        if item is None or "alert" in item:
            return item is not None
        return from_document(Answered, item["document"])

    def remember_answer(self, brand: str, account: str, answer: Answered, until: datetime) -> bool:
        """Keep, at least until then, an answer to what did not come yet; False: it came."""
        key = _known(brand, account, answer.to)
        held = _values(key, document=document(answer), expires=_epoch(until))
        try:
            self._table.transact([self._table.putting(held, ONLY_ANSWERED)])
        except Conflict:
            return False
        return True

    def open_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        """Give the open alert of a thread, None when there is none."""
        return self._behind(brand, _open(brand, account, thread))

    def quiet_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        """Give the last alert of a thread that was over as it opened, None when there is none, or it was reopened."""
        return self._behind(brand, _quiet(brand, account, thread))

    def quiet_alerts(self, brand: str) -> Sequence[Alert]:
        """Give the alerts of a brand that were over as they opened, oldest first, for as long as they may reopen."""
        return self._led_to(brand, "quiet")

    def receive(
        self,
        interaction: Interaction,
        before: Alert | None,
        after: Alert,
        counted: Sequence[str] = (),
        now: datetime | None = None,
        answered: Answered | None = None,
        *,
        helped: bool = False,
    ) -> None:
        """Write an interaction with its alert, and what is counted, in one transaction."""
        brand, forgotten = interaction.brand, retention.KNOWN.forgotten(interaction.at)
        known, said = _known(brand, interaction.account, interaction.id), _said(after, interaction)
        writes = [
            self._table.putting(
                _values(known, alert=after.id, said=said[SK], expires=forgotten), ONLY_ANSWERED if answered else NEW
            ),
            self._table.putting(said),
        ]
        if before is None:
            writes += [self._table.putting(_write(after), NEW), *self._leading(after), *self._news(None, after)]
        else:
            writes += self._changing(before, after)
        writes.append(self._speaking(interaction, now or interaction.at, helped=helped))
        testimonial = set_aside(interaction)
        if testimonial is not None:
            writes.append(self._table.putting(_write_testimonial(testimonial)))
        writes += [
            self._counting(_volume(brand, place, now), retention.VOLUME.forgotten(now))
            for place in counted
            if now is not None
        ]
        self._table.transact(writes)

    def change(self, before: Alert, after: Alert) -> None:
        """Replace an alert; closed, its thread may open another. Conflict when it is no longer `before`."""
        self._table.transact(self._changing(before, after))

    def moderate(self, interaction: Interaction, before: Alert, after: Alert, counts: Mapping[str, int]) -> None:
        """Replace an alert, and add (or take back) what this counts for an interaction's author, in one transaction."""
        key = _author(interaction.brand, interaction.network.value, interaction.author.id)
        added = {f"{COUNTS}{name}": n for name, n in counts.items()}
        adding = "ADD " + ", ".join(f"#{name} :{name}" for name in added)
        counting = self._table.updating(key, adding, "attribute_exists(#pk)", **added)
        self._table.transact([*self._changing(before, after), counting])

    def rewrite(self, alert: Alert, interaction: Interaction) -> None:
        """Replace what was said, of an alert that it joined. Conflict when it is not there any more."""
        self._table.transact([self._table.putting(_said(alert, interaction), "attribute_exists(#pk)")])

    def revise(self, interaction: Interaction, held: Alert, before: Alert, after: Alert) -> None:
        """Replace what was said, which `held` holds, and the alert in which it waits now, in one transaction."""
        said = _said(after, interaction)
        if after.id == held.id:
            writes = [self._table.putting(said, "attribute_exists(#pk)")]
        else:
            old, known = _said(held, interaction), _known(interaction.brand, interaction.account, interaction.id)
            leads = _values(known, alert=after.id, said=said[SK], expires=said[EXPIRES])
            writes = [
                self._table.deleting((old[PK], old[SK]), "attribute_exists(#pk)"),
                self._table.putting(said),
                self._table.putting(leads),
            ]
        self._table.transact([*writes, *self._changing(before, after)])

    def erase(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        """Forget what was said, and replace its alert as `change` does; that it came once stays known."""
        said = _said(after, interaction)
        leads = [(said[PK], said[SK]), _testimonial(interaction.brand, id_of(interaction.account, interaction.id))]
        self._table.transact([*map(self._table.deleting, leads), *self._changing(before, after)])

    def known(self, brand: str, network: str, author: str) -> Known:
        """Give what is known of an author (by the network's id)."""
        key, somebody = _author(brand, network, author), _forgotten(brand, SOMEBODY)
        found = {(item[PK], item[SK]): item for item in self._table.get_many([key, somebody])}
        member = _read_member(brand, network, found.get(key, {}), author)
        return Known(member, self._forgotten_at(brand, network, author) if somebody in found else None)

    def members(self, brand: str) -> Iterator[Member]:
        """Give everybody who speaks to a brand, in no order."""
        for item in self._table.query("#pk = :pk", {"pk": f"{brand}#author"}):
            yield _read_member(brand, item[SK].partition("#")[0], item)

    def everything_said(self, brand: str) -> Iterator[tuple[str, Interaction]]:
        """Give all that was said to a brand and is held, each with its alert's id, in no order: it reads the brand."""
        placed, unplaced = [], set()
        for item in self._table.query("#pk = :pk", {"pk": f"{brand}#known"}):
            if "said" in item:
                placed.append((_alert(brand, item["alert"])[0], item["said"]))
            elif "alert" in item:  # what an earlier release wrote does not tell where
                unplaced.add(item["alert"])
        for item in self._table.get_many(placed):
            yield item[PK].rpartition("#")[2], from_document(Interaction, item["document"])
        for alert in sorted(unplaced):
            for said in self.interactions(brand, alert):
                if (_alert(brand, alert)[0], _said_at(said)) not in placed:
                    yield alert, said

    def forget_said(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        """Forget what was said, that it came, and what a story says of it; replace the alert as `change` does."""
        said = _said(before, interaction)
        writes = [
            self._table.deleting((said[PK], said[SK]), "attribute_exists(#pk)"),
            self._table.deleting(_known(interaction.brand, interaction.account, interaction.id)),
            self._table.deleting(_testimonial(interaction.brand, id_of(interaction.account, interaction.id))),
        ]
        asked = {"pk": f"{before.brand}#story", "prefix": f"{before.id}#"}
        for item in self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked):
            moment = from_document(Moment, item["document"])
            if moment.interaction == interaction.id:
                nameless = document(moment.model_copy(update={"interaction": None, "word": None}))
                writes.append(self._table.putting({**item, "document": nameless}))
        self._table.transact([*writes, *self._changing(before, after)])

    def refuse_earlier(self, brand: str, network: str, author: str, at: datetime) -> None:
        """Remember, without a name, that what an author said until `at` is not to be taken in again."""
        names = (self._pseudonym(brand, network, author), SOMEBODY)
        expires = retention.FORGOTTEN.forgotten(at)
        held = [_values(_forgotten(brand, name), at=at, expires=expires) for name in names]
        self._table.transact([self._table.putting(one) for one in held])

    def forget_author(self, brand: str, network: str, author: str) -> None:
        """Forget the record of an author."""
        self._table.transact([self._table.deleting(_author(brand, network, author))])

    def counted(self, brand: str, place: str, since: datetime) -> int:
        """Say how many were counted at a place since the minute of `since`."""
        (partition, first), last = _volume(brand, place, since), f"{_digest(place)}#~"
        asked = {"pk": partition, "first": first, "last": last}
        found = self._table.query("#pk = :pk AND #sk BETWEEN :first AND :last", asked)
        return sum(int(item["times"]) for item in found)

    def story(self, brand: str, alert: str) -> Sequence[Moment]:
        """Give what happened to an alert, in order."""
        asked = {"pk": f"{brand}#story", "prefix": f"{alert}#"}
        found = self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked)
        return [from_document(Moment, item["document"]) for item in found]

    def answers(self, brand: str, since: datetime) -> Iterator[Moment]:
        """Give the answers that were given since, and whose time is known, oldest first."""
        asked = {"pk": f"{brand}#answered", "since": stamp(since)}
        for item in self._table.query("#pk = :pk AND #sk >= :since", asked):
            yield from_document(Moment, item["document"])

    def overhear(self, heard: Overheard, until: datetime) -> None:
        """Keep, until then at most, what a contest is to take note of; done twice it is there once."""
        self._table.put(_values(_overheard(heard), document=document(heard), expires=_epoch(until)))

    def overheard(self, brand: str, contest: str, since: datetime | None = None) -> Iterator[Overheard]:
        """Give what a contest has not taken note of yet, in the order in which it was heard: all, or what was since."""
        first = f"{contest}#{stamp(since) if since else ''}"
        asked = {"pk": f"{brand}#overheard", "first": first, "last": f"{contest}#~"}
        for item in self._table.query("#pk = :pk AND #sk BETWEEN :first AND :last", asked):
            yield from_document(Overheard, item["document"])

    def forget_overheard(self, heard: Sequence[Overheard]) -> None:
        """Forget what a contest took note of; what is gone already is gone."""
        self._table.delete_many([_overheard(one) for one in heard])

    def testimonials(self, brand: str) -> Iterator[Testimonial]:
        """Give what is set aside of what was said to a brand, in no order."""
        for item in self._table.query("#pk = :pk", {"pk": f"{brand}#testimonial"}):
            yield from_document(Testimonial, item["document"])

    def save_testimonial(self, before: Testimonial, after: Testimonial) -> None:
        """Replace what is set aside. Conflict when it is no longer `before`."""
        self._table.transact([self._table.putting(_write_testimonial(after), SAME, revision=before.revision)])

    def moderated(self, brand: str, since: datetime) -> Iterator[Moment]:
        """Give what was hidden, deleted, shown again or kept silent since, in alerts opened up to two months before."""
        asked = {"pk": f"{brand}#story", "first": f"{since - OPEN_BEFORE:%Y%m%d}"}
        for item in self._table.query("#pk = :pk AND #sk >= :first", asked):
            moment = from_document(Moment, item["document"])
            if moment.what in MODERATED and moment.at >= since:
                yield moment

    def alert(self, brand: str, alert: str) -> Alert | None:
        """Read an alert."""
        item = self._table.get(_alert(brand, alert))
        return from_document(Alert, item["document"]) if item else None

    def interactions(self, brand: str, alert: str) -> Sequence[Interaction]:
        """Give what joined an alert, oldest first."""
        asked = {"pk": _alert(brand, alert)[0], "prefix": "said#"}
        found = self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked)
        return [from_document(Interaction, item["document"]) for item in found]

    def open_alerts(self, brand: str) -> Sequence[Alert]:
        """Give the alerts of a brand that are open, oldest first."""
        return self._led_to(brand, "open")

    def due(self, until: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and id of the alerts to look at, soonest first (an index: it may lag)."""
        condition = f"#{due.SHARD} = :shard AND #{due.AT} <= :until"
        for shard in due.shards_of("alert", SHARDS):
            for item in self._table.query(condition, {"shard": shard, "until": until}, index=due.INDEX):
                yield item["brand"], item["alert"]

    def _forgotten_at(self, brand: str, network: str, author: str) -> datetime | None:
        item = self._table.get(_forgotten(brand, self._pseudonym(brand, network, author)))
        return instant(item["at"]) if item else None

    def _pseudonym(self, brand: str, network: str, author: str) -> str:
        """Name somebody so that only who has the brand's key can tell whom: ids of networks are few enough to try."""
        key = self._key(brand)
        if not key:
            raise ConfigurationError(f"the key of {brand} by which people who were forgotten are recognised is missing")
        return hmac.new(key.encode(), f"{network} {author}".encode(), hashlib.sha256).hexdigest()

    def _changing(self, before: Alert, after: Alert) -> list[TransactWriteItemTypeDef]:
        writes = [self._table.putting(_write(after), SAME, revision=before.revision)]
        if after.closed_at and not before.closed_at:
            pointer = _open(after.brand, after.account, after.thread)
            writes.append(self._table.deleting(pointer, "#alert = :alert", alert=after.id))
        if before.closed_at and not after.closed_at:
            writes += [*self._leading(after), self._table.deleting(_quiet(after.brand, after.account, after.thread))]
        return [*writes, *self._news(before, after)]

    def _leading(self, alert: Alert) -> list[TransactWriteItemTypeDef]:
        """Lead from its thread to an alert: an open one is alone there, a quiet one makes no claim."""
        place = alert.brand, alert.account, alert.thread
        if alert.closed_at is None:
            expires = retention.OPEN_ALERT.forgotten(alert.deadline)
            return [self._table.putting(_values(_open(*place), alert=alert.id, expires=expires), NEW)]
        forgotten = retention.QUIET_ALERT.forgotten(alert.closed_at)
        return [self._table.putting(_values(_quiet(*place), alert=alert.id, expires=forgotten))] if alert.quiet else []

    def _led_to(self, brand: str, leads: str) -> Sequence[Alert]:
        pointers = self._table.query("#pk = :pk", {"pk": f"{brand}#{leads}"})
        held = self._table.get_many([_alert(brand, item["alert"]) for item in pointers])
        found = [from_document(Alert, item["document"]) for item in held]
        return sorted(found, key=lambda alert: (alert.opened_at, alert.id))

    def _news(self, before: Alert | None, after: Alert) -> list[TransactWriteItemTypeDef]:
        """Give the writes of what happened since `before`."""
        new = after.news[len(before.news) if before else 0 :]
        writes = [self._table.putting(_story(after, moment, number)) for number, moment in enumerate(new)]
        answers = [one for one in new if one.what is What.ANSWERED and one.worked_seconds is not None]
        return writes + [self._table.putting(_answered(after, one, number)) for number, one in enumerate(answers)]

    def _counting(self, key: Key, forgotten: int) -> TransactWriteItemTypeDef:
        change = "SET #schema = :schema, #expires = :expires ADD #times :one"
        return self._table.updating(key, change, schema=SCHEMA, expires=forgotten, one=1)

    def _speaking(self, said: Interaction, at: datetime, *, helped: bool) -> TransactWriteItemTypeDef:
        """Give the write that keeps an author's record true: names as they are now, and one more of each deed."""
        author, key = said.author, _author(said.brand, said.network.value, said.author.id)
        held: dict[str, Any] = {"schema": SCHEMA, "id": author.id, "name": author.name, "handle": author.handle}
        held |= {"last_at": at, EXPIRES: retention.AUTHOR.forgotten(said.at)}
        if author.followers is not None:
            held |= {"followers": author.followers}
        added: dict[str, Any] = {f"{COUNTS}{name}": n for name, n in deeds(said, at, helped=helped).items()}
        added |= {"times": 1}
        sets = [*(f"#{name} = :{name}" for name in held), "#first_at = if_not_exists(#first_at, :last_at)"]
        adds = [f"#{name} :{name}" for name in added]
        return self._table.updating(key, f"SET {', '.join(sets)} ADD {', '.join(adds)}", **held, **added)

    def _behind(self, brand: str, pointer: Key) -> Alert | None:
        item = self._table.get(pointer)
        return self.alert(brand, item["alert"]) if item and "alert" in item else None


def _write(alert: Alert) -> Values:
    values: dict[str, Any] = {"brand": alert.brand, "alert": alert.id, "revision": alert.revision}
    if alert.look_at is not None:
        values |= {due.SHARD: due.shard_of("alert", alert.id, SHARDS), due.AT: alert.look_at}
    if alert.closed_at is not None:
        values |= {EXPIRES: retention.ALERT.forgotten(alert.closed_at)}
    else:
        values |= {EXPIRES: retention.WAITING_ALERT.forgotten(alert.deadline)}
    return _values(_alert(alert.brand, alert.id), document=document(alert), **values)


def _said(alert: Alert, interaction: Interaction) -> Values:
    key = (_alert(alert.brand, alert.id)[0], _said_at(interaction))
    return _values(key, document=document(interaction), expires=retention.SAID.forgotten(interaction.at))


def _said_at(interaction: Interaction) -> str:
    return f"said#{stamp(interaction.at)}#{_digest(interaction.id)}"


def _values(key: Key, **values: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **values}


def _alert(brand: str, alert: str) -> Key:
    return f"{brand}#alert#{alert}", "alert"


def _known(brand: str, account: str, interaction: str) -> Key:
    return f"{brand}#known", f"{account}#{_digest(interaction)}"


def _open(brand: str, account: str, thread: str) -> Key:
    return f"{brand}#open", f"{account}#{_digest(thread)}"


def _quiet(brand: str, account: str, thread: str) -> Key:
    return f"{brand}#quiet", f"{account}#{_digest(thread)}"


def _author(brand: str, network: str, author: str) -> Key:
    return f"{brand}#author", f"{network}#{_digest(author)}"


def _read_member(brand: str, network: str, item: Values, author: str = "") -> Member:
    known = {name: value for name, value in item.items() if name not in {PK, SK, EXPIRES}}
    counts = {name.removeprefix(COUNTS): known.pop(name) for name in list(known) if name.startswith(COUNTS)}
    return Member.model_validate({"id": author, **known, "brand": brand, "network": network, "counts": counts})


def _testimonial(brand: str, name: str) -> Key:
    return f"{brand}#testimonial", name


def _write_testimonial(one: Testimonial) -> Values:
    expires = retention.TESTIMONIAL.forgotten(one.said_at)
    if one.consent:
        expires = retention.CONSENT.forgotten(one.consent.at)
    return _values(_testimonial(one.brand, one.id), document=document(one), revision=one.revision, expires=expires)


def _forgotten(brand: str, name: str) -> Key:
    return f"{brand}#forgotten", name


def _volume(brand: str, place: str, at: datetime) -> Key:
    return f"{brand}#volume", f"{_digest(place)}#{stamp(at)[:16]}"


def _overheard(heard: Overheard) -> Key:
    """An edit and an end are things of their own; the same one heard again at the same instant is the same."""
    told = (heard.said.account, heard.said.id, heard.said.text, heard.edited_at, heard.erased_at)
    name = _digest("\n".join(str(one) for one in told))
    return f"{heard.said.brand}#overheard", f"{heard.contest}#{stamp(heard.heard_at)}#{name}"


def _story(alert: Alert, moment: Moment, number: int) -> Values:
    key = (f"{alert.brand}#story", f"{alert.id}#{stamp(moment.at)}#{alert.revision:06}#{number}")
    return _values(key, document=document(moment), expires=retention.STORY.forgotten(moment.at))


def _answered(alert: Alert, moment: Moment, number: int) -> Values:
    """Whose answer it was is told by the story alone: what was said may have to be forgotten."""
    key = (f"{alert.brand}#answered", f"{stamp(moment.at)}#{alert.id}#{alert.revision:06}#{number}")
    counted = moment.model_copy(update={"interaction": None})
    return _values(key, document=document(counted), expires=retention.ANSWERED.forgotten(moment.at))


def _digest(text: str) -> str:
    """Networks' ids may be long addresses, or hold what a key's parts are told apart by."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
