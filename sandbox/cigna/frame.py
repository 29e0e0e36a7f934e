"""The HTML of the sign-in pages, which are no part of the single page: both generations, with their own marks."""

from __future__ import annotations

from html import escape
from typing import Any

from sandbox.cigna.sites import Place

STYLE = """
body{font:15px/1.5 Arial,sans-serif;margin:0;background:#f3f5f7;color:#222} header{background:#0033ff0d;padding:14px 24px;font-weight:bold}
main{background:#fff;max-width:420px;margin:48px auto;padding:28px;border:1px solid #d5d9de;border-radius:6px}
h1{font-size:22px;margin-top:0}
label{display:block;margin-top:12px} input:not([type=checkbox]){width:100%;padding:8px;box-sizing:border-box}
button{margin:18px 12px 0 0;padding:8px 20px} .error{color:#b00020;margin:10px 0} .check{margin-top:12px}
.check label{display:inline;margin-left:8px}
"""
WALLS = {
    "captcha": ("Verify you are human", "Complete the check to continue."),
    "interstitial": ("Important information for health care professionals", "Please review the updated notice."),
    "maintenance": ("Scheduled maintenance", "This website is being updated. Please come back later."),
}


class Marks:
    """Labels, ids and test attributes of one page, as they read today."""

    def __init__(self, place: Place, drift: dict[str, Any]) -> None:
        self.place, self.drift = place, drift

    def label(self, words: str) -> str:
        """A label, or what it reads today."""
        return escape(str(self.drift.get("labels", {}).get(words, words)))

    def id(self, name: str) -> str:
        """An id, or what it is today."""
        return str(self.drift.get("ids", {}).get(name, name))

    def test(self, name: str) -> str:
        """The test attribute of this generation."""
        return f'{self.place.attribute}="{self.id(name)}"'

    def box(self, label: str, name: str, *, kind: str = "text", test: str = "") -> str:
        """A field with its label; `test` is its test id where it has no id of its own."""
        marked = f"{self.test(test)} id='f-{name}'" if test else f'id="{self.id(name)}"'
        at = f"f-{name}" if test else self.id(name)
        return f'<label for="{at}">{self.label(label)}</label><input type="{kind}" name="{name}" {marked} autocomplete="off">'


def page(place: Place, body: str) -> str:
    """A whole page."""
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(place.title)}</title><style>{STYLE}</style></head>"
        f"<body><header>{escape(place.title)}</header><main>{body}</main></body></html>"
    )


def wall(place: Place, kind: str) -> str:
    """A page that stands in place of another."""
    title, text = WALLS[kind]
    return page(place, f"<h1>{title}</h1><p>{text}</p>")


def error(words: str) -> str:
    """An error above a form."""
    return f'<div class="error" role="alert">{escape(words)}</div>' if words else ""
