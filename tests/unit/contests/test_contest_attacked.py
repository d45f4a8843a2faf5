"""A contest under bad luck: two machines at once, one that dies and sleeps for hours, people who act meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

import pytest

from heraut.brands import Account, ContestState, NetworkName
from heraut.contests import run_contests as run_contests_module
from heraut.contests.advance_contest import advance
from heraut.contests.announce_winners import claim, disqualify
from heraut.contests.run_contests import run_contests
from heraut.contests.running import Contest, Place, Told, Winner
from heraut.due import instant
from heraut.errors import Conflict
from tests.twins.brands import BrandsTwin
from tests.twins.contest_world import DRAWS, OPENS, WRITES, ContestWorld, Fate, Killed, Mortal, is_over
from tests.unit.contests.test_run_contests import FOLDER, FOLLOWERS, PEOPLE, SAID, certificate_of, verified

CLAIM = timedelta(minutes=10)
ONCE = {"opened", "closed", "drawn", "announced", "ended"}


@dataclass
class Beside(Fate):
    """Nobody dies: at the call of this number the other machine plays a whole minute first, and the call follows."""

    other: Callable[[], object] = field(default=lambda: None)

    def call(self, name: str, made: Any, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[2] in WRITES:
            self.calls += 1
            self.names.append(name)
            if self.calls == self.strike:
                self.strike = None
                self.other()
        return made(*args, **kwargs)


def _story(fate: Fate) -> ContestWorld:
    """Everybody comments before the machine first looks; half of those drawn do not follow, and nobody answers."""
    world = ContestWorld(fate, claim_within="10 min", conditions={"comment": True, "follow": True})
    world.crowd.followers |= FOLLOWERS
    world.people_comment(*PEOPLE, at=OPENS + timedelta(minutes=1))
    if isinstance(fate, Beside):
        fate.other = lambda: run_contests(world.world.timed, world.clock.now())
    return world


UNHURT = _story(Fate())
UNHURT.run()


def _posts(world: ContestWorld) -> list[str]:
    """What must be queued for the winners there are, each once."""
    told = [one.rank for one in _winners(world) if one.told is Told.WRITTEN]
    return sorted([*SAID, *(f"contest-galette-winner-{rank}" for rank in told)])


def _winners(world: ContestWorld) -> list[Winner]:
    return list(world.contests.winners("boulangerie", "galette"))


def _had_their_time(world: ContestWorld) -> bool:
    """Whether nobody who let a prize go was told of it later than it may be confirmed."""
    for one in _winners(world):
        lapsed = [at for at, what in one.story if what == Place.LAPSED.value]
        if lapsed and (one.sent_at is None or instant(lapsed[0]) < one.sent_at + CLAIM):
            return False
    return True


@pytest.mark.parametrize("strike", range(1, UNHURT.fate.calls + 1))
def test_two_machines_at_once_do_each_thing_once(strike: int) -> None:
    """One plays its whole minute while the other stands right before any of its calls: one of them goes on.

    People hear a thing twice rather than never: what each says twice at most is said here.
    """
    world = _story(Beside(strike))
    world.run()

    assert is_over(world)
    assert len(world.contests.commits["boulangerie"]) == 1
    assert certificate_of(world).commitment.entrants == len(PEOPLE)
    assert verified(world)
    assert sorted(world.posts.names("boulangerie")) == _posts(world)
    assert [one.handle for one in _winners(world)] == [one.handle for one in certificate_of(world).ranking]
    assert _had_their_time(world)
    assert max(world.told()[what] for what in ONCE) <= 2
    assert sum(world.told()[what] for what in ONCE) <= len(ONCE) + 1


@pytest.mark.parametrize("strike", range(1, UNHURT.fate.calls + 1, 2))
def test_a_machine_that_dies_and_sleeps_past_every_deadline_takes_nothing_from_anybody(strike: int) -> None:
    """Three hours after any call it wakes up: nobody was lost, nobody lost a prize that they were not told of in time.

    What was queued left meanwhile. A commitment that too few saw before its round is replaced, and it is said.
    """
    world = _story(Fate(strike, arrives=True))
    world.sleeps = timedelta(hours=3)
    world.run()
    certificate = certificate_of(world)
    commits = world.contests.commits["boulangerie"]

    assert is_over(world)
    assert certificate.commitment.entrants == len(PEOPLE)
    assert len(certificate.witnesses) >= 2
    assert certificate.commitment.commit() == commits[-1].prev
    history = json.loads(world.objects.objects[f"{FOLDER}history.json"])["commitments"]
    assert [one["seq"] for one in history] == list(range(1, len(commits) + 1))
    assert [one["moved"] for one in history[1:]] == ["few_witnesses"] * (len(commits) - 1)
    assert sorted(name for name in world.posts.names("boulangerie") if "commit" not in name) == _posts(world)[1:]
    assert _had_their_time(world)


def _people_act(fate: Fate) -> ContestWorld:
    """Rank 1 confirms and may be named, rank 2 is refused, rank 3 takes the place; rank 1 changes their mind."""
    world = ContestWorld(claim_within="1 h")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=2))
    world.fate.strike, world.fate.arrives, world.fate.calls = fate.strike, fate.arrives, 0
    world.fate.names.clear()

    def until_done(act: Callable[..., Winner], *given: Any, **named: Any) -> None:
        """A person whose command dies, or who is told that something changed meanwhile, gives it again."""
        for _ in range(3):
            with suppress(Killed, Conflict):
                act(world.world.contests, "boulangerie", "galette", *given, **named)
                return

    until_done(claim, 1, world.clock.now(), named=True)
    until_done(disqualify, 2, "n'est pas majeure", world.clock.now())
    world.run_until(DRAWS + timedelta(minutes=10))
    until_done(claim, 1, world.clock.now(), named=False)
    until_done(claim, 3, world.clock.now(), named=True)
    world.run()
    assert world.contest.state is ContestState.ENDED
    until_done(disqualify, 3, "a triché", world.clock.now())  # the contest is over, and goes on
    world.run()
    return world


ACTED = _people_act(Fate())


@pytest.mark.parametrize("strike", range(1, ACTED.fate.calls + 1))
def test_what_people_decide_happens_once_whatever_dies(strike: int) -> None:
    """The command's own calls die too: names, promotions and the end are as if nothing had."""
    world = _people_act(Fate(strike, arrives=True))

    assert is_over(world)
    assert [(one.place, one.told, one.named) for one in _winners(world)] == [
        (Place.CLAIMED, Told.WRITTEN, False),
        (Place.DISQUALIFIED, Told.WRITTEN, False),
        (Place.DISQUALIFIED, Told.WRITTEN, True),
        (Place.LAPSED, Told.WRITTEN, False),
    ]
    assert sorted(world.posts.names("boulangerie")) == _posts(world)
    assert len(_posts(world)) == len(SAID) + 4
    assert certificate_of(world).announced == []
    assert verified(world)
    assert _had_their_time(world)
    assert set(world.contests.won("boulangerie")) == {_winners(world)[0].id}
    for name in ("outcome.json", "tirage.html", "draw.html"):
        assert world.objects.objects[FOLDER + name] == ACTED.objects.objects[FOLDER + name]


