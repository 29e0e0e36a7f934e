"""What a portal that takes authorizations must do: look first, fill and read back, press once, say what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from payerbot import steps
from payerbot.authorization import AuthRequest, AuthState, StandingRequest
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
from sandbox.auths import decision
from sandbox.availity.auth_rules import RULES
from tests.contract.auth_support import BEGIN, END, answers, attached, members_at, request_for
from tests.contract.support import Site
from tests.deep import deep

SITES = [slug for slug, adapter in KNOWN.items() if issubclass(adapter, TakesAuthorizations)]
pytestmark = pytest.mark.parametrize("site", SITES, indirect=True)
LATER = 4  # nights after which everything is decided


@pytest.fixture(autouse=True)
def clean(site: Site) -> Iterator[None]:
    """No request stands there but the world's own."""
    site.twin.forget_auths()
    yield
    site.twin.night(0)
    site.mend()


def ask_of(site: Site, payer: str, code: str = "90837", nth: int = 0, **changed: Any) -> AuthRequest:
    return request_for(members_at(site.world, payer)[nth], payer, code, **changed)


def portal(site: Site) -> TakesAuthorizations:
    assert isinstance(site.portal, TakesAuthorizations)
    return site.portal


def counted(site: Site) -> tuple[int, int]:
    """How often Submit arrived, and how many requests were taken."""
    told = site.twin.auths()
    return sum(told["presses"].values()), len(told["taken"])


@pytest.mark.parametrize("payer, code", [("magellan", "90837"), *deep(("carelon", "96130"), ("humana", "96136"))])
def test_a_request_is_filled_read_back_sent_once_and_followed(site: Site, payer: str, code: str, tmp_path: Path) -> None:
    plan = tmp_path / "treatment-plan-1.txt"
    plan.write_text("made up")
    file, rules = attached(plan), RULES[payer]
    ask = ask_of(site, payer, code, questionnaire=answers(payer, code), attachments=(file,))
    assert portal(site).find_requests(ask).outcome is Outcome.NOT_FOUND
    filled = portal(site).fill_request(ask, {file.address: plan})
    assert (filled.outcome, filled.differs, filled.decided) == (Outcome.ANSWERED, (), None)
    assert counted(site) == (0, 0), "nothing was sent"
    if rules.drafts:
        assert portal(site).leave_draft() == site.twin.auths()["drafts"][0]["reference"]
    pressed: list[str] = []
    steps.listeners.append(pressed.append)
    said = portal(site).press_submit()
    steps.listeners.remove(pressed.append)
    assert pressed == ["submit.pressed"]
    assert counted(site) == (1, 1)
    taken = site.twin.auths()["taken"][0]
    assert (taken["reference"], taken["code"], taken["units"], taken["begin"]) == (said.portal_reference, code, 12, BEGIN.isoformat())
    assert (taken["diagnoses"], taken["modifiers"], taken["note"].split()) == (["F33.1", "F41.1"], "HO", ask.note.split())
    assert (taken["attachments"][0]["sha256"], taken["answers"]) == (file.sha256, {a.question: a.answer for a in ask.questionnaire})
    with pytest.raises(PageChanged):
        portal(site).press_submit()
    found = portal(site).find_requests(ask)
    assert [one.reference for one in found.standing] == ([] if rules.lag_nights else [said.portal_reference])
    assert all(one.codes == (code,) for one in found.standing)
    site.twin.night(LATER)
    true = decision(site.world.seed, payer, ask.patient_key, code, 12)
    after = portal(site).follow_request(ask, StandingRequest(reference=said.portal_reference or ""))
    assert after.units_approved == true.units
    assert (after.outcome, after.state) == (Outcome.ANSWERED, AuthState(true.state))
    assert after.codes == (true.code or code,)


