"""The questions with which `heraut contest add` makes a contest: one by one, each answer checked at once."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from heraut.cli.contest_checks import found_in
from heraut.cli.contest_draft import FIELDS, from_others, short_name
from heraut.cli.speech import CannotGoOn, console, language, safe, say, sentences_of, tell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from heraut.brands import Brand
    from heraut.cli.contest_draft import Draft, Field
    from heraut.problems import Problem

NO = frozenset({"n", "non", "no"})
NOTHING = "-"  # typed where something suggested is not wanted
UNFINISHED = "contest_prizes_and_winners"  # while prizes are still being told
UNNAMED = "contest-being-made"
HERE = Path()  # answers name no file
_READ_FIRST = frozenset({"opens", "closes", "draws", "condition"})  # without them no file is read at all


def which_brand(owners: Sequence[Brand]) -> Brand:
    """Ask which brand's contest it is, by id or name."""
    from heraut.publishing.calendar.columns import plain

    known = ", ".join(one.id for one in owners)
    while True:
        answer = plain(_answer(say("contest_ask_brand", known=known)))
        found = [one for one in owners if answer in {plain(one.id), plain(one.name)}]
        if found:
            return found[0]
        _explain(say("brand_unknown", name=answer, known=known), "red")


def ask_contest(draft: Draft) -> Draft:
    """Ask what was not said yet, the short name too; typer.Abort where nobody answers any more."""
    _explain(say("contest_ask_intro", nothing=NOTHING))
    title, _ = from_others(draft.brand)
    if title:
        _explain(say("contest_ask_organiser_known", title=title))
    there = draft.document()
    unsaid = [one for one in FIELDS if one.option not in draft.texts and one.path.partition(".")[0] not in there]
    draft = ask_fields(draft, [one for one in unsaid if one.option == "title"])
    if not draft.name:
        draft = ask_name(draft)
    return ask_fields(draft, [one for one in unsaid if one.option != "title"])


def ask_again(draft: Draft, columns: Collection[str]) -> Draft | None:
    """Ask again what these columns (from the contest on) are about; None where no question is about any of them."""
    concerned = [one for one in FIELDS if any(one.concerns(column) for column in columns)]
    if "" in columns:
        draft = ask_name(draft)
    if not concerned and "" not in columns:
        return None
    return ask_fields(draft, concerned)


def ask_name(draft: Draft) -> Draft:
    """Ask for the short name; the title gives one."""
    suggested = short_name(draft.texts.get("title", ("",))[-1])
    while True:
        name = _answer(say("contest_ask_name"), suggested)
        after = replace(draft, name=name)
        if name and not _refused(after, "", ()):
            return after
        if not name:
            _explain(say("contest_answer_needed"), "red")


def ask_fields(draft: Draft, fields: Iterable[Field]) -> Draft:
    """Ask for each of these, anew where something was said already."""
    for one in fields:
        blank = {option: texts for option, texts in draft.texts.items() if option != one.option}
        draft = _several(_with(draft, blank), one) if one.several else _one(_with(draft, blank), one)
    return draft


def _with(draft: Draft, texts: dict[str, tuple[str, ...]]) -> Draft:
    return replace(draft, texts=texts)


def _one(draft: Draft, field: Field) -> Draft:
    """Ask until the answer can be held."""
    while True:
        answer = _answer(_question(field, draft), draft.default(field.option))
        if answer in {"", NOTHING}:
            if not field.needed:
                return draft
            _explain(say("contest_answer_needed"), "red")
            continue
        after = draft.said(field.option, answer)
        if not _refused(after, field.option, (field,)):
            return after


def _several(draft: Draft, field: Field) -> Draft:
    """Ask for a post, and for others as long as one is given; for prizes until each winner has one."""
    if field.option not in {"post", "prize"}:
        return _one(draft, field)
    while True:
        is_first = field.option not in draft.texts
        if field.option == "prize" and draft.prizes_left() <= 0:
            return draft
        answer = _place(draft, is_first=is_first) if field.option == "post" else _answer(_question(field, draft))
        if not answer:
            if not is_first and field.option == "post":
                return draft
            _explain(say("contest_answer_needed"), "red")
            continue
        after = draft.more(field.option, answer)
        if not _refused(after, field.option, (field,)):
            draft = after


def _place(draft: Draft, *, is_first: bool) -> str:
    """Ask on which account, and for the post there; "": for no other one."""
    from heraut.publishing.calendar.columns import plain

    accounts = [one.name for one in draft.brand.accounts]
    if len(accounts) == 1 and not is_first:
        return ""
    chosen = accounts[0]
    if len(accounts) > 1:
        code = "contest_ask_account" if is_first else "contest_ask_account_more"
        chosen = _answer(say(code, known=draft.called()), accounts[0] if is_first else "")
    if not is_first and plain(chosen) in NO and chosen not in accounts:
        return ""
    unknown = [name for name in map(str.strip, chosen.split(",")) if name not in accounts]
    if chosen in {"", NOTHING}:
        return ""
    if unknown:
        _explain(say("account_unknown", name=unknown[0], known=draft.called()), "red")
        return _place(draft, is_first=is_first)
    where = _answer(say("contest_ask_post", account=chosen))
    return f"{chosen}={where}" if where else ""


def _question(field: Field, draft: Draft) -> str:
    if field.option == "prize":
        left = draft.prizes_left()
        return say("contest_ask_prize" if left == 1 else "contest_ask_prizes", left=left)
    return say(f"contest_ask_{field.option.replace('-', '_')}")


def _refused(draft: Draft, option: str, fields: Sequence[Field]) -> bool:
    """Whether what was just typed cannot be held; says why, and what is doubtful about it."""
    try:
        found = found_in(draft.brand, draft.name or UNNAMED, _whole(draft).document(), HERE, draft.now)
    except CannotGoOn as error:
        _explain(" ".join(sentences_of(error)), "red")
        return True
    mine = [one for one in found if _is_about(one, fields)]
    if option == "prize" and draft.prizes_left() > 0:
        mine = [one for one in mine if one.code != UNFINISHED]
    refused = [one for one in mine if not one.warning]
    for one in refused or mine:
        said = (one.message(language()), one.remedy(language()) if refused else "")
        _explain(" ".join(filter(None, said)), "red" if refused else "yellow")
    return bool(refused)


def _is_about(found: Problem, fields: Sequence[Field]) -> bool:
    """Whether a problem is about one of these fields; about the name, where there is none."""
    column = found.column or ""
    return any(one.concerns(column) for one in fields) if fields else column == ""


def _whole(draft: Draft) -> Draft:
    """Give a draft with something in each place that a file must have, so that its rules can judge the rest."""
    unsaid = {"title": "…", "post": f"{draft.brand.accounts[0].name}=row:…"}
    for one in draft.missing():
        text = unsaid.get(one.option) or (draft.default(one.option) if one.option in _READ_FIRST else "")
        draft = draft.said(one.option, text) if text else draft
    return draft


def _explain(text: str, style: str | None = None) -> None:
    """Print a text, its lines broken between words; a hard space breaks none."""
    for line in textwrap.wrap(safe(text), console().width):
        tell(line, style)


def _answer(question: str, suggested: str = "") -> str:
    """Ask; what was suggested where nothing is typed. A terminal whose letters are not UTF-8 is asked again."""
    shown = f"[{suggested}] >" if suggested else ">"
    while True:
        tell("")
        _explain(question)
        try:
            return str(typer.prompt(shown, default=suggested, show_default=False, prompt_suffix=" ")).strip()
        except UnicodeDecodeError:
            _explain(say("contest_answer_unreadable"), "red")
