"""What people change, and what comes after an alert that was over as it opened: who hears, and nobody twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heraut.conversations import Edited, What
from heraut.conversations.model import LabelName
from tests.unit.conversations.test_alerts import MINUTE, Shop
from tests.unit.conversations.test_alerts_by_rule import RuledShop

PRAISE = "Magnifique, quel beau travail !"
COMPLAINT = "Toujours pas livré, une honte"


def edit(shop: Shop, name: str, text: str) -> None:
    """Its author changes what they said; the shop hears of it."""
    shop.network.said.append(Edited(id=name, text=text, at=shop.now))
    shop.run(6 * MINUTE)


def story(shop: Shop) -> list[What]:
    """What happened to the alerts, all of them."""
    return [one.what for _, alert in shop.kept._story for one in shop.kept.story("martin", alert)]


def answered() -> Shop:
    """Give a shop with a complaint that was heard of and answered."""
    shop = Shop()
    shop.say("c1", COMPLAINT)
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)
    return shop


def test_praise_that_becomes_a_complaint_opens_its_alert_again() -> None:
    """It was over before anybody heard of it; now somebody does, once, and the story says why."""
    shop = Shop()
    shop.say("c1", PRAISE)
    shop.run(6 * MINUTE)
    edit(shop, "c1", COMPLAINT)
    edit(shop, "c1", COMPLAINT)

    (message,) = shop.told("lea")
    (alert,) = shop.kept.open_alerts("martin")
    assert COMPLAINT in (message.quote or "")
    assert (alert.waiting, alert.count, alert.thanks) == (("c1",), 1, ())
    assert story(shop) == [What.REOPENED, What.TOLD]


def test_a_question_after_praise_opens_the_same_alert_again() -> None:
    """The deadline runs from the question, and the praise waits for nobody."""
    shop = Shop()
    shop.say("c1", PRAISE)
    shop.run(6 * MINUTE)
    asked_at = shop.now
    shop.say("c2", "Vous livrez à Metz ?")
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    held = shop.kept.alert_with("martin", "sky", "c1")
    assert held is not None
    assert (held.id, alert.waiting, alert.count) == (alert.id, ("c2",), 2)
    assert alert.deadline >= asked_at + timedelta(hours=4)
    assert len(shop.told("lea")) == 1


def test_praise_under_one_post_is_one_alert_that_nobody_hears_of() -> None:
    """However many are glad; after a month a question opens another one."""
    shop = Shop()
    for number in range(3):
        shop.say(f"c{number}", PRAISE)
    shop.run(6 * MINUTE)
    (alert,) = shop.kept.quiet_alerts("martin")
    assert (alert.count, alert.thanks) == (3, ("c0", "c1", "c2"))

    shop.now += timedelta(days=31)
    shop.say("c9")
    shop.run(6 * MINUTE)
    (other,) = shop.kept.open_alerts("martin")
    assert other.id != alert.id


def test_the_same_words_alarm_once() -> None:
    """Answered, made praise, made the same complaint again (with another comma): nobody hears a second time."""
    shop = answered()
    edit(shop, "c1", PRAISE)
    edit(shop, "c1", "toujours pas livré... Une honte !")

    assert len(shop.told("lea")) == 1
    assert list(shop.kept.open_alerts("martin")) == []


def test_other_words_alarm_again_when_what_was_answered_asks_anew() -> None:
    """A complaint that was answered and became praise, and is another complaint now."""
    shop = answered()
    edit(shop, "c1", PRAISE)
    edit(shop, "c1", "Le service est horrible, je suis très déçue")

    assert len(shop.told("lea")) == 2
    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, alert.reopened) == (("c1",), 1)


def test_an_answered_question_whose_spelling_is_corrected_disturbs_nobody() -> None:
    """It asked before, and has its answer."""
    shop = Shop()
    shop.say("c1", "Vous livré à Metz ?")
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "Vous livrez à Metz ?")

    assert len(shop.told("lea")) == 1
    held = shop.kept.held("martin", "sky", "c1")
    assert held is not None
    assert held[1].text == "Vous livrez à Metz ?"


def test_what_was_closed_with_others_joins_the_alert_that_is_open_now() -> None:
    """A thread has one open alert: what asks anew moves there, and both are found where they are."""
    shop = Shop()
    shop.say("c1", "Vous livrez à Metz ?")
    shop.say("c2", PRAISE)
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)
    shop.say("c3", "Et le dimanche ?")
    shop.run(6 * MINUTE)
    edit(shop, "c2", COMPLAINT)

    (alert,) = shop.kept.open_alerts("martin")
    assert set(alert.waiting) == {"c2", "c3"}
    assert [one.id for one in shop.kept.interactions("martin", alert.id)] == ["c2", "c3"]
    moved = shop.kept.held("martin", "sky", "c2")
    assert moved is not None
    assert moved[0].id == alert.id


def test_an_edit_is_judged_by_the_rules() -> None:
    """One that begins to be about a rule wakes whom it names, and as urgently; the same edit again wakes nobody."""
    shop = RuledShop({"when": {"words": "intoxication"}, "then": {"tell": "nadia", "urgency": "crisis"}})
    shop.say("c1", "Ouvrez-vous lundi ?")
    shop.run(6 * MINUTE)
    assert shop.told("nadia") == []
    edit(shop, "c1", "Ouvrez-vous lundi ? Intoxication alimentaire hier")

    (message,) = shop.told("nadia")
    assert message.happened.startswith("CRISE")
    assert What.EDITED in story(shop)
    heard = len(shop.told("nadia"))
    shop.network.said.append(Edited(id="c1", text="Ouvrez-vous lundi ?? INTOXICATION alimentaire hier", at=shop.now))
    shop.poll()
    assert len(shop.told("nadia")) == heard


def test_a_rule_reaches_what_was_answered_and_closed() -> None:
    """What a rule wakes for is told, even where somebody had answered the words before."""
    shop = RuledShop({"when": {"words": "intoxication"}, "then": {"tell": "nadia"}})
    shop.say("c1")
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "Intoxication alimentaire !")

    assert len(shop.told("nadia")) == 1
    (alert,) = shop.kept.open_alerts("martin")
    assert alert.waiting == ("c1",)


def test_labels_of_rules_follow_the_words() -> None:
    """One whose rule is about it no more goes, one whose rule is comes."""
    shop = RuledShop(
        {"when": {"words": "metz"}, "then": {"labels": ["lorraine"]}},
        {"when": {"words": "lyon"}, "then": {"labels": ["rhone"]}},
    )
    shop.say("c1", "Vous livrez à Metz ?")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "Vous livrez à Lyon ?")

    held = shop.kept.held("martin", "sky", "c1")
    assert held is not None
    assert [one.name for one in held[1].labels] == [LabelName.QUESTION, "rhone"]


def test_a_muted_edit_takes_nobody_off() -> None:
    """Somebody was told of it: they see it through."""
    shop = RuledShop({"when": {"words": "bitcoin"}, "then": {"mute": True}})
    shop.say("c1")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "BITCOIN !")

    (alert,) = shop.kept.open_alerts("martin")
    assert alert.waiting == ("c1",)


def test_what_no_rule_mutes_any_more_is_heard_of() -> None:
    """It asked something all along, and nobody was told; told once, whatever is corrected afterwards."""
    shop = RuledShop({"when": {"words": "dupont"}, "then": {"mute": True}})
    shop.say("c1", "Et chez Dupont ?")
    shop.run(6 * MINUTE)
    assert (list(shop.kept.open_alerts("martin")), story(shop)) == ([], [What.MUTED])

    edit(shop, "c1", "Et chez vous ?")
    edit(shop, "c1", "Et chez vous ??")

    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, len(shop.told("lea"))) == (("c1",), 1)
    assert story(shop) == [What.MUTED, What.REOPENED, What.TOLD]


def test_what_another_rule_mutes_since_its_edit_stays_silent() -> None:
    """So does what asks nothing without the word that muted it."""
    shop = RuledShop(
        {"when": {"words": "dupont"}, "then": {"mute": True}}, {"when": {"words": "durand"}, "then": {"mute": True}}
    )
    shop.say("c1", "Et chez Dupont ?")
    shop.say("c2", "Dupont, oui ?")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "Et chez Durand ?")
    edit(shop, "c2", PRAISE)

    assert (list(shop.kept.open_alerts("martin")), shop.told("lea")) == ([], [])


def test_what_was_answered_once_is_not_heard_again_by_way_of_a_mute() -> None:
    """Muted in between, its old words ask nothing anew."""
    shop = RuledShop({"when": {"words": "dupont"}, "then": {"mute": True}})
    shop.say("c1", "Ouvrez-vous lundi ?")
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)
    edit(shop, "c1", "Dupont, lundi ?")
    edit(shop, "c1", "Ouvrez-vous lundi ?")

    assert len(shop.told("lea")) == 1


@pytest.mark.parametrize("text", [COMPLAINT, PRAISE])
def test_an_answer_that_comes_before_what_it_answers_is_remembered(text: str) -> None:
    """The comment opens no alert when it comes; the next one under the post does, and is told once."""
    shop = Shop()
    shop.answer("c1")
    shop.run(6 * MINUTE)
    shop.say("c1", text)
    shop.run(6 * MINUTE)

    assert (list(shop.kept.open_alerts("martin")), shop.told("lea")) == ([], [])
    assert story(shop) == [What.ANSWERED]
    shop.say("c2")
    shop.run(6 * MINUTE)
    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, len(shop.told("lea"))) == (("c2",), 1)


def test_an_answer_that_came_first_lets_its_comment_join_in_silence() -> None:
    """Where others wait already."""
    shop = Shop()
    shop.say("c1")
    shop.answer("c2")
    shop.run(6 * MINUTE)
    shop.say("c2", COMPLAINT)
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.waiting, alert.count) == (("c1",), 2)


def test_an_old_answer_is_not_kept_for_ever() -> None:
    """What is answered long before it comes is somebody else's words."""
    shop = Shop()
    shop.answer("c1")
    shop.now += timedelta(days=4)
    shop.poll()
    shop.say("c1")
    shop.run(6 * MINUTE)

    assert len(shop.told("lea")) == 1


