"""`heraut testimonials`: what customers said or showed that is worth showing, with their consent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, person, say, tell
from heraut.publishing.model import State

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations.testimonials import Testimonial

Name = Annotated[str, typer.Argument(metavar="ID")]
Accounts = Annotated[str, typer.Option("--accounts")]
At = Annotated[str | None, typer.Option("--at")]
Text = Annotated[str | None, typer.Option("--text")]
Words = Annotated[str, typer.Option("--words")]
Link = Annotated[str | None, typer.Option("--link")]
TRIES = 5  # its author may answer at this very moment
A_WEEK = timedelta(days=7)  # ahead, where no time is given: a draft does not leave by itself


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    testimonials = typer.Typer(no_args_is_help=True)
    testimonials.command("list")(list_testimonials)
    testimonials.command("ask")(ask)
    testimonials.command("consented")(consented)
    testimonials.command("refused")(refused)
    testimonials.command("draft")(draft)
    app.add_typer(testimonials, name="testimonials")


def list_testimonials(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import excerpt, print_json

    desk = open_desk(ctx, stack)
    found = [
        (owner, one)
        for owner in brands_called(desk.brands, brand)
        for one in sorted(desk.conversations.testimonials(owner.id), key=lambda one: one.said_at, reverse=True)
    ]
    if as_json:
        print_json([one.model_dump(mode="json", by_alias=True, exclude={"revision"}) for _, one in found])
        return
    for owner, one in found:
        tell(f"{one.id} · {say(f'testimonial_{one.stage}')} · {_when(owner, one, desk)}", "bold")
        pictures = say("testimonial_pictures", count=len(one.pictures)) if one.pictures else ""
        tell(f"  {say('testimonial_said', author=one.author.called, text=excerpt(one.text))} {pictures}".rstrip())
        if one.consent:
            tell("  " + say("testimonial_yes", words=one.consent.words, by=one.consent.by))
        if one.refusal:
            tell("  " + say("testimonial_no", words=one.refusal.words, by=one.refusal.by))
            if one.draft:
                tell("  " + say("testimonial_take_down", post=one.draft), "yellow")
    if not found:
        tell(say("testimonials_none"))


def ask(ctx: typer.Context, name: Name, brand: BrandName = None, text: Text = None, stack: Stack = None) -> None:
    from heraut.conversations import testimonials
    from heraut.conversations.consents import agreed_in
    from heraut.conversations.reply import Replying, reply
    from heraut.publishing.answers import Answers

    desk = open_desk(ctx, stack)
    owner, found = _called(desk, name, brand)
    held = desk.conversations.held(owner.id, found.account, found.interaction)
    if held is None:
        raise CannotGoOn("testimonial_gone", name=name)
    me, now = owner.person(person()) or person(), desk.clock.now()
    world = Replying(desk.conversations, Answers(desk.world))
    outcome = reply(*held, text or testimonials.request(found, owner), me, owner, world, now)
    if not outcome.ours:
        raise CannotGoOn("testimonial_answered", text=outcome.answer.text)
    agreed = agreed_in(outcome.answer.text, owner)
    desk.conversations.save_testimonial(found, testimonials.asked(found, person(), outcome.answer.post, now, agreed))
    tell(say("testimonial_is_asked", author=found.author.called, text=outcome.answer.text), "green")
    if outcome.answer.state == "to_approve":
        tell(say("reply_to_approve", handle=found.author.called, post=outcome.answer.post), "yellow")


def consented(
    ctx: typer.Context, name: Name, words: Words, link: Link = None, brand: BrandName = None, stack: Stack = None
) -> None:
    from heraut.conversations import testimonials
    from heraut.publishing.withdraw_consent import renew_consent
    from heraut.wording import at_moment

    desk = open_desk(ctx, stack)
    owner, found = _called(desk, name, brand)
    if not words.strip():
        raise CannotGoOn("testimonial_words")
    yes = testimonials.Consent(by=person(), at=desk.clock.now(), words=words.strip(), url=link)
    desk.conversations.save_testimonial(found, testimonials.consented(found, yes))
    tell(say("testimonial_is_consented", author=found.author.called), "green")
    if found.draft:
        now = desk.clock.now()
        for one in renew_consent(desk.world, owner.id, found.draft, found.id, person(), now):
            when = at_moment(one.publish_at, one.zone, language(), now)
            leaves = one.state is State.SCHEDULED and not one.holds
            tell(say("delivery_resumed" if leaves else "delivery_agreed", delivery=one.id, when=when), "green")


def refused(ctx: typer.Context, name: Name, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.conversations import testimonials

    desk = open_desk(ctx, stack)
    owner, found = _called(desk, name, brand)
    desk.conversations.save_testimonial(found, testimonials.refused(found))
    tell(say("testimonial_is_refused", author=found.author.called), "green")
    if found.draft:
        _withdraw(desk, owner, found)


def draft(
    ctx: typer.Context,
    name: Name,
    accounts: Accounts,
    at: At = None,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.calendar import fetcher
    from heraut.cli.posts import given_of
    from heraut.cli.shown import as_object, print_json
    from heraut.conversations import testimonials
    from heraut.publishing.write_post import add_post

    desk = open_desk(ctx, stack)
    owner, found = _called(desk, name, brand)
    if found.stage is testimonials.Stage.REFUSED:
        raise CannotGoOn("testimonial_was_refused", author=found.author.called, name=name)
    if found.consent is None:
        raise CannotGoOn("testimonial_no_consent", name=name)
    if found.draft:
        raise CannotGoOn("testimonial_drafted_already", post=found.draft)
    said: dict[str, Any] = {
        "brand": owner.id,
        "accounts": accounts,
        "at": at or _in_a_week(owner, desk),
        "text": testimonials.credited(found, owner),
        "language": testimonials.language_of(found, owner),
        "status": "draft",
    }
    if found.pictures:
        said |= {
            "media": _pictures(desk, owner, found),
            "alt": testimonials.pictures_described(found, owner),
        }
    written = add_post(given_of(said), desk.world, fetcher(desk), person())
    _keep_draft(desk, owner, found, written.post.id)
    if as_json:
        print_json([as_object(one) for one in written.deliveries])
        return
    tell(say("testimonial_is_drafted", post=written.post.id, author=found.author.called), "green")


def _withdraw(desk: Desk, owner: Brand, found: Testimonial) -> None:
    """Hold the post that quotes somebody, and say of each delivery what is left to do."""
    from heraut.publishing.withdraw_consent import withdraw_consent

    post = found.draft or ""
    for one in withdraw_consent(desk.posts, owner.id, post, found.id, person(), desk.clock.now()):
        if one.state in {State.PUBLISHED, State.ASKING}:
            code = "testimonial_online" if one.state is State.PUBLISHED else "testimonial_perhaps_online"
            tell(say(code, delivery=one.id, url=one.url or "").rstrip(), "yellow")
        elif one.state is not State.CANCELLED:
            tell(say("testimonial_held", delivery=one.id, post=one.post), "yellow")


def _keep_draft(desk: Desk, owner: Brand, found: Testimonial, post: str) -> None:
    """Keep which post was made of it; where its author took their yes back meanwhile, that post is cancelled."""
    from heraut.conversations import testimonials
    from heraut.errors import Conflict, TryAgain
    from heraut.publishing.cancel_post import cancel_post

    for _ in range(TRIES):
        if found.consent is None or found.draft:
            cancel_post(desk.world, owner.id, post, person())
            if found.draft:
                raise CannotGoOn("testimonial_drafted_already", post=found.draft)
            raise CannotGoOn("testimonial_was_refused", author=found.author.called, name=found.id)
        try:
            desk.conversations.save_testimonial(found, testimonials.drafted(found, post))
        except Conflict:
            _, found = _called(desk, found.id, owner.id)
        else:
            return
    cancel_post(desk.world, owner.id, post, person())
    raise TryAgain(f"testimonial {found.id} changed {TRIES} times")


def _pictures(desk: Desk, owner: Brand, found: Testimonial) -> list[str]:
    """Give where its pictures are read: anew where addresses stop working, as they were heard where none is given."""
    from heraut.errors import NetworkError
    from heraut.networks.base import ShowsAgain

    held = desk.conversations.held(owner.id, found.account, found.interaction)
    account, adapter = owner.account(found.account), desk.networks[found.network]
    if held is None or account is None or not isinstance(adapter, ShowsAgain):
        return list(found.pictures)
    secret = desk.secrets.secret(owner.id, account.name) or {}
    try:
        fresh = adapter.pictures(account, secret, held[1], desk.clock.now())
    except NetworkError:
        fresh = ()  # what was heard may work still; where it does not, the draft says so
    return list(fresh if len(fresh) == len(found.pictures) else found.pictures)


def _called(desk: Desk, name: str, brand: str | None) -> tuple[Brand, Testimonial]:
    """Find one by its id; CannotGoOn when there is none."""
    for owner in brands_called(desk.brands, brand):
        found = next((one for one in desk.conversations.testimonials(owner.id) if one.id == name), None)
        if found is not None:
            return owner, found
    raise CannotGoOn("testimonial_unknown", name=name)


def _in_a_week(owner: Brand, desk: Desk) -> str:
    from heraut.wording import local

    return f"{local(desk.clock.now() + A_WEEK, owner.zone):%d/%m/%Y 10h00}"


def _when(owner: Brand, one: Testimonial, desk: Desk) -> str:
    from heraut.wording import recorded

    return recorded(one.said_at, owner.zone, language(), desk.clock.now())
