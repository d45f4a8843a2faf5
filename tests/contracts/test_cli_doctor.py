"""`heraut doctor` over moto: what it finds, says, and does about a table that comes from a backup."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.posts_table import HOME
from heraut.brands import Person, WayName
from heraut.errors import CredentialsExpired
from heraut.problems import problem
from heraut.publishing.model import State
from tests.contracts.stack import a_function
from tests.twins.network import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.cli_shop import Said, Shop
    from tests.contracts.provider import Provider


def restore(shop: Shop) -> None:
    """Make the table one whose content comes from another."""
    shop.posts.is_restored()
    home = shop.posts_stack.item(*HOME)
    shop.posts_stack.put({**home, "name": {"S": "the-table-before"}})


def overdue(shop: Shop, text: str, account: str = "masto") -> str:
    """Queue a post whose time has passed; gives its id."""
    post = shop.add(accounts=account, text=text)
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=20)
    shop.put(post, State.SCHEDULED, account, publish_at=past, due_at=past)
    return post


def test_a_restored_table_is_read_back_account_by_account(shop: Shop) -> None:
    """Found is published, absent and unread are a person's: exit status 3, and the posts are at home again."""
    out, gone = overdue(shop, "Bonjour"), overdue(shop, "Perdue")
    by_hand = overdue(shop, "Story", "story")
    blind = overdue(shop, "Ciel", "sky")
    shop.sky.blind = True
    shop.masto.books.append(Entry("id-1", "masto", "", "Bonjour", datetime.now(UTC) - timedelta(minutes=19)))
    restore(shop)

    said = shop.heraut("doctor", "--reconcile")

    assert said.status == 3
    assert f"martin/masto : 1 en ligne, notées publiées ({out})." in said.out
    assert f"martin/masto : 1 pas trouvées en ligne ({gone})." in said.out
    assert f"martin/sky : 1 impossibles à vérifier ({blind})." in said.out
    assert f"martin/story : 1 à publier à la main ({by_hand})." in said.out
    assert "mots/vitrine : rien n'avait pu partir." in said.out
    states = [shop.delivery(out).state, shop.delivery(gone).state, shop.delivery(blind, "sky").state]
    assert states == [State.PUBLISHED, State.EXPIRED, State.ASKING]
    assert not shop.posts.is_restored()


def test_a_table_at_home_is_not_read_back(shop: Shop) -> None:
    """Nothing is decided about a post that is merely late."""
    post = overdue(shop, "Bonjour")

    said = shop.heraut("doctor", "--reconcile")

    assert (said.status, said.out.strip()) == (0, "Rien à relire : cette installation ne vient pas d'une sauvegarde.")
    assert shop.delivery(post).state is State.SCHEDULED


def well(shop: Shop) -> None:
    """Give every account its password, and let everybody have confirmed."""
    for brand, account in (("martin", "masto"), ("martin", "sky"), ("mots", "vitrine")):
        shop.secrets.save_secret(brand, account, {"password": "x"})
    for brand, person in (("martin", "lea"), ("martin", "karim"), ("mots", "ines")):
        shop.brands.confirm_person(brand, person, datetime.now(UTC))


def codes(said: Said) -> list[str]:
    """The findings, as a program reads them."""
    return [one["code"] for one in json.loads(said.out)]


def test_all_is_well(shop: Shop, provider: Provider) -> None:
    """One line, and exit status 0."""
    well(shop)
    shop.add()

    said = shop.heraut("doctor")

    assert (said.out.strip(), said.status) == ("Tout va bien.", 0)


def alarm_unconfirmed(shop: Shop, provider: Provider) -> None:
    """The address did not follow its link."""
    real = shop.clients.sns.meta.events

    def pending(parsed: dict[str, Any], **_: object) -> None:
        for one in parsed["Subscriptions"]:
            one["SubscriptionArn"] = "PendingConfirmation"

    real.register("after-call.sns.ListSubscriptionsByTopic", pending, unique_id="pending")


def no_alarm_address(shop: Shop, provider: Provider) -> None:
    """Nobody is subscribed."""
    for one in shop.clients.sns.list_subscriptions()["Subscriptions"]:
        shop.clients.sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])


def mail_sandbox(shop: Shop, provider: Provider) -> None:
    """Only verified addresses are reached."""
    provider.production = False


