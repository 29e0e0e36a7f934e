"""One loopback port for all simulated portals: the Host header decides which one answers, an unknown host gets 404.

A twin is a package in this folder with a module ``twin`` that says TWIN. The control desk (its own host, with a token) switches faults,
moves the world to another night and reads what the server saw.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import pkgutil
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import wraps
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Route
from starlette.types import ASGIApp, Receive, Scope, Send

import sandbox
from sandbox.auths import AuthBook
from sandbox.faults import KINDS, FaultBoard, UnknownFault
from sandbox.logins import Logins, Session
from sandbox.records import Recorder
from sandbox.world import World

CONTROL_HOST = "control.localhost"
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class TwinSite:
    """One simulated portal: where it lives and how its pages are made."""

    portal: str
    host: str
    session_cookie: str
    device_cookie: str
    build: Callable[[Sandbox], ASGIApp]
    leads_to: tuple[str, ...] = ()  # further sites that its pages send a browser to, such as a sign-in on a host of its own
    space: tuple[str, str] = ("", "")  # the payer and the application under which Availity's payer spaces lead here, and
    enters_at: str = "/sso"  # the path to which they do, with ?ticket=
    begins_at: str = ""  # the twin at whose address a browser begins, where the way in is through another portal
    lacks: tuple[str, ...] = ()  # faults that it has no place for, as NAME@STEP; * stands for anything

    def knows(self, spec: str) -> bool:
        """Whether a fault (NAME@STEP, with or without an argument) does anything here."""
        return not any(fnmatch(spec.partition(":")[0], without) for without in self.lacks)


@dataclass
class Sandbox:
    """What all twins share: the world, the faults, the logins and the books."""

    first_night: World
    faults: FaultBoard
    records: Recorder
    logins: Logins
    staging_ms: tuple[int, int] = (50, 150)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    auths: AuthBook = field(default_factory=AuthBook)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = self.first_night

    def move_to(self, night: int) -> None:
        self.world = self.first_night.on_night(night)
        self.records.add("night", night=night)

    def reset(self) -> None:
        """As at the start: first night, no faults, nobody signed in, empty books."""
        self.faults.switch_off()
        self.logins.reset()
        self.world = self.first_night
        self.auths.clear()
        self.records.clear()

    def staging_seconds(self, turn: int) -> float:
        """How long the payer takes for this answer: the same for the same turn, spread evenly over the range."""
        low, high = self.staging_ms
        return (low + (turn * 37) % max(high - low + 1, 1)) / 1000


def twins() -> list[TwinSite]:
    """Every twin in this folder; pages that are run in several places are several twins."""
    folders = [m.name for m in pkgutil.iter_modules(sandbox.__path__) if m.ispkg and importlib.util.find_spec(f"sandbox.{m.name}.twin")]
    modules = [importlib.import_module(f"sandbox.{name}.twin") for name in folders]
    return [site for module in modules for site in (module.TWINS if hasattr(module, "TWINS") else (module.TWIN,))]


def site_of(portal: str) -> TwinSite:
    """The twin of this portal."""
    return next(site for site in twins() if site.portal == portal)


def hosts() -> dict[str, str]:
    """Where a browser begins, for each portal."""
    at = {site.portal: site for site in twins()}
    return {portal: at[site.begins_at or portal].host for portal, site in at.items()}


def application(box: Sandbox) -> Starlette:
    """The server: control desk and twins by host."""
    sites = [Host(site.host, app=Watched(site.build(box), site, box)) for site in twins()]
    return Starlette(routes=[Host(CONTROL_HOST, app=control(box)), *sites])


class Watched:
    """Writes down every request of a twin before it is answered."""

    def __init__(self, app: ASGIApp, site: TwinSite, box: Sandbox) -> None:
        self._app, self._site, self._box = app, site, box

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._note(Request(scope))
        await self._app(scope, receive, send)

    def _note(self, request: Request) -> None:
        session = self._box.logins.by_cookie(request.cookies.get(self._site.session_cookie, ""))
        self._box.records.add(
            "request",
            portal=self._site.portal,
            method=request.method,
            path=request.url.path,
            session=session.label if session else "",
            user=session.user.user_id if session else "",
            device=self._box.logins.device_label(request.cookies.get(self._site.device_cookie, "")),
        )


def wants_json(request: Request) -> bool:
    """Whether a script asks rather than a person."""
    return "/api/" in request.url.path


def unavailable(request: Request) -> Response:
    """503, as a server in front of the portal says it."""
    if wants_json(request):
        return JSONResponse({"error": "Service Unavailable"}, 503)
    page = "<html><head><title>503 Service Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>"
    return Response(page, 503, media_type="text/html")


def denied(request: Request) -> Response:
    """What a bot wall in front of a portal answers."""
    reference = f"18.{secrets.token_hex(4)}.{secrets.token_hex(4)}"
    if wants_json(request):
        return JSONResponse({"error": "Access Denied", "reference": reference}, 403)
    page = (
        "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>"
        "<p>You don't have permission to access this page on this server. Please verify you are a human.</p>"
        f"<p>Reference #{reference}</p></body></html>"
    )
    return Response(page, 403, media_type="text/html")


@dataclass(frozen=True)
class At:
    """One pass of one step: which faults are in the way of it."""

    box: Sandbox
    portal: str
    step: str
    session: Session | None = None

    def fires(self, name: str) -> str | None:
        """The fault's argument if it happens in this pass; it is written down."""
        fault = self.box.faults.fires(name, self.portal, self.step)
        if fault is None:
            return None
        self.box.records.add("fault", fault=name, step=self.step, session=self.session.label if self.session else "")
        return fault.arg

    def on(self, name: str) -> str | None:
        """The fault's argument if it is switched on here; counts no pass."""
        fault = self.box.faults.find(name, self.portal, self.step)
        return None if fault is None else fault.arg

    async def in_the_way(self, request: Request) -> Response | None:
        """Let the line's own faults happen: slow, hanging, down, walled off, session gone."""
        if (seconds := self.fires("slow")) is not None:
            await asyncio.sleep(float(seconds))
        if self.fires("hang") is not None:
            await self._hang(request)
        if self.session and self.session.alive:
            self._lose_session(self.session)
        if self.fires("bot-wall") is not None:
            return denied(request)
        if self.fires("outage") is not None or self.fires("error-503") is not None:
            return unavailable(request)
        return None

    def _lose_session(self, session: Session) -> None:
        if self.fires("session-expiry") is not None:
            self.box.logins.end(session, "expired")
        if self.fires("second-sign-in") is not None:
            self.box.logins.intrude(session.portal, session.user, by="fault")

    async def _hang(self, request: Request) -> None:
        await request.body()  # is_disconnected would swallow it
        while self.on("hang") is not None and not await request.is_disconnected():  # noqa: ASYNC110 -- a browser's leaving rings no bell
            await asyncio.sleep(0.1)


