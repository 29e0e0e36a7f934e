"""Authorizations at the Provider Express twin: the sheet's words, plans that a service is not offered for, the flag, an answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from payerbot.authorization import Answered, AuthRequest, AuthState
from payerbot.errors import ClinicianWanted, PageChanged
from payerbot.model import AuthRule, EligibilityRequest, Outcome
from portals.provider_express import read_auths
from portals.provider_express.adapter import ProviderExpress
from sandbox.provider_express import auth_rules as rules
from sandbox.provider_express.auth_cases import CASES
from sandbox.world import SEED
from tests.contract.auth_support import attached, members_at, request_for
from tests.contract.support import signed_in

if TYPE_CHECKING:
    from sandbox.world import Coverage, Member
    from tests.contract.support import Site

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with signed_in("provider_express", tmp_path_factory.mktemp("px"), seed=SEED, members=40, claims=60) as found:
        yield found


@pytest.fixture
def site(place: Site) -> Iterator[Site]:
    place.twin.forget_auths()
    yield place
    place.mend()


def portal(site: Site) -> ProviderExpress:
    return cast("ProviderExpress", site.portal)


def plan_of(member: Member) -> Coverage:
    plan = member.coverage_at("optum")
    assert plan is not None
    return plan


def of_product(site: Site, product: str) -> Member:
    return next(one for one in members_at(site.world, "optum") if plan_of(one).insurance_type == product)


def flagged(plan: Coverage) -> set[str | None]:
    return {line.auth for line in plan.benefits if line.kind == "authorization" and line.service_type == "MH" and line.network == "Y"}


def ask_for(member: Member, code: str, **changed: Any) -> AuthRequest:
    items = CASES.questions.get(("optum", code), ())
    told = {"questionnaire": tuple(Answered(question=item, answer=answer) for item, answer in items)}
    return request_for(member, "optum", code, **(told | changed))


def sent(site: Site) -> tuple[int, int]:
    told = site.twin.auths()
    return sum(told["presses"].values()), len(told["taken"])


def test_the_sheets_words_lead_to_the_form_and_stand_on_it(site: Site) -> None:
    page = site.tab._page
    page.get_by_role("link", name="Auths", exact=True).click()
    page.get_by_role("link", name="Auth Inquiry", exact=True).wait_for()
    page.get_by_role("link", name="Auth request", exact=True).click()
    page.get_by_role("link", name="Request a new authorization", exact=True).click()
    page.get_by_label("Member ID").wait_for()
    filled = portal(site).fill_request(ask_for(of_product(site, "PR"), "96130"), {})
    labels = [label for label, _ in filled.review]
    for words in ("Provider Name", "Provider Address", "Provider NPI", "Provider TIN", "Member Name", "Member Address", "Member ID"):
        assert words in labels
    assert {"Case Background", "Diagnosis 1", "Purpose of testing", "Preliminary test list"} <= set(labels)


def test_the_service_types_are_those_that_the_adapter_knows() -> None:
    told = {code: one.name for one in rules.SERVICE_TYPES for code in one.codes}
    assert told == read_auths.SERVICE_TYPES


@pytest.mark.parametrize(
    "product, code, there", [("HM", "90867", False), ("PR", "90867", True), ("HM", "97151", True), ("HM", "H0035", True)]
)
def test_what_is_not_offered_for_the_members_plan_goes_by_telephone(site: Site, product: str, code: str, there: bool) -> None:
    filled = portal(site).fill_request(ask_for(of_product(site, product), code), {})
    if there:
        assert (filled.outcome, filled.differs) == (Outcome.ANSWERED, ())
    else:
        assert (filled.outcome, filled.go_to, filled.decided) == (Outcome.WRONG_PORTAL, "", None)
        assert "call the number on the member's card" in filled.reason
        with pytest.raises(PageChanged):
            portal(site).press_submit()
    assert sent(site) == (0, 0)


@pytest.mark.parametrize("flag, required", [("Y", True), ("N", False)])
def test_routine_care_is_asked_for_only_where_the_benefits_flag_wants_it(site: Site, flag: str, required: bool) -> None:
    member = next(one for one in members_at(site.world, "optum") if flagged(plan_of(one)) == {flag})
    ask = ask_for(member, "90834")
    told = {name: getattr(ask, name) for name in EligibilityRequest.model_fields if name in AuthRequest.model_fields}
    benefits = portal(site).check_eligibility(EligibilityRequest(**told, service_date=site.world.as_of))
    assert benefits.auth is (AuthRule.REQUIRED if required else AuthRule.NOT_REQUIRED)
    decided = portal(site).fill_request(ask, {}).decided
    assert (decided.state if decided else None) == (None if required else AuthState.NOT_REQUIRED)
    assert sent(site) == (0, 0)


def test_what_is_decided_at_once_is_read_off_the_response(site: Site) -> None:
    ask = ask_for(of_product(site, "PR"), "97151")
    assert not portal(site).fill_request(ask, {}).differs
    said = portal(site).press_submit()
    (taken,) = site.twin.auths()["taken"]
    assert (said.state, said.portal_reference, sent(site)) == (AuthState.APPROVED, taken["reference"], (1, 1))
    (standing,) = portal(site).find_requests(ask).standing
    assert (standing.state, standing.auth_number) == (AuthState.APPROVED, said.auth_number)
    assert (said.period_start, said.period_end) == (ask.start_date, ask.end_date)


def test_all_of_several_documents_go_with_the_request(site: Site, tmp_path: Path) -> None:
    paths = [tmp_path / f"document-{n}.txt" for n in (1, 2, 3)]
    for path in paths:
        path.write_text(f"made up {path.name}")
    kinds = ("treatment plan", "progress report", "medical record")
    files = tuple(attached(path, kind) for path, kind in zip(paths, kinds, strict=True))
    ask = ask_for(of_product(site, "PR"), "90837", attachments=files)
    assert not portal(site).fill_request(ask, {one.address: path for one, path in zip(files, paths, strict=True)}).differs
    portal(site).press_submit()
    (taken,) = site.twin.auths()["taken"]
    assert [one["sha256"] for one in taken["attachments"]] == [one.sha256 for one in files]
    assert [one["kind"] for one in taken["attachments"]] == ["Treatment Plan", "Progress Notes", "Other"]


def test_a_document_of_a_wrong_type_is_said_and_nothing_is_sent(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "document-1.gif"
    path.write_text("made up")
    file = attached(path)
    filled = portal(site).fill_request(ask_for(of_product(site, "PR"), "90837", attachments=(file,)), {file.address: path})
    assert (filled.outcome, filled.field, sent(site)) == (Outcome.BAD_DATA, "attachments", (0, 0))


def test_an_urgent_request_carries_the_clinicians_words(site: Site) -> None:
    words = "Waiting would harm: the made-up patient is at risk."
    changed = {"urgency": "expedited", "expedited_by": "Dr. Made Up", "expedited_statement": words}
    filled = portal(site).fill_request(ask_for(of_product(site, "PR"), "90837", **changed), {})
    assert filled.differs == ()
    assert {("Urgent", "Yes"), ("Statement of Urgency", words)} <= set(filled.review)


def test_an_answer_that_the_list_does_not_offer_goes_to_the_clinician(site: Site) -> None:
    whole = ask_for(of_product(site, "PR"), "90867")
    odd = tuple(one.model_copy(update={"answer": "Perhaps"}) if "seizures" in one.question else one for one in whole.questionnaire)
    with pytest.raises(ClinicianWanted, match="item 2"):
        portal(site).fill_request(whole.model_copy(update={"questionnaire": odd}), {})
    assert sent(site) == (0, 0)


def test_clinical_text_that_is_too_long_is_cut_off_without_a_word(site: Site) -> None:
    nobody = ask_for(of_product(site, "PR"), "90837", servicing_npi="1999901998", note="x" * read_auths.NOTE_CAP)
    assert portal(site).fill_request(nobody, {}).field == "servicing_npi", "the form stands there with what was put in"
    box = site.tab._page.get_by_label("Case Background")
    box.press("Control+End")
    box.press_sequentially("yyy")
    assert set(box.input_value()) == {"x"}
    assert len(box.input_value()) == rules.NOTE_CAP


def test_the_list_comes_in_pages_of_ten_and_all_are_found(site: Site) -> None:
    ask = ask_for(of_product(site, "PS"), "90837")
    before = len(portal(site).find_requests(ask).standing)
    sent_by_phone = {
        site.twin.auth_by_phone("optum", ask.patient_key, code, ask.start_date, ask.end_date)
        for code in ("90832", "90834", "90837", "90846", "90847", "90853", "90791", "90792", "96130", "96136", "H0015", "H0035")
    }
    found = portal(site).find_requests(ask)
    assert sent_by_phone <= {one.reference for one in found.standing}
    assert len(found.standing) == before + len(sent_by_phone) > 10


def test_a_number_of_another_member_is_not_followed(site: Site) -> None:
    mine, other = members_at(site.world, "optum")[:2]
    ask = ask_for(mine, "90837")
    site.twin.auth_by_phone("optum", other.key, "90837", ask.start_date, ask.end_date)
    (standing, *_) = portal(site).find_requests(ask_for(other, "90837")).standing
    said = portal(site).follow_request(ask, standing)
    assert (said.outcome, said.state) == (Outcome.NOT_FOUND, AuthState.UNKNOWN)


@pytest.mark.parametrize(
    "fault, field",
    [("renamed-label@auth-request", PageChanged), ("changed-id@auth-request", None), ("removed-landmark@auth-request", None)],
)
def test_a_request_that_looks_otherwise_is_read_or_said(site: Site, fault: str, field: type[Exception] | None) -> None:
    ask = ask_for(members_at(site.world, "optum")[0], "90837")
    site.twin.auth_by_phone("optum", ask.patient_key, "90837", ask.start_date, ask.end_date)
    (standing, *_) = portal(site).find_requests(ask).standing
    with site.fault(fault, patience=3):
        if field is not None:
            with pytest.raises(field):
                portal(site).follow_request(ask, standing)
        else:
            assert portal(site).follow_request(ask, standing).portal_reference == standing.reference


def test_a_code_that_no_service_type_has_goes_by_telephone_before_anything_is_opened(site: Site) -> None:
    before = len(site.twin.records("request"))
    filled = portal(site).fill_request(ask_for(of_product(site, "PR"), "T1017"), {})
    assert (filled.outcome, filled.reason) == (Outcome.WRONG_PORTAL, read_auths.BY_PHONE)
    assert len(site.twin.records("request")) == before


def test_the_tour_opens_the_tabs_and_asks_about_nobody(site: Site) -> None:
    searched = len(site.twin.records("search"))
    names = list(portal(site).tour(ask_for(of_product(site, "PR"), "90837")))
    assert names[-3:] == ["auth_home", "auth_requests", "auth_inquiry"]
    assert len(site.twin.records("search")) == searched
