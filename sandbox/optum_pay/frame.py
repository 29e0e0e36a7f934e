"""The HTML around every page, the pages that stand in place of others, and what can cover a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from sandbox.optum_pay import paths

STYLE = """
body{font:14px Arial,Helvetica,sans-serif;margin:0;color:#222} header{display:flex;gap:24px;align-items:center;padding:10px 24px;
border-bottom:3px solid #c85a17} header b{font-size:20px;color:#c85a17} main{padding:16px 24px;max-width:1100px} nav a{margin-right:18px}
.row{margin:8px 0} .row label{display:inline-block;width:170px} input[type=text]{width:190px;padding:3px} [hidden]{display:none}
table{border-collapse:collapse;margin:10px 0} td,th{border:1px solid #bbb;padding:4px 8px;text-align:left} th{background:#f4ede6}
dl{display:grid;grid-template-columns:180px 1fr;row-gap:4px} dt{font-weight:bold} dd{margin:0} [role=alert]{color:#a00;margin:8px 0}
.cover{position:fixed;inset:0;background:rgba(0,0,0,.4);z-index:9} .cover>div{background:#fff;margin:110px auto;width:420px;padding:24px}
"""
MAINTENANCE = "<h1>Scheduled Maintenance</h1><p>Optum Pay is being updated. Please come back later.</p>"
CAPTCHA = "<h1>Verify you are human</h1><p>Please wait while we check your browser.</p>"
INTERSTITIAL = "<h1>Changes to your payments</h1><p>Please read this notice.</p><button type='button'>Continue</button>"
_GONE = "onclick=\"this.closest('.cover').remove()\""
COVERS = {
    "survey": "<div class='cover' role='dialog' aria-label='Your opinion'><div><p>How satisfied are you with Optum Pay?</p>"
    f"<button type='button' {_GONE}>Not now</button></div></div>",
    "cookie-banner": "<div class='cover' role='dialog' aria-label='Cookies'><div><p>This site uses cookies.</p>"
    f"<button type='button' {_GONE}>Accept cookies</button></div></div>",
}
MENU = (("Home", paths.HOME), ("View Payments", paths.SEARCH), ("Payment Data Files", paths.BUNDLES))


def whole(body: str, *, script: bool = False) -> str:
    """A page."""
    more = "<script src='/static/payments.js'></script>" if script else ""
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Optum Pay</title><style>{STYLE}</style></head>"
        f"<body>{body}{more}</body></html>"
    )


def menu(labels: Mapping[str, str], *, moved: bool = False) -> str:
    """The links that stand on every page."""
    links = [f"<a href='{path}'>{escape(labels.get(text, text))}</a>" for text, path in MENU]
    return f"<nav aria-label='Main'>{''.join(links[::-1] if moved else links)}</nav>"


def sheet(columns: Iterable[str], rows: Iterable[Sequence[str]], key: str) -> str:
    """A table; cells are HTML."""
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table id='{key}'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def facts(told: Mapping[str, str], key: str) -> str:
    """Labels and values."""
    return f"<dl id='{key}'>" + "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in told.items()) + "</dl>"
