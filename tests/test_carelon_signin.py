"""ProviderConnect's own sign-in: what a person must do before Home is recognized, said, and never done by the bot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payerbot.browser import login
from payerbot.errors import TermsPage
from payerbot.model import Coverage
from sandbox.world import SEED
from tests.contract import support
from tests.contract.support import Site, signed_in

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory, light_browser: None) -> Iterator[Site]:
    with signed_in("carelon-direct", tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
        yield site


def test_an_attestation_that_is_due_stops_the_work_and_nothing_is_pressed(direct: Site) -> None:
    user = direct.user.user_id
    for state in ("attestation", "restricted"):
        direct.twin.change_user(user, lacks=[state])
        direct.twin.end_sessions(user)
        direct.tab.goto(direct.portal.base_url)
        with pytest.raises(TermsPage):
            login.SigningIn(direct.portal, support._Secrets(direct.user), support._Somebody(direct.twin, user), saved=False).run()
    assert [event for event in direct.twin.records("press") if event["form"].startswith("attestation")] == []
    direct.twin.change_user(user, lacks=[])
    direct.sign_in()
    assert direct.check(direct.visit_of("carelon_pa", coverage="active")).coverage is Coverage.ACTIVE


def test_terms_that_come_again_stop_the_work(direct: Site) -> None:
    direct.twin.fault("terms@home")
    direct.tab.goto(f"{direct.portal.base_url}{direct.portal.config.sign_in.home}")
    with pytest.raises(TermsPage):
        direct.check(direct.visit_of("carelon_pa"))
    direct.mend()


def test_logging_out_leads_to_the_page_to_log_on(direct: Site) -> None:
    direct.check(direct.visit_of("carelon_pa", coverage="active"))
    assert login.sign_out(direct.portal)
    assert direct.twin.records("session_end")[-1]["reason"] == "logout"
