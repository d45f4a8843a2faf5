"""What is kept, where, why and for how long: the one place where each kind of item and object says so.

The tables take their times from here, `docs/personal-data.md` is made from here (`make personal-data`), and tests
refuse an item that is no kind of these. A table forgets what expired within two days of its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

BRANDS, POSTS, CONVERSATIONS = "BrandsTable", "PostsTable", "ConversationsTable"
CONTESTS = "ContestsTable"
YEAR = timedelta(days=365)
THIRTEEN_MONTHS = timedelta(days=400)  # so that a year can be compared with the one before


@dataclass(frozen=True)
class Kind:
    """One kind of item: its keys (`<…>` stands for a part), what it holds of whom, why, and how long after what.

    `kept` None: until `since` says. `public`: it holds something of a member of the public.
    """

    table: str
    pk: str
    sk: str
    holds: str
    why: str
    kept: timedelta | None
    since: str
    public: bool = False

    def forgotten(self, at: datetime) -> int:
        """Say when the table forgets what counts from `at`, in epoch seconds."""
        if self.kept is None:
            raise ValueError(f"{self.pk} / {self.sk} is kept {self.since}")
        return int((at + self.kept).timestamp())


CONFIGURATION = Kind(
    BRANDS,
    "<brand>",
    "config",
    "the team: names, e-mail addresses, roles, working hours; accounts, rules",
    "knowing who owns what and who hears of it",
    None,
    "until the brand is erased, or the person taken out of `heraut.yaml`",
)
CONFIRMATION = Kind(
    BRANDS,
    "<brand>",
    "person#<person>",
    "when a member of the team confirmed getting our messages",
    "telling an address that works from one that does not",
    None,
    "until the brand is erased",
)
LINK = Kind(
    BRANDS,
    "<brand>",
    "link#<hash>",
    "a button of a message: for whom of the team, what it does, when it was used (the token itself is not kept); the "
    "network's id of what an e-mail answers, until its author is forgotten",
    "letting a later visitor read who decided what",
    timedelta(days=30),
    "after the link ended",
    public=True,
)
ONLY_LINK = Kind(
    BRANDS, "<brand>", "only#<action>#<person>", "which link is somebody's red button", LINK.why, LINK.kept, LINK.since
)
TURN = Kind(
    BRANDS,
    "<brand>",
    "turn#<name>",
    "that a key is being renewed right now; which of the team had the morning point of a day",
    "letting one at a time; saying it once",
    timedelta(0),
    "after the turn",
)
DIRECTORY = Kind(
    BRANDS, "*", "brand#<brand>", "that the brand exists", "listing brands", None, "until the brand is erased"
)

POST = Kind(
    POSTS,
    "<brand>#post#<post>",
    "post | version#<n> | delivery#<account>",
    "what the brand says, when, where, how far it came",
    "publishing, and telling what went out",
    None,
    "until the brand is erased",
)
ANSWER = Kind(
    POSTS,
    "<brand>#post#<answer>",
    "post | version#<n> | delivery#<account>",
    "an answer to somebody: its words, the handle it names, the network's id of what it answers",
    "answering once, and telling who answered what",
    THIRTEEN_MONTHS,
    "after it was given; what was said to a winner goes with who took part",
    public=True,
)
POST_EVENT = Kind(
    POSTS,
    "<brand>#post#<post>",
    "event#<at>#<n>#<id>",
    "what happened to a post, and who of the team did it",
    "telling a post's story",
    THIRTEEN_MONTHS,
    "after it happened",
)
TOLD = Kind(
    POSTS,
    "<brand>#told#<event>",
    "<person>",
    "who of the team heard of it",
    "saying a thing once",
    timedelta(days=90),
    "after they heard",
)
CALENDAR_ROW = Kind(
    POSTS,
    "<brand>#row",
    "<key>",
    "which post a calendar's row became",
    "queuing nothing twice",
    None,
    "until the brand is erased",
)
CALENDAR_FILE = Kind(
    POSTS,
    "<brand>#file#<file>",
    "<post>",
    "which posts a calendar's file queued",
    CALENDAR_ROW.why,
    None,
    "until the brand is erased",
)
PAUSE = Kind(
    POSTS,
    "<brand>#brake",
    "pause:<scope>",
    "that something is stopped: who of the team, since when, why",
    "stopping it",
    None,
    "until it is ended",
)
ENDED_PAUSE = Kind(
    POSTS,
    "<brand>#brake",
    "ended#<at>#<scope>",
    "a stop that is over, who began and ended it",
    "looking back at it",
    THIRTEEN_MONTHS,
    "after it ended",
)
HOME = Kind(
    POSTS,
    "*#brake",
    "table",
    "the table's own name",
    "noticing that it came from a backup",
    None,
    "as long as the table",
)
PACE = Kind(
    POSTS,
    "<brand>#pace",
    "<account>#<bucket>",
    "how many calls a network still allows",
    "staying below its limits",
    timedelta(days=1),
    "after it starts anew",
)
LOOK = Kind(
    POSTS,
    "<brand>#upcoming",
    "<delivery>",
    "what a look ahead at a delivery found, who of the team was told",
    "saying it once",
    timedelta(days=2),
    "after the post was due",
)

ALERT = Kind(
    CONVERSATIONS,
    "<brand>#alert#<alert>",
    "alert",
    "the networks' ids of what waits for an answer, who of the team answers, until when",
    "letting nobody wait unheard",
    YEAR,
    "after it closed",
    public=True,
)
WAITING_ALERT = Kind(
    CONVERSATIONS,
    "<brand>#alert#<alert>",
    "alert",
    "the same, while it waits",
    ALERT.why,
    THIRTEEN_MONTHS,  # longer than what leads to it, so that nothing ever leads nowhere
    "after an answer was owed, if nobody ever closes it",
    public=True,
)
SAID = Kind(
    CONVERSATIONS,
    "<brand>#alert#<alert>",
    "said#<at>#<digest>",
    "what somebody said to the brand: words, whom they name, their name, handle, followers, when, where,"
    " labels, what rules decided",
    "answering, and finding the conversation again when they come back",
    YEAR,
    "after they said it",
    public=True,
)
KNOWN = Kind(
    CONVERSATIONS,
    "<brand>#known",
    "<account>#<digest>",
    "a digest of the network's id of what was said, and where it is held",
    "taking it in once",
    YEAR,
    "after it was said",
    public=True,
)
EARLY_ANSWER = Kind(
    CONVERSATIONS,
    "<brand>#known",
    "<account>#<digest>",
    "that the account answered what has not been heard yet",
    "opening no alert for it",
    timedelta(days=3),
    "after the answer",
    public=True,
)
OPEN_ALERT = Kind(
    CONVERSATIONS,
    "<brand>#open",
    "<account>#<digest>",
    "which alert of a thread is open",
    "letting others join it",
    YEAR,
    "after an answer was owed; it goes when the alert closes",
)
QUIET_ALERT = Kind(
    CONVERSATIONS,
    "<brand>#quiet",
    "<account>#<digest>",
    "which alert of a thread was over as it opened",
    "opening it again",
    timedelta(days=30),  # conversations.model.REOPENS_FOR
    "after it opened",
)
STORY = Kind(
    CONVERSATIONS,
    "<brand>#story",
    "<alert>#<at>#<revision>#<n>",
    "what happened to an alert and what was moderated: what, when, by which rule or person of the team",
    "telling what was done and why; the time answers took",
    YEAR,
    "after it happened",
    public=True,
)
ANSWERED = Kind(
    CONVERSATIONS,
    "<brand>#answered",
    "<at>#<alert>#<revision>#<n>",
    "that an answer was given: when, by whom of the team, and how long it took; not to whom",
    "the times answers took, without reading every story",
    YEAR,
    "after the answer",
)
AUTHOR = Kind(
    CONVERSATIONS,
    "<brand>#author",
    "<network>#<digest>",
    "who speaks to the brand: name, handle, followers, first and last time, how many times and of which kind",
    "rules about repetition and first times, knowing whom to thank",
    YEAR,
    "after they last spoke",
    public=True,
)
FORGOTTEN = Kind(
    CONVERSATIONS,
    "<brand>#forgotten",
    "<pseudonym>",
    "when somebody asked to be forgotten, under a name that only a key kept elsewhere can make of theirs",
    "not taking in again what they had said before",
    3 * YEAR,
    "after they asked",
    public=True,
)
TESTIMONIAL = Kind(
    CONVERSATIONS,
    "<brand>#testimonial",
    "<digest>",
    "a testimonial or a customer's picture set aside: words, name, handle, addresses and descriptions of pictures, who "
    "was asked when; a no, in its author's words",
    "asking whether it may be shown",
    YEAR,
    "after it was said; it goes when its author takes it off the network",
    public=True,
)
CONSENT = Kind(
    CONVERSATIONS,
    "<brand>#testimonial",
    "<digest>",
    "the same, with its author's yes: their words, where they stand, who of the team noted it when",
    "showing that they agreed (five years: article 2224 of the French civil code)",
    5 * YEAR,
    "after they agreed",
    public=True,
)
VOLUME = Kind(
    CONVERSATIONS,
    "<brand>#volume",
    "<digest>#<minute>",
    "how many comments came in a minute",
    "rules about many at once",
    timedelta(days=2),
    "after that minute",
)
OVERHEARD = Kind(
    CONVERSATIONS,
    "<brand>#overheard",
    "<contest>#<at>#<digest>",
    "a comment as it was heard while a contest ran on its account: words, name, handle, when; its change, its end",
    "losing nobody who takes part in a contest",
    timedelta(days=7),
    "after the draw; it goes within minutes, when the contest took note of it, and at the draw",
    public=True,
)
CURSOR = Kind(
    CONVERSATIONS,
    "<brand>#cursor",
    "<account>",
    "how far an account was listened to",
    "hearing everything once",
    None,
    "until the brand is erased",
)
WEBHOOK = Kind(
    CONVERSATIONS,
    "<brand>#webhook",
    "<account>",
    "an account's address for its network, and how many events came",
    "noticing silence and loss",
    None,
    "until the brand is erased",
)
EVENT = Kind(
    CONVERSATIONS,
    "<brand>#event",
    "<account>#<digest>",
    "a digest of an event that came",
    "taking it in once",
    timedelta(hours=48),
    "after it came",
)
SENDING = Kind(
    CONVERSATIONS,
    "<brand>#sending",
    "<at>-<n>",
    "a message to somebody of the team as it was sent, with what somebody said to the brand, and each try",
    "sending it again where it did not arrive",
    timedelta(days=7),
    "after it was first sent; at once, when who is quoted in it is forgotten",
    public=True,
)
RECEIPT = Kind(
    CONVERSATIONS,
    "<brand>#receipt",
    "<receipt>",
    "which message to somebody of the team a text message was, by the name its operators' reports give it",
    "sending it another way when they say that it did not arrive",
    SENDING.kept,
    "after it was first sent",
)
WAY = Kind(
    CONVERSATIONS,
    "<brand>#way",
    "<person>.<way>",
    "whether a way of somebody of the team fails, and since when",
    "pausing a program that does not answer",
    None,
    "until the brand is erased",
)

CONTEST = Kind(
    CONTESTS,
    "<brand>",
    "contest#<contest>",
    "a contest: its terms, how far it came, how many took part and were left out for which reason, its commitments",
    "running it, and proving how it was drawn",
    None,
    "until the brand is erased",
)
GATHERING = Kind(
    CONTESTS,
    "<brand>",
    "event#<event>",
    "an event: what is planned, and what became of each of its posts",
    "reminding of it, and telling calendars when it moves",
    None,
    "until the brand is erased",
)
QUESTIONS = Kind(
    CONTESTS,
    "<brand>",
    "questions#<event>",
    "what people asked under the posts of a session: id, handle, text, likes, whether they were answered; who of the "
    "team took a question off the recap, when and why; until the lists are read for the last time, ids of those who "
    "asked to be forgotten. The recap's page shows text, handle and likes as long",
    "ranking questions, and the recap; taking whoever asks for it off its page",
    YEAR,
    "after the session; then the page loses its questions",
    public=True,
)
DRAWS = Kind(
    CONTESTS,
    "<brand>",
    "chain",
    "how many draws were committed to, and the last commitment",
    "showing that none was thrown away",
    None,
    "until the brand is erased",
)
ENTRANT = Kind(
    CONTESTS,
    "<brand>#<contest>",
    "e#<entrant>",
    "who took part: id, handle, name, comments, likes and reposts under the contest's posts, which of the brand's "
    "accounts block them, what the team decided about them and why, and the secret number that links them to the "
    "published list; of who asked to be forgotten before the list was final, the id alone, until the draw",
    "deciding who takes part, telling who asks why not, drawing",
    timedelta(days=90),  # unless the terms say otherwise
    "after the contest ended or was called off, unless its rules say otherwise",
    public=True,
)
WINNER = Kind(
    CONTESTS,
    "<brand>#<contest>",
    "w#<rank>",
    "who won, or may still: id, name, handle, rank, when they confirmed or why they were disqualified",
    "giving the prizes",
    ENTRANT.kept,
    ENTRANT.since,
    public=True,
)
PART = Kind(
    CONTESTS,
    "<brand>#<contest>",
    "p#<digest>",
    "a part of the list while thousands are counted (codes and chances), or hashes of comments that too many wrote",
    "making the list in several steps",
    ENTRANT.kept,
    ENTRANT.since,
    public=True,
)

WON = Kind(
    CONTESTS,
    "<brand>#won",
    "<contest>#<entrant>",
    "who kept a prize of a contest, and when they won: their id and nothing else",
    "setting previous winners aside (`exclude.previous_winners`)",
    ENTRANT.kept,
    "after the contest, or as many months after the draw as its rules say (as any contest in `heraut.yaml` asked for "
    "when it opened)",
    public=True,
)

REFUSALS_LOG = timedelta(days=30)  # of Amazon SNS, with telephone numbers: `make refusals` makes it

KINDS = tuple(value for value in list(globals().values()) if isinstance(value, Kind))


@dataclass(frozen=True)
class Objects:
    """What stands under a prefix of the files bucket; how long is the template's to say (its lifecycle rules)."""

    prefix: str
    holds: str
    why: str
    public: bool = False


OBJECTS = (
    Objects("inbox/", "calendars as they were dropped in", "importing them"),
    Objects("reports/", "what became of each row of a calendar", "reading it again"),
    Objects("webhooks/", "large events as networks sent them, with what people said", "reading them", public=True),
    Objects("mails/", "answers to alerts by e-mail as they were received", "publishing what they say"),
    Objects("media/", "pictures and films of posts", "publishing them, and telling what went out"),
)
