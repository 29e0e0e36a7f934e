"""Sign-in in its two generations: page after page, or everything on one; then a code by e-mail, unless the device is remembered."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.cigna.frame import Marks, error, page, wall
from sandbox.cigna.web import (
    DEVICE_COOKIE,
    DEVICE_SECONDS,
    HOME,
    SESSION_COOKIE,
    SIGN_IN,
    at_step,
    box_of,
    form_of,
    layout,
    place_of,
    session_of,
    step,
)
from sandbox.logins import WRONG_CODES, WRONG_PASSWORDS, Login, Session
from sandbox.server import At

IDENTIFIER, PASSWORD, CHALLENGE = "/u/login/identifier", "/u/login/password", "/u/mfa-email-challenge"
VERIFY, EXPIRED, TERMS, SIGN_OUT = "/app/login/verify", "/app/password/expired", "/app/terms", "/app/logout"
ENDED = {
    "concurrent": "You have been logged out because your username was used to log in on another device.",
    "inactivity": "You have been logged out due to inactivity.",
    "expired": "Your session has expired. Please log in again.",
    "signed-out": "You have logged out.",
}
REFUSED = "The username or password you entered is incorrect."
LOCKED = "Your account is locked. Contact your website access manager."
WRONG_CODE = "The code you entered is not valid."
GOES_ON = 303


def _marks(request: Request, name: str) -> Marks:
    return Marks(place_of(request), layout(at_step(request, name)))


def _shown(request: Request, body: str) -> HTMLResponse:
    answer = HTMLResponse(page(place_of(request), body), headers={"Cache-Control": "no-store"})
    if not box_of(request).logins.device_label(request.cookies.get(DEVICE_COOKIE, "")):
        cookie = box_of(request).logins.new_device()
        answer.set_cookie(DEVICE_COOKIE, cookie, max_age=DEVICE_SECONDS, httponly=True, samesite="lax")
    return answer


def _goes(to: str) -> Response:
    return RedirectResponse(to, GOES_ON)


# the first page


@step("sign-in")
async def first_page(request: Request, at: At) -> Response:
    """Where everybody comes in."""
    if at.session and at.session.alive:
        return _goes(HOME)
    drift = layout(at)
    kind = "maintenance" if at.fires("maintenance") is not None else next((k for k in ("captcha", "interstitial") if drift.get(k)), "")
    if kind:
        return HTMLResponse(wall(place_of(request), kind))
    marks, said = Marks(place_of(request), drift), error(ENDED.get(request.query_params.get("ended", ""), ""))
    return _shown(request, _landing(marks, said) if place_of(request).newer else _whole_form(marks, said))


def _landing(marks: Marks, said: str) -> str:
    title = "" if marks.drift.get("unmarked") else "<h1>Welcome</h1>"
    button = f"<button type='submit' {marks.test('login-submit-button')}>{marks.label('Log in')}</button>"
    return f"{title}{said}<p>Log in to work with your patients.</p><form action='{IDENTIFIER}'>{button}</form><a href='#'>Register</a>"


def _whole_form(marks: Marks, said: str) -> str:
    title = "" if marks.drift.get("unmarked") else "<h1>Log in</h1>"
    boxes = [marks.box("Username", "username", test="username"), marks.box("Password", "password", kind="password", test="password")]
    if marks.drift.get("moved"):
        boxes.reverse()
    button = f"<button type='submit' {marks.test('login-submit-button')}>{marks.label('Log in')}</button>"
    return f"{title}{said}<form method='post' action='{SIGN_IN}'>{''.join(boxes)}{button}</form><a href='#'>Forgot password?</a>"


# user name and password on pages of their own


def _own_page(request: Request, label: str, name: str, action: str, said: str = "") -> Response:
    marks = _marks(request, "sign-in")
    title = "" if marks.drift.get("unmarked") else "<h1>Log in</h1>"
    box = marks.box(label, name, kind=name if name == "password" else "text")
    return _shown(request, f"{title}{error(said)}<form method='post' action='{action}'>{box}<button type='submit'>Continue</button></form>")


async def user_page(request: Request) -> Response:
    """The page for the user name."""
    return _own_page(request, "Username", "username", IDENTIFIER)


async def user_posted(request: Request) -> Response:
    """Whoever it is: a password is asked for next."""
    state = secrets.token_hex(8)
    request.app.state.users[state] = (await form_of(request)).get("username", "")
    return _goes(f"{PASSWORD}?state={state}")


async def password_page(request: Request) -> Response:
    """The page for the password; without a user name it does not come."""
    if request.query_params.get("state") not in request.app.state.users:
        return _goes(SIGN_IN)
    return _own_page(request, "Password", "password", f"{PASSWORD}?state={request.query_params['state']}")


@step("password")
async def password_posted(request: Request, _at: At) -> Response:
    """The password of whoever was named before."""
    name = request.app.state.users.get(request.query_params.get("state", ""))
    if name is None:
        return _goes(SIGN_IN)
    outcome, answer = _judged(request, name, (await form_of(request)).get("password", ""))
    if answer is not None:
        return answer
    said = LOCKED if outcome == "locked" else REFUSED
    return _own_page(request, "Password", "password", f"{PASSWORD}?state={request.query_params['state']}", said)


@step("password")
async def whole_form_posted(request: Request, _at: At) -> Response:
    """User name and password together."""
    form = await form_of(request)
    outcome, answer = _judged(request, form.get("username", ""), form.get("password", ""))
    if answer is not None:
        return answer
    return _shown(request, _whole_form(_marks(request, "sign-in"), error(LOCKED if outcome == "locked" else REFUSED)))


def _judged(request: Request, name: str, password: str) -> tuple[str, Response | None]:
    """How a password was taken, and where it leads."""
    user, at = box_of(request).logins.find(name), At(box_of(request), place_of(request).portal, "sign-in")
    if user is None:
        return _noted(request, None, "refused"), None
    if user.locked or at.fires("locked") is not None:
        return _noted(request, user, "locked"), None
    if at.fires("wrong-password") is not None or not secrets.compare_digest(user.password.encode(), password.encode()):
        user.wrong_passwords += 1
        user.locked = user.wrong_passwords >= WRONG_PASSWORDS
        return _noted(request, user, "locked" if user.locked else "refused"), None
    user.wrong_passwords = 0
    return "ok", _right(request, user, at)


def _right(request: Request, user: Login, at: At) -> Response:
    """The password is right: a code is mailed, or the device is known."""
    logins, cookie = box_of(request).logins, request.cookies.get(DEVICE_COOKIE, "")
    device = cookie if logins.device_label(cookie) else logins.new_device()
    known = logins.knows(device, user)
    session = logins.begin(at.portal, user, device, "code", known_device=known)
    if not known or at.fires("code-wanted") is not None:
        logins.send_code(session, "email")
        _noted(request, user, "code_wanted", session)
        answer = _goes(CHALLENGE if place_of(request).newer else VERIFY)
    else:
        _noted(request, user, "ok", session)
        answer = _through(request, session)
    answer.set_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="lax")
    answer.set_cookie(DEVICE_COOKIE, device, max_age=DEVICE_SECONDS, httponly=True, samesite="lax")
    return answer


def _noted(request: Request, user: Login | None, outcome: str, session: Session | None = None) -> str:
    logins, cookie = box_of(request).logins, request.cookies.get(DEVICE_COOKIE, "")
    box_of(request).records.add(
        "sign_in",
        user=user.user_id if user else "(unknown)",
        outcome=outcome,
        session=session.label if session else "",
        device=logins.device_label(cookie),
        known_device=user is not None and logins.knows(cookie, user),
        by="page",
    )
    return outcome


def _through(request: Request, session: Session) -> Response:
    """Where a right password and code lead: to a new password, to the terms, or in."""
    at = At(box_of(request), session.portal, "sign-in", session)
    if session.user.password_days_left <= 0 or at.fires("password-expired") is not None:
        session.stage = "password"
        return _goes(EXPIRED)
    box_of(request).logins.open(session)
    return _goes(HOME)


# the code


def _waiting(request: Request) -> Session | None:
    session = session_of(request)
    return session if session and not session.ended and session.stage == "code" else None


async def code_page(request: Request) -> Response:
    """Verify your identity."""
    return _goes(SIGN_IN) if _waiting(request) is None else _code_page(request)


def _code_page(request: Request, said: str = "") -> Response:
    marks, session = _marks(request, "code"), _waiting(request)
    sent = f"We've sent a six-digit code to {session.user.email if session else ''}."
    title = "" if marks.drift.get("unmarked") else f"<h1>{marks.label('Verify your identity')}</h1>"
    if marks.place.newer:
        box, words = marks.box("Enter the code", "code"), "Remember this device"
        button = f"<button type='submit' name='go'>{marks.label('Continue')}</button>"
    else:
        box, words = marks.box("Verification code", "code", test="txt-verification-code"), "Don't ask me for a code"
        button = f"<button type='submit' name='go' {marks.test('btn-submit')}>Submit</button>"
    tick = f"<div class='check'><input type='checkbox' id='remember' name='remember'><label for='remember'>{words}</label></div>"
    again = "<button type='submit' name='resend' value='1'>Resend code</button>"
    parts = [tick, box] if marks.drift.get("moved") else [box, tick]
    return _shown(request, f"{title}<p>{sent}</p>{error(said)}<form method='post'>{''.join(parts)}{button}{again}</form>")


@step("code")
async def code_posted(request: Request, at: At) -> Response:
    """A code, or the wish for another."""
    session, form = _waiting(request), await form_of(request)
    if session is None:
        return _goes(SIGN_IN)
    if "resend" in form:
        at.box.logins.send_code(session, "email")
        return _code_page(request)
    fits = at.box.logins.code_fits(session, form.get("code", "").strip()) and at.fires("code-rejected") is None
    outcome = _code_outcome(session.user, fits=fits)
    at.box.records.add("code", user=session.user.user_id, way="email", outcome=outcome, session=session.label)
    if outcome != "ok":
        return _code_page(request, LOCKED if outcome == "locked" else WRONG_CODE)
    if "remember" in form:
        at.box.logins.remember(session.device, session.user)
    return _through(request, session)


def _code_outcome(user: Login, *, fits: bool) -> str:
    if fits:
        user.wrong_codes = 0
        return "ok"
    user.wrong_codes += 1
    user.locked = user.locked or user.wrong_codes >= WRONG_CODES
    return "locked" if user.locked else "refused"


# a new password, the terms, and out


async def expired_page(request: Request) -> Response:
    """A person sets a new password here."""
    session = session_of(request)
    if session is None or session.stage != "password":
        return _goes(SIGN_IN)
    marks = _marks(request, "password")
    boxes = marks.box("New password", "new", kind="password") + marks.box("Confirm new password", "again", kind="password")
    return _shown(
        request, f"<h1>Your password has expired</h1><form method='post'>{boxes}<button type='submit'>Change password</button></form>"
    )


async def expired_posted(request: Request) -> Response:
    """The new password counts, and the user is in."""
    session, form = session_of(request), await form_of(request)
    if session is None or session.stage != "password":
        return _goes(SIGN_IN)
    session.user.password, session.user.password_days_left = form.get("new", ""), 60
    box_of(request).logins.open(session)
    return _goes(HOME)


async def terms_page(request: Request) -> Response:
    """The terms of use, which somebody reads and accepts."""
    button = "<button type='submit'>I accept</button>"
    return _shown(
        request, f"<h1>Terms of use</h1><p>Read the terms of use and accept them to go on.</p><form method='post'>{button}</form>"
    )


async def terms_posted(request: Request) -> Response:
    """Somebody accepted them."""
    session = session_of(request)
    if session is None or not session.alive:
        return _goes(SIGN_IN)
    box_of(request).records.add("press", form="terms", nonce="", session=session.label)
    session.memory["terms"] = True
    return _goes(HOME)


async def sign_out(request: Request) -> Response:
    """Logout."""
    if session := session_of(request):
        box_of(request).logins.end(session, "logout")
    answer = _goes(f"{SIGN_IN}?ended=signed-out")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


ROUTES = [
    Route(SIGN_IN, first_page, methods=["GET"]),
    Route(SIGN_IN, whole_form_posted, methods=["POST"]),
    Route(IDENTIFIER, user_page, methods=["GET"]),
    Route(IDENTIFIER, user_posted, methods=["POST"]),
    Route(PASSWORD, password_page, methods=["GET"]),
    Route(PASSWORD, password_posted, methods=["POST"]),
    *(Route(path, code_page, methods=["GET"]) for path in (CHALLENGE, VERIFY)),
    *(Route(path, code_posted, methods=["POST"]) for path in (CHALLENGE, VERIFY)),
    Route(EXPIRED, expired_page, methods=["GET"]),
    Route(EXPIRED, expired_posted, methods=["POST"]),
    Route(TERMS, terms_page, methods=["GET"]),
    Route(TERMS, terms_posted, methods=["POST"]),
    Route(SIGN_OUT, sign_out),
]
