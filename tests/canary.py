"""Words planted in every suite as an account's secret, or as the text of a post: no log may hold them."""

from __future__ import annotations

import logging

TEXT = "canari-texte-5d1c"  # stands in posts
PLANTED = (
    TEXT,
    "Le pain de seigle sort du four",  # tests/people.py
    "secret-token-of-the-bakery",
    "correct-horse-battery-staple",
    "hunter2",
    "aaaa-bbbb-cccc-dddd",
    "/ping/3f6c-known-to-few",
)
OURS = "heraut"
_USUAL = logging.LogRecord("", 0, "", 0, "", None, None).__dict__.keys()


class Watch(logging.Handler):
    """Reads everything our loggers say, at every level, and keeps where a planted word was found."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = [record.getMessage(), repr({key: value for key, value in vars(record).items() if key not in _USUAL})]
        if record.exc_info:
            said.append(logging.Formatter().formatException(record.exc_info))
        if any(word in text for word in PLANTED for text in said):
            self.found.append(f"{record.name}:{record.module}:{record.lineno}")
