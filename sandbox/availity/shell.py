"""The signed-in shell of the Availity twin: top bar, menus, state selector, and the ways a hostile page could try to leave."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.availity import paths
from sandbox.availity.layout import envelope
from sandbox.availity.web import app_page, maintenance, page, report_every, sandbox_of, session_of, step, thrown_out
from sandbox.server import At

STATES = {"MD": "Maryland", "NC": "North Carolina", "OH": "Ohio", "VA": "Virginia"}

_NOTHING = paths.HOME + "?tool={}"
MENUS: dict[str, list[tuple[str, str]]] = {
    "Patient Registration": [
        ("Eligibility and Benefits Inquiry", paths.ELIGIBILITY),
        ("Authorizations & Referrals", paths.AUTHORIZATIONS),
    ],
    "Claims & Payments": [
        ("Claim Status", paths.CLAIM_STATUS),
        ("Remittance Viewer", paths.REMITS),
        ("Professional Claim", _NOTHING.format("professional-claim")),
    ],
    "My Providers": [("Enrollments Center", _NOTHING.format("enrollments"))],
    "Reporting": [("Reports", _NOTHING.format("reports"))],
    "Payer Spaces": [("All Payer Spaces", paths.PAYER_SPACES)],
}


@step("home")
async def shell_page(_request: Request, at: At) -> Response:
    """The outer page with the top bar; its script asks who is signed in."""
    if at.fires("maintenance") is not None:
        return maintenance()
    framed = at.box.faults.find("framed-sign-in", at.portal, "sign-in") is not None
    return page(
        "shell",
        at,
        framed=framed,
        captcha=at.on("captcha") is not None,
        terms=at.on("terms") is not None and not (at.session and at.session.memory.get("terms")),
        maintenanceNotice=at.on("maintenance-notice") is not None,
        signIn=paths.SIGN_IN,
        home=paths.HOME,
    )


async def me(request: Request) -> Response:
    """Who is signed in, and what the top bar shows; asked once when the shell starts."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    user, idle = session.user, sandbox_of(request).logins.idle_seconds
    at = At(sandbox_of(request), "availity", "home", session)
    return JSONResponse(
        envelope(
            at,
            name=user.name,
            userId=user.user_id,
            region=user.region,
            regions=[{"code": code, "name": STATES[code]} for code in user.regions],
            menus=[
                {"label": label, "items": [{"title": t, "url": u} for t, u in items if t not in user.lacks]}
                for label, items in MENUS.items()
            ],
            idleSeconds=idle,
            reportEvery=report_every(at.box),
        )
    )


async def change_region(request: Request) -> Response:
    """Another state in the top bar; remembered for the user."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    region = (await request.json())["region"]
    if region not in session.user.regions:
        return JSONResponse({"error": "unknown region"}, 400)
    session.user.region = region
    return JSONResponse({"region": region})


async def pressed(request: Request) -> Response:
    """Somebody pressed what a robot must leave alone: it is written down, and terms count as accepted."""
    form, session = str((await request.json())["form"]), session_of(request)
    sandbox_of(request).records.add("press", form=form, nonce="", session=session.label if session else "")
    if session and form == "terms":
        session.memory["terms"] = True
    return JSONResponse({})


async def leave(request: Request) -> Response:
    """Redirect a frame, a picture, a call or a download to another host."""
    return RedirectResponse(f"http://{request.query_params['to']}/{quote(request.query_params.get('way', ''))}", 302)


async def worker(request: Request) -> Response:
    """A service worker that calls another host from beside the page."""
    target = f"http://{request.query_params['to']}/service-worker"
    script = (
        f"self.addEventListener('install', (e) => e.waitUntil(fetch({target!r}, {{mode: 'no-cors'}}).catch(() => 0)));\n"
        f"self.addEventListener('fetch', (e) => {{ fetch({target!r} + '-later', {{mode: 'no-cors'}}).catch(() => 0); }});\n"
    )
    return Response(script, media_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


async def tried(request: Request) -> Response:
    """The page says by which ways it tried to reach another host."""
    body = await request.json()
    for way in body["ways"]:
        sandbox_of(request).records.add("tried", way=way, host=body["host"])
    return JSONResponse({})


ROUTES = [
    Route(paths.SHELL, shell_page),
    Route(paths.HOME, step("home-page")(app_page("home"))),
    Route(f"{paths.API}/v1/users/me", me),
    Route(f"{paths.API}/v1/regions", change_region, methods=["POST"]),
    Route(f"{paths.API}/v1/pressed", pressed, methods=["POST"]),
    Route(f"{paths.API}/leave", leave),
    Route(f"{paths.API}/worker.js", worker),
    Route(f"{paths.API}/tried", tried, methods=["POST"]),
]
