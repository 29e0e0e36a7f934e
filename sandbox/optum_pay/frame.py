"""The HTML around every page, the pages that stand in place of others, and what can cover a page."""

from __future__ import annotations

from html import escape

from sandbox.optum_pay import paths

STYLE = """
body{font:13px Arial,Helvetica,sans-serif;margin:0;color:#333} .top{display:flex;justify-content:space-between;padding:10px 20px}
.top b{color:#e87722;font-size:20px} .menu ul{list-style:none;display:flex;margin:0;padding:0 12px;background:#e87722}
.menu li{padding:8px 12px} .menu a{color:#fff;text-decoration:none} .body{padding:12px 20px} .subheader{font-size:16px;font-weight:bold}
.errors{color:#b00;font-weight:bold;padding:6px 0} .hint{color:#666} #newSearchParamTable td{padding:4px 8px}
.grid{border-collapse:collapse} .grid td{border:1px solid #ccc;padding:3px 6px;vertical-align:top}
.columnHeaderText,.search-remittance__table_header{background:#eee;font-weight:bold} .inner td{border:0;padding:0 4px}
.cover{position:fixed;inset:0;background:rgba(0,0,0,.4);z-index:9} .cover>div{background:#fff;margin:110px auto;width:440px;padding:24px}
.public{padding:40px} .public a{margin-right:24px} .icon{vertical-align:middle}
"""
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='30' height='16'%3E%3Crect width='30' height='16' fill='%23b00'/%3E"
    "%3Ctext x='4' y='12' fill='white' font-size='10' font-family='Arial'%3EPDF%3C/text%3E%3C/svg%3E"
)
MAINTENANCE = "<h1>Scheduled Maintenance</h1><p>Optum Pay is being updated. Please come back later.</p>"
CAPTCHA = "<h1>Verify you are human</h1><p>Please wait while we check your browser.</p>"
INTERSTITIAL = "<h1>Important changes to your payments</h1><p>Please read this notice.</p><button type='button'>Continue</button>"
_GONE = "onclick=\"this.closest('.cover').remove()\""
COVERS = {
    "survey": "<div class='cover' id='premiumOffer'><div><p>Bring more power to your practice</p><p>Premium portal access has more "
    f"reports.</p><form method='post' action='{paths.PREMIUM}'><button><span>I Accept, Activate Premium Services</span></button> "
    f"<button type='button' {_GONE}><span>No, Thanks</span></button></form></div></div>",
    "cookie-banner": "<div class='cover' id='cookieNotice'><div>We use cookies. "
    f"<button type='button' {_GONE}>Accept All</button></div></div>",
}
TABS = (
    ("tabHome", "Home", paths.HOME),
    ("tabOptumPay", "Optum Pay Solutions", paths.ELSEWHERE),
    ("tabManageusers", "Manage Users", paths.ELSEWHERE),
    ("tabEnrollment", "Maintain Enrollment", paths.ELSEWHERE),
    ("tabViewPayments", "View Payments", paths.PAYMENTS),
    ("tabSearchRemittance", "Search Remittance", paths.SEARCH),
    ("tabDataFiles", "Payment Data Files", paths.BUNDLES),
    ("tabBillingService", "Billing Service Information", paths.ELSEWHERE),
    ("tabMyProfile", "My Profile", paths.ELSEWHERE),
)


def whole(body: str, *, script: bool = False) -> str:
    """A page."""
    more = "<script src='/static/remittance.js'></script>" if script else ""
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Optum Pay</title><style>{STYLE}</style></head>"
        f"<body>{body}{more}</body></html>"
    )


def menu(labels: dict[str, str], ids: dict[str, str], *, moved: bool = False) -> str:
    """The tabs."""
    tabs = TABS[::-1] if moved else TABS
    items = (f"<li><a id='{ids.get(key, key)}' href='{path}'>{escape(labels.get(text, text))}</a></li>" for key, text, path in tabs)
    return f"<div class='menu' id='tabPrmryMenu'><ul>{''.join(items)}</ul></div>"


def sheet(columns: list[str], rows: list[list[str]], head: str) -> str:
    """A table as this portal has them: the heads are ordinary cells of a row with a class."""
    heads = "".join(f"<td><a href='#'>{escape(name)}</a></td>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table class='grid'><tbody><tr class='{head}'>{heads}</tr>{body}</tbody></table>"


def pairs(told: dict[str, str]) -> str:
    """Labels and values."""
    return "<table>" + "".join(f"<tr><td><b>{escape(k)}:</b></td><td>{escape(v)}</td></tr>" for k, v in told.items()) + "</table>"
