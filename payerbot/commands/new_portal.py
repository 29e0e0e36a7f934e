"""`payerbot new-portal`: the four places of a portal, written as a skeleton that runs at a twin of its own."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from payerbot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NEXT = """
Look at it: python -m pytest tests/contract -k {slug}
Then: python -m pytest tests/test_golden.py -k {slug}
It fails once and writes down what the reader makes of the saved pages: review that, and run it again.
docs/add-a-portal.md leads from here to the real pages."""


def write(slug: str, *, title: str, clone: Path) -> int:
    """Write the skeleton into a clone; nothing that is there already is touched."""
    if not _SLUG.fullmatch(slug):
        raise UserError(f"{slug!r} cannot be a portal's short name: write lower-case letters and digits, with _ between words.")
    if not (clone / "portals" / "base.py").exists() or not (clone / "sandbox" / "server.py").exists():
        raise UserError("There is no clone of payerbot here; change to its folder and run the command again.")
    made = dict(_files(slug, title or slug.replace("_", " ").title()))
    if there := [name for name in made if (clone / name).exists()]:
        raise UserError(f"{there[0]} is there already; choose another name, or remove what is left of that portal.")
    for name, text in made.items():
        path = clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(name)
    typer.echo(NEXT.format(slug=slug))
    return 0


def _files(slug: str, title: str) -> Iterator[tuple[str, str]]:
    """Where each file goes, and its text."""
    named = {
        "@slug@": slug,
        "@SLUG@": slug.upper(),
        "@host@": slug.replace("_", "-"),
        "@Class@": "".join(word.title() for word in slug.split("_")),
        "@title@": title,
        "@TITLE@": title.upper(),
    }
    for place, template in _templates(files("payerbot") / "_new_portal", ()):
        text = template.read_text(encoding="utf-8")
        for mark, word in named.items():
            text = text.replace(mark, word)
        yield "/".join(slug if part == "slug" else part.replace("slug.yaml", f"{slug}.yaml") for part in place).removesuffix(".txt"), text


def _templates(folder: Traversable, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for one in sorted(folder.iterdir(), key=lambda found: found.name):
        if one.is_dir():
            yield from _templates(one, (*place, one.name))
        else:
            yield (*place, one.name), one
