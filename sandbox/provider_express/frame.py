"""The HTML around every page, the pages that stand in place of others, and what can cover a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

STYLE = """
body{font:14px/1.45 Arial,Helvetica,sans-serif;margin:0;color:#333;background:#f6f6f4}
.top{display:flex;justify-content:space-between;align-items:center;background:#fff;padding:12px 28px;border-bottom:4px solid #e87722}
.brand{color:#e87722;font-size:22px;font-weight:bold;text-decoration:none}.brand small{color:#666;font-size:12px;font-weight:normal}
.upper a,.upper span{margin-left:18px}.bar{background:#5a5a58;padding:0 28px;display:flex;gap:4px}
.bar details{position:relative}.bar summary,.bar>a{color:#fff;padding:9px 14px;cursor:pointer;list-style:none;text-decoration:none}
.bar details>div{position:absolute;z-index:5;background:#fff;border:1px solid #bbb;min-width:220px;padding:6px 0}
.bar details a{display:block;padding:7px 16px;color:#333;text-decoration:none}
main{background:#fff;max-width:1120px;margin:22px auto;padding:22px 28px;border:1px solid #ddd}
h1{font-size:21px;margin:0 0 14px;color:#444}h2{font-size:16px;margin:22px 0 8px;color:#e06d0c}
a{color:#196ecf}table{border-collapse:collapse}.grid{width:100%}.grid td,.grid th{border:1px solid #d5d5d5;padding:5px 8px;text-align:left;
vertical-align:top}.grid th{background:#f0efec}.pairs th{text-align:left;padding:3px 22px 3px 0;font-weight:bold;color:#555}
.fields{display:grid;grid-template-columns:repeat(3,1fr);gap:14px 24px;margin:14px 0}.fields label{display:block;font-weight:bold}
input[type=text],select{padding:6px;width:100%;box-sizing:border-box;border:1px solid #999}
.button{background:#e87722;color:#fff;border:0;padding:8px 22px;font-weight:bold;cursor:pointer}
.message{border-left:4px solid #c40000;background:#fdf1f0;padding:9px 14px;margin:12px 0}
.criteria{color:#555;margin:4px 0}.notice{border-left:4px solid #e87722;background:#fdf6ef;padding:8px 14px;margin:8px 0}
.foot{color:#777;font-size:12px;max-width:1120px;margin:0 auto 30px;padding:0 28px}
.cover{position:fixed;inset:0;background:rgba(0,0,0,.4);z-index:9}.cover>div{background:#fff;margin:110px auto;width:440px;padding:24px}
.hero{background:#fff;padding:54px 28px;margin:0}
"""
TITLE = "Provider Express"
MAINTENANCE = "<h1>Scheduled Maintenance</h1><p>Provider Express is being updated. Please come back later.</p>"
CAPTCHA = "<h1>Verify you are human</h1><p>Please wait while we check your browser.</p>"
INTERSTITIAL = (
    "<h1>Update your practice information</h1><p>Federal rules ask that your directory listing be reviewed every 90 days.</p>"
    "<button type='button' class='button'>Review now</button>"
)
_GONE = "onclick=\"this.closest('.cover').remove()\""
COVERS = {
    "survey": "<div class='cover' role='dialog' aria-label='Website feedback'><div><p>How was your visit to Provider Express?</p>"
    f"<button type='button' {_GONE}>No, thank you</button></div></div>",
    "cookie-banner": "<div class='cover' role='dialog' aria-label='Cookie notice'><div><p>This site uses cookies.</p>"
    f"<button type='button' {_GONE}>Accept All Cookies</button></div></div>",
}


def whole(body: str, *, scripts: Iterable[str] = ()) -> str:
    """A page."""
    more = "".join(f"<script src='/static/{name}'></script>" for name in scripts)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{TITLE}</title><style>{STYLE}</style></head>"
        f"<body>{body}{more}</body></html>"
    )


def box(label: str, key: str, value: str = "", *, hint: str = "", name: str = "") -> str:
    """A text field under its label; `name` is the one it is sent under, where its id is another today."""
    beside = f" placeholder='{escape(hint, quote=True)}'" if hint else ""
    return (
        f"<div><label for='{key}'>{escape(label)}</label>"
        f"<input type='text' id='{key}' name='{name or key}' value='{escape(value, quote=True)}'{beside} autocomplete='off'></div>"
    )


def choice(label: str, name: str, options: Sequence[str], chosen: str = "") -> str:
    """A drop-down list under its label."""
    inside = "".join(f"<option{' selected' if one == chosen else ''}>{escape(one)}</option>" for one in options)
    return f"<div><label for='{name}'>{escape(label)}</label><select id='{name}' name='{name}'>{inside}</select></div>"


def pairs(told: Mapping[str, str], key: str) -> str:
    """Labels and values; `key` is the table's id."""
    rows = "".join(f"<tr><th scope='row'>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in told.items())
    return f"<table class='pairs' id='{key}'><tbody>{rows}</tbody></table>"


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]], key: str) -> str:
    """A table under its column heads; its cells are HTML."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table class='grid' id='{key}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def message(words: str) -> str:
    """What the portal says in place of an answer."""
    return f"<div class='message' id='pageMessage'>{escape(words)}</div>" if words else ""
