"""The page after the sign-in: the choice of a provider where there is one, terms, and what the other menus lead to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.gainwell import paths
from sandbox.gainwell.controls import Controls, Drift, pressed, sent
from sandbox.gainwell.frame import frame
from sandbox.gainwell.web import controls, form_of, new_view, page, session_at, signed_in, state_of, step
from sandbox.server import At
from sandbox.world import PRACTICE

PROVIDERS = ("Lakeside Family Clinic", PRACTICE.name)  # whom a delegate may act for
TERMS = "<h1>Terms of Use</h1><p>Read the terms and accept them to go on.</p>"


@step("home")
@signed_in
async def home(request: Request, at: At) -> Response:
    """My Home, or what must be done before it."""
    session = session_at(at)
    if at.on("terms") is not None and not session.memory.get("terms"):
        button = controls(at, "TermsPanel").button("Accept", "AcceptCmnButton")
        return HTMLResponse(frame(state_of(request).title, TERMS + button, action=paths.MY_HOME))
    view = new_view(at, live=False)
    if state_of(request).picks_provider and "provider" not in session.memory:
        return page(request, at, _picker(controls(at, "DelegatePanel")), view)
    heading = "" if Drift.of(at).unmarked else "<h1>My Home</h1>"
    return page(request, at, f"{heading}<p>Welcome to the {state_of(request).title}.</p>", view)


def _picker(mine: Controls) -> str:
    options = "".join(f"<option>{name}</option>" for name in ("", *PROVIDERS))
    at = mine.id("ProviderCmnDropDown_Control")
    label = f'<label for="{at}" id="{mine.id("ProviderCmnDropDown_ControlLabel")}">Provider</label>'
    listed = f'{label}<select id="{at}" name="{mine.name("ProviderCmnDropDown_Control")}">{options}</select>'
    return f"<h1>Choose Provider</h1>{listed}{mine.button('Submit', 'SelectProviderCmnButton')}"


@step("home-posted")
@signed_in
async def home_posted(request: Request, at: At) -> Response:
    """A provider was chosen, or the terms were accepted."""
    session, form = session_at(at), await form_of(request)
    if pressed(form, "AcceptCmnButton"):
        at.box.records.add("press", form="terms", nonce="", session=session.label)
        session.memory["terms"] = True
    elif (chosen := sent(form, "ProviderCmnDropDown_Control")) in PROVIDERS:
        session.memory["provider"] = chosen
    return RedirectResponse(paths.MY_HOME, 303)


@step("elsewhere")
@signed_in
async def elsewhere(request: Request, at: At) -> Response:
    """What the other menus lead to."""
    return page(request, at, "<h1>Resources</h1><p>Nothing to see here.</p>", new_view(at, live=False))


ROUTES = [
    Route(paths.MY_HOME, home, methods=["GET"]),
    Route(paths.MY_HOME, home_posted, methods=["POST"]),
    Route(paths.ELSEWHERE, elsewhere),
]
