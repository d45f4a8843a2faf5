"""Errors that carry the decision: retry, refuse, or ask a person.

Everything Héraut raises on purpose descends from `HerautError`. The families of
network errors are the only things an adapter lets out (see `networks/base.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from heraut.problems import Problem


class HerautError(Exception):
    """Base of every error raised on purpose."""


class ConfigurationError(HerautError):
    """A setting is missing or wrong; the text names it and says what to do."""


class InvalidInput(HerautError):
    """What a person gave cannot be used; `problems` say which field, why, and the remedy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; the text is their codes, never their values."""
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.code for problem in self.problems))


class NotFound(HerautError):
    """The thing asked for does not exist (or not in this brand)."""


class Conflict(HerautError):
    """Somebody else changed it first; read again and decide again."""


class TryAgain(HerautError):
    """Our own infrastructure could not answer now; the same request may succeed later."""


class NotReconciled(TryAgain):
    """The posts come from a backup: what went out since is not in them, and nothing leaves until that was read back."""


class Unverified(HerautError):
    """A webhook's request is not the network's, or nobody can know; the text says why, and holds nothing of it."""


class Unreadable(HerautError):
    """An event that a network signed is not what its network sends; the text says where, and holds nothing of it."""


class NewerRelease(HerautError):
    """A newer release wrote this, in a form that this one cannot read: upgrade before going on."""


class NetworkError(HerautError):
    """Base of what an adapter may raise; `problem` says it in a person's words."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem; the text is its code and never holds a secret."""
        self.problem = problem
        super().__init__(problem.code)


class Refused(NetworkError):
    """The network said no, clearly: nothing is online, a person must mend the post."""


class CredentialsExpired(NetworkError):
    """The network does not know us any more: nothing is online, a person must reconnect."""


class RateLimited(NetworkError):
    """The network asked us to wait until `until` (aware): nothing was posted, and the account's others wait too."""

    def __init__(
        self, problem: Problem, until: datetime, limit: int | None = None, window: timedelta | None = None
    ) -> None:
        """Keep the instant from which the network will listen again, and how many calls it takes in a window."""
        super().__init__(problem)
        self.until = until
        self.allowance = Allowance(0, until, limit, window)


class NotReady(RateLimited):
    """The network still works on what was uploaded ahead: this delivery alone waits, nothing was posted."""


class Unreachable(NetworkError):
    """The request's first byte never left (name, connect, TLS): nothing was posted."""


class PreparationLost(Unreachable):
    """What was uploaded ahead is gone or was never there: nothing was posted, prepare again and then send."""


class OutcomeUnknown(NetworkError):
    """The request left and no clear answer came: it may be online."""


class ReadBackUnavailable(NetworkError):
    """The account's own posts could not be read: this look proves nothing."""


class AddressRefused(HerautError):
    """`fetch` will not open this address, or what it holds; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        self.problem = problem
        super().__init__(problem.code)
