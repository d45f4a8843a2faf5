"""What the command says: both languages whole, and the right one chosen."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.main import get_command

from heraut.brands import Actions, Conditions, ContestState, EntryKind, GatheringKind, NetworkName, Role, Urgency
from heraut.cli import speech
from heraut.cli.contest_draft import FIELDS
from heraut.cli.events import SESSION
from heraut.cli.main import app, option_code
from heraut.cli.speech import CannotGoOn, language, person, sentences_of, wording
from heraut.contests.decide_entrants import WANTS_REASON, Decision
from heraut.contests.known_contests import COMING
from heraut.contests.model import Left
from heraut.contests.running import Place
from heraut.conversations import What
from heraut.conversations.members import Group
from heraut.conversations.model import MODERATED
from heraut.conversations.testimonials import Stage
from heraut.conversations.try_webhook import STEPS
from heraut.errors import AddressRefused, Conflict, HerautError, InvalidInput, Refused, TryAgain
from heraut.events import EventName
from heraut.gatherings.running import Outcome as StepOutcome
from heraut.gatherings.running import Stage as EventStage
from heraut.links import OF_ALERTS, Action
from heraut.networks.webhooks import SCHEMES, scheme
from heraut.notifications.sendings import SendingState
from heraut.problems import problem
from heraut.publishing.brake import Fate
from heraut.publishing.model import State
from heraut.publishing.reconcile import Verdict
from heraut.publishing.report import PERSONS, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(speech.__file__).parent
SENTENCES = wording.sentences()
# An engineer's words that a community manager need not know.
FORBIDDEN = re.compile(r"\b(lambda|dynamodb|sqs|arn|stack|bucket|exception|traceback|utc|null|lease)\b", re.IGNORECASE)
ALLOWED = re.compile(r"--stack|HERAUT_STACK|\{\w+\}")


def commands_of(names: set[str]) -> Iterator[tuple[str, Any]]:
    """Give the commands of some groups, and those that stand alone, by their name."""
    for name, one in get_command(app).commands.items():  # type: ignore[attr-defined]
        if name in names:
            yield from ((f"{name} {child}", of) for child, of in getattr(one, "commands", {"": one}).items())


def test_everything_about_conversations_is_said_to_programs_too() -> None:
    """Whatever is listed, asked or done."""
    found = dict(commands_of({"contest", "inbox", "alert", "people", "webhook", "rules", "reply"}))
    without = [name for name, one in found.items() if "--json" not in {opt for each in one.params for opt in each.opts}]
    assert len(found) > 15
    assert without == []


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_name_the_same_fields(code: str) -> None:
    """No sentence exists in one language only, or needs what the other does not."""
    entry = SENTENCES[code]

    assert set(entry) == {"fr", "en"}
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in entry.values()]
    assert fields[0] == fields[1]


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentences_are_for_people(code: str) -> None:
    """No word of the machine room."""
    said = ALLOWED.sub("", " ".join(SENTENCES[code].values()))

    assert FORBIDDEN.findall(said) == []


def test_every_sentence_is_said_somewhere() -> None:
    """None is missing, none is left over."""
    source = "\n".join(file.read_text(encoding="utf-8") for file in HOUSE.glob("*.py"))
    made = {code for code in SENTENCES if code.startswith(("help", "option_"))}
    families = {
        "state_": {*State, "held", "by_hand"},
        "outcome_": {*Outcome, "header", *PERSONS},
        "post_added_": set(PERSONS),
        "role_": set(Role),
        "network_": set(NetworkName),
        # the others are in no post's story
        "action_": set(Action) - OF_ALERTS - {Action.PAUSE},
        "mark_": {"person", "pause", "incident", "consent"},
        "secret_is_": {"kept", "missing", "none"},
        "letter_": set(Fate),
        "reconcile_": set(Verdict),
        "look_": set(re.findall(r'_tried\(\s*"(\w+)"', source)),
        "published_": {"answered", "found", "said"},
        "because_": {name.strip("_") for name in Conditions.model_fields} - {"not", "any", "all"},
        "did_": set(Actions.model_fields) - {"charter", "for_real"} | {"nothing", "hide_trial", "delete_trial"},
        "moment_": {
            *({what.value for what in What} - {"removed", "not_removed", "shown", "not_shown"}),
            *("answered_plain", "handed_over_word", "shown_hide", "removed_hide", "removed_delete"),
            *("not_removed_hide", "not_removed_delete", "removed_hide_by", "not_removed_hide_by", "not_shown_hide"),
        },
        "removal_": {"trial", "impossible"},
        "urgency_": set(Urgency),
        "testimonial_": set(Stage),
        "contest_state_": set(ContestState),
        "contest_next_": set(COMING),
        "contest_term_": {"opens", "closes", "draws", "announces"},
        "contest_ask_": {one.option.replace("-", "_") for one in FIELDS},
        "contest_typed_": {*EntryKind, "instant", "week"},
        "contest_kind_": set(EntryKind),
        "contest_place_": set(Place),
        "contest_left_": set(Left),
        "person_ranked_": set(Place),
        "contest_is_": set(Decision),
        "contest_note_": (set(Decision) - {WANTS_REASON}) | {f"{one}_because" for one in Decision},
        "contest_address_": {"rules", "list", "commitment", "history", "certificate", "outcome", "page"},
        "contest_then_": set(ContestState) - {ContestState.ANNOUNCED},
        "event_stage_": {"new", *EventStage},
        "event_kind_": set(GatheringKind),
        "event_step_": {"waits", *StepOutcome},
        "event_post_": set(SESSION),
        "event_address_": {"page", "calendar"},
        "brand_held_": {"secrets", "conteststable", "conversationstable", "poststable", "files", "page", "brandstable"},
        "moderated_": {one.value for one in MODERATED} | {"said", "gone", "by_rule", "by", "charter", "why", "word"},
        "removal_of_": {"hide", "delete"},
        "group_": {*Group, "nobody", "unknown"},
        "member_": set(Group),
        "way_": {"url", "secret"},
        "sending_": set(SendingState),
        "reply_": {"leaving", "to_approve", "held", "published"},
        "webhook_step_": set(STEPS),
        "webhook_stop_": set(STEPS),
        "webhook_clicks_": set(SCHEMES),
        "webhook_field_": {field for name in SCHEMES for field in scheme(name).given},
        "webhook_drawn_": {field for name in SCHEMES for field in scheme(name).drawn},
    }
    made |= {f"{family}{member}" for family, members in families.items() for member in members}
    made |= {f"event_{name}" for name in EventName} - {"event_PostQueued", "event_PostPublished"}
    made |= {"event_PostQueued_calendar", "event_PostQueued_command"}
    made |= {f"aws_{reason}" for reason in ("keys", "region", "profile", "refused", "unreachable")}
    made |= {code for code in SENTENCES if code.startswith("column_") and f'"{code.removeprefix("column_")}"' in source}
    made |= {f"{panel}_panel_title" for panel in ("arguments", "options", "commands")}
    made |= {f"secret_{field}" for field in ("password", "access_token", "app_id", "app_secret")}
    said = set(re.findall(r'"([A-Za-z_]+)"', source)) | set(re.findall(r"say\('(\w+)'", source))

    assert made - SENTENCES.keys() == set()
    assert SENTENCES.keys() - made - said == set()


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Give every command with its path."""
    below = getattr(command, "commands", {})
    return [(path, command), *(found for name, one in below.items() for found in commands(one, (*path, name)))]


