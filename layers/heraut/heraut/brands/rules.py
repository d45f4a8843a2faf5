"""Routing rules as a brand writes them: which comments they are about, and what is to be done (pure values).

What is stored is what the file says (`Brand.rules`, plain values): only what routes comments, and the desk, pay for
these models. What rules mean is `conversations/rules.py`; docs/rules.md says it to a community manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from heraut.brands.durations import minutes
from heraut.brands.model import LocalSpan, Minutes, Name, NetworkName, Urgency

if TYPE_CHECKING:
    from heraut.brands.model import Brand

KindName = Literal["comment", "reply", "mention", "quote", "message", "review"]
KINDS = ("comment", "reply", "mention", "quote", "message", "review")
LABELS = ("question", "complaint", "praise", "insult", "spam", "testimonial", "press", "ambassador")
WORKING, CLOSED = "working", "closed"
LONGEST_VOLUME = 24 * 60  # minutes over which interactions are counted
LONGEST_OFFENCES = 365 * 24 * 60  # minutes


def _listed(given: Any) -> Any:
    """Let one value stand where several may."""
    return [given] if isinstance(given, str) else given


def _some(given: tuple[Any, ...]) -> tuple[Any, ...]:
    if not given:
        raise ValueError("a list that is there is not empty")
    return given


def _duration(given: Any) -> int:
    found = minutes(given)
    if found is None:
        raise ValueError("no duration")
    return found


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), AfterValidator(_some)]
Duration = Annotated[Minutes, BeforeValidator(_duration)]


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Span(_Written):
    """A number from `at_least` to `at_most`, both included; None: no bound."""

    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    def holds(self, number: int | None) -> bool:
        """Whether a number lies in it; one that nobody knows does not."""
        if number is None:
            return False
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


class Volume(_Written):
    """So many interactions, the one at hand included, of its thread or account within so many minutes."""

    interactions: int = Field(ge=2, le=100_000)
    within: Annotated[int, Field(ge=1, le=LONGEST_VOLUME), BeforeValidator(_duration)]
    of: Literal["thread", "account"] = "thread"


class Offences(_Written):
    """So many insults, spam or removed comments of one author, the one at hand included, within so many minutes.

    They are counted by day: `within` is rounded to days, today included.
    """

    times: int = Field(ge=2, le=1_000)
    within: Annotated[int, Field(ge=24 * 60, le=LONGEST_OFFENCES), BeforeValidator(_duration)]


class Conditions(_Written):
    """What an interaction must be like: all that is given, and of each list one at least.

    `words` are words and phrases whatever their accents and capitals; `expressions` are regular expressions (RE2's
    syntax), without regard to accents and capitals either. `hours` is `working`, `closed` or a span by the brand's
    clock. `first_time`: whether the author never spoke to the brand before; `repeated`: the so-manieth time at least.
    """

    networks: Annotated[tuple[NetworkName, ...], BeforeValidator(_listed), AfterValidator(_some)] | None = None
    accounts: Texts | None = None
    kinds: Annotated[tuple[KindName, ...], BeforeValidator(_listed), AfterValidator(_some)] | None = None
    labels: Texts | None = None
    words: Texts | None = None
    expressions: Texts | None = None
    languages: Texts | None = None
    authors: Texts | None = None
    followers: Span | None = None
    first_time: bool | None = None
    repeated: int | None = Field(default=None, ge=2)
    stars: Span | None = None
    hours: Literal["working", "closed"] | LocalSpan | None = None
    volume: Volume | None = None
    offences: Offences | None = None
    not_: Conditions | None = Field(default=None, alias="not")
    any_: tuple[Conditions, ...] | None = Field(default=None, alias="any", min_length=1)
    all_: tuple[Conditions, ...] | None = Field(default=None, alias="all", min_length=1)


class Actions(_Written):
    """What is done: `tell` and `hand_over` name people, teams, channels, `assign` a person, `suggest` a saved answer.

    `hide` and `delete` only say what they would do until `for_real` stands beside them; `charter` is the rule of the
    community's charter that they enforce.
    """

    tell: Texts | None = None
    urgency: Urgency | None = None
    answer_within: Duration | None = None
    assign: str | None = None
    labels: Annotated[tuple[Name, ...], BeforeValidator(_listed), AfterValidator(_some)] | None = None
    group: Name | None = None
    mute: bool = False
    hide: bool = False
    delete: bool = False
    charter: str | None = None
    for_real: bool = False
    suggest: str | None = None
    hand_over: str | None = None


class Rule(_Written):
    """One rule; without `when` it is about everything. `stop`: where it matches, the rules below are not read."""

    name: str = Field(min_length=1)
    when: Conditions | None = None
    then: Actions
    stop: bool = False


def rules_of(brand: Brand) -> tuple[Rule, ...]:
    """Give a brand's rules, in their order."""
    return tuple(Rule.model_validate(one) for one in brand.rules)
