"""The declared sign-in of both generations: each leads in, a mailed code is a person's, and what goes wrong has its own name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from payerbot.browser import login
from payerbot.errors import (
    AccountLocked,
    BadCredentials,
    BotWall,
    CodeRefused,
    CodeWanted,
    PageChanged,
    PasswordExpired,
    PortalDown,
    PortalError,
    TermsPage,
)
from sandbox.world import SEED

if TYPE_CHECKING:
    from tests.contract.support import Site

pytestmark = pytest.mark.deep


class Desk:
    """Writes down what it is told; somebody sits at it or not."""

    def __init__(self, site: Site, *, manned: bool = True) -> None:
        self.outcomes: list[str] = []
        self.asked: list[Sequence[str]] = []
        self._site, self._manned = site, manned

    def intend(self) -> None:
        pass

    def resolve(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def choose_way(self, ways: Sequence[str]) -> str | None:
        self.asked.append(ways)
        return ways[0] if self._manned else None

    def code(self) -> str | None:
        return self._site.twin.sent_code(self._site.user.user_id)


@pytest.fixture(scope="module", params=["cigna-chcp", "cigna-evernorth"])
def place(request: pytest.FixtureRequest, light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    with signed_in(request.param, tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
        yield site


@pytest.fixture
def site(place: Site) -> Site:
    """Nobody is signed in, and no device is known."""
    place.twin.reset()
    place.tab._page.context.clear_cookies()
    place.user = place.twin.user(place.user.user_id)
    return place


def sign_in(site: Site, desk: Desk | None = None) -> None:
    from tests.contract.support import _Secrets

    login.SigningIn(site.portal, _Secrets(site.user), desk or Desk(site), saved=False).run()


def test_a_person_is_ready_before_the_code_is_mailed_and_the_device_is_remembered(site: Site) -> None:
    desk = Desk(site)
    sign_in(site, desk)
    assert desk.asked == [("a code by e-mail",)]
    assert site.portal.screen("shell").here()
    assert login.sign_out(site.portal)
    sign_in(site)
    assert [one["outcome"] for one in site.twin.records("sign_in")] == ["code_wanted", "ok"]
    assert [one["way"] for one in site.twin.records("code_sent")] == ["email"]


def test_nothing_is_mailed_where_nobody_is_ready(site: Site) -> None:
    with pytest.raises(CodeWanted):
        sign_in(site, Desk(site, manned=False))
    assert site.twin.records("code_sent") == []


@pytest.mark.parametrize("fault", ["renamed-label@sign-in", "moved-element@sign-in", "removed-landmark@sign-in", "removed-landmark@code"])
def test_a_form_that_changed_a_little_leads_in(site: Site, fault: str) -> None:
    with site.twin.with_fault(fault):
        sign_in(site)
    assert site.portal.screen("shell").here()


@pytest.mark.parametrize("fault", ["interstitial@sign-in", "changed-id@sign-in"])
def test_a_page_that_nobody_knows_is_said_before_anything_is_typed(site: Site, fault: str) -> None:
    site.tab.limit_ms = 3_000
    with site.twin.with_fault(fault), pytest.raises(PageChanged):
        sign_in(site)
    site.tab.limit_ms = 20_000
    assert site.twin.records("sign_in") == []


@pytest.mark.parametrize(
    "fault, trouble, outcome",
    [
        ("wrong-password@sign-in", BadCredentials, ["refused"]),
        ("locked@sign-in", AccountLocked, ["locked"]),
        ("password-expired@sign-in", PasswordExpired, ["password_expired"]),
        ("code-rejected@code", CodeRefused, ["code_refused"]),
        ("terms@home", TermsPage, ["terms"]),
        ("bot-wall@password", BotWall, ["bot_wall"]),
        ("error-503@password", PortalDown, ["portal_down"]),
        ("captcha@sign-in", BotWall, []),
        ("maintenance@sign-in", PortalDown, []),
        ("outage@sign-in", PortalDown, []),
    ],
)
def test_what_goes_wrong_has_its_own_name(site: Site, fault: str, trouble: type[PortalError], outcome: list[str]) -> None:
    desk = Desk(site)
    with site.twin.with_fault(fault), pytest.raises(trouble):
        sign_in(site, desk)
    assert desk.outcomes == outcome