def sender_unverified(shop: Shop, provider: Provider) -> None:
    """The sender is not known."""
    provider.verified = False


def no_room(shop: Shop, provider: Provider) -> None:
    """Somebody stopped the publisher."""
    provider.no_room.add("PublishFunction")


def files_open(shop: Shop, provider: Provider) -> None:
    """The lock was taken off."""
    shop.clients.s3.delete_public_access_block(Bucket="files")


def rings(shop: Shop, provider: Provider) -> None:
    """An alarm is on."""
    shop.clients.cloudwatch.set_alarm_state(AlarmName="OverdueAlarm", StateValue="ALARM", StateReason="x")


def gave_up_calendar(shop: Shop, provider: Provider) -> None:
    """An import broke off."""
    dropped = {"detail-type": "Object Created", "detail": {"object": {"key": "inbox/semaine.csv"}}}
    shop.clients.sqs.send_message(QueueUrl=shop.failed_url, MessageBody=json.dumps({"requestPayload": dropped}))


def gave_up_tick(shop: Shop, provider: Provider) -> None:
    """A schedule reached nothing."""
    shop.clients.sqs.send_message(QueueUrl=shop.undelivered_url, MessageBody='{"scheduled_time": "x"}')


def no_secret(shop: Shop, provider: Provider) -> None:
    """A password is missing."""
    shop.clients.ssm.delete_parameter(Name="/heraut/martin/masto")


def account_refused(shop: Shop, provider: Provider) -> None:
    """A network does not know us any more."""
    shop.sky.trouble = CredentialsExpired(problem("mastodon_token_refused", host="social.example"))


def never_confirmed(shop: Shop, provider: Provider) -> None:
    """A new person never pressed the button."""
    shop.brands.save(shop.brands.brand("mots").model_copy(update={"revision": 2, "people": PEOPLE}), 1)  # type: ignore[union-attr]


def paused_brand(shop: Shop, provider: Provider) -> None:
    """Somebody pulled the brake."""
    assert shop.heraut("pause", "--brand", "mots").status == 0


def restored(shop: Shop, provider: Provider) -> None:
    """The table comes from a backup."""
    restore(shop)


def not_looked(shop: Shop, provider: Provider) -> None:
    """The keys may not read something."""
    provider.refused.add("GetAccountSettings")


