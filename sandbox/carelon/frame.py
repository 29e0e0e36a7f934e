"""The HTML around every page, the fields as old forms write them, and what stands in place of a page or over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from sandbox.server import At

TOKEN = "org.apache.struts.taglib.html.TOKEN"
STYLE = """
body{margin:0;font:12px Verdana,Arial,sans-serif;background:#fff;color:#222} table{border-collapse:collapse;font-size:12px}
.banner{width:100%;background:#234b7d;color:#fff} .banner td{padding:10px 14px} .banner a{color:#dbe6f4} .banner .brand{font-size:18px}
.side{width:190px;background:#eaf0f7;vertical-align:top;padding:10px;border-right:1px solid #b7c6da}
.side a{display:block;padding:4px 2px;color:#234b7d} .body{vertical-align:top;padding:12px 18px;width:840px}
h1{font-size:16px;color:#234b7d} h2{font-size:13px;background:#d6e2f0;padding:4px 6px;margin:14px 0 6px}
.pair td{padding:2px 10px 2px 0;vertical-align:top}
.pair td:first-child{font-weight:bold;white-space:nowrap;width:210px} .req{color:#c00}
.grid td,.grid th{border:1px solid #aab8ca;padding:3px 7px;text-align:left;vertical-align:top} .grid th{background:#d6e2f0}
.tabs td{border:1px solid #9fb2cb;padding:4px 10px;background:#eef3f9} .tabs td.now{background:#234b7d;color:#fff;font-weight:bold}
.message{color:#c00;font-weight:bold;margin:8px 0} .hint{color:#555} .buttons{margin:12px 0} .top-right{float:right}
.cover{position:fixed;inset:0;background:rgba(0,0,0,.4);z-index:99} .cover>div{background:#fff;margin:120px auto;width:420px;padding:24px}
"""
# A date is typed as digits; the page writes the slashes when the field is left.
SCRIPT = """
function slashes(field) {
  const digits = field.value.replace(/\\D/g, '');
  if (digits.length === 8) field.value = digits.slice(0, 2) + '/' + digits.slice(2, 4) + '/' + digits.slice(4);
}
"""
MAINTENANCE = (
    '<h1>System Maintenance</h1><p class="message">ProviderConnect is currently unavailable due to scheduled system maintenance.</p>'
)
CAPTCHA = '<h1>Verify you are human</h1><div class="g-recaptcha" style="width:300px;height:76px;border:1px solid #ccc"></div>'
INTERSTITIAL = "<h1>Important notice</h1><p>Please review the updated provider newsletter.</p><button type='button'>Continue</button>"
NOTICE = '<p class="hint">ProviderConnect will be unavailable on Sunday from 2 a.m. to 6 a.m. for scheduled maintenance.</p>'
_GONE = "onclick=\"this.closest('.cover').remove()\""
COVERS = {
    "survey": f'<div class="cover" role="dialog" aria-label="ProviderConnect survey"><div><p>Please rate ProviderConnect.</p>'
    f'<button type="button" {_GONE}>No thanks</button></div></div>',
    "cookie-banner": f'<div class="cover" id="cookieNotice"><div><p>This site uses cookies.</p>'
    f'<button type="button" {_GONE}>Accept</button></div></div>',
}


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


def document(title: str, body: str) -> str:
    """A whole page."""
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title><link rel='icon' href='data:,'>"
        f"<style>{STYLE}</style><script>{SCRIPT}</script></head><body>{body}</body></html>"
    )


def form(action: str, token: str, inside: str, *, name: str = "form", files: bool = False) -> str:
    """A form as Struts writes it, with the token of this page."""
    hidden = f'<input type="hidden" name="{TOKEN}" value="{token}">'
    kind = ' enctype="multipart/form-data"' if files else ""
    return f'<form method="post" name="{name}" action="{escape(action)}"{kind}>{hidden}{inside}</form>'


def field(label: str, name: str, value: str = "", *, required: bool = False, kind: str = "text", hint: str = "") -> str:
    """A row of a form: the label, and the box that belongs to it."""
    mark = '<span class="req">*</span>' if required else ""
    wide = ' onblur="slashes(this)" maxlength="8"' if hint == "MMDDYYYY" else ""
    box = f'<input type="{kind}" id="{name}" name="{name}" value="{escape(value)}" autocomplete="off"{wide}>'
    told = f' <span class="hint">({hint})</span>' if hint else ""
    return f'<tr class="pair"><td><label for="{name}">{mark}{escape(label)}</label></td><td>{box}{told}</td></tr>'


def choice(label: str, name: str, options: Iterable[str], value: str = "", *, required: bool = False, more: str = "") -> str:
    """A row of a form with a drop-down."""
    mark = '<span class="req">*</span>' if required else ""
    listed = "".join(f"<option{' selected' if one == value else ''}>{escape(one)}</option>" for one in options)
    box = f'<select id="{name}" name="{name}"{more}>{listed}</select>'
    return f'<tr class="pair"><td><label for="{name}">{mark}{escape(label)}</label></td><td>{box}</td></tr>'


def button(text: str, name: str, *, more: str = "") -> str:
    """A button that sends its form."""
    return f'<input type="submit" name="{name}" value="{escape(text)}"{more}>'


def pairs(told: Iterable[tuple[str, str]], at: str = "") -> str:
    """Labels and values, a row each."""
    rows = "".join(f'<tr class="pair"><td>{escape(label)}:</td><td>{escape(value)}</td></tr>' for label, value in told)
    return f"<table{f' id={chr(34)}{at}{chr(34)}' if at else ''}>{rows}</table>"


def grid(at: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table id="{at}" class="grid"><tr>{head}</tr>{body}</table>'


def message(text: str, at: str = "errorMessage") -> str:
    """The red line at the top of a form."""
    return f'<div class="message" id="{at}">{escape(text)}</div>' if text else ""
