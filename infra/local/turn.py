"""Whose turn it is in this checkout: an OS lock, so that nobody waits for the dead. Parses on any Python 3.6+."""

import contextlib
from pathlib import Path
from typing import Callable, Iterator, Optional


class Taken(Exception):
    """Somebody else has the turn."""


@contextlib.contextmanager
def hold(file: Path, waiting: Optional[Callable[[], None]] = None) -> Iterator[None]:
    """Hold the turn that `file` stands for; the system gives it back when its holder ends, however it ends.

    While another process has it: say so with `waiting` and wait, or else raise Taken.
    """
    import fcntl  # not on Windows, where a sentence is all that anybody gets

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is None:
                raise Taken(str(file)) from None
            waiting()
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
