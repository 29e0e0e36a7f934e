"""Sign-in in its three shapes: everything on one page, an authenticator's code after it, or page after page with a question between."""

from __future__ import annotations

import secrets
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.gainwell import paths
from sandbox.gainwell.controls import Drift, sent
from sandbox.gainwell.frame import NOTICE, frame
from sandbox.gainwell.web import (
    DEVICE_COOKIE,
    DEVICE_SECONDS,
    REASONS,
    SESSION_COOKIE,
    box_of,
    controls,
    form_of,
    in_place,
    session_of,
    state_of,
    step,
)
from sandbox.logins import WRONG_CODES, WRONG_PASSWORDS, Login, Session
from sandbox.server import At

REFUSED = "The user name or password you entered is incorrect."
LOCKED = "Your account is locked. Contact the help desk."
WRONG_CODE = "The verification code you entered is not valid."
WRONG_ANSWER = "The answer you entered is incorrect."
QUESTION = "What was the name of your first school?"  # its answer is the first of the user's made-up backup codes


def _shown(request: Request, body: str, *, action: str) -> HTMLResponse:
    return HTMLResponse(frame(state_of(request).title, body, action=action), headers={"Cache-Control": "no-store"})


def _message(text: str) -> str:
    return f'<div class="message" role="alert">{escape(text)}</div>' if text else ""


@step("sign-in")
async def sign_in_page(request: Request, at: At) -> Response:
    """The sign-in page; a browser that comes for the first time gets its device cookie."""
    if place := in_place(request, at):
        return place
    ended = REASONS.get(at.session.ended, "Your session has ended.") if at.session and at.session.ended else ""
    notice = NOTICE if at.on("maintenance-notice") is not None else ""
    answer = _shown(request, notice + _form(request, at, message=ended), action=paths.SIGN_IN)
    if not at.box.logins.device_label(request.cookies.get(DEVICE_COOKIE, "")):
        answer.set_cookie(DEVICE_COOKIE, at.box.logins.new_device(), max_age=DEVICE_SECONDS, httponly=True, samesite="lax")
    return answer


def _form(request: Request, at: At, *, message: str = "") -> str:
    """User and password together, or the user alone where the password has a page of its own."""
    state, mine, drift = state_of(request), controls(_nobody(at), "LoginPanel"), Drift.of(at)
    user = mine.box("Login Name" if drift.renamed else state.user_label, "UserNameCmnTextBox", shown_as="UserKey" if drift.changed else "")
    apart = state.second == "question"
    password = "" if apart else mine.box("Password", "PasswordCmnTextBox")
    button = mine.button("Log In", "LoginCmnButton")
    heading = "" if drift.unmarked else "<h1>Provider Login</h1>"
    fields = f"{password}{user}" if drift.moved else f"{user}{password}"
    return f"<h2>{escape(state.title)}</h2>{heading}{_message(message)}<div>{fields}{button}</div>"


def _nobody(at: At) -> At:
    return At(at.box, at.portal, at.step)


@step("password")
async def posted(request: Request, at: At) -> Response:
    """What the sign-in page sent: a user alone, or a user and a password."""
    form = await form_of(request)
    if state_of(request).second == "question":
        return _to_question(request, at, sent(form, "UserNameCmnTextBox_Control"))
    return _judged(request, at, sent(form, "UserNameCmnTextBox_Control"), sent(form, "PasswordCmnTextBox_Control"))


def _judged(request: Request, at: At, user_id: str, password: str) -> Response:
    user, steps = at.box.logins.find(user_id), At(at.box, at.portal, "sign-in")
    outcome = _outcome(steps, user, password)
    if user is None or outcome != "ok":
        _note(request, user, outcome)
        return _refused(request, steps, outcome)
    user.wrong_passwords = 0
    device = request.cookies.get(DEVICE_COOKIE, "") or at.box.logins.new_device()
    known = at.box.logins.knows(device, user)
    session = at.box.logins.begin(at.portal, user, device, "code", known_device=known)
    if state_of(request).second == "code" and (not known or steps.fires("code-wanted") is not None):
        session.way = "app"
        _note(request, user, "code_wanted", session)
        return _with_cookie(RedirectResponse(paths.SECOND, 303), session)
    return _with_cookie(_let_in(request, at, session), session)


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


