"""`heraut post ...`: one post at a time, made and steered by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, open_desk, post_called, taking
from heraut.cli.speech import CannotGoOn, complain, language, person, problem_line, say, tell
from heraut.publishing.calendar.columns import OVERRIDE, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from heraut.cli.desk import Desk
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.world import World
    from heraut.publishing.write_post import Given, Written

    Steer = Callable[[World, str, str, str, Collection[str]], Changes]

# Each option is a column of a calendar.
OPTIONS: dict[str, Column] = {
    "brand": Column.BRAND,
    "accounts": Column.ACCOUNTS,
    "at": Column.WHEN,
    "zone": Column.ZONE,
    "text": Column.TEXT,
    "media": Column.MEDIA,
    "alt": Column.ALT,
    "link": Column.LINK,
    "first-comment": Column.FIRST_COMMENT,
    "format": Column.FORMAT,
    "labels": Column.LABELS,
    "campaign": Column.CAMPAIGN,
    "visibility": Column.VISIBILITY,
    "warning": Column.WARNING,
    "language": Column.LANGUAGE,
    "poll": Column.POLL,
    "status": Column.STATUS,
}
HEADERS: dict[str, str] = {column: f"--{option}" for option, column in OPTIONS.items()}

PARTS = "\n---\n"

PostName = Annotated[str, typer.Argument()]
Only = Annotated[str | None, typer.Option("--accounts")]

# What `add` and `edit` take, in the order of their help: one value each, but for these.
SAYING = (
    *("accounts", "at", "text", "text-file", "media", "alt", "link", "brand", "zone", "text-for", "first-comment"),
    *("format", "labels", "campaign", "visibility", "warning", "language", "poll", "status"),
)
KINDS: dict[str, Any] = {
    "text-file": Path | None,
    **dict.fromkeys(("media", "alt", "text-for"), list[str] | None),
}


saying = taking({option: KINDS.get(option, str | None) for option in SAYING})


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    post = typer.Typer(no_args_is_help=True)
    post.command("add")(add)
    post.command("show")(show)
    post.command("edit")(edit)
    post.command("cancel")(cancel)
    post.command("hold")(hold)
    post.command("resume")(resume)
    post.command("now")(now)
    post.command("online")(online)
    post.command("resend")(resend)
    app.add_typer(post, name="post")


@saying
def add(ctx: typer.Context, as_json: Json = False, stack: Stack = None, **said: Any) -> None:
    from heraut.cli.calendar import fetcher
    from heraut.publishing.write_post import add_post

    text = _text(said)
    if text is None and not (said["media"] or said["link"] or said["poll"] or sys.stdin.isatty()):
        text = sys.stdin.read()
    given = given_of({**said, "text": text})
    desk = open_desk(ctx, stack)
    written = add_post(given, desk.world, fetcher(desk), person())
    _show_written(written, desk, "post_added", as_json=as_json)


@saying
def edit(ctx: typer.Context, post: PostName, as_json: Json = False, stack: Stack = None, **said: Any) -> None:
    from heraut.cli.calendar import fetcher
    from heraut.publishing.write_post import edit_post

    given = given_of({**said, "text": _text(said), "brand": None})
    if not given.cells:
        raise CannotGoOn("nothing_to_edit")
    desk = open_desk(ctx, stack)
    found = post_called(desk, post, said["brand"])
    owner = desk.brands.brand(found.brand)
    if owner is None:
        raise CannotGoOn("post_unknown", name=post)
    written = edit_post(owner, found.id, given, desk.world, fetcher(desk), person())
    _show_written(written, desk, "post_edited", as_json=as_json)


def show(
    ctx: typer.Context, post: PostName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import as_object, print_json, print_table

    desk = open_desk(ctx, stack)
    found = post_called(desk, post, brand)
    deliveries = desk.posts.deliveries(found.brand, found.id)
    if as_json:
        print_json([as_object(one) for one in deliveries])
        return
    for line in said_lines(found):
        tell(line)
    print_table(list(deliveries), {(found.brand, found.id): found}, desk.clock.now())


def cancel(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.cancel_post import cancel_post

    _steer(ctx, post, only, brand, stack, cancel_post, lambda one, _: say("delivery_cancelled", delivery=one.id))


def hold(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.hold_post import hold_post

    _steer(ctx, post, only, brand, stack, hold_post, lambda one, _: say("delivery_held", delivery=one.id))


def resume(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.hold_post import resume_post

    _steer(ctx, post, only, brand, stack, resume_post, _resumed)


def now(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.publish_now import publish_now

    _steer(ctx, post, only, brand, stack, publish_now, lambda one, _: say("delivery_now", delivery=one.id))


def online(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.answer_post import say_online

    _steer(ctx, post, only, brand, stack, say_online, lambda one, _: say("delivery_online", delivery=one.id))


def resend(ctx: typer.Context, post: PostName, only: Only = None, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.publishing.answer_post import say_absent

    _steer(ctx, post, only, brand, stack, say_absent, lambda one, _: say("delivery_now", delivery=one.id))


def said_lines(post: Post) -> list[str]:
    """Give what a post says, in full, as lines."""
    content = post.content
    lines = [f"{post.id}  ({post.brand}, {post.local.replace('T', ' ')} {post.zone}, version {post.version})"]
    for number, part in enumerate(content.parts):
        lines += ["---"] * bool(number) + [part.text]
        lines += [f"[{media.name}: {media.alt}]" for media in part.media]
    lines += [f"{name}{say('colon')} {PARTS.join(text)}" for name, text in post.texts.items()]
    lines += [content.link] if content.link else []
    return [*lines, ""]


def _steer(
    ctx: typer.Context,
    name: str,
    accounts: str | None,
    brand: str | None,
    stack: str | None,
    change: Steer,
    sentence: Callable[[Delivery, Desk], str],
) -> None:
    """Change a post's deliveries, and say of each what came of it; exit status 1 when nothing could be changed."""
    from heraut.publishing.calendar.row import split_accounts

    desk = open_desk(ctx, stack)
    post = post_called(desk, name, brand)
    account = name.partition("@")[2]
    only = split_accounts(accounts) if accounts else [account] if account else []
    changes = change(desk.world, post.brand, post.id, person(), only)
    for delivery in changes.changed:
        tell(sentence(delivery, desk), "green")
    # What was cancelled earlier is no news, unless there is nothing else to say.
    told = [why for one, why in changes.left if one.state.value != "cancelled" or not changes.changed]
    complain(problem_line(why) for why in told)
    if not changes.changed:
        raise typer.Exit(1)


