"""YAML read so that every mistake in it can be named with file and line. All scalars stay text: a TIN keeps its leading zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from payerbot.errors import UserError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
Plain = str | list["Plain"] | dict[str, "Plain"]
Model = TypeVar("Model", bound=BaseModel)

MAX_BYTES = 1_000_000
_NULL = {"", "~", "null", "Null", "NULL"}


class Mistake(NamedTuple):
    """One thing to put right, at a place in the file."""

    place: Place
    says: str


class Lined:
    """A YAML file's content and the line on which each part of it stands."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {(): 1}
        self.mistakes: list[Mistake] = []
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            self.content: Plain = {} if node is None else self._plain(node, ())
        except yaml.MarkedYAMLError as broken:
            line = broken.problem_mark.line + 1 if broken.problem_mark else 1
            raise UserError(f"{name} line {line}: this is no valid YAML; check indentation, colons and quotes there.") from None
        except (yaml.YAMLError, RecursionError):
            raise UserError(f"{name} line 1: this is no valid YAML; start again from the example practice.yaml.") from None

    def _plain(self, node: yaml.Node, place: Place) -> Plain:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*place, n)) for n, child in enumerate(node.value)]
        return str(node.value)

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, Plain]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            below = (*place, key)
            self.lines[below] = key_node.start_mark.line + 1
            if key in seen:
                self.mistakes.append(Mistake(below, f"'{key}' is given twice; remove one of them"))
            seen.add(key)
            if isinstance(value_node, yaml.ScalarNode) and value_node.style is None and value_node.value in _NULL:
                continue  # "key:" without a value is a key that is not there
            yield key, self._plain(value_node, below)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def checked(self, model: type[Model]) -> Model:
        """The content as that model; every mistake becomes a sentence."""
        self.refuse(self.mistakes)
        try:
            return model.model_validate(self.content)
        except ValidationError as broken:
            errors = broken.errors(include_url=False, include_input=False)
        places = {error["loc"] for error in errors}
        self.refuse(_mistake(error) for error in errors if not (error["type"] == "too_short" and _has_below(places, error["loc"])))
        raise AssertionError("a ValidationError without errors")  # pragma: no cover

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        """Raise a UserError with one sentence per mistake, top of the file first; nothing to say, nothing raised."""
        lined = sorted((self.line(mistake.place), mistake) for mistake in mistakes)
        if lined:
            raise UserError("\n".join(f"{self.name} line {line}: {_where(at.place)}{at.says}." for line, at in lined))


def read(path: Path) -> Lined:
    """Read a YAML file, or say in one sentence why not."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path.name} is too large to be a set-up file; check which file is named.")
        return Lined(path.read_text(encoding="utf-8-sig"), path.name)
    except FileNotFoundError:
        raise UserError(
            f"{path.name} was not found in {path.parent}; copy examples/practice.yaml there or name yours by PAYERBOT_PRACTICE."
        ) from None
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not in UTF-8; save it as UTF-8 text.") from None
    except OSError:
        raise UserError(f"{path.name} could not be read; check that it is a file and that you may open it.") from None


def _has_below(places: set[Place], place: Place) -> bool:
    """A list whose only entry is wrong also counts as too short; the entry's own sentence is enough."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _where(place: Place) -> str:
    names = [f"{part + 1}" if isinstance(part, int) else part for part in place]
    return f"{' '.join(names)}: " if names else ""


def _mistake(error: ErrorDetails) -> Mistake:
    kind, said = error["type"], error["msg"]
    if kind in {"literal_error", "enum"}:
        says = f"must be one of {error['ctx']['expected']}"
    elif kind == "value_error":
        says = said.removeprefix("Value error, ").rstrip(".")
    else:
        says = _SAYS.get(kind, said[0].lower() + said[1:].rstrip("."))
    return Mistake(tuple(error["loc"]), says)


_SAYS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; correct its name or remove it",
    "too_short": "needs at least one entry",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long; shorten it",
    "string_type": "must be a text, not a list or a group of keys",
    "string_pattern_mismatch": "may have small letters, digits, '-' and '_' only, at most 40",
    "date_from_datetime_parsing": "must be a date like 2026-11-23",
    "date_parsing": "must be a date like 2026-11-23",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list: one '- ...' for each entry",
    "model_type": "must be a group of 'key: value' lines",
}
