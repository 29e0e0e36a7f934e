"""Signing in: User ID and password, the use agreement of somebody who comes for the first time; or a ticket that Availity gave out."""

from __future__ import annotations

import secrets
from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import tickets
from sandbox.carelon import paths
from sandbox.carelon.frame import NOTICE, Drift, button, field
from sandbox.carelon.web import (
    DEVICE_COOKIE,
    REASONS,
    SESSION_COOKIE,
    bare,
    box_of,
    form_of,
    in_place,
    place_of,
    session_of,
    step,
)
from sandbox.logins import WRONG_PASSWORDS, Login, Session
from sandbox.server import At

AVAILITY = "essentials.availity.localhost"
REFUSED = "The User ID or Password you entered is invalid."
LOCKED = "Your account has been locked. Please contact the EDI Helpdesk."
AGREEMENT = (
    "By using ProviderConnect I confirm that I am authorized to see the information of members that I treat, that I keep it "
    "confidential, and that I do not share my User ID and password with anybody."
)


@step("sign-in")
async def sign_in_page(request: Request, at: At) -> Response:
    """The log-on page; of the place that has none, what is said where a session is missing."""
    if place := in_place(request, at):
        return place
    ended = REASONS.get(at.session.ended, "Your session has ended.") if at.session and at.session.ended else ""
    if place_of(request).by_ticket:
        return _no_session(request, ended)
    return bare(_form(at, message=ended))


def _no_session(request: Request, ended: str) -> Response:
    """Out of Availity there is no page to log on: whoever comes without a session is sent back."""
    port = request.url.port
    there = f"http://{AVAILITY}{f':{port}' if port else ''}/"
    said = ended or "You are not logged on to ProviderConnect."
    body = f'<h1>Session Ended</h1><p class="message">{escape(said)}</p><p><a href="{there}">Return to Availity Essentials</a></p>'
    return bare(body)


def _form(at: At, *, message: str = "") -> str:
    drift = Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Please Log On</h1>"
    user = field("Logon Name" if drift.renamed else "User ID", "logonKey" if drift.changed else "userId", required=True)
    password = field("Password", "password", required=True, kind="password")
    rows = f"{password}{user}" if drift.moved else f"{user}{password}"
    notice = NOTICE if at.on("maintenance-notice") is not None else ""
    told = f'<div class="message" role="alert">{escape(message)}</div>' if message else ""
    inside = f"<table>{rows}</table>{button('Log On', 'logOn')}"
    note = "<p class='hint'>Please disable your pop-up blocker to see all links on this site.</p>"
    return f"<h2>ProviderConnect</h2>{notice}{heading}{told}<form method='post' action='{paths.SIGN_IN}'>{inside}</form>{note}"


@step("password")
async def posted(request: Request, at: At) -> Response:
    """User ID and password."""
    if place_of(request).by_ticket:
        return RedirectResponse(paths.FRONT, 303)
    form, steps = await form_of(request), At(at.box, at.portal, "sign-in")
    user = at.box.logins.find(form.get("userId") or form.get("logonKey") or "")
    outcome = _outcome(steps, user, form.get("password", ""))
    if user is None or outcome != "ok":
        _note(request, user, outcome)
        return bare(_form(steps, message=LOCKED if outcome == "locked" else REFUSED))
    user.wrong_passwords = 0
    session = _begun(request, user)
    expired = user.password_days_left <= 0 or steps.fires("password-expired") is not None
    _note(request, user, "password_expired" if expired else "ok", session)
    if expired:
        session.stage = "password"
        return _with_cookie(RedirectResponse(paths.NEW_PASSWORD, 303), session)
    if not _has_agreed(request, user):
        session.stage = "trust"
        return _with_cookie(RedirectResponse(paths.AGREEMENT, 303), session)
    at.box.logins.open(session)
    return _with_cookie(RedirectResponse(paths.HOME, 303), session)


def _outcome(at: At, user: Login | None, password: str) -> str:
    if user is None:
        return "refused"
    if user.locked or at.fires("locked") is not None:
        return "locked"
    if at.fires("wrong-password") is None and secrets.compare_digest(user.password.encode(), password.encode()):
        return "ok"
    user.wrong_passwords += 1
    user.locked = user.wrong_passwords >= WRONG_PASSWORDS
    return "locked" if user.locked else "refused"


