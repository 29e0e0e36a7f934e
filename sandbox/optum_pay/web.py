"""What every page of the twin shares: the session behind a request, its step, drift, the provider that a user works for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sandbox.logins import Session
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import CAPTCHA, COVERS, INTERSTITIAL, MAINTENANCE, menu, whole
from sandbox.server import At, Sandbox, wants_json
from sandbox.world import PAYERS, PRACTICE, Remit

PORTAL = "optum_pay"
SESSION_COOKIE = "EPS_JSESSIONID"
DEVICE_COOKIE = "OHID_DEVICE"  # the identity host's; here it never comes
PAYER_KEYS = tuple(key for key, payer in PAYERS.items() if payer.portal == "provider_express")
BILLING_SERVICE, UNLINKED = "organization", "linked provider"  # what a user lacks who works for a billing company, and whose company is new
NO_LINK = "Your organization is not associated with this provider. The provider's administrator must add your billing service."
NO_TIN = "No Tax Identification Number is associated with your user ID. Contact your administrator."
HERE = Path(__file__).parent

Handler = Callable[[Request], Awaitable[Response]]
StepHandler = Callable[[Request, At], Awaitable[Response]]

RENAMED: dict[str, dict[str, str]] = {
    "home": {"Search Remittance": "Remittance Finder", "View Payments": "Payments", "Logout": "Leave"},
    "remits": {"Payment Number": "Trace", "Claim Number": "Reference", "Date(s) of Service": "Service"},
    "checks": {"Payment Number": "Trace", "Payment Date": "Settled", "Amount": "Net", "Claim #": "Reference", "Claim Amount": "Charges"},
    "eob-pdf": {"PDF": "Open"},
}
IDS: dict[str, dict[str, str]] = {
    "home": {"tabSearchRemittance": "tabFindRemittance", "taxIndNbrId": "tinSelectId"},
    "remits": {
        "paymentNumberInputId": "electronicPaymentNumberId", "checkNumberInputId": "paperCheckNumberId", "claimNumberID": "claimNbrText",
        "paymentNbrTypeSelection": "paymentTypeSelection", "ClaimAccountNum": "accountNbrText",
    },
    "checks": {"columnHeaderText": "search-remittance__table_header"},
    "eob-pdf": {},
}  # fmt: skip


def box_of(request: Request) -> Sandbox:
    """The sandbox this twin is part of."""
    box: Sandbox = request.app.state.box
    return box


def session_of(request: Request) -> Session | None:
    """The session of the request's cookie, ended or not."""
    return box_of(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def session_at(at: At) -> Session:
    """The session of a page that only a signed-in user sees."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


async def form_of(request: Request) -> dict[str, str]:
    """What was posted."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def step(name: str) -> Callable[[StepHandler], Handler]:
    """A handler that is the one pass of a step: its faults come first."""

    def wrap(handler: StepHandler) -> Handler:
        @wraps(handler)
        async def answer(request: Request) -> Response:
            at = At(box_of(request), PORTAL, name, session_of(request))
            return await at.in_the_way(request) or await handler(request, at)

        return answer

    return wrap


def signed_in(handler: StepHandler) -> StepHandler:
    """Let only a living session in; what stands in place of any page comes first."""

    @wraps(handler)
    async def answer(request: Request, at: At) -> Response:
        if not (at.session and at.session.alive):
            return JSONResponse({"to": paths.ENTRY}, 401) if wants_json(request) else RedirectResponse(paths.ENTRY, 303)
        at.session.last_input = time.monotonic()
        return in_place(request, at) or await handler(request, at)

    return answer


def member_page(handler: StepHandler) -> Handler:
    """A page of a signed-in user that is no pass of a step."""

    async def answer(request: Request) -> Response:
        return await signed_in(handler)(request, At(box_of(request), PORTAL, "", session_of(request)))

    return answer


def in_place(request: Request, at: At) -> Response | None:
    """The page that stands in place of what was asked for, where there is one."""
    if wants_json(request):
        return None
    shown = {"maintenance": MAINTENANCE, "captcha": CAPTCHA, "interstitial": INTERSTITIAL}
    if request.method == "POST":
        shown.pop("maintenance")  # here it is the payer that cannot answer
    found = next((body for fault, body in shown.items() if at.on(fault) is not None and at.fires(fault) is not None), None)
    return HTMLResponse(whole(f"<div class='body'>{found}</div>")) if found else None


def t(at: At, label: str) -> str:
    """A label as it reads today."""
    return RENAMED.get(at.step, {}).get(label, label) if at.on("renamed-label") is not None else label


def i(at: At, key: str) -> str:
    """An id as it is today."""
    return IDS.get(at.step, {}).get(key, key) if at.on("changed-id") is not None else key


def page(at: At, body: str, *, script: bool = False, title: str = "") -> HTMLResponse:
    """A page with the header and the tabs; what covers it comes with it."""
    user = session_at(at).user
    labels, ids = ({k: v for k, v in known.get(at.step, {}).items() if at.on(fault) is not None} for known, fault in _DRIFT)
    covers = "".join(COVERS[fault] for fault in COVERS if at.fires(fault) is not None)
    header = (
        f"<div class='top'><b>Optum Pay</b><span>Welcome, {escape(user.name)} <a href='#'>Resources</a> "
        f"<a href='{paths.SIGN_OUT}'>{labels.get('Logout', 'Logout')}</a></span></div>"
    )
    heading = "" if at.on("removed-landmark") is not None or not title else f"<div class='subheader'>{escape(title)}</div>"
    tabs = menu(labels if at.step == "home" else {}, ids, moved=at.step == "home" and at.on("moved-element") is not None)
    inside = f"{header}{tabs}<div class='body'>{heading}{body}</div>{covers}"
    return HTMLResponse(whole(inside, script=script), headers={"Cache-Control": "no-store"})


_DRIFT = ((RENAMED, "renamed-label"), (IDS, "changed-id"))


def provider_of(at: At) -> str:
    """The TIN that this user works for now; "" where none was chosen or none may be."""
    user = session_at(at).user
    if BILLING_SERVICE in user.lacks:
        return str(session_at(at).memory.get("tin", ""))
    return "" if UNLINKED in user.lacks else PRACTICE.tin


def remits_of(at: At) -> list[Remit]:
    """The payments of the provider whose TIN was chosen, newest first."""
    if not provider_of(at):
        return []
    return sorted((r for r in at.box.world.remits if r.payer in PAYER_KEYS), key=lambda r: (-r.check_date.toordinal(), r.check_no))


def covers_of(at: At) -> list[str]:
    """What a script has to lay over its page now."""
    return [COVERS[fault] for fault in COVERS if at.fires(fault) is not None]


@cache
def file_of(name: str) -> str:
    """A script."""
    return (HERE / name).read_text(encoding="utf-8")


def us(day: Any) -> str:  # noqa: ANN401 -- a day or nothing
    """11/20/2026."""
    return day.strftime("%m/%d/%Y") if day else ""
