"""What a portal that takes authorizations must do: look first, fill and read back, press once, say what it does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from payerbot import steps
from payerbot.authorization import Answered, AuthRequest, AuthState, StandingRequest
from payerbot.capability import TakesAuthorizations
from payerbot.errors import (
    BotWall,
    ClinicianWanted,
    PageChanged,
    PortalDown,
    PortalError,
    PortalSlow,
    SessionLost,
    SignedOutByPerson,
    SubmissionUnknown,
)
from payerbot.model import Outcome
from portals import KNOWN
from sandbox.auth_cases import AuthCases, Refusal, Service
from sandbox.auths import decision
from tests.contract.auth_support import BEGIN, END, attached, cases_of, members_at, request_for
from tests.contract.support import Site
from tests.deep import deep

SITES = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, TakesAuthorizations))
everywhere = pytest.mark.parametrize("site", SITES, indirect=True)
LATER = 4  # nights after which everything is decided


@pytest.fixture(autouse=True)
def clean(site: Site) -> Iterator[None]:
    """No request stands there but the world's own."""
    site.twin.forget_auths()
    yield
    site.twin.night(0)
    site.mend()


def some(name: str, of: Callable[[AuthCases], Any]) -> pytest.MarkDecorator:
    """A test for each portal that has such a case, with the case; of several of one portal all but the first are for a whole run."""
    found: list[Any] = []
    for slug in SITES:
        told = of(cases_of(slug))
        for n, case in enumerate(told if isinstance(told, list) else [told]):
            marks = [pytest.mark.deep] if n else []
            found += [] if case is None else [pytest.param(slug, case, marks=marks, id=f"{slug}-{n}")]
    return pytest.mark.parametrize(f"site, {name}", found, indirect=["site"])


def ask_of(site: Site, service: Service, nth: int = 0, **changed: Any) -> AuthRequest:
    """A request for this service, with an answer to each item of its questionnaire."""
    payer, code = service
    items = cases_of(site.portal.slug).questions.get(service, ())
    told = {"questionnaire": tuple(Answered(question=item, answer=answer) for item, answer in items)}
    return request_for(members_at(site.world, payer)[nth], payer, code, **(told | changed))


def plain(site: Site) -> Service:
    return cases_of(site.portal.slug).plain


def portal(site: Site) -> TakesAuthorizations:
    assert isinstance(site.portal, TakesAuthorizations)
    return site.portal


def counted(site: Site) -> tuple[int, int]:
    """How often Submit arrived, and how many requests were taken."""
    told = site.twin.auths()
    return sum(told["presses"].values()), len(told["taken"])


@some("whole", lambda cases: list(cases.whole))
def test_a_request_is_filled_read_back_sent_once_and_followed(site: Site, whole: Service, tmp_path: Path) -> None:
    (payer, code), cases = whole, cases_of(site.portal.slug)
    plan = tmp_path / "treatment-plan-1.txt"
    plan.write_text("made up")
    file = attached(plan)
    ask = ask_of(site, whole, attachments=(file,))
    assert portal(site).find_requests(ask).outcome is Outcome.NOT_FOUND
    filled = portal(site).fill_request(ask, {file.address: plan})
    assert (filled.outcome, filled.differs, filled.decided) == (Outcome.ANSWERED, (), None)
    assert counted(site) == (0, 0), "nothing was sent"
    if payer in cases.drafts:
        assert portal(site).leave_draft() == site.twin.auths()["drafts"][0]["reference"]
        assert counted(site) == (0, 0), "a draft is not sent"
        filled = portal(site).fill_request(ask, {file.address: plan})
    pressed: list[str] = []
    steps.listeners.append(pressed.append)
    said = portal(site).press_submit()
    steps.listeners.remove(pressed.append)
    assert pressed == ["submit.pressed"]
    assert counted(site) == (1, 1)
    taken = site.twin.auths()["taken"][0]
    assert (taken["reference"], taken["code"], taken["begin"]) == (said.portal_reference, code, BEGIN.isoformat())
    assert (taken["diagnoses"], taken["note"].split()) == (["F33.1", "F41.1"], ask.note.split())
    assert (taken["attachments"][0]["sha256"], taken["answers"]) == (file.sha256, {a.question: a.answer for a in ask.questionnaire})
    with pytest.raises(PageChanged):
        portal(site).press_submit()
    found = portal(site).find_requests(ask)
    assert [one.reference for one in found.standing] == ([] if payer in cases.listed_later else [said.portal_reference])
    assert all(one.codes == (code,) for one in found.standing)
    site.twin.night(LATER)
    true = decision(site.world.seed, payer, ask.patient_key, code, taken["units"])
    after = portal(site).follow_request(ask, StandingRequest(reference=said.portal_reference or ""))
    assert after.units_approved == true.units
    assert (after.outcome, after.state) == (Outcome.ANSWERED, AuthState(true.state))
    assert after.codes == (true.code or code,)