def test_nobody_loses_a_prize_while_their_network_cannot_be_asked_to_tell_them() -> None:
    """The time to answer does not run before the answer can be queued, however short it is."""
    world = ContestWorld(claim_within="10 min")
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS - timedelta(minutes=1))
    world.network.takes = "another"  # it takes our secret no more, and is asked again for half an hour
    world.run_until(DRAWS + timedelta(minutes=20))
    assert [one.place for one in _winners(world)[:2]] == [Place.WON, Place.WON]

    world.network.takes = None
    world.run()
    assert _had_their_time(world)


def test_of_two_stamps_on_either_side_of_the_round_the_one_that_was_counted_is_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two machines ask one authority around the round: who notes theirs may not be who published theirs last."""
    fate = Beside()
    world = ContestWorld(fate)
    world.people_comment(*PEOPLE)
    for one in world.stamps:
        one.down = True
    world.run_until(DRAWS - timedelta(minutes=2))
    for one in world.stamps:
        one.down = False
    world.clock.advance(timedelta(minutes=1))

    def other() -> None:
        """The other machine is answered after the round, publishes what it was given, and dies."""

        def dies(*_: Any) -> None:
            raise Killed

        with monkeypatch.context() as patched, suppress(Killed):
            patched.setattr(world.contests, "change", dies)
            for one in world.stamps:
                patched.setattr(one, "now", lambda: DRAWS + timedelta(seconds=2))
            run_contests(world.world.timed, world.clock.now())

    first = len(fate.names)
    fate.other, fate.strike = other, fate.calls + 3  # the token is published, and not noted yet
    world.run()

    assert fate.names[first : first + 3] == ["StampsTwin.stamp", "SiteObjectsTwin.create", "ContestsTwin.change"]
    assert verified(world)


@pytest.mark.parametrize(("network", "moved"), [(NetworkName.MASTODON, 0), (NetworkName.FACEBOOK, 1)])
def test_a_post_counts_as_a_witness_only_where_anybody_can_see_since_when_it_stands(
    network: NetworkName, moved: int
) -> None:
    """One authority answers. A post that tells nobody its instant leaves a draw that nobody could ever verify."""
    world = ContestWorld()
    account = Account(name="sky", network=network, handle="boulangerie", instance="https://piaf.example")
    world.brand = world.brand.model_copy(update={"accounts": (account,)})
    world.brands._brands["boulangerie"] = world.brand
    world.lists.name = network
    world.with_changes(networks={network: world.lists})
    for one in world.stamps[1:]:
        one.down = True
    world.people_comment(*PEOPLE)
    world.run_until(DRAWS + timedelta(minutes=1))

    assert len(world.contest.commitments) - 1 == moved


@pytest.mark.parametrize("breaks", ["a contest", "the planning"])
def test_what_nobody_foresaw_holds_back_no_other_contest_and_is_heard_of(
    breaks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others go on first; then the tick fails, and is seen to."""
    world = ContestWorld()
    both = {"abime": world.plain, "galette": world.plain}
    world.brands._brands["boulangerie"] = world.brand.model_copy(update={"contests": both})
    world.tick()
    world.clock.advance_to(OPENS + timedelta(minutes=5))

    def broken(*given: Any) -> Any:
        if breaks == "the planning" or given[1] == "abime":
            raise KeyError(breaks)
        return advanced(*given)

    advanced = run_contests_module._advanced
    monkeypatch.setattr(run_contests_module, "_advanced" if breaks == "a contest" else "_planned", broken)
    with pytest.raises(KeyError, match=breaks):
        world.tick()

    assert world.contest.state is ContestState.OPEN