def test_praise_that_was_thanked_for_waits_for_no_thanks() -> None:
    """An answer in the network's own app is as good as any."""
    shop = Shop()
    shop.say("c1", PRAISE)
    shop.run(6 * MINUTE)
    shop.answer("c1")
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.quiet_alerts("martin")
    assert (alert.thanks, shop.told("lea")) == ((), [])


def test_a_rule_proposes_the_thanks() -> None:
    """As it proposes an answer to what must be answered; nobody is woken."""
    answers = {"merci": "Merci {name} !"}
    shop = RuledShop({"when": {"labels": ["praise"]}, "then": {"suggest": "merci"}}, saved_answers=answers)
    shop.say("c1", PRAISE)
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.quiet_alerts("martin")
    assert (alert.suggest, shop.told("lea")) == ("merci", [])


@pytest.mark.parametrize(
    ("stars", "text", "asks"),
    [
        (5, "", False),
        (5, PRAISE, False),
        (5, "On y retournera", False),
        (5, "Ouvrez-vous lundi ?", True),
        (4, "", True),
        (3, PRAISE, True),
        (1, PRAISE, True),
        (1, "", True),
    ],
)
def test_stars_weigh_with_words(stars: int, text: str, asks: bool) -> None:
    """Five without a word are praise; with few, a kind word is none."""
    shop = Shop()
    shop.say("c1", text, stars=stars)
    shop.run(6 * MINUTE)

    assert bool(list(shop.kept.open_alerts("martin"))) is asks
    assert bool(list(shop.kept.quiet_alerts("martin"))) is not asks


def test_the_reply_link_of_an_older_message_works_when_the_alert_is_open_again() -> None:
    """It leads to the alert, whatever happened to it meanwhile."""
    shop = answered()
    edit(shop, "c1", PRAISE)
    edit(shop, "c1", "Vous livrez à Metz ?")

    page = shop.visit(shop.told("lea")[0], "Répondre")
    assert "Vous livrez à Metz ?" in page.body
