"""The controls of a page as ASP.NET writes them: long ids with a module number that changes, and a suffix that stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from sandbox.server import At


class Drift(NamedTuple):
    """In what this page differs from the ordinary one."""

    renamed: bool = False
    changed: bool = False
    moved: bool = False
    reordered: bool = False
    unmarked: bool = False

    @classmethod
    def of(cls, at: At) -> Drift:
        faults = ("renamed-label", "changed-id", "moved-element", "reordered-columns", "removed-landmark")
        return cls(*(at.on(fault) is not None for fault in faults))


class Controls:
    """Makes the controls of one module on one page."""

    def __init__(self, module: int, panel: str) -> None:
        self._module, self._panel = module, panel

    def id(self, suffix: str) -> str:
        """The whole id."""
        return f"dnn_ctr{self._module}_{self._panel}_{suffix}"

    def name(self, suffix: str) -> str:
        """The name under which a form sends it."""
        return self.id(suffix).replace("_", "$")

    def box(self, label: str, suffix: str, value: str = "", *, required: bool = False, shown_as: str = "") -> str:
        """A text box with its label before it; `shown_as` is a changed id's suffix."""
        mark = '<span class="required">*</span>' if required else ""
        at = self.id(f"{shown_as or suffix}_Control")
        kind = "password" if "Password" in suffix else "text"
        named = f'id="{at}" name="{self.name(f"{suffix}_Control")}"'
        return (
            f'<span class="field"><label for="{at}" id="{self.id(f"{suffix}_ControlLabel")}">{mark}{escape(label)}</label>'
            f'<input type="{kind}" {named} value="{escape(value)}" autocomplete="off"></span>'
        )

    def button(self, text: str, suffix: str, *, shown_as: str = "") -> str:
        """A button that sends the whole page."""
        return f'<input type="submit" id="{self.id(shown_as or suffix)}" name="{self.name(suffix)}" value="{escape(text)}">'

    def link(self, text: str, target: str, argument: str) -> str:
        """A link that is a postback."""
        return f"<a href=\"javascript:__doPostBack('{self.name(target)}','{escape(argument)}')\">{escape(text)}</a>"

    def grid(self, suffix: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A table; its cells are HTML."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return f'<table id="{self.id(suffix)}" class="grid"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def sent(form: dict[str, str], suffix: str) -> str:
    """What a form sent for a control, whatever module it was on."""
    end = "$" + suffix.replace("_", "$")
    return next((value.strip() for name, value in form.items() if name.endswith(end)), "")


def pressed(form: dict[str, str], suffix: str) -> bool:
    """Whether this button was the one."""
    return any(name.endswith(f"${suffix}") for name in form)
