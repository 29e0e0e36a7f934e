"""Sign-in at One Healthcare ID: user and password, the second step, the device, the consent, and the way back to the portal."""

from __future__ import annotations

import json
import secrets
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import tickets
from sandbox.logins import WRONG_CODES, WRONG_PASSWORDS, Login, Session
from sandbox.onehealthcare.door import PAGE
from sandbox.onehealthcare.layout import layout
from sandbox.server import At, Sandbox

SESSION_COOKIE = "OHID_TX"
DEVICE_COOKIE = "OHID_DEVICE"
BACK_COOKIE = "OHID_BACK"
LAYOUT_COOKIE = "OHID_EXPERIMENT"
DEVICE_SECONDS = 365 * 24 * 3600
HERE = Path(__file__).parent
USUAL = {"uhc": "C"}  # the layout a portal's users get; the others get A
WAYS = {
    "app": ("totp", "Via Microsoft Authenticator"),
    "text": ("textMsg", "Via Text Message"),
    "call": ("voiceCall", "Via Call"),  # whoever has a phone for texts can be called as well
}
WANTED = {"phone": "add_phone", "information": "more_information"}  # what a user lacks, and the step that asks for it
ENDED = {
    "concurrent": "You have been signed out because your One Healthcare ID signed in from another device.",
    "inactivity": "You have been signed out due to inactivity.",
    "expired": "Your session has expired. Please sign in again.",
    "signed-out": "You have signed out.",
}


def _box(request: Request) -> Sandbox:
    box: Sandbox = request.app.state.box
    return box


def _client(request: Request) -> str:
    """For which portal somebody signs in."""
    return request.query_params.get("client") or request.cookies.get(BACK_COOKIE, "").partition(" ")[0] or "uhc"


def _session(request: Request) -> Session | None:
    return _box(request).logins.by_cookie(request.cookies.get(SESSION_COOKIE, ""))


def _at(request: Request, step: str) -> At:
    return At(_box(request), _client(request), step, _session(request))


@cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


async def page(request: Request) -> Response:
    """The one page of the sign-in; a browser that comes for the first time gets its device cookie."""
    at = _at(request, "sign-in")
    if trouble := await At(at.box, at.portal, at.step).in_the_way(request):
        return trouble
    if at.fires("maintenance") is not None:
        return HTMLResponse(_file("pages/maintenance.html"))
    start = {
        "layout": layout(at),
        "form": request.cookies.get(LAYOUT_COOKIE) or USUAL.get(at.portal, "A"),
        "ended": ENDED.get(request.query_params.get("ended", ""), ""),
    }
    body = _file("pages/index.html").replace("%BOOTSTRAP%", json.dumps(start).replace("<", "\\u003c"))
    answer = HTMLResponse(body, headers={"Cache-Control": "no-store"})
    if "back" in request.query_params:
        answer.set_cookie(BACK_COOKIE, f"{at.portal} {request.query_params['back']}", httponly=True, samesite="lax")
    if not at.box.logins.device_label(request.cookies.get(DEVICE_COOKIE, "")):
        answer.set_cookie(DEVICE_COOKIE, at.box.logins.new_device(), max_age=DEVICE_SECONDS, httponly=True, samesite="lax")
    return answer


async def script(_request: Request) -> Response:
    """The page's script."""
    return Response(_file("static/oneapp.js"), media_type="text/javascript")


async def experiment(request: Request) -> Response:
    """From now on this browser gets that layout of the form."""
    answer = RedirectResponse(PAGE, 302)
    answer.set_cookie(LAYOUT_COOKIE, request.path_params["layout"])
    return answer


async def login_options(request: Request) -> Response:
    """What the form asks next for this user: a password, whoever it is."""
    await request.body()
    return JSONResponse({"next": "password"})


async def login(request: Request) -> Response:
    """User and password."""
    at = _at(request, "password")
    if trouble := await At(at.box, at.portal, at.step).in_the_way(request):
        return trouble
    body = await request.json()
    answer, session = _Attempt(request).judge(str(body.get("userId", "")), str(body.get("password", "")))
    response = JSONResponse(answer)
    if session:
        response.set_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="lax")
    return response


