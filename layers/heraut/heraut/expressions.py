"""Regular expressions of rules: RE2, whose time grows with the text and never explodes.

Accents and capitals count for nothing: expression and text are both brought to plain letters first. RE2 has no
references back and no looking around (https://github.com/google/re2/wiki/Syntax), which is why it cannot be slow.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Accents and points, of the scripts that people write comments in.
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]+")
MOST_MEMORY = 1 << 20  # bytes that one expression may take once compiled


class Unusable(ValueError):
    """An expression that is none: `code` is that of its problem, `near` the part that RE2 names."""

    def __init__(self, code: str, near: str) -> None:
        """Keep both."""
        self.code = code
        self.near = near
        super().__init__(f"{code}: {near}")


def plain(text: str) -> str:
    """Give a text without accents: what expressions are compared in."""
    if text.isascii():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFKD", text))


def options(memory: int = MOST_MEMORY) -> Any:
    """Give how every expression is read."""
    import re2

    chosen = re2.Options()
    chosen.case_sensitive = False
    chosen.log_errors = False
    chosen.max_mem = memory
    return chosen


def compiled(expression: str) -> Any:
    """Compile one; Unusable says what is wrong with it."""
    import re2

    try:
        found = re2.compile(plain(expression), options())
    except re2.error as error:
        told = error.args[0]
        said = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        raise Unusable(_code(said), said.rpartition(": ")[2]) from None
    if found.search("") is not None:
        raise Unusable("expression_empty", expression)
    return found


def _code(said: str) -> str:
    if "too large" in said or "repetition size" in said:
        return "expression_large"
    if "invalid perl operator" in said or "invalid escape sequence" in said:
        return "expression_looking"
    return "expression_wrong"