def _refused(request: Request, at: At, outcome: str) -> Response:
    message = LOCKED if outcome == "locked" else REFUSED
    if state_of(request).second == "question":
        return _shown(request, _password_form(at, message=message), action=paths.PASSWORD)
    return _shown(request, _form(request, at, message=message), action=paths.SIGN_IN)


def _note(request: Request, user: Login | None, outcome: str, session: Session | None = None) -> None:
    """Every press with a password is written down."""
    box, device = box_of(request), request.cookies.get(DEVICE_COOKIE, "")
    box.records.add(
        "sign_in",
        user=user.user_id if user else "(unknown)",
        outcome=outcome,
        session=session.label if session else "",
        device=box.logins.device_label(device),
        known_device=user is not None and box.logins.knows(device, user),
        by="page",
    )


def _with_cookie(answer: Response, session: Session) -> Response:
    answer.set_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="lax")
    return answer


def _let_in(request: Request, at: At, session: Session, *, noted: bool = False) -> Response:
    """In, or to the page for a new password first."""
    expired = session.user.password_days_left <= 0 or At(at.box, at.portal, "sign-in").fires("password-expired") is not None
    if not noted:
        _note(request, session.user, "password_expired" if expired else "ok", session)
    if expired:
        session.stage = "password"
        return RedirectResponse(paths.NEW_PASSWORD, 303)
    at.box.logins.open(session)
    return RedirectResponse(paths.MY_HOME, 303)


# the authenticator's code


def _waiting(request: Request, stage: str) -> Session | None:
    session = session_of(request)
    return session if session and not session.ended and session.stage == stage else None


async def code_page(request: Request) -> Response:
    """The page that asks for the code."""
    session = _waiting(request, "code")
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    return _shown(request, _code_form(At(box_of(request), session.portal, "code", session)), action=paths.SECOND)


def _code_form(at: At, *, message: str = "") -> str:
    mine, drift = controls(_nobody(at), "VerifyPanel"), Drift.of(at)
    heading = "" if drift.unmarked else "<h1>Two-Step Verification</h1>"
    label = "Passcode" if drift.renamed else "Verification Code"
    box = mine.box(label, "VerificationCodeCmnTextBox", shown_as="OtpKey" if drift.changed else "")
    return f"{heading}{_message(message)}<p>Enter the code from your authenticator app.</p>{box}{mine.button('Verify', 'VerifyCmnButton')}"


@step("code")
async def code_posted(request: Request, at: At) -> Response:
    """The code of the second step."""
    session = _waiting(request, "code")
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    code = sent(await form_of(request), "VerificationCodeCmnTextBox_Control")
    fits = at.box.logins.code_fits(session, code) and at.fires("code-rejected") is None
    outcome = _counted(session.user, fits=fits)
    at.box.records.add("code", user=session.user.user_id, way=session.way, outcome=outcome, session=session.label)
    if outcome != "ok":
        return _shown(request, _code_form(at, message=LOCKED if outcome == "locked" else WRONG_CODE), action=paths.SECOND)
    at.box.logins.remember(session.device, session.user)
    return _let_in(request, at, session, noted=True)


def _counted(user: Login, *, fits: bool) -> str:
    user.wrong_codes = 0 if fits else user.wrong_codes + 1
    user.locked = user.locked or user.wrong_codes >= WRONG_CODES
    return "ok" if fits else "locked" if user.locked else "refused"


# user, question, password


def _to_question(request: Request, at: At, user_id: str) -> Response:
    """Whoever is named is asked a question, but on a device that is known (invented) for the password at once."""
    user, device = at.box.logins.find(user_id), request.cookies.get(DEVICE_COOKIE, "")
    if user is None:
        return _shown(request, _form(request, at, message="The user ID you entered is not valid."), action=paths.SIGN_IN)
    known = at.box.logins.knows(device, user)
    session = at.box.logins.begin(at.portal, user, device or at.box.logins.new_device(), "code", known_device=known)
    session.memory["answered"] = known
    return _with_cookie(RedirectResponse(paths.PASSWORD if known else paths.QUESTION, 303), session)


