"""Home, what must be done before it, and what the other links lead to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.carelon import paths
from sandbox.carelon.frame import Drift, button
from sandbox.carelon.signin import agreement
from sandbox.carelon.web import bare, current, form_of, keep, member_page, page, session_at, signed_in, step
from sandbox.server import At

DUE = (
    "<h1>Attestation Due</h1><p>The attestation of your provider data is due. Your access to ProviderConnect will be restricted if your "
    "data are not attested within 10 days.</p>"
)
RESTRICTED = (
    '<h1>Access Restricted</h1><p class="message">Your access to ProviderConnect is restricted until the attestation of your provider '
    "data is completed.</p>"
)
POP_UPS = "<p class='hint'>Please disable your pop-up blocker to see all links on this site.</p>"


@step("home")
@signed_in
async def home(request: Request, at: At) -> Response:
    """Home, or what must be done before it; that a user's data are not attested stands among what the user lacks."""
    lacks = session_at(at).user.lacks
    if "restricted" in lacks:
        return bare(RESTRICTED)
    if "attestation" in lacks and not current(at, "reminded"):
        inside = button("Attest Now", "attest") + " " + button("Remind Me Later", "later")
        return bare(f"{DUE}<form method='post' action='{paths.ATTESTATION}'>{inside}</form>")
    if at.on("terms") is not None and not current(at, "agreed"):
        return bare(agreement(paths.ATTESTATION))
    heading = "" if Drift.of(at).unmarked else "<h1>Welcome to ProviderConnect</h1>"
    links = (("View Clinical Drafts", paths.DRAFTS), ("Your Message Center", paths.ELSEWHERE))
    told = "".join(f'<li><a href="{path}">{name}</a></li>' for name, path in links)
    return page(request, at, f"{heading}{POP_UPS}<h2>What do you want to do today?</h2><ul>{told}</ul>")


@step("home-posted")
@signed_in
async def interstitial_posted(request: Request, at: At) -> Response:
    """What a person pressed before Home; it is written down, for a robot must never press it."""
    form = await form_of(request)
    pressed = next((name for name in ("attest", "later", "agree") if name in form), "")
    at.box.records.add("press", form=f"attestation {pressed}", nonce="", session=session_at(at).label)
    keep(at, "agreed" if pressed == "agree" else "reminded", thing=True)
    if pressed == "attest":
        session_at(at).user.lacks = [one for one in session_at(at).user.lacks if one != "attestation"]
    return RedirectResponse(paths.HOME, 303)


async def _elsewhere(request: Request, at: At) -> Response:
    return page(request, at, "<h1>ProviderConnect</h1><p>There are no messages.</p>")


ROUTES = [
    Route(paths.HOME, home),
    Route(paths.ATTESTATION, interstitial_posted, methods=["POST"]),
    Route(paths.ELSEWHERE, member_page(_elsewhere)),
]
