"""Sign-in of the Availity twin: password, second step, password age, and the sign-out."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.availity import paths
from sandbox.availity.layout import layout
from sandbox.availity.web import (
    DEVICE_COOKIE,
    DEVICE_SECONDS,
    PORTAL,
    REASONS,
    SESSION_COOKIE,
    asset,
    maintenance,
    page,
    sandbox_of,
    session_of,
    step,
    thrown_out,
)
from sandbox.logins import WARNING_DAYS, WRONG_CODES, WRONG_PASSWORDS, Login, Logins, Session
from sandbox.server import At

WAYS = {
    "app": "Authenticate me using my Authenticator app",
    "text": "Send a text message to my phone number ending in {phone}",
    "email": "Send a code to my email address {email}",
    "backup": "Authenticate me using a backup code",
}
EXTRA_WAY = {"text": "text", "email": "email", "app": "app"}


@step("sign-in")
async def sign_in_page(request: Request, at: At) -> Response:
    """The sign-in page; a browser that comes for the first time gets its device cookie."""
    if at.fires("maintenance") is not None:
        return maintenance()
    framed = at.on("framed-sign-in") is not None
    if framed and request.headers.get("Sec-Fetch-Dest") == "document":
        return RedirectResponse(paths.SHELL, 302)
    notice = at.on("maintenance-notice") is not None
    answer = page("signin", at, framed=framed, captcha=at.on("captcha") is not None, maintenanceNotice=notice, shell=paths.SHELL)
    if not at.box.logins.device_label(request.cookies.get(DEVICE_COOKIE, "")):
        cookie = at.box.logins.new_device()
        answer.set_cookie(DEVICE_COOKIE, cookie, max_age=DEVICE_SECONDS, httponly=True, samesite="lax")
    return answer


@step("password")
async def authenticate(request: Request, at: At) -> Response:
    """User id and password."""
    body = await request.json()
    answer, session = _Attempt(request, at).judge(str(body.get("userId", "")), str(body.get("password", "")))
    response = JSONResponse(answer)
    if session:
        response.set_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="lax")
    return response


class _Attempt:
    """One press of Sign In."""

    def __init__(self, request: Request, at: At) -> None:
        self._box = at.box
        self._logins: Logins = at.box.logins
        self._at = At(at.box, PORTAL, "sign-in", None)
        self._device = request.cookies.get(DEVICE_COOKIE, "")

    def judge(self, user_id: str, password: str) -> tuple[dict[str, Any], Session | None]:
        user = self._logins.find(user_id)
        if user is None:
            return self._noted(None, "refused"), None
        if user.locked or self._at.fires("locked") is not None:
            return self._noted(user, "locked"), None
        if self._at.fires("wrong-password") is not None or not secrets.compare_digest(user.password.encode(), password.encode()):
            return self._wrong(user), None
        user.wrong_passwords = 0
        return self._right(user)

    def _wrong(self, user: Login) -> dict[str, Any]:
        user.wrong_passwords += 1
        if user.wrong_passwords >= WRONG_PASSWORDS:
            user.locked = True
        return self._noted(user, "locked" if user.locked else "refused")

    def _right(self, user: Login) -> tuple[dict[str, Any], Session]:
        known = self._logins.knows(self._device, user)
        if not self._device:
            self._device = self._logins.new_device()
        session = self._logins.begin(PORTAL, user, self._device, "code", known_device=known)
        if not known or user.unusual(datetime.now(UTC).hour) or self._asked_anyway() is not None:
            offered = _ways(user, self._at.on("code-wanted") or "")
            session.memory["ways"] = [way["value"] for way in offered]
            at = At(self._box, PORTAL, "code", session)
            return self._noted(user, "code_wanted", session, ways=offered, layout=layout(at), unusual=self._odd(user)), session
        answer = finish(session, self._at)
        return self._noted(user, answer.pop("outcome"), session, **answer), session

    def _asked_anyway(self) -> str | None:
        wanted = self._at.fires("code-wanted")
        return wanted if wanted is not None else self._at.fires("unusual-time")

    def _odd(self, user: Login) -> bool:
        return user.unusual(datetime.now(UTC).hour) or self._at.on("unusual-time") is not None

    def _noted(self, user: Login | None, outcome: str, session: Session | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        self._box.records.add(
            "sign_in",
            user=user.user_id if user else "(unknown)",
            outcome=outcome,
            session=session.label if session else "",
            device=self._logins.device_label(self._device),
            known_device=user is not None and self._logins.knows(self._device, user),
            by="page",
        )
        if session and outcome == "ok":
            self._logins.open(session)
        return {"outcome": outcome, **more}


def _ways(user: Login, wanted: str) -> list[dict[str, str]]:
    ways = [wanted, *(w for w in user.ways if w != wanted)] if wanted else user.ways
    return [{"value": way, "label": WAYS[way].format(phone=user.phone[-4:], email=user.email)} for way in ways]


def finish(session: Session, at: At) -> dict[str, Any]:
    """Where the second step leads: in, or to the password page first. `at` is the sign-in step."""
    if session.user.password_days_left <= 0 or at.fires("password-expired") is not None:
        session.stage = "password"
        return {"outcome": "password_expired"}
    warned = at.fires("password-expiring")
    days = int(warned) if warned is not None else session.user.password_days_left
    if days <= WARNING_DAYS:
        session.stage = "password"
        session.memory["may_wait"] = True
        return {"outcome": "password_expiring", "days": days}
    return {"outcome": "ok"}


def _waiting(request: Request, stage: str) -> Session | None:
    session = session_of(request)
    return session if session and not session.ended and session.stage == stage else None


async def choose_way(request: Request) -> Response:
    """The method picker's Continue."""
    session = _waiting(request, "code")
    if session is None:
        return thrown_out(session_of(request))
    way = (await request.json())["way"]
    if way not in session.memory["ways"]:
        return JSONResponse({"error": "unknown method"}, 400)
    session.way = way
    if way in {"text", "email"}:
        sandbox_of(request).logins.send_code(session, way)
    return JSONResponse({"way": way, "phone": session.user.phone, "email": session.user.email})


