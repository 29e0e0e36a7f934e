"""The ProviderConnect adapter at its twin, where the contract does not look: the way in, dialogs, drafts, units, files."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from payerbot.authorization import Answered, AuthService
from payerbot.browser import login
from payerbot.capability import TakesAuthorizations
from payerbot.errors import PageChanged
from payerbot.model import Coverage, Outcome
from sandbox.carelon.auth_cases import CASES
from sandbox.world import SEED
from tests.contract.auth_support import members_at, request_for
from tests.contract.support import Site, signed_in

pytestmark = pytest.mark.deep

PAYER = "carelon_direct"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, light_browser: None) -> Iterator[Site]:
    """By way of Availity."""
    with signed_in("carelon-availity", tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
        yield site


@pytest.fixture
def site(there: Site) -> Iterator[Site]:
    there.twin.forget_auths()
    yield there
    there.mend()


def portal(site: Site) -> TakesAuthorizations:
    assert isinstance(site.portal, TakesAuthorizations)
    return site.portal


def test_the_way_in_is_found_in_a_new_tab_and_in_the_same_one(site: Site) -> None:
    row = site.visit_of(PAYER, coverage="active")
    assert site.check(row).coverage is Coverage.ACTIVE
    with site.fault("same-tab@payer-space"):
        site.mend()
        site.twin.fault("same-tab@payer-space")
        assert site.check(row).coverage is Coverage.ACTIVE
    assert len(site.tab._page.context.pages) <= 2


def test_the_warning_that_nothing_is_attached_is_answered_with_ok(site: Site) -> None:
    assert not portal(site).fill_request(request_for(members_at(site.world, PAYER)[0], PAYER), {}).differs


def test_any_other_dialog_is_a_changed_page(site: Site) -> None:
    context = site.tab._page.context
    context.add_init_script(
        "if (document.cookie.includes('strange=1')) window.confirm = (old => () => old('Send it now?'))(window.confirm)"
    )
    site.check(site.visit_of(PAYER, coverage="active"))
    context.add_cookies([{"name": "strange", "value": "1", "url": site.tab.url}])
    try:
        with pytest.raises(PageChanged):
            portal(site).fill_request(request_for(members_at(site.world, PAYER)[1], PAYER), {})
    finally:
        context.clear_cookies(name="strange")
    assert site.twin.auths()["taken"] == []


def test_testing_is_asked_for_in_half_hours(site: Site) -> None:
    who = members_at(site.world, PAYER)[2]
    answers = tuple(Answered(question=asked, answer=told) for asked, told in CASES.questions[PAYER, "96130"])
    services = (AuthService(code="96130", units=Decimal(2), unit_type="HS"),)
    filled = portal(site).fill_request(request_for(who, PAYER, "96130", services=services, questionnaire=answers), {})
    assert (filled.outcome, filled.differs) == (Outcome.ANSWERED, ())
    assert ("Units Requested", "4") in filled.review
    assert ("Unit Type", "30-minute units") in filled.review
    portal(site).press_submit()
    (taken,) = site.twin.auths()["taken"]
    assert (taken["units"], taken["unit_type"]) == (4, "30-minute units")


def test_a_draft_ends_the_form_and_cannot_be_pressed(site: Site) -> None:
    ask = request_for(members_at(site.world, PAYER)[3], PAYER)
    assert not portal(site).fill_request(ask, {}).differs
    number = portal(site).leave_draft()
    (draft,) = site.twin.auths()["drafts"]
    assert number == draft["reference"]
    with pytest.raises(PageChanged):
        portal(site).press_submit()
    assert site.twin.auths()["presses"] == {}
    assert portal(site).find_requests(ask).outcome is Outcome.NOT_FOUND, "a draft is no request"


def test_two_files_are_attached_one_after_the_other_and_read_back(site: Site, tmp_path: Path) -> None:
    from tests.contract.auth_support import attached

    paths = [tmp_path / f"file-{n}.txt" for n in (1, 2)]
    for path in paths:
        path.write_text(f"made up, {path.name}")
    files = [attached(path, kind) for path, kind in zip(paths, ("treatment plan", "something else"), strict=True)]
    ask = request_for(members_at(site.world, PAYER)[4], PAYER, attachments=tuple(files))
    filled = portal(site).fill_request(ask, {one.address: path for one, path in zip(files, paths, strict=True)})
    assert filled.differs == ()
    told = dict(filled.review)
    assert told["Document 1"].startswith("file-1.txt (Treatment Plan, ")
    assert told["Document 2"].startswith("file-2.txt (Other, ")


def test_more_requests_than_a_page_holds_are_all_found(site: Site) -> None:
    ask = request_for(members_at(site.world, PAYER)[5], PAYER)
    made = {site.twin.auth_by_phone(PAYER, ask.patient_key, "90837", ask.start_date, ask.end_date) for _ in range(12)}
    found = portal(site).find_requests(ask)
    assert {one.reference for one in found.standing} == made


def test_signing_out_at_availity_is_proved_there(there: Site) -> None:
    there.check(there.visit_of(PAYER, coverage="active"))
    assert login.sign_out(there.portal)
    assert there.twin.records("session_end")[-1]["reason"] == "logout"