@pytest.mark.parametrize(
    "fault, presses, taken",
    [
        ("confirmation-lost", 1, 1),
        ("drop-after-accept", 2, 1),
        *deep(("error-after-accept", 1, 1), ("hang-after-accept", 1, 1)),
    ],
)
def test_what_came_of_a_press_is_known_or_unknown_and_never_pressed_again(site: Site, fault: str, presses: int, taken: int) -> None:
    ask = ask_of(site, "anthem")
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault(f"{fault}@auth-submit", patience=1.5):
        if presses == 1:
            with pytest.raises(SubmissionUnknown):
                portal(site).press_submit()
        else:  # the browser sent it twice, and the payer stopped the second one by naming the first
            assert portal(site).press_submit().portal_reference == site.twin.auths()["taken"][0]["reference"]
        with pytest.raises(PageChanged):
            portal(site).press_submit()
    assert counted(site) == (presses, taken)
    found = portal(site).find_requests(ask)
    assert [one.reference for one in found.standing] == [t["reference"] for t in site.twin.auths()["taken"]]


@pytest.mark.parametrize("fault", deep("renamed-label", "changed-id", "moved-element", "removed-landmark", "interstitial"))
def test_a_form_that_changed_is_filled_right_or_said_and_nothing_is_sent(site: Site, fault: str) -> None:
    ask = ask_of(site, "anthem")
    with site.fault(f"{fault}@auth-next", patience=3):
        try:
            filled = portal(site).fill_request(ask, {})
        except PageChanged:
            pass
        else:
            assert filled.outcome in {Outcome.ANSWERED, Outcome.UNREADABLE}
            assert (filled.differs, filled.decided) == ((), None)
    assert counted(site) == (0, 0)


@pytest.mark.parametrize("fault", ["renamed-label", *deep("changed-id", "moved-element", "removed-landmark")])
def test_a_response_that_changed_is_read_or_unknown_and_found_where_requests_are_listed(site: Site, fault: str) -> None:
    ask = ask_of(site, "anthem")
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault(f"{fault}@auth-submit", patience=3):
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


def test_two_that_the_browser_sent_are_both_listed(site: Site) -> None:
    ask = ask_of(site, "aetna", nth=1)
    assert not portal(site).fill_request(ask, {}).differs
    with site.fault("reset-after-accept@auth-submit"):
        portal(site).press_submit()
    assert counted(site) == (2, 2)
    assert len(portal(site).find_requests(ask).standing) == 2


def test_what_stands_there_is_found_whoever_asked_and_however_it_is_spelled(site: Site) -> None:
    ask = ask_of(site, "magellan")
    for number in range(6):
        site.twin.auth_by_phone("magellan", ask.patient_key, f"9083{'47'[number % 2]} ", BEGIN, END, name="x, y", fixed="approved")
    found = portal(site).find_requests(ask)
    assert len({one.reference for one in found.standing}) == 6, "on two pages"
    assert {one.codes for one in found.standing} == {("90834",), ("90837",)}, "the list does not show them: each was opened"
    assert {(one.begin, one.end, one.state) for one in found.standing} == {(BEGIN, END, AuthState.APPROVED)}
    known = next(a for a in site.world.authorizations if a.payer == "aetna")
    member = site.world.member(known.member_key)
    old = portal(site).find_requests(request_for(member, "aetna"))
    assert known.number in {one.auth_number for one in old.standing}