def test_every_command_and_option_has_its_help_and_no_help_is_left_over() -> None:
    """A community manager can follow each of them."""
    every = commands(typer.main.get_command(app))
    wanted = {"_".join(("help", *path)) for path, _ in every} | {"option_help"}
    wanted |= {option_code(path, one.name) for path, command in every for one in command.params}

    assert {code for code in SENTENCES if code.startswith(("help", "option_"))} == wanted


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_BE"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "en_US", "HERAUT_LANGUAGE": "fr"}, "fr"),
        ({"LANG": "fr_FR", "HERAUT_LANGUAGE": "en"}, "en"),
        ({"LC_ALL": "", "LANG": "fr"}, "fr"),
    ],
)
def test_the_language_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], chosen: str
) -> None:
    """French when it is French, else English; the first variable that is set decides."""
    for name in ("HERAUT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert language() == chosen


def test_who_acts_is_said_or_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """HERAUT_PERSON first."""
    monkeypatch.setenv("LOGNAME", "karim")
    monkeypatch.delenv("HERAUT_PERSON", raising=False)
    assert person() == "karim"
    monkeypatch.setenv("HERAUT_PERSON", "lea")
    assert person() == "lea"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CannotGoOn("no_account"), "No account is configured yet."),
        (InvalidInput([problem("file_empty", "f")]), "f: The file is empty."),
        (Refused(problem("no_clear_answer")), "The network gave no clear answer."),
        (AddressRefused(problem("no_clear_answer")), "The network gave no clear answer."),
        (TryAgain("get: ReadTimeoutError"), "The installation does not answer now"),
        (Conflict("x"), "Somebody else just touched it"),
        (HerautError("odd"), "Something went wrong: odd."),
    ],
)
def test_every_error_is_a_sentence(monkeypatch: pytest.MonkeyPatch, error: HerautError, said: str) -> None:
    """No exception's name in it."""
    monkeypatch.setenv("HERAUT_LANGUAGE", "en")

    assert sentences_of(error)[0].startswith(said)
    assert "Error" not in sentences_of(error)[0]