@pytest.mark.parametrize("fault", ["confirmation-lost", *deep("error-after-accept", "hang-after-accept")])
@everywhere
def test_what_came_of_a_press_is_known_or_unknown_and_never_pressed_again(site: Site, fault: str) -> None:
    ask = ask_of(site, plain(site))
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault(f"{fault}@auth-submit", patience=1.5):
        with pytest.raises(SubmissionUnknown):
            portal(site).press_submit()
        with pytest.raises(PageChanged):
            portal(site).press_submit()
    assert counted(site) == (1, 1)
    found = portal(site).find_requests(ask)
    assert [one.reference for one in found.standing] == [t["reference"] for t in site.twin.auths()["taken"]]


@some("service", lambda cases: cases.stops_second)
def test_a_second_one_that_the_browser_sent_is_stopped_by_a_payer_that_looks(site: Site, service: Service) -> None:
    ask = ask_of(site, service)
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault("drop-after-accept@auth-submit", patience=1.5):
        assert portal(site).press_submit().portal_reference == site.twin.auths()["taken"][0]["reference"]
    assert counted(site) == (2, 1)
    assert len(portal(site).find_requests(ask).standing) == 1


@pytest.mark.parametrize(
    "fault",
    deep(
        "renamed-label@auth-next", "changed-id@auth-next", "moved-element@auth-next", "removed-landmark@auth-next", "interstitial@auth-next"
    ),
)
@everywhere
def test_a_form_that_changed_is_filled_right_or_said_and_nothing_is_sent(site: Site, fault: str) -> None:
    ask = ask_of(site, plain(site))
    with site.fault(fault, patience=3):
        try:
            filled = portal(site).fill_request(ask, {})
        except PageChanged:
            pass
        else:
            assert filled.outcome in {Outcome.ANSWERED, Outcome.UNREADABLE}
            assert (filled.differs, filled.decided) == ((), None)
    assert counted(site) == (0, 0)


@pytest.mark.parametrize(
    "fault",
    deep("renamed-label@auth-submit", "changed-id@auth-submit", "moved-element@auth-submit", "removed-landmark@auth-submit"),
)
@everywhere
def test_a_response_that_changed_is_read_or_unknown_and_found_where_requests_are_listed(site: Site, fault: str) -> None:
    ask = ask_of(site, plain(site))
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault(fault, patience=3):
        try:
            said = portal(site).press_submit().portal_reference
        except SubmissionUnknown:
            said = None
        with pytest.raises(PageChanged):
            portal(site).press_submit()
    assert counted(site) == (1, 1)
    (taken,) = site.twin.auths()["taken"]
    assert said in {taken["reference"], None}
    assert [one.reference for one in portal(site).find_requests(ask).standing] == [taken["reference"]]


@some("service", lambda cases: cases.keeps_both)
def test_two_that_the_browser_sent_are_both_listed(site: Site, service: Service) -> None:
    ask = ask_of(site, service, nth=1)
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault("reset-after-accept@auth-submit"):
        portal(site).press_submit()
    assert counted(site) == (2, 2)
    assert len(portal(site).find_requests(ask).standing) == 2


@everywhere
def test_what_stands_there_already_is_found_whoever_asked(site: Site) -> None:
    payer, code = plain(site)
    ask = ask_of(site, (payer, code), nth=1)
    reference = site.twin.auth_by_phone(payer, ask.patient_key, f"{code} ", BEGIN, END, name="x, y", fixed="approved")
    (found,) = portal(site).find_requests(ask).standing
    assert (found.reference, found.codes, found.begin, found.end, found.state) == (reference, (code,), BEGIN, END, AuthState.APPROVED)
    known = next(a for a in site.world.authorizations if a.payer == payer)
    old = portal(site).find_requests(request_for(site.world.member(known.member_key), payer))
    assert known.number in {one.auth_number for one in old.standing}


@pytest.mark.parametrize("site", ["availity"], indirect=True)
def test_a_list_that_does_not_show_the_service_is_opened_one_by_one_over_its_pages(site: Site) -> None:
    ask = ask_of(site, ("magellan", "90837"))
    for number in range(6):
        site.twin.auth_by_phone("magellan", ask.patient_key, f"9083{'47'[number % 2]} ", BEGIN, END, name="x, y", fixed="approved")
    found = portal(site).find_requests(ask)
    assert len({one.reference for one in found.standing}) == 6, "on two pages"
    assert {one.codes for one in found.standing} == {("90834",), ("90837",)}, "the list does not show them: each was opened"
    assert {(one.begin, one.end, one.state) for one in found.standing} == {(BEGIN, END, AuthState.APPROVED)}


@some("refusal", lambda cases: list(cases.refusals))
def test_what_cannot_be_asked_here_is_said_and_nothing_is_sent(site: Site, refusal: Refusal) -> None:
    filled = portal(site).fill_request(ask_of(site, (refusal.payer, refusal.code), **refusal.changed), {})
    assert (filled.outcome, filled.field, filled.decided) == (Outcome(refusal.outcome), refusal.field, None)
    assert filled.go_to == refusal.go_to
    assert counted(site) == (0, 0)


