"""The shell and what all its apps share: opening an app, the state, the payer picker, sending a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from payerbot import steps
from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Request
from portals.base import SOON_MS, Portal
from portals.states import STATES

SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
ANSWER_MS = 120_000  # scripts that drove the page allowed up to three minutes
LISTENS_MS = 4_000  # within this a form that was sent shows that it was
TRIES = 3


class NotListedError(Exception):
    """The picker does not have this payer."""


class Shell(Portal):
    """One frame in which every app runs; what the form in it is set to is remembered until it is loaded anew."""

    _app = ""
    _payer = ""
    _region_set = ""
    _down = False  # the form said that the portal cannot answer now

    def _open(self, app: str, ask: Request) -> None:
        """Load an app in the shell's frame, in the state whose payers are wanted."""
        if ask.region and self._region_set != ask.region:
            self._set_region(ask.region)
        address = f"{SHELL}#/loadApp/?appUrl={quote(app, safe='')}"
        if self.tab.url == f"{self.base_url}{address}":
            self.tab.reload()
        else:
            self.go(address)
        self._app, self._payer = app, ""

    def _set_region(self, region: str) -> None:
        shell = self.arrive("shell")
        name = STATES.get(region, region)
        if shell["region"].text() != name:
            shell["region"].click()
            shell.element("region_option", region=name).click()
            self._until_region(name)
        self._region_set = region

    def _until_region(self, name: str) -> None:
        for _ in range(TRIES):
            shell = self.arrive("shell")
            if shell["region"].text() == name:
                return
            self.tab.pause(0.3)  # the shell loads itself anew after a change
        raise ReadBackMismatch("shell: the state does not stick")

    def _pick_payer(self, form: Screen, ask: Request, entry: int = 0) -> None:
        self.must_have(form, "organization", "payer")
        form["organization"].pick(ask.organization)
        if not form["payer"].pick(ask.payer_label, nth=entry):
            raise NotListedError

    def _brought(self, form: Screen, ask: Request, **parts: Element) -> str:
        """What a picked payer brings: the first of these; ReadBackMismatch soon where the form has taken the payer back meanwhile."""
        came = self.came(parts, within_ms=SOON_MS)
        if came is None and form["payer"].chosen() != ask.payer_label:
            raise ReadBackMismatch(f"{form.name}.payer: the choice does not stick")
        return came or self.expect(parts, what=form.name)

    @contextmanager
    def _payer_kept(self, form: Screen, ask: Request) -> Iterator[None]:
        """While a form is filled: what goes missing because the form took its payer back is filled anew, and is no changed page."""
        try:
            yield
        except PageChanged:
            if form["payer"].visible() and form["payer"].chosen() != ask.payer_label:
                raise ReadBackMismatch(f"{form.name}.payer: the choice does not stick") from None
            raise

    def _sent(self, form: Screen, results: dict[str, Screen]) -> bool:
        """Press Submit; False where the form refused a field, came back empty, or did nothing, so that it must be filled again."""
        if not form["submit"].enabled():
            raise PageChanged(f"{form.name}: it cannot be sent")
        form["submit"].click()
        steps.reached("search.sent")
        answers = {name: screen["landmark"] for name, screen in results.items()}
        answers |= {"refused": form["field_error"], "trouble": form["trouble"]}
        came = self.came(answers, within_ms=LISTENS_MS)
        for _ in range(ANSWER_MS // LISTENS_MS):
            if came is not None or not self._under_way(form):
                break
            came = self.came(answers, within_ms=LISTENS_MS)
        else:
            raise PortalSlow(f"{form.name}: what was sent was not answered in time")
        if came in results:
            return True
        self._down = came == "trouble"
        self._app = self._payer = ""
        return False

    def _under_way(self, form: Screen) -> bool:
        """While a form is being sent its button cannot be pressed."""
        return form["submit"].visible() and not form["submit"].enabled(0)

    def gave_up(self, where: str) -> PageChanged | PortalDown:
        if self._down:
            return PortalDown(f"{where}: the portal says that it cannot answer now")
        return PageChanged(f"{where}: it cannot be sent, or it keeps being another search's")