@pytest.mark.parametrize("dies", range(1, 6))
@pytest.mark.parametrize("at", range(1, 6))
def test_people_read_the_rules_that_hold_though_two_machines_read_two_files(at: int, dies: int) -> None:
    """The file was changed while the contest opened: one machine read it before, the other one after, and dies."""
    beside = Beside(at)
    world = ContestWorld(beside)
    world.clock.advance_to(OPENS)
    world.contests.add(Contest(brand="boulangerie", name="galette", due_at=OPENS))
    changed = {"galette": {**world.plain, "rules": {"text": "Un tout autre jeu."}}}
    fate = Fate(dies)
    other = replace(
        world.world,
        brands=BrandsTwin(world.brand.model_copy(update={"contests": changed})),
        contests=cast("Any", Mortal(world.contests, fate)),
        objects=cast("Any", Mortal(world.objects, fate)),
    )

    def beside_it() -> None:
        with suppress(Killed, Conflict):
            advance("boulangerie", "galette", other, OPENS)

    beside.other = beside_it
    world.run_until(OPENS + timedelta(minutes=1))

    shown = world.objects.objects[f"{FOLDER}rules.md"]
    held = world.contest.agreed.rules
    assert held
    assert held.text
    assert held.text.encode() in shown
    assert sha256(shown).hexdigest() == world.contest.rules
