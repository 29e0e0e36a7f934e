"""The declared sign-in at One Healthcare ID: every layout of its form leads in, and what goes wrong has its own name."""

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
    PageChanged,
    PasskeyWanted,
    PasswordExpired,
    PortalDown,
    PortalError,
    ProfileWanted,
    TermsPage,
)
from sandbox.world import SEED

if TYPE_CHECKING:
    from tests.contract.support import Site

pytestmark = pytest.mark.deep


class Desk:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def intend(self) -> None:
        pass

    def resolve(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def choose_way(self, _ways: Sequence[str]) -> None:
        return None

    def code(self) -> None:
        return None


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    with signed_in("uhc", tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
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

    login.SigningIn._typed = ""
    login.SigningIn(site.portal, _Secrets(site.user), desk or Desk(), saved=False).run()


@pytest.mark.parametrize("layout", ["A", "B", "C", "older"])
def test_every_layout_of_the_form_leads_in(site: Site, layout: str) -> None:
    site.tab.goto(f"{site.twin.base_url('onehealthcare')}/oneapp/experiment/{layout}")
    sign_in(site)
    assert site.portal.screen("shell").here()
    assert len(site.twin.records("sign_in")) == 1
    assert login.sign_out(site.portal)


def test_a_device_that_was_said_to_be_private_is_asked_for_no_code_the_next_time(site: Site) -> None:
    sign_in(site)
    login.sign_out(site.portal)
    sign_in(site)
    assert [one["outcome"] for one in site.twin.records("sign_in")] == ["code_wanted", "ok"]


@pytest.mark.parametrize("fault", ["renamed-label@sign-in", "changed-id@sign-in", "moved-element@sign-in", "removed-landmark@sign-in"])
@pytest.mark.parametrize("layout", ["A", "C"])
def test_a_form_that_changed_a_little_leads_in(site: Site, fault: str, layout: str) -> None:
    site.tab.goto(f"{site.twin.base_url('onehealthcare')}/oneapp/experiment/{layout}")
    with site.twin.with_fault(fault):
        sign_in(site)
    assert site.portal.screen("shell").here()


def test_a_page_that_nobody_knows_is_said_before_anything_is_typed(site: Site) -> None:
    site.tab.limit_ms = 3_000
    with site.twin.with_fault("interstitial@sign-in"), pytest.raises(PageChanged):
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
def test_what_goes_wrong_has_its_own_name_and_is_written_down(
    site: Site, fault: str, trouble: type[PortalError], outcome: list[str]
) -> None:
    desk = Desk()
    with site.twin.with_fault(fault), pytest.raises(trouble):
        sign_in(site, desk)
    assert desk.outcomes == outcome
    assert site.twin.records("press") == [], "nobody agreed to anything"
    assert len(site.twin.records("sign_in")) <= 1


def test_a_page_that_asks_about_the_device_is_answered(site: Site) -> None:
    with site.twin.with_fault("trust-device@code"):
        sign_in(site)
    login.sign_out(site.portal)
    sign_in(site)
    assert [one["outcome"] for one in site.twin.records("sign_in")] == ["code_wanted", "ok"]


def test_a_passkey_is_left_to_its_person(site: Site) -> None:
    site.twin.change_user(site.user.user_id, ways=["passkey", "app"])
    with pytest.raises(PasskeyWanted):
        sign_in(site)


@pytest.mark.parametrize("lacking", ["phone", "information"])
def test_what_the_account_lacks_is_given_by_its_person_and_then_it_signs_in(site: Site, lacking: str) -> None:
    site.twin.change_user(site.user.user_id, lacks=[lacking])
    with pytest.raises(ProfileWanted):
        sign_in(site)
    assert site.twin.records("sign_in")[-1]["outcome"] == "code_wanted"
    site.twin.change_user(site.user.user_id, lacks=[])
    sign_in(site)