async def question_page(request: Request) -> Response:
    """The challenge question, and its answer."""
    session = _waiting(request, "code")
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    if request.method == "GET":
        return _shown(request, _question_form(request), action=paths.QUESTION)
    answer = sent(await form_of(request), "ChallengeResponseCmnTextBox_Control")
    if answer != session.user.backup_codes[0]:
        return _shown(request, _question_form(request, message=WRONG_ANSWER), action=paths.QUESTION)
    session.memory["answered"] = True
    box_of(request).logins.remember(session.device, session.user)
    return RedirectResponse(paths.PASSWORD, 303)


def _question_form(request: Request, *, message: str = "") -> str:
    mine = controls(At(box_of(request), state_of(request).portal, "password"), "ChallengePanel")
    asked = f'<span id="{mine.id("ChallengeQuestionCmnTextBox_ControlLabel")}">{escape(QUESTION)}</span>'
    return f"<h1>Challenge Question</h1>{_message(message)}{asked}{mine.box('Your answer', 'ChallengeResponseCmnTextBox')}" + mine.button(
        "Continue", "ContinueCmnButton"
    )


async def password_page(request: Request) -> Response:
    """The password's own page; without an answered question it does not come."""
    session = _waiting(request, "code")
    if session is None or not session.memory.get("answered"):
        return RedirectResponse(paths.SIGN_IN, 303)
    return _shown(request, _password_form(At(box_of(request), session.portal, "sign-in")), action=paths.PASSWORD)


def _password_form(at: At, *, message: str = "") -> str:
    mine = controls(_nobody(at), "LoginPanel")
    return f"<h1>Site Login</h1>{_message(message)}{mine.box('Password', 'PasswordCmnTextBox')}" + mine.button("Sign In", "SignInCmnButton")


@step("password")
async def password_posted(request: Request, at: At) -> Response:
    """The password of a user who answered the question."""
    session = _waiting(request, "code")
    if session is None or not session.memory.get("answered"):
        return RedirectResponse(paths.SIGN_IN, 303)
    outcome = _outcome(At(at.box, at.portal, "sign-in"), session.user, sent(await form_of(request), "PasswordCmnTextBox_Control"))
    if outcome != "ok":
        _note(request, session.user, outcome)
        return _refused(request, At(at.box, at.portal, "sign-in"), outcome)
    session.user.wrong_passwords = 0
    return _let_in(request, at, session)


# a new password, and out


async def new_password_page(request: Request) -> Response:
    """A person sets a new password here."""
    if _waiting(request, "password") is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    mine = controls(At(box_of(request), state_of(request).portal, "password"), "ChangePanel")
    boxes = mine.box("New Password", "NewPasswordCmnTextBox") + mine.box("Confirm Password", "ConfirmPasswordCmnTextBox")
    button = mine.button("Change Password", "ChangeCmnButton")
    return _shown(request, f"<h1>Password Expired</h1><p>Your password has expired.</p>{boxes}{button}", action=paths.NEW_PASSWORD)


async def new_password_posted(request: Request) -> Response:
    """The new password counts, and the user is in."""
    session, form = _waiting(request, "password"), await form_of(request)
    if session is None:
        return RedirectResponse(paths.SIGN_IN, 303)
    session.user.password, session.user.password_days_left = sent(form, "NewPasswordCmnTextBox_Control"), 60
    box_of(request).logins.open(session)
    return RedirectResponse(paths.MY_HOME, 303)


async def sign_out(request: Request) -> Response:
    """Logout."""
    if session := session_of(request):
        box_of(request).logins.end(session, "logout")
    answer = RedirectResponse(paths.SIGN_IN, 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def front_door(_request: Request) -> Response:
    """The bare host leads to the sign-in page."""
    return RedirectResponse(paths.SIGN_IN, 302)


ROUTES = [
    Route("/", front_door),
    Route(paths.SIGN_IN, sign_in_page, methods=["GET"]),
    Route(paths.SIGN_IN, posted, methods=["POST"]),
    Route(paths.SECOND, code_page, methods=["GET"]),
    Route(paths.SECOND, code_posted, methods=["POST"]),
    Route(paths.QUESTION, question_page, methods=["GET", "POST"]),
    Route(paths.PASSWORD, password_page, methods=["GET"]),
    Route(paths.PASSWORD, password_posted, methods=["POST"]),
    Route(paths.NEW_PASSWORD, new_password_page, methods=["GET"]),
    Route(paths.NEW_PASSWORD, new_password_posted, methods=["POST"]),
    Route(paths.SIGN_OUT, sign_out),
]
