"""selectors/<portal>.yaml as checked data: every element an adapter touches, and where the knowledge of it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from payerbot.errors import UserError
from payerbot.model import Frozen

Origin = Literal["guide", "code", "forum", "inferred", "invented"]
KINDS = ("label", "role", "text", "placeholder", "title", "test_id", "css")


class Way(Frozen):
    """One way to find an element. CSS needs a reason; every way says where it is known from."""

    label: str | None = None
    role: str | None = None
    name: str | None = None  # the accessible name, with role only
    text: str | None = None
    placeholder: str | None = None
    title: str | None = None
    test_id: str | None = None
    css: str | None = None
    why: str | None = None
    exact: bool = True
    has_text: str | None = None
    within: str | None = None  # another element of the same screen
    nth: int | None = None
    origin: Origin = Field(alias="from")
    seen: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}; found {', '.join(given) or 'none'}")
        if self.css is not None and not self.why:
            raise ValueError("css needs a 'why'")
        if self.name is not None and self.role is None:
            raise ValueError("'name' goes with 'role' only")
        return self


class ScreenSpec(Frozen):
    """The elements of one page, by name; `landmark` is what tells that the page is there."""

    frames: tuple[Way | None, ...] = (None,)  # where to look, in order; None is the page itself
    elements: Mapping[str, tuple[Way, ...]]

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:  # noqa: ANN401  what YAML holds, before it is checked
        if not isinstance(raw, dict) or "elements" in raw:
            return raw
        rest = dict(raw)
        frame = rest.pop("frame", None)
        frames = frame if isinstance(frame, list) else [frame]
        elements = {key: ways if isinstance(ways, list) else [ways] for key, ways in rest.items()}
        return {"frames": [None if f == "page" else f for f in frames], "elements": elements}

    @field_validator("elements")
    @classmethod
    def _landmark(cls, elements: Mapping[str, tuple[Way, ...]]) -> Mapping[str, tuple[Way, ...]]:
        if "landmark" not in elements:
            raise ValueError("a screen needs a 'landmark'")
        for name, ways in elements.items():
            for way in ways:
                if way.within is not None and way.within not in elements:
                    raise ValueError(f"{name}: 'within' names {way.within!r}, which is not an element of this screen")
        return elements


class Selectors(Frozen):
    """One portal's screens."""

    portal: str
    seen: str
    screens: Mapping[str, ScreenSpec]


def folder() -> Path:
    """Where the packaged selectors lie: in the wheel beside this package, in a clone at its top."""
    packaged = Path(__file__).parent.parent / "_selectors"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "selectors"


def load(portal: str, overlay: Path | None = None) -> Selectors:
    """The portal's selectors, single elements replaced by the practice's overlay folder; UserError with file and place when broken."""
    raw = _read(folder() / f"{portal}.yaml")
    if overlay is not None and (mine := overlay / f"{portal}.yaml").exists():
        extra = _read(mine)
        for screen, elements in (extra.get("screens") or {}).items():
            if screen not in raw["screens"]:
                raise UserError(f"{mine}: the portal {portal} has no screen {screen!r}; correct the name or remove it.")
            for name, ways in (elements or {}).items():
                if name not in raw["screens"][screen]:
                    raise UserError(f"{mine}: line {_line_of(mine, screen, name)}: {screen} has no element {name!r}; correct the name.")
                raw["screens"][screen][name] = ways
        return _checked(raw, mine)
    return _checked(raw, folder() / f"{portal}.yaml")


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise UserError(f"{path}: line {line}: this is not YAML ({broken.problem}); mend that line.") from None
    except OSError as missing:
        raise UserError(f"{path}: the selectors cannot be read ({os.strerror(missing.errno or 0)}).") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("screens"), dict):
        raise UserError(f"{path}: line 1: a selectors file needs 'portal', 'seen' and 'screens'.")
    return raw


def _checked(raw: dict[str, Any], path: Path) -> Selectors:
    try:
        return Selectors.model_validate(raw)
    except ValidationError as broken:
        first = broken.errors()[0]
        place = [str(part) for part in first["loc"]]
        named = [part for part in place if part not in ("screens", "elements")][:2]
        line = _line_of(path, *named)
        said = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{path}: line {line}: {' > '.join(place)}: {said}.") from None


def _line_of(path: Path, *keys: str) -> int:
    """The line on which a nested key stands (1 where it cannot be told)."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = 1
    for key in ("screens", *keys):
        if not isinstance(node, yaml.MappingNode):
            break
        for key_node, value in node.value:
            if key_node.value == key:
                line, node = key_node.start_mark.line + 1, value
                break
        else:
            break
    return line