@some("service", lambda cases: cases.not_required)
def test_what_needs_no_authorization_is_an_answer_before_anything_is_pressed(site: Site, service: Service) -> None:
    decided = portal(site).fill_request(ask_of(site, service), {}).decided
    assert decided is not None
    assert (decided.state, counted(site)) == (AuthState.NOT_REQUIRED, (0, 0))


@some("service", lambda cases: cases.decided_at_check)
def test_what_the_payers_check_decides_is_an_answer_before_anything_is_pressed(site: Site, service: Service) -> None:
    approved = portal(site).fill_request(ask_of(site, service), {}).decided
    taken = site.twin.auths()["taken"]
    assert approved is not None
    assert (approved.state, approved.portal_reference) == (AuthState.APPROVED, taken[0]["reference"])
    assert counted(site) == (0, 1), "the payer took it when it was asked: nothing is left to press"
    with pytest.raises(PageChanged):
        portal(site).press_submit()


@some("item", lambda cases: cases.unanswered)
def test_an_item_without_an_approved_answer_goes_to_the_clinician(site: Site, item: tuple[Service, str, str]) -> None:
    service, words, number = item
    whole = ask_of(site, service)
    known = tuple(answered for answered in whole.questionnaire if words not in answered.question)
    assert len(known) < len(whole.questionnaire)
    with pytest.raises(ClinicianWanted) as wanted:
        portal(site).fill_request(whole.model_copy(update={"questionnaire": known}), {})
    assert number in str(wanted.value)
    assert counted(site) == (0, 0)


def nobody(site: Site) -> AuthRequest:
    """A request that ends on the first page: the payer has no such member."""
    ask = ask_of(site, plain(site))
    return ask.model_copy(update={"patient": ask.patient.model_copy(update={"member_id": "XDP000M0000000"})})


@pytest.mark.parametrize(
    "fault",
    [
        "pick-lost@auth-form",
        *deep("blank-form@auth-next", "error-503@auth-next", "payer-error@auth-next", "frame-detached@auth-next", "survey@auth-form"),
    ],
)
@everywhere
def test_a_form_that_stumbles_is_filled_anew(site: Site, fault: str) -> None:
    with site.fault(fault, patience=4):
        filled = portal(site).fill_request(nobody(site), {})
    assert (filled.outcome, filled.field) == (Outcome.BAD_DATA, "member_id")


@pytest.mark.parametrize("site", ["availity"], indirect=True)
def test_a_check_whose_answer_was_lost_is_looked_up_before_the_form_is_filled_again(site: Site) -> None:
    def lost(step: str) -> None:
        if step == "search.filled":
            site.twin.fault("error-503@auth-next")

    ask = ask_of(site, ("aetna", "90847"))
    steps.listeners.append(lost)
    with pytest.raises(PortalSlow):
        portal(site).fill_request(ask, {})
    steps.listeners.remove(lost)


@pytest.mark.parametrize(
    "fault",
    [
        "stale-result@auth-list",
        "frame-detached@auth-list",
        *deep("blank-form@auth-list", "error-503@auth-list", "cookie-banner@auth-list", "reordered-columns@auth-list"),
    ],
)
@everywhere
def test_a_list_is_believed_only_when_it_is_this_searchs(site: Site, fault: str) -> None:
    payer, code = plain(site)
    ask = ask_of(site, (payer, code), nth=1)
    reference = site.twin.auth_by_phone(payer, ask.patient_key, code, BEGIN, END)
    portal(site).find_requests(ask_of(site, (payer, code), nth=2))
    with site.fault(fault):
        found = portal(site).find_requests(ask)
    assert [one.reference for one in found.standing] == [reference]


@pytest.mark.parametrize(
    "fault, trouble",
    [
        ("renamed-label@auth-list", PageChanged),
        ("session-expiry@auth-list", SessionLost),
        ("bot-wall@auth-home", BotWall),
        *deep(
            ("changed-id@auth-list", PageChanged),
            ("second-sign-in@auth-list", SignedOutByPerson),
            ("maintenance@auth-home", PortalDown),
            ("outage@auth-list", PortalDown),
            ("changed-id@auth-home", PageChanged),
            ("interstitial@auth-form", PageChanged),
        ),
    ],
)
@everywhere
def test_what_came_instead_of_a_page_is_said(site: Site, fault: str, trouble: type[PortalError]) -> None:
    payer, code = plain(site)
    ask = nobody(site) if "auth-list" not in fault else ask_of(site, (payer, code), nth=1)
    site.twin.auth_by_phone(payer, ask_of(site, (payer, code), nth=1).patient_key, code, BEGIN, END)
    put = partial(portal(site).find_requests, ask) if "auth-list" in fault else partial(portal(site).fill_request, ask, {})
    with site.fault(fault, patience=1.5), pytest.raises(trouble):
        put()
