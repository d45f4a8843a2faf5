"""The configuration file as a person wrote it: read, changed where it must be, written back with its comments."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.util import load_yaml_guess_indent

from heraut.brands.configuration import read_configuration, write_configuration
from heraut.cli.speech import CannotGoOn
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LARGEST = 1_000_000  # characters
DEEPEST = 20  # lists and mappings within each other; ours are five
LONGEST_LINE = 100_000  # characters: a line is never broken
_HOUR = re.compile(r"\d\d:\d\d")
NAMED_BY = {
    "brands": "id",
    "accounts": "name",
    "people": "id",
    "teams": "name",
    "rules": "name",
}


@dataclass
class ConfigurationFile:
    """A file with its document (comments and order kept), and how far its lists are indented."""

    path: Path
    document: Any
    indent: int = 4
    offset: int = 2

    def write_revisions(self, revisions: Mapping[str, int]) -> bool:
        """Write each brand's revision into the file; gives whether anything changed. Raises CannotGoOn."""
        changed = False
        for brand in self.document["brands"]:
            revision = revisions.get(brand["id"])
            if revision is None or brand.get("revision", 0) == revision:
                continue
            if "revision" in brand:
                brand["revision"] = revision
            else:
                brand.insert(list(brand).index("id") + 1, "revision", revision)
            changed = True
        if changed:
            self.write()
        return changed

    def take_over(self, wanted: Mapping[str, Any]) -> None:
        """Bring the document to what `wanted` says; what means the same already keeps its words and its comments."""
        try:
            meant = write_configuration(read_configuration(self.document))
        except InvalidInput:
            self.document = _commented(wanted)
        else:
            _merge(self.document, wanted, meant)

    def write(self) -> None:
        """Write the document to its file. Raises CannotGoOn."""
        try:
            self.path.write_text(self.text(), encoding="utf-8")
        except OSError as error:
            raise CannotGoOn("file_not_written", file=self.path, why=error.strerror or "") from error

    def text(self) -> str:
        """Give the document as the file holds it."""
        out = io.StringIO()
        _yaml(self.indent, self.offset).dump(self.document, out)
        return out.getvalue()


def read_file(path: Path) -> ConfigurationFile:
    """Read a configuration file; CannotGoOn says what is in the way, with its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CannotGoOn("file_missing", file=path) from None
    except UnicodeDecodeError:
        raise CannotGoOn("file_no_text", file=path) from None
    except OSError as error:
        raise CannotGoOn("file_unreadable", file=path, why=error.strerror or "") from error
    if len(text) > LARGEST:
        raise CannotGoOn("file_too_large", file=path, limit=LARGEST // 1_000)
    try:
        _refuse_tricks(path, text)
        document = _yaml().load(text)
        _, indent, offset = load_yaml_guess_indent(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CannotGoOn("file_no_yaml", file=path, line=line) from error
    except CannotGoOn:
        raise
    except Exception as error:  # a damaged file makes the reader raise anything at all (IndexError, RecursionError)
        raise CannotGoOn("file_no_yaml", file=path, line=1) from error
    return ConfigurationFile(path, document, indent or 4, offset if offset is not None else 2)


def _refuse_tricks(path: Path, text: str) -> None:
    """Refuse references to other parts of the file, which can make a few lines mean gigabytes, and endless nesting."""
    depth = 0
    for event in YAML().parse(io.StringIO(text)):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise CannotGoOn("file_with_references", file=path, line=line)
        if isinstance(event, CollectionStartEvent | CollectionEndEvent):
            depth += 1 if isinstance(event, CollectionStartEvent) else -1
        if depth > DEEPEST:
            raise CannotGoOn("file_too_deep", file=path, line=line)


def fresh_file(path: Path, document: Mapping[str, Any]) -> ConfigurationFile:
    """Give a file that is still to be written."""
    return ConfigurationFile(path, _commented(document))


def _yaml(indent: int = 4, offset: int = 2) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LONGEST_LINE
    yaml.indent(mapping=2, sequence=indent, offset=offset)
    return yaml


def _merge(held: CommentedMap, wanted: Mapping[str, Any], meant: Mapping[str, Any]) -> None:
    """Bring a mapping to what is wanted; `meant` is what it says now, in the words of `wanted`."""
    changed = [key for key in (*wanted, *held) if wanted.get(key) != meant.get(key) or key not in {**wanted, **meant}]
    for key in dict.fromkeys(changed):
        if key not in wanted:
            held.pop(key, None)
            continue
        value, said = wanted[key], meant.get(key)
        if isinstance(value, dict) and isinstance(held.get(key), CommentedMap):
            _merge(held[key], value, said or {})
        elif key in NAMED_BY and isinstance(held.get(key), CommentedSeq) and not _moved(key, held[key], value):
            _merge_named(held[key], value, said or [], NAMED_BY[key])
        elif key in held:
            held[key] = _commented(value)
        else:
            held.insert(min(list(wanted).index(key), len(held)), key, _commented(value))


def _moved(key: str, held: CommentedSeq, wanted: list[Any]) -> bool:
    """Whether rules changed places: their order says which one speaks first, so they are written anew."""
    if key != "rules":
        return False
    there = [entry.get("name") for entry in held if isinstance(entry, CommentedMap)]
    names = [entry["name"] for entry in wanted]
    stay = [name for name in there if name in names]
    return names[: len(stay)] != stay


def _merge_named(held: CommentedSeq, wanted: list[Any], meant: list[Any], name: str) -> None:
    """Merge lists whose entries have names; the entries keep the file's order, new ones come last."""
    missing = {entry[name]: entry for entry in wanted}
    said = {entry[name]: entry for entry in meant}
    for place in reversed(range(len(held))):
        entry = held[place]
        if isinstance(entry, CommentedMap) and entry.get(name) in missing:
            _merge(entry, missing.pop(entry[name]), said.get(entry[name], {}))
        else:
            del held[place]
    for entry in missing.values():
        held.append(_commented(entry))


def _commented(value: Any) -> Any:
    """Give a plain value as the writer lays it out: short lists of words in one line."""
    if isinstance(value, dict):
        return CommentedMap({key: _commented(held) for key, held in value.items()})
    if isinstance(value, list | tuple):
        listed = CommentedSeq([_commented(held) for held in value])
        if not any(isinstance(held, dict) for held in value):
            listed.fa.set_flow_style()
        return listed
    # Older readers of YAML take 07:30 for a number of minutes.
    return DoubleQuotedScalarString(value) if isinstance(value, str) and _HOUR.fullmatch(value) else value