def _resumed(delivery: Delivery, desk: Desk) -> str:
    from heraut.cli.story import mark_words
    from heraut.wording import at_moment

    if delivery.holds:
        return say("delivery_still_held", delivery=delivery.id, marks=mark_words(", ".join(sorted(delivery.holds))))
    when = at_moment(delivery.publish_at, delivery.zone, language(), desk.clock.now())
    return say("delivery_resumed", delivery=delivery.id, when=when)


def _show_written(written: Written, desk: Desk, code: str, *, as_json: bool) -> None:
    from heraut.cli.shown import as_object, print_json
    from heraut.wording import at_moment

    complain((problem_line(found) for found in written.warnings), style="yellow")
    if as_json:
        print_json([as_object(one) for one in written.deliveries])
        return
    post = written.post
    when = at_moment(post.publish_at, post.zone, language(), desk.clock.now())
    waits = next((one.state.value for one in written.deliveries if one.state.value in {"draft", "to_approve"}), None)
    told = f"{code}_{waits}" if waits and code == "post_added" else code
    tell(say(told, post=post.id, when=when, version=post.version), "green")


def _text(said: Mapping[str, Any]) -> str | None:
    """Give the text, from the option or its file; None: neither was given."""
    text: str | None = said["text"]
    file: Path | None = said["text_file"]
    if text is not None and file is not None:
        raise CannotGoOn("text_twice")
    if file is None:
        return text
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CannotGoOn("file_missing", file=file) from None
    except UnicodeDecodeError:
        raise CannotGoOn("file_no_text", file=file) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=file, why=error.strerror or "") from error


def given_of(said: Mapping[str, Any]) -> Given:
    """Give what was typed (by option, `_` for `-`; None: not given) as a calendar's row, with the pictures named."""
    from heraut.publishing.write_post import Given

    typed = {column: said.get(option.replace("-", "_")) for option, column in OPTIONS.items()}
    cells: dict[str, str] = {column: value.strip() for column, value in typed.items() if isinstance(value, str)}
    for pair in said.get("text_for") or []:
        target, equals, text = pair.partition("=")
        if not equals or not target.strip():
            raise CannotGoOn("text_for_unreadable", given=pair[:40])
        cells[f"{OVERRIDE}{target.strip().casefold()}"] = text.strip()
    files: dict[str, bytes] = {}
    if (media := said.get("media")) is not None:
        wanted = [where.strip() for where in media if where.strip()]
        cells[Column.MEDIA] = "\n".join(_place(number, where, files) for number, where in enumerate(wanted))
    if (alts := said.get("alt")) is not None:
        cells[Column.ALT] = "\n".join(" ".join(alt.split()) for alt in alts)
    return Given(cells, files, HEADERS)


def _place(number: int, where: str, files: dict[str, bytes]) -> str:
    """Give how a picture is named in the row: an address as it is, a file by a name that no separator cuts."""
    if where.lower().startswith(("https://", "http://")):
        return where
    name = "".join("_" if letter in ":;|,\\\n" else letter for letter in Path(where).name)
    try:
        files[f"{number}/{name}"] = Path(where).expanduser().read_bytes()
    except FileNotFoundError:
        raise CannotGoOn("file_missing", file=where) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=where, why=error.strerror or "") from error
    return f"{number}/{name}"