@step("code")
async def verify(request: Request, at: At) -> Response:
    """The code of the second step."""
    session = _waiting(request, "code")
    if session is None or not session.way:
        return thrown_out(session_of(request))
    code = str((await request.json()).get("code", ""))
    fits = at.box.logins.code_fits(session, code) and at.fires("code-rejected") is None
    outcome = _judged(session.user, fits=fits)
    at.box.records.add("code", user=session.user.user_id, way=session.way, outcome=outcome, session=session.label)
    if outcome != "ok":
        return JSONResponse({"outcome": outcome})
    if at.fires("trust-device") is not None:
        session.stage = "trust"
        return JSONResponse({"outcome": "trust"})
    at.box.logins.remember(session.device, session.user)
    return _through(session, at)


def _judged(user: Login, *, fits: bool) -> str:
    if fits:
        user.wrong_codes = 0
        return "ok"
    user.wrong_codes += 1
    user.locked = user.locked or user.wrong_codes >= WRONG_CODES
    return "locked" if user.locked else "refused"


def _through(session: Session, at: At) -> Response:
    answer = finish(session, At(at.box, PORTAL, "sign-in", session))
    if answer["outcome"] == "ok":
        at.box.logins.open(session)
    return JSONResponse(answer)


async def trust(request: Request) -> Response:
    """The page that asks whether to trust this device."""
    session = _waiting(request, "trust")
    if session is None:
        return thrown_out(session_of(request))
    if (await request.json()).get("trust"):
        sandbox_of(request).logins.remember(session.device, session.user)
    return _through(session, At(sandbox_of(request), PORTAL, "code", session))


async def later(request: Request) -> Response:
    """Remind me later."""
    session = _waiting(request, "password")
    if session is None or not session.memory.get("may_wait"):
        return thrown_out(session_of(request))
    sandbox_of(request).records.add("press", form="password-later", nonce="", session=session.label)
    sandbox_of(request).logins.open(session)
    return JSONResponse({"outcome": "ok"})


async def change_password(request: Request) -> Response:
    """A new password, by the person it belongs to."""
    session = _waiting(request, "password")
    if session is None:
        return thrown_out(session_of(request))
    body = await request.json()
    if trouble := _password_trouble(session.user, body):
        return JSONResponse({"outcome": "refused", "message": trouble})
    session.user.password, session.user.password_days_left = body["new"], 60
    sandbox_of(request).logins.open(session)
    return JSONResponse({"outcome": "ok"})


def _password_trouble(user: Login, body: dict[str, str]) -> str:
    if not secrets.compare_digest(user.password.encode(), body.get("current", "").encode()):
        return "The current password you entered is not correct."
    if body.get("new") != body.get("confirm"):
        return "The new passwords do not match."
    if len(body.get("new", "")) < 8 or body["new"] == user.password:  # noqa: PLR2004 -- the rule the page states
        return "The new password must have at least 8 characters and differ from the current one."
    return ""


async def sign_out(request: Request) -> Response:
    """Logout, or the shell's idle clock."""
    session, idle = session_of(request), b"inactivity" in await request.body()
    if session:
        sandbox_of(request).logins.end(session, "idle" if idle else "logout")
    response = JSONResponse({})
    if not idle:  # the signed-out page asks for the reason
        response.delete_cookie(SESSION_COOKIE)
    return response


async def ended(request: Request) -> Response:
    """Why the session of this browser is over; the signed-out page asks."""
    session = session_of(request)
    return JSONResponse({"reason": REASONS.get(session.ended, "ended") if session else ""})


async def activity(request: Request) -> Response:
    """The shell reports that a person pressed a key or a mouse button."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    session.last_input = time.monotonic()
    return JSONResponse({})


async def assets(request: Request) -> Response:
    """Scripts and style sheets, cached for good under their mark."""
    body, kind = asset(request.path_params["name"])
    if not kind:
        return Response(status_code=404)
    return Response(body, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def front_door(_request: Request) -> Response:
    """The bare host leads to the sign-in page."""
    return RedirectResponse(f"{paths.SIGN_IN}#/login", 302)


ROUTES = [
    Route("/", front_door),
    Route(paths.SIGN_IN, sign_in_page),
    Route(paths.ASSETS + "{name}", assets),
    Route(f"{paths.API}/v1/authenticate", authenticate, methods=["POST"]),
    Route(f"{paths.API}/v1/two-step/method", choose_way, methods=["POST"]),
    Route(f"{paths.API}/v1/two-step/verify", verify, methods=["POST"]),
    Route(f"{paths.API}/v1/two-step/trust", trust, methods=["POST"]),
    Route(f"{paths.API}/v1/password/later", later, methods=["POST"]),
    Route(f"{paths.API}/v1/password", change_password, methods=["POST"]),
    Route(f"{paths.API}/v1/logout", sign_out, methods=["POST"]),
    Route(f"{paths.API}/v1/logout", ended, methods=["GET"]),
    Route(f"{paths.API}/v1/activity", activity, methods=["POST"]),
]