class _Attempt:
    """One press of the button that sends the password."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._box = _box(request)
        self._logins = self._box.logins
        self._portal = _client(request)
        self._at = At(self._box, self._portal, "sign-in")
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
        user.locked = user.wrong_passwords >= WRONG_PASSWORDS
        return self._noted(user, "locked" if user.locked else "refused")

    def _right(self, user: Login) -> tuple[dict[str, Any], Session]:
        known = self._logins.knows(self._device, user)
        self._device = self._device if self._logins.device_label(self._device) else self._logins.new_device()
        session = self._logins.begin(self._portal, user, self._device, "code", known_device=known)
        wanted = self._at.fires("code-wanted")
        if not known or wanted is not None:
            return self._noted(user, "code_wanted", session, **_second(user, wanted or "", self._at)), session
        answer = _through(self._request, session)
        return self._noted(user, answer.pop("outcome"), session, **answer), session

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
        return {"outcome": outcome, **more}


def _second(user: Login, wanted: str, at: At) -> dict[str, Any]:
    """What the second step offers; a code by e-mail is none of it since March 2025."""
    mine = [both for way in user.ways for both in ((way, "call") if way == "text" else (way,))]
    offered = [way for way in ([wanted, *mine] if wanted in WAYS else mine) if way in WAYS]
    ways = [{"value": way, "id": WAYS[way][0], "label": WAYS[way][1]} for way in dict.fromkeys(offered)]
    return {"ways": ways, "passkey": user.ways[:1] == ["passkey"], "layout": layout(At(at.box, at.portal, "code"))}


def _through(request: Request, session: Session) -> dict[str, Any]:
    """Where a right password and code lead: to a new password, to the consent, or back to the portal."""
    at = At(_box(request), session.portal, "sign-in", session)
    if session.user.password_days_left <= 0 or at.fires("password-expired") is not None:
        session.stage = "password"
        return {"outcome": "password_expired"}
    if lacking := next((name for name in WANTED if name in session.user.lacks), ""):
        session.memory["lacking"] = lacking
        return {"outcome": WANTED[lacking]}
    if _wants_consent(request, session):
        session.memory["consent"] = True
        return {"outcome": "consent"}
    return _back(request, session)


def _wants_consent(request: Request, session: Session) -> bool:
    return At(_box(request), session.portal, "home").on("terms") is not None and not session.memory.get("terms")


def _back(request: Request, session: Session) -> dict[str, Any]:
    back = request.cookies.get(BACK_COOKIE, "").partition(" ")[2]
    if not (urlsplit(back).hostname or "").endswith(".localhost"):
        return {"outcome": "nowhere"}
    return {"outcome": "ok", "to": f"{back}?code={tickets.issue(session)}"}


def _waiting(request: Request) -> Session | None:
    session = _session(request)
    return session if session and not session.ended and session.stage in ("code", "trust") else None


def _gone() -> Response:
    return JSONResponse({"error": "unauthorized"}, 401)


async def choose_way(request: Request) -> Response:
    """A button of the method page: it leads to its code page at once."""
    session = _waiting(request)
    if session is None:
        return _gone()
    session.way = (await request.json())["way"]
    if session.way in ("text", "call"):
        _box(request).logins.send_code(session, session.way)
    return JSONResponse({"way": session.way, "phone": session.user.phone})


async def code(request: Request) -> Response:
    """The code of either page."""
    at = _at(request, "code")
    if trouble := await At(at.box, at.portal, at.step).in_the_way(request):
        return trouble
    session = _waiting(request)
    if session is None or not session.way:
        return _gone()
    body = await request.json()
    fits = at.box.logins.code_fits(session, str(body.get("code", ""))) and at.fires("code-rejected") is None
    outcome = _judged(session.user, fits=fits)
    at.box.records.add("code", user=session.user.user_id, way=session.way, outcome=outcome, session=session.label)
    if outcome != "ok":
        return JSONResponse({"outcome": outcome})
    if at.fires("trust-device") is not None:
        session.stage = "trust"
        return JSONResponse({"outcome": "trust"})
    if body.get("remember"):
        at.box.logins.remember(session.device, session.user)
    return JSONResponse(_through(request, session))


def _judged(user: Login, *, fits: bool) -> str:
    if fits:
        user.wrong_codes = 0
        return "ok"
    user.wrong_codes += 1
    user.locked = user.locked or user.wrong_codes >= WRONG_CODES
    return "locked" if user.locked else "refused"


async def trust(request: Request) -> Response:
    """The page that asks after the code whether this is a private device."""
    session = _waiting(request)
    if session is None or session.stage != "trust":
        return _gone()
    if (await request.json()).get("trust"):
        _box(request).logins.remember(session.device, session.user)
    return JSONResponse(_through(request, session))


async def complete(request: Request) -> Response:
    """Somebody gave what the account lacked."""
    session = _session(request)
    if session is None or session.ended or not session.memory.get("lacking"):
        return _gone()
    session.user.lacks = [name for name in session.user.lacks if name != session.memory["lacking"]]
    return JSONResponse(_through(request, session))


async def agree(request: Request) -> Response:
    """Somebody agreed to share the ID with the portal."""
    session = _session(request)
    if session is None or session.ended:
        return _gone()
    _box(request).records.add("press", form="terms", nonce="", session=session.label)
    session.memory["terms"] = True
    return JSONResponse(_back(request, session))


ROUTES = [
    Route("/", page),
    Route(PAGE, page),
    Route("/oneapp/oneapp.js", script),
    Route("/oneapp/experiment/{layout}", experiment),
    Route("/api/login-options", login_options, methods=["POST"]),
    Route("/api/login", login, methods=["POST"]),
    Route("/api/method", choose_way, methods=["POST"]),
    Route("/api/code", code, methods=["POST"]),
    Route("/api/trust", trust, methods=["POST"]),
    Route("/api/complete", complete, methods=["POST"]),
    Route("/api/consent", agree, methods=["POST"]),
]