@pytest.mark.parametrize(
    "payer, code, changed, outcome, field",
    [
        ("anthem", "90867", {}, Outcome.WRONG_PORTAL, ""),
        ("carelon", "96130", {}, Outcome.BAD_DATA, "attachments"),
        ("aetna", "90837", {"note": "x" * 265}, Outcome.BAD_DATA, "note"),
        *deep(
            ("aetna", "90837", {"diagnoses": ("Z99.9",)}, Outcome.BAD_DATA, "diagnoses"),
            ("aetna", "90837", {"requesting_npi": "1999901998"}, Outcome.BAD_DATA, "requesting_npi"),
            ("aetna", "90837", {"request_type": "cancel"}, Outcome.BAD_DATA, "request_type"),
        ),
    ],
)
def test_what_cannot_be_asked_here_is_said_and_nothing_is_sent(
    site: Site, payer: str, code: str, changed: dict[str, Any], outcome: Outcome, field: str
) -> None:
    filled = portal(site).fill_request(ask_of(site, payer, code, **{"questionnaire": answers(payer, code), **changed}), {})
    assert (filled.outcome, filled.field, filled.decided) == (outcome, field, None)
    assert outcome is not Outcome.WRONG_PORTAL or filled.go_to == "CARELON BEHAVIORAL HEALTH"
    assert counted(site) == (0, 0)


def test_what_the_payers_check_decides_is_an_answer_before_anything_is_pressed(site: Site) -> None:
    decided = portal(site).fill_request(ask_of(site, "humana", "90837"), {}).decided
    assert decided is not None
    assert (decided.state, counted(site)) == (AuthState.NOT_REQUIRED, (0, 0))
    approved = portal(site).fill_request(ask_of(site, "aetna", "90847"), {}).decided
    taken = site.twin.auths()["taken"]
    assert approved is not None
    assert (approved.state, approved.portal_reference) == (AuthState.APPROVED, taken[0]["reference"])
    assert counted(site) == (0, 1), "the payer took it when it was asked: nothing is left to press"
    with pytest.raises(PageChanged):
        portal(site).press_submit()


def test_an_item_without_an_approved_answer_goes_to_the_clinician(site: Site) -> None:
    known = tuple(a for a in answers("humana", "90870") if "at this moment" not in a.question)
    with pytest.raises(ClinicianWanted) as wanted:
        portal(site).fill_request(ask_of(site, "humana", "90870", questionnaire=known), {})
    assert "item 2" in str(wanted.value)
    assert counted(site) == (0, 0)


def nobody(site: Site) -> AuthRequest:
    """A request that ends on the first page: the payer has no such member."""
    ask = ask_of(site, "anthem")
    return ask.model_copy(update={"patient": ask.patient.model_copy(update={"member_id": "XDP000M0000000"})})


@pytest.mark.parametrize(
    "fault",
    [
        "blank-form@auth-next",
        "pick-lost@auth-form",
        *deep("error-503@auth-next", "payer-error@auth-next", "frame-detached@auth-next", "survey@auth-form"),
    ],
)
def test_a_form_that_stumbles_is_filled_anew(site: Site, fault: str) -> None:
    with site.fault(fault, patience=4):
        filled = portal(site).fill_request(nobody(site), {})
    assert (filled.outcome, filled.field) == (Outcome.BAD_DATA, "member_id")


def test_a_check_whose_answer_was_lost_is_looked_up_before_the_form_is_filled_again(site: Site) -> None:
    def lost(step: str) -> None:
        if step == "search.filled":
            site.twin.fault("error-503@auth-next")

    ask = ask_of(site, "aetna", "90847")
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
def test_a_list_is_believed_only_when_it_is_this_searchs(site: Site, fault: str) -> None:
    ask = ask_of(site, "anthem", nth=1)
    reference = site.twin.auth_by_phone("anthem", ask.patient_key, "90837", BEGIN, END)
    portal(site).find_requests(ask_of(site, "anthem", nth=2))
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
def test_what_came_instead_of_a_page_is_said(site: Site, fault: str, trouble: type[PortalError]) -> None:
    ask = nobody(site) if "auth-list" not in fault else ask_of(site, "anthem", nth=1)
    site.twin.auth_by_phone("anthem", ask_of(site, "anthem", nth=1).patient_key, "90837", BEGIN, END)
    put = partial(portal(site).find_requests, ask) if "auth-list" in fault else partial(portal(site).fill_request, ask, {})
    with site.fault(fault, patience=1.5), pytest.raises(trouble):
        put()