def _begun(request: Request, user: Login) -> Session:
    box = box_of(request)
    device = request.cookies.get(DEVICE_COOKIE, "") or box.logins.new_device()
    return box.logins.begin(place_of(request).portal, user, device, "code", known_device=True)


def _note(request: Request, user: Login | None, outcome: str, session: Session | None = None) -> None:
    """Every press with a password is written down."""
    box_of(request).records.add(
        "sign_in",
        user=user.user_id if user else "(unknown)",
        outcome=outcome,
        session=session.label if session else "",
        device=box_of(request).logins.device_label(request.cookies.get(DEVICE_COOKIE, "")),
        known_device=True,
        by="page",
    )


def _with_cookie(answer: Response, session: Session) -> Response:
    answer.set_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="lax")
    return answer


# the use agreement


def _agreed(request: Request) -> list[Login]:
    """Who has agreed; a login that was made anew by a reset is another one."""
    agreed: list[Login] = request.app.state.agreed
    return agreed


def _has_agreed(request: Request, user: Login) -> bool:
    return any(one is user for one in _agreed(request))


def _waiting(request: Request, stage: str) -> Session | None:
    session = session_of(request)
    return session if session and not session.ended and session.stage == stage else None


async def agreement_page(request: Request) -> Response:
    """The use agreement, to its end."""
    session = _waiting(request, "trust")
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    if request.method == "GET":
        return bare(agreement(paths.AGREEMENT))
    _agreed(request).append(session.user)
    box_of(request).records.add("press", form="agreement", nonce="", session=session.label)
    box_of(request).logins.open(session)
    return RedirectResponse(paths.HOME, 303)


def agreement(action: str) -> str:
    """The page that ends in I agree."""
    inside = button("I agree", "agree")
    return f"<h1>Use Agreement</h1><p>{AGREEMENT}</p><form method='post' action='{action}'>{inside}</form>"


async def new_password_page(request: Request) -> Response:
    """A person sets a new password here."""
    session = _waiting(request, "password")
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    if request.method == "GET":
        rows = field("New Password", "newPassword", kind="password") + field("Confirm Password", "confirmPassword", kind="password")
        inside = f"<table>{rows}</table>{button('Change Password', 'change')}"
        body = f"<p>Your password has expired.</p><form method='post' action='{paths.NEW_PASSWORD}'>{inside}</form>"
        return bare(f"<h1>Change Password</h1>{body}")
    session.user.password, session.user.password_days_left = (await form_of(request)).get("newPassword", ""), 60
    box_of(request).logins.open(session)
    return RedirectResponse(paths.HOME, 303)


# in by a ticket, and out


async def by_ticket(request: Request) -> Response:
    """Single sign-on: whoever brings a ticket of a living session at Availity is let in, without a password and without an agreement."""
    box, place = box_of(request), place_of(request)
    there = tickets.redeem(request.query_params.get("ticket", ""), box.logins)
    if not place.by_ticket or there is None or not there.alive:
        return RedirectResponse(paths.FRONT, 303)
    session = _begun(request, there.user)
    box.logins.open(session)
    return _with_cookie(RedirectResponse(paths.HOME, 303), session)


async def sign_out(request: Request) -> Response:
    """Log Out."""
    if session := session_of(request):
        box_of(request).logins.end(session, "logout")
    return RedirectResponse(paths.FRONT, 303)


async def front_door(_request: Request) -> Response:
    """The bare host leads to the log-on page."""
    return RedirectResponse(paths.SIGN_IN, 302)


ROUTES = [
    Route(paths.FRONT, front_door),
    Route(paths.SIGN_IN, sign_in_page, methods=["GET"]),
    Route(paths.SIGN_IN, posted, methods=["POST"]),
    Route(paths.AGREEMENT, agreement_page, methods=["GET", "POST"]),
    Route(paths.NEW_PASSWORD, new_password_page, methods=["GET", "POST"]),
    Route(paths.SSO, by_ticket),
    Route(paths.SIGN_OUT, sign_out),
]