PEOPLE = (Person(id="paul", name="Paul", email="paul@example.com"),)
TROUBLES: list[Callable[[Shop, Provider], None]] = [
    *(alarm_unconfirmed, no_alarm_address, mail_sandbox, sender_unverified, no_room, files_open, rings),
    *(gave_up_calendar, gave_up_tick, no_secret, account_refused, never_confirmed, paused_brand, restored, not_looked),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_each_trouble_is_found_and_no_other(
    shop: Shop, provider: Provider, trouble: Callable[[Shop, Provider], None]
) -> None:
    """By its name, with exit status 3; everything else is well."""
    well(shop)
    trouble(shop, provider)

    said = shop.heraut("doctor", "--json")
    shop.clients.sns.meta.events.unregister("after-call.sns.ListSubscriptionsByTopic", unique_id="pending")

    assert (codes(said), said.status) == ([trouble.__name__], 3)


def test_what_is_good_to_know_needs_nobody(shop: Shop, provider: Provider) -> None:
    """Limits of a new account are said, and the exit status is 0."""
    well(shop)
    provider.sms_sandbox, provider.most_at_once, provider.morning = True, 10, "DISABLED"

    said = shop.heraut("doctor", "--json")

    assert (codes(said), said.status) == (["morning_off", "sms_sandbox", "few_at_once"], 0)


def test_a_post_in_trouble_is_named_with_its_remedy(shop: Shop, provider: Provider) -> None:
    """For which post, and what to type."""
    well(shop)
    post = overdue(shop, "Bonjour")

    said = shop.heraut("doctor")

    assert said.status == 3
    assert f"! {post} (masto, " in said.out
    assert f"« heraut log {post} »" in said.out
    assert "! 1 envois attendent depuis plus de trois minutes" in said.out


@pytest.mark.parametrize(("ago", "found"), [(2, []), (20, ["beats_no_more"]), (600, ["never_beats"])])
def test_the_last_tick_is_read_from_what_it_said(shop: Shop, provider: Provider, ago: int, found: list[str]) -> None:
    """Minutes ago; nothing at all within three hours is the worst."""
    well(shop)
    provider.shop.clients.cloudwatch.meta.events.register_first(
        "before-parameter-build.cloudwatch.GetMetricData",
        lambda params, **_: params["MetricDataQueries"][0]["MetricStat"]["Metric"].update(Namespace="heraut/other"),
        unique_id="other",
    )
    at = datetime.now(UTC) - timedelta(minutes=ago)
    shop.clients.cloudwatch.put_metric_data(
        Namespace="heraut/other", MetricData=[{"MetricName": "TickCompleted", "Timestamp": at, "Value": 1}]
    )

    said = shop.heraut("doctor", "--json")
    shop.clients.cloudwatch.meta.events.unregister("before-parameter-build.cloudwatch.GetMetricData", unique_id="other")

    assert codes(said) == found


def test_ringing_takes_the_way_of_a_real_alarm(shop: Shop, provider: Provider) -> None:
    """The alarm itself goes off; what should arrive is said, where and within how long."""
    said = shop.heraut("doctor", "--ring")

    (alarm,) = shop.clients.cloudwatch.describe_alarms(AlarmNames=["HeartbeatAlarm"])["MetricAlarms"]
    assert (alarm["StateValue"], said.status) == ("ALARM", 0)
    assert "arrive à astreinte@example.com dans les cinq minutes" in said.out


def test_an_alarm_that_rings_already_proves_nothing(shop: Shop, provider: Provider) -> None:
    """No message would come: that is said instead of promised."""
    shop.clients.cloudwatch.set_alarm_state(AlarmName="HeartbeatAlarm", StateValue="ALARM", StateReason="x")

    said = shop.heraut("doctor", "--ring")

    assert (said.status, said.out) == (1, "")
    assert "L'alarme sonne déjà" in said.err


def test_one_brand_may_be_looked_at_alone(shop: Shop, provider: Provider) -> None:
    """An agency asks for one client; the machine is everybody's."""
    well(shop)
    overdue(shop, "Bonjour")

    said = shop.heraut("doctor", "--brand", "mots", "--json")

    assert codes(said) == ["nobody_takes"]


def texting(shop: Shop) -> None:
    """Let somebody be reached by text message."""
    held = shop.brands.brand("mots")
    assert held is not None
    people = tuple(one.model_copy(update={"ways": (WayName.SMS, WayName.EMAIL)}) for one in held.people)
    shop.brands.save(held.model_copy(update={"revision": held.revision + 1, "people": people}), held.revision)


def test_a_text_message_that_is_lost_unheard_is_a_persons_to_mend(shop: Shop, provider: Provider) -> None:
    """Where somebody is reached so: the log, its reader and the account's setting are all needed."""
    well(shop)
    texting(shop)
    log, function = shop.outputs()["RefusalsLog"], shop.outputs()["BounceFunction"]
    arn = a_function(function)

    said = shop.heraut("doctor")
    assert said.status == 3
    assert "« make refusals »" in said.out
    shop.clients.logs.create_log_group(logGroupName=log)
    shop.clients.logs.put_subscription_filter(
        logGroupName=log, filterName="heraut", filterPattern="", destinationArn=arn
    )
    assert codes(shop.heraut("doctor", "--json")) == ["refusals_unheard"]
    shop.clients.sns.set_sms_attributes(attributes={"DeliveryStatusIAMRole": "arn:aws:iam::123456789012:role/theirs"})
    assert shop.heraut("doctor", "--json").status == 0
    other = a_function(f"{function}-of-another-stack")
    shop.clients.logs.put_subscription_filter(
        logGroupName=log, filterName="heraut", filterPattern="", destinationArn=other
    )
    assert codes(shop.heraut("doctor", "--json")) == ["refusals_unheard"]


def test_the_sandbox_of_text_messages_is_a_persons_where_somebody_is_reached_so(shop: Shop, provider: Provider) -> None:
    """They would not be."""
    well(shop)
    texting(shop)
    provider.sms_sandbox = True

    assert "sms_sandbox" in codes(shop.heraut("doctor", "--json"))
    assert "! Les SMS n'arrivent encore" in shop.heraut("doctor").out
