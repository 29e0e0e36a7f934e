"""selectors/<portal>.yaml as checked data: every element an adapter touches, and where the knowledge of it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, field_validator, model_validator

from payerbot.errors import UserError
from payerbot.model import Frozen

Origin = Literal["guide", "code", "forum", "inferred", "invented"]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Seen = Annotated[
    Words, BeforeValidator(lambda held: held.isoformat() if isinstance(held, date) else held)
]  # YAML reads a bare day as a date
KINDS = ("label", "role", "text", "placeholder", "title", "test_id", "css", "beside")
_ROLES = """
    alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox complementary
    contentinfo definition deletion dialog directory document emphasis feed figure form generic grid gridcell group heading img
    insertion link list listbox listitem log main marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation
    none note option paragraph presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox
    separator slider spinbutton status strong subscript superscript switch tab table tablist tabpanel term textbox time timer toolbar
    tooltip tree treegrid treeitem
"""
ROLES = frozenset(_ROLES.split())
TOP = frozenset({"portal", "seen", "borrows", "screens"})


class Way(Frozen):
    """One way to find an element. CSS needs a reason; every way says where it is known from."""

    label: Words | None = None
    role: Words | None = None
    name: Words | None = None  # the accessible name, with role only
    text: Words | None = None
    placeholder: Words | None = None
    title: Words | None = None
    test_id: Words | None = None
    css: Words | None = None
    beside: Words | None = None  # the words that stand before a field without a label, a button without a name, or a value
    why: Words | None = None
    exact: bool = True
    has_text: Words | None = None
    within: Words | None = None  # another element of the same screen
    nth: int | None = None  # of those that can be seen
    origin: Origin = Field(alias="from")
    seen: Seen | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}; found {', '.join(given) or 'none'}")
        if self.css is not None and not self.why:
            raise ValueError("css needs a 'why'")
        if self.name is not None and self.role is None:
            raise ValueError("'name' goes with 'role' only")
        if self.role is not None and self.role not in ROLES:
            raise ValueError(f"{self.role!r} is not a role")
        return self

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class ScreenSpec(Frozen):
    """The elements of one page, by name; `landmark` is what tells that the page is there."""

    frames: tuple[Way | None, ...] = (None,)  # where to look, in order; None is the page itself
    elements: Mapping[str, tuple[Way, ...]]

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, raw: Any) -> Any:  # noqa: ANN401  what YAML holds, before it is checked
        if not isinstance(raw, dict):
            return raw
        rest = dict(raw)
        frame = rest.pop("frame", None)
        frames = frame if isinstance(frame, list) else [frame]
        elements = {key: ways if isinstance(ways, list) else [ways] for key, ways in rest.items()}
        return {"frames": [None if f == "page" else f for f in frames], "elements": elements}

    @field_validator("elements")
    @classmethod
    def _whole(cls, elements: Mapping[str, tuple[Way, ...]]) -> Mapping[str, tuple[Way, ...]]:
        if "landmark" not in elements:
            raise ValueError("a screen needs a 'landmark'")
        around: dict[str, set[str]] = {}
        for name, ways in elements.items():
            if not ways:
                raise ValueError(f"{name}: give at least one way to find it")
            around[name] = {way.within for way in ways if way.within is not None}
            if strange := around[name] - set(elements):
                raise ValueError(f"{name}: 'within' names {strange.pop()!r}, which is not an element of this screen")
        try:
            TopologicalSorter(around).prepare()
        except CycleError as circle:
            raise ValueError(f"{circle.args[1][0]}: 'within' leads back to itself") from None
        return elements


class Selectors(Frozen):
    """One portal's screens."""

    portal: Words
    seen: Seen
    screens: Mapping[str, ScreenSpec]


def folder() -> Path:
    """Where the packaged selectors lie: in the wheel beside this package, in a clone at its top."""
    packaged = Path(__file__).parent.parent / "_selectors"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "selectors"