# The control desk


def control(box: Sandbox) -> Starlette:
    """The desk tests and the demo use; every call needs the token."""
    desk = _Desk(box)
    return Starlette(
        routes=[
            _at_desk(box, "/records", "GET", desk.records),
            _at_desk(box, "/records", "DELETE", desk.forget_records),
            _at_desk(box, "/faults", "GET", desk.faults),
            _at_desk(box, "/faults", "POST", desk.fault_on),
            _at_desk(box, "/faults", "DELETE", desk.fault_off),
            _at_desk(box, "/night", "POST", desk.night),
            _at_desk(box, "/reset", "POST", desk.reset),
            _at_desk(box, "/settings", "POST", desk.settings),
            _at_desk(box, "/devices", "DELETE", desk.forget_devices),
            _at_desk(box, "/auths", "GET", desk.auths),
            _at_desk(box, "/auths", "POST", desk.auth_by_phone),
            _at_desk(box, "/auths", "DELETE", desk.forget_auths),
            _at_desk(box, "/users", "GET", desk.users),
            _at_desk(box, "/users/{user}", "GET", desk.user),
            _at_desk(box, "/users/{user}", "POST", desk.change_user),
            _at_desk(box, "/users/{user}/code", "GET", desk.sent_code),
            _at_desk(box, "/users/{user}/end-sessions", "POST", desk.end_sessions),
            _at_desk(box, "/users/{user}/intrude", "POST", desk.intrude),
        ]
    )


DeskCall = Callable[[Request, dict[str, Any]], dict[str, Any]]


def _at_desk(box: Sandbox, path: str, method: str, call: DeskCall) -> Route:
    @wraps(call)
    async def answer(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("Authorization", ""), f"Bearer {box.token}"):
            return JSONResponse({"error": "the control desk wants its token"}, 401)
        body = await request.body()
        try:
            return JSONResponse(call(request, json.loads(body) if body else {}))
        except (UnknownFault, ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)

    return Route(path, answer, methods=[method])


class _Desk:
    """The control desk's calls: request and JSON body in, JSON out."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box

    def records(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        ask = request.query_params
        return {"events": self._box.records.events(int(ask.get("since") or 0), ask.get("kind", ""))}

    def forget_records(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        self._box.records.clear()
        return {}

    def faults(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"on": self._box.faults.on(), "known": {name: kind.says for name, kind in KINDS.items()}}

    def fault_on(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return {"on": str(self._box.faults.switch_on(body["fault"]))}

    def fault_off(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"off": self._box.faults.switch_off(request.query_params.get("fault", ""))}

    def night(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        self._box.move_to(int(body["night"]))
        return {"night": self._box.world.night, "as_of": self._box.world.as_of.isoformat()}

    def reset(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        self._box.reset()
        return {}

    def settings(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(body) - {"staging_ms", "idle_seconds"}:
            raise ValueError(f"no setting is called {', '.join(sorted(unknown))}")
        if "staging_ms" in body:
            low, high = body["staging_ms"]
            self._box.staging_ms = (int(low), int(high))
        if "idle_seconds" in body:
            self._box.logins.idle_seconds = float(body["idle_seconds"])
        return {}

    def forget_devices(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        self._box.logins.forget_devices()
        return {}

    def auths(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(json.dumps(self._box.auths.told(), default=str))
        return told

    def auth_by_phone(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return {"reference": self._box.auths.by_phone(self._box.world, body).reference}

    def forget_auths(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        self._box.auths.clear()
        return {}

    def users(self, _request: Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"users": [login.shown() for login in self._box.logins.all()]}

    def user(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        return self._box.logins.named(request.path_params["user"]).shown()

    def change_user(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        login = self._box.logins.named(request.path_params["user"])
        login.change(body)
        return login.shown()

    def sent_code(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        return {"code": self._box.logins.last_codes.get(request.path_params["user"], "")}

    def end_sessions(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return {"ended": self._box.logins.end_all(request.path_params["user"], body["reason"])}

    def intrude(self, request: Request, _: dict[str, Any]) -> dict[str, Any]:
        login = self._box.logins.named(request.path_params["user"])
        for site in twins():
            self._box.logins.intrude(site.portal, login, by="person")
        return {}
