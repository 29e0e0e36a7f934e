"""The entry, the way to the sign-in and back, the terms, the home page, and the sign-out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.onehealthcare.door import BACK, come_back, sign_in_address
from sandbox.optum_pay import paths
from sandbox.optum_pay.frame import whole
from sandbox.optum_pay.web import (
    BILLING_SERVICE,
    NO_LINK,
    NO_TIN,
    PORTAL,
    SESSION_COOKIE,
    UNLINKED,
    box_of,
    file_of,
    form_of,
    i,
    member_page,
    page,
    provider_of,
    session_at,
    session_of,
    signed_in,
    step,
)  # fmt: skip
from sandbox.server import At
from sandbox.world import PRACTICE

REASONS = {
    "second sign-in": "You have been signed out because your One Healthcare ID signed in from another device.",
    "idle": "You have been signed out due to inactivity.",
    "logout": "You have signed out.",
}
PUBLIC = ("Home", "BENEFITS OF OPTUM PAY", "HOW TO ENROLL", "FAQs")


async def entry(request: Request) -> Response:
    """The public page; SIGN IN leads to One Healthcare ID."""
    session = session_of(request)
    if session is not None and session.alive:
        return RedirectResponse(paths.HOME, 303)
    why = REASONS.get(session.ended, "Your session has expired.") if session is not None and session.ended else ""
    links = "".join(f"<a href='{paths.ENTRY}'>{name}</a>" for name in PUBLIC)
    body = (
        f"<div class='top'><b>Optum Pay</b><span>{links}<a href='{sign_in_address(request, PORTAL, None)}'>SIGN IN</a></span></div><div "
        f"class='public'><p class='errors'>{why}</p><h1>Get paid faster with Optum Pay</h1><a href='{paths.ENTRY}'>ENROLL NOW</a></div>"
    )
    return HTMLResponse(whole(body), headers={"Cache-Control": "no-store"})


async def root(_request: Request) -> Response:
    """The bare address."""
    return RedirectResponse(paths.HOME, 303)


async def back(request: Request) -> Response:
    """The sign-in sends the browser here with a one-time code."""
    return come_back(request, box_of(request), SESSION_COOKIE)


@step("home")
@signed_in
async def home(_request: Request, at: At) -> Response:
    """The first page; the terms come before it where they changed."""
    if at.on("terms") is not None and not session_at(at).memory.get("terms"):
        return RedirectResponse(paths.TERMS, 303)
    return page(at, f"{_tins(at)}<p>Choose a tab above.</p>", title="Welcome Screen")


def _tins(at: At) -> str:
    """The provider whose payments are looked at; a billing company's user types the TIN of one instead."""
    user = session_at(at).user
    if BILLING_SERVICE in user.lacks:
        return ""
    if UNLINKED in user.lacks:
        return f"<p class='errors'>{NO_TIN}</p>"
    chosen = f"<option>{PRACTICE.tin} - Enrolled</option>"
    return f"<p>TIN: <select id='{i(at, 'taxIndNbrId')}'>{chosen}</select> {PRACTICE.name}</p>"


async def terms(_request: Request, at: At) -> Response:
    """Terms that somebody has to accept."""
    body = (
        f"<b>Terms and Conditions</b><form method='post' action='{paths.TERMS}'><label><input type='checkbox' name='acceptTerms'>"
        "I accept the terms and conditions</label> <input type='submit' name='btnSubmit' value='Submit'> "
        "<input type='button' name='btnCancel' value='Cancel'></form><a href='#'>Download Terms and Conditions</a>"
    )
    return HTMLResponse(whole(f"<div class='body'>{body}</div>")) if at.session else RedirectResponse(paths.ENTRY, 303)


async def accepted(_request: Request, at: At) -> Response:
    """Somebody accepted them."""
    at.box.records.add("press", form="terms", nonce="", session=session_at(at).label)
    session_at(at).memory["terms"] = True
    return RedirectResponse(paths.HOME, 303)


async def premium(_request: Request, at: At) -> Response:
    """Somebody bought the paid services."""
    at.box.records.add("press", form="premium", nonce="", session=session_at(at).label)
    return RedirectResponse(paths.HOME, 303)


async def tin_page(_request: Request, at: At) -> Response:
    """A billing company's user says for which provider."""
    return page(at, tin_form(), title="Search Remittance")


def tin_form(said: str = "") -> str:
    """The form in which a provider's TIN is typed."""
    return (
        f"<form method='post' action='{paths.TIN}'><table><tr><td class='errors'>{said}</td></tr><tr><td>Provider TIN:</td>"
        "<td><input type='text' name='providerTIN'></td><td><input type='submit' name='btnSubmit' value='Search'></td></tr></table></form>"
    )


async def chosen_tin(request: Request, at: At) -> Response:
    """A TIN was typed; only a linked provider's counts."""
    typed = (await form_of(request)).get("providerTIN", "").strip()
    if typed != PRACTICE.tin or UNLINKED in session_at(at).user.lacks:
        return page(at, tin_form(NO_LINK), title="Search Remittance")
    session_at(at).memory["tin"] = typed
    return RedirectResponse(paths.SEARCH, 303)


def provider_line(at: At) -> str:
    """Whose payments a page shows."""
    return f"<p>Provider: {PRACTICE.name.upper()} &nbsp; TIN: {provider_of(at)}</p>"


def no_access(at: At) -> Response | None:
    """What stands in place of payments where no provider may be looked at."""
    if provider_of(at):
        return None
    if BILLING_SERVICE in session_at(at).user.lacks:
        return page(at, tin_form(), title="Search Remittance")
    return page(at, f"<table><tr><td class='errors'>{NO_TIN}</td></tr></table>", title="Search Remittance")


async def elsewhere(_request: Request, at: At) -> Response:
    """Pages that are nothing to a bot."""
    return page(at, "<p>There is nothing to do here.</p>")


async def sign_out(request: Request) -> Response:
    """Logout."""
    session = session_of(request)
    if session:
        box_of(request).logins.end(session, "logout")
    return RedirectResponse(paths.ENTRY, 303)


async def script(_request: Request) -> Response:
    """The page's script."""
    return Response(file_of("static/remittance.js"), media_type="text/javascript")


ROUTES = [
    Route("/", root),
    Route(BACK, back),
    Route(paths.ENTRY, entry),
    Route(paths.HOME, home),
    Route(paths.TERMS, member_page(terms)),
    Route(paths.TERMS, member_page(accepted), methods=["POST"]),
    Route(paths.PREMIUM, member_page(premium), methods=["POST"]),
    Route(paths.TIN, member_page(tin_page)),
    Route(paths.TIN, member_page(chosen_tin), methods=["POST"]),
    Route(paths.ELSEWHERE, member_page(elsewhere)),
    Route(paths.SIGN_OUT, sign_out),
    Route("/static/remittance.js", script),
]