def load(portal: str, overlay: Path | None = None) -> Selectors:
    """The portal's selectors, single elements replaced by the practice's overlay folder; UserError with file and place when broken."""
    base = folder() / f"{portal}.yaml"
    raw = _with_borrowed(_read(base, portal), base)
    found = _checked(raw, base)
    if overlay is None or not (mine := overlay / f"{portal}.yaml").exists():
        return found
    for screen, name, ways in _replacements(mine, portal):
        known = raw["screens"].get(screen)
        if known is None:
            raise UserError(f"{mine}: line {_line_of(mine, screen)}: {portal} has no screen {screen!r}; correct the name or remove it.")
        if name not in known and name != "frame":
            raise UserError(f"{mine}: line {_line_of(mine, screen, name)}: {screen} has no element {name!r}; correct the name.")
        known[name] = ways
    return _checked(raw, mine)


def _with_borrowed(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    """Together with the screens that another file has, such as a sign-in that several portals share; the portal's own go first."""
    screens = dict(raw["screens"])
    for other, wanted in (raw.pop("borrows", None) or {}).items():
        lent = _read(folder() / f"{other}.yaml", other)["screens"]
        for name in wanted:
            if name not in lent:
                raise UserError(
                    f"{path}: line {_line_of(path, 'borrows', other, top=True)}: {other} has no screen {name!r}; correct the name."
                )
            screens.setdefault(name, lent[name])
    return {**raw, "screens": screens}


def _replacements(mine: Path, portal: str) -> Iterator[tuple[str, str, Any]]:
    for screen, elements in _read(mine, portal)["screens"].items():
        if not isinstance(elements, dict):
            raise UserError(f"{mine}: line {_line_of(mine, screen)}: {screen} must hold elements by name; mend that line.")
        yield from ((screen, name, ways) for name, ways in elements.items())


class _Strict(yaml.SafeLoader):
    """YAML in which a key stands once: a second one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  PyYAML's own signature
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep)


def _read(path: Path, portal: str) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8-sig"), _Strict)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise UserError(f"{path}: line {line}: this is not YAML ({broken.problem}); mend that line.") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise UserError(f"{path}: line 1: this is not text in UTF-8; save it again as UTF-8.") from None
    except OSError as missing:
        raise UserError(f"{path}: the selectors cannot be read ({os.strerror(missing.errno or 0)}).") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("screens"), dict):
        raise UserError(f"{path}: line 1: a selectors file needs 'portal', 'seen' and 'screens'.")
    if strange := [str(key) for key in raw if key not in TOP]:
        raise UserError(f"{path}: line {_line_of(path, strange[0], top=True)}: {strange[0]!r} is not known here; remove it.")
    if raw.get("portal", portal) != portal:
        raise UserError(f"{path}: line {_line_of(path, 'portal', top=True)}: the file is named after {portal}; correct 'portal'.")
    return raw


def _checked(raw: dict[str, Any], path: Path) -> Selectors:
    try:
        return Selectors.model_validate(raw)
    except ValidationError as broken:
        first = broken.errors()[0]
        place = [str(part) for part in first["loc"] if part not in ("screens", "elements", "frames")]
        said = first["msg"].removeprefix("Value error, ")
        named = ["frame" if "frames" in first["loc"] and n == 1 else part for n, part in enumerate(place)][:2]
        line = _line_of(path, *named, top=first["loc"][:1] != ("screens",))
        raise UserError(f"{path}: line {line}: {' > '.join(place)}: {said}.") from None


def _line_of(path: Path, *keys: str, top: bool = False) -> int:
    """The line on which a nested key stands, or the nearest one around it that is there."""
    node = yaml.compose(path.read_text(encoding="utf-8-sig"), yaml.SafeLoader)
    line = 1
    for key in keys if top else ("screens", *keys):
        pair = next((pair for pair in node.value if pair[0].value == key), None) if isinstance(node, yaml.MappingNode) else None
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    return line
