"""The Gainwell twins, used without a browser: sign-ins of three shapes, ids that change, links that go stale, and plans that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from sandbox.client import PortalUser, Twin, running
from sandbox.gainwell import hands_out
from sandbox.world import AS_OF, SEED, Remit, World
from tests.gainwell_support import HOME, KEY_SET, Person

PAYERS = ("medicaid_ri", "medicaid_co")
TODAY = f"{AS_OF:%m/%d/%Y}"
MY_HOME = "/hcp/provider/MyHome/tabid/142/Default.aspx"


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(SEED, 80, 120, AS_OF, payers=PAYERS)


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    with running(seed=SEED, members=80, claims=120, as_of=AS_OF, payers=PAYERS, staging_ms=(0, 0)) as twin:
        yield twin


@pytest.fixture
def twin(server: Twin) -> Twin:
    server.reset()
    return server


@pytest.fixture
def user(twin: Twin) -> PortalUser:
    return twin.users[0]


@pytest.fixture
def someone(twin: Twin, user: PortalUser) -> Person:
    person = Person(twin, "ri")
    person.sign_in(user)
    return person


def a_member(world: World, payer: str = "medicaid_ri") -> str:
    return next(m.coverages[0].member_id for m in world.members if (plan := m.coverage_at(payer)) and plan.active_on(AS_OF))


# sign-in


@pytest.mark.parametrize("state", ["ri", "co"])
def test_user_and_password_stand_on_one_page(twin: Twin, user: PortalUser, state: str) -> None:
    person = Person(twin, state)
    assert person.ids("_PasswordCmnTextBox_Control")
    assert "Logout" in person.sign_in(user)


def test_a_refused_password_leaves_the_password_box_and_says_so(twin: Twin, user: PortalUser) -> None:
    person = Person(twin, "co")
    page = person.press("LoginCmnButton", UserNameCmnTextBox=user.user_id, PasswordCmnTextBox="not it")
    assert "incorrect" in page
    assert person.ids("_PasswordCmnTextBox_Control")
    assert twin.records("sign_in")[-1]["outcome"] == "refused"


def test_nevada_wants_the_authenticators_code_and_knows_the_device_afterwards(twin: Twin, user: PortalUser) -> None:
    person = Person(twin, "nv")
    page = person.press("LoginCmnButton", UserNameCmnTextBox=user.user_id, PasswordCmnTextBox=user.password)
    assert "Verification Code" in page
    assert "not valid" in person.press("VerifyCmnButton", VerificationCodeCmnTextBox="12")
    assert "Logout" in person.press("VerifyCmnButton", VerificationCodeCmnTextBox=user.code())
    person.open("Logout")
    person.press("LoginCmnButton", UserNameCmnTextBox=user.user_id, PasswordCmnTextBox=user.password)
    assert "Logout" in person.page
    assert [event["outcome"] for event in twin.records("sign_in")] == ["code_wanted", "ok"]


def test_indiana_asks_a_question_between_user_and_password_and_then_for_the_provider(twin: Twin, user: PortalUser) -> None:
    person = Person(twin, "in")
    assert not person.ids("_PasswordCmnTextBox_Control")
    person.press("LoginCmnButton", UserNameCmnTextBox=user.user_id)
    assert person.ids("_ChallengeQuestionCmnTextBox_ControlLabel")
    assert "incorrect" in person.press("ContinueCmnButton", ChallengeResponseCmnTextBox="no idea")
    person.press("ContinueCmnButton", ChallengeResponseCmnTextBox=user.backup_codes[0])
    assert "Choose Provider" in person.press("SignInCmnButton", PasswordCmnTextBox=user.password)
    assert "Choose Provider" in person.open("Search Claims")
    assert "Harborlight Counseling Group" in person.sign_in(user)


def test_indianas_password_page_does_not_come_without_the_question(twin: Twin, user: PortalUser) -> None:
    person = Person(twin, "in")
    person.press("LoginCmnButton", UserNameCmnTextBox=user.user_id)
    person.get("/hcp/provider/Home/Password/tabid/139/Default.aspx")
    assert not person.ids("_PasswordCmnTextBox_Control")


def test_a_second_sign_in_ends_the_first_session_and_the_page_says_why(twin: Twin, user: PortalUser, someone: Person) -> None:
    Person(twin, "ri").sign_in(user)
    assert "another location" in someone.get(MY_HOME)


def test_a_session_in_another_state_is_another_session(twin: Twin, user: PortalUser, someone: Person) -> None:
    Person(twin, "co").sign_in(user)
    assert "My Home" in someone.get(MY_HOME)


# pages


def test_module_numbers_are_others_in_every_session_and_suffixes_stay(twin: Twin, user: PortalUser) -> None:
    seen = set()
    for _ in range(4):
        person = Person(twin, "ri")
        person.sign_in(user)
        person.open("Eligibility Verification")
        seen.update(person.ids("_MemberIDCmnTextBox_Control"))
    assert len(seen) > 1


def test_every_menu_link_has_a_hidden_copy_before_it(someone: Person) -> None:
    shown = re.findall(r">Search Claims</a>", someone.page)
    assert len(shown) == 2
    assert someone.page.index("small-screen") < someone.page.index(">Search Claims</a>")


def test_a_stale_link_leads_to_a_form_that_works_and_finds_nothing(someone: Person, world: World) -> None:
    number = next(c.payer_claim_no for c in world.claims if c.payer == "medicaid_ri" and c.state == "paid")
    stale = someone.link("Search Claims")
    someone.open("Eligibility Verification")
    someone.get(stale)
    page = someone.press("SearchMedicalAndDentalClaimsCmnButton", ClaimIDCmnTextBox=number, **KEY_SET)
    assert "Total Records" not in page
    assert someone.fields()[someone.named("ClaimIDCmnTextBox_Control")] == ""
    assert "Total Records: 1" in someone.search(ClaimIDCmnTextBox=number, **KEY_SET)


def test_the_hidden_copys_link_is_good_for_nothing(someone: Person, world: World) -> None:
    hidden = re.findall(r'href="([^"]*)">Eligibility Verification</a>', someone.page)[0]
    someone.get(hidden)
    days = {"DateRangeCmnDateRange_StartDateControl": TODAY, "DateRangeCmnDateRange_EndDateControl": TODAY}
    assert "Coverage Details" not in someone.press("SubmitCmnButton", MemberIDCmnTextBox=a_member(world), **days)


def test_a_claim_id_without_key_presses_finds_nothing(someone: Person, world: World) -> None:
    number = next(c.payer_claim_no for c in world.claims if c.payer == "medicaid_ri" and c.state == "paid")
    assert "Total Records" not in someone.search(ClaimIDCmnTextBox=number)


def test_a_member_is_searched_with_days_and_several_claims_of_a_day_are_all_listed(someone: Person, world: World) -> None:
    days = [(c.member_id, c.dos_from) for c in world.claims if c.payer == "medicaid_ri" and c.on_file]
    number, day = next(pair for pair in days if days.count(pair) > 1)
    assert "Error" in someone.search(MemberIDCmnTextBox=number)
    dates = {"ServiceFromCmnDate": f"{day:%m/%d/%Y}", "ServiceToCmnDate": f"{day:%m/%d/%Y}"}
    assert f"Total Records: {days.count((number, day))}" in someone.search(MemberIDCmnTextBox=number, **dates)


def test_effective_days_are_required_and_lie_in_the_present_month_or_six_years_back(someone: Person, world: World) -> None:
    assert "required" in someone.verify(a_member(world), "")
    assert "6 years" in someone.verify(a_member(world), "01/02/2031")
    assert "Coverage Details" in someone.verify(a_member(world), "11/30/2026")


def test_colorados_members_have_plans_besides_that_are_no_medicaid_and_rhode_islands_do_not(
    twin: Twin, user: PortalUser, someone: Person, world: World
) -> None:
    other = Person(twin, "co")
    other.sign_in(user)
    plans = [m.coverage_at("medicaid_co") for m in world.members]
    pages = [other.verify(plan.member_id, TODAY) for plan in plans if plan and plan.on_file]
    assert {"BHAB", "FAMPL", "EMS"} <= set(re.findall(r"<td>([A-Z]+)</td>", "".join(pages)))
    assert "BHAB" not in someone.verify(a_member(world), TODAY)


def test_answers_and_claims_are_counted(twin: Twin, someone: Person, world: World) -> None:
    number = next(c.payer_claim_no for c in world.claims if c.payer == "medicaid_ri" and c.state == "paid")
    someone.verify(a_member(world), TODAY)
    someone.search(ClaimIDCmnTextBox=number, **KEY_SET)
    someone.postback("Open$0")
    assert [event["app"] for event in twin.records("search")] == ["eligibility", "claim-status"]
    assert len(twin.records("opened")) == 1


@pytest.mark.parametrize("fault", ["maintenance@sign-in", "captcha@sign-in", "outage@sign-in"])
def test_what_stands_in_the_way_stands_before_the_sign_in(twin: Twin, fault: str) -> None:
    person = Person(twin, "ri")
    with twin.with_fault(fault):
        person.get(HOME)
    assert not person.ids("_UserNameCmnTextBox_Control")


# payment history


def remits_of(world: World, payer: str) -> list[Remit]:
    return sorted((r for r in world.remits if r.payer == payer), key=lambda r: (-r.check_date.toordinal(), r.check_no))


def test_a_payment_is_found_by_its_number_as_the_list_writes_it_and_only_so(someone: Person, world: World) -> None:
    remit = remits_of(world, "medicaid_ri")[0]
    assert "Total Records: 1" in someone.payments(number=remit.check_no)
    assert someone.table()[0][:2] == [remit.check_no, f"{remit.check_date:%m/%d/%Y}"]
    assert "Total Records: 0" in someone.payments(number=remit.check_no.lstrip("0"))


def test_indiana_lists_payments_without_leading_zeros() -> None:
    with running(seed=SEED, members=20, claims=40, as_of=AS_OF, payers=("medicaid_in",), staging_ms=(0, 0)) as twin:
        person = Person(twin, "in")
        person.sign_in(twin.users[0])
        number = World.generate(SEED, 20, 40, AS_OF, payers=("medicaid_in",)).remits[0].check_no
        assert "Total Records: 0" in person.payments(number=number)
        assert "Total Records: 1" in person.payments(number=number.lstrip("0"))


def test_payments_of_some_days_stand_in_pages_of_ten_the_newest_first(someone: Person, world: World) -> None:
    first = AS_OF - timedelta(days=60)
    wanted = [r.check_no for r in remits_of(world, "medicaid_ri") if first <= r.check_date <= AS_OF]
    page = someone.payments(start=f"{first:%m/%d/%Y}", end=TODAY)
    assert len(wanted) > 10
    assert f"Total Records: {len(wanted)}" in page
    assert "Page 1 of 2" in page
    shown = [row[0] for row in someone.table()]
    someone.postback("Page$2")
    assert shown + [row[0] for row in someone.table()] == wanted


@pytest.mark.parametrize(
    "asked, said",
    [
        ({}, "Enter a Payment ID"),
        ({"start": "11/01/2026"}, "Enter a Payment ID"),
        ({"number": "1", "start": "soon"}, "Enter a Payment ID"),
        ({"start": "01/01/2026", "end": "11/01/2026"}, "90 days"),
    ],
)
def test_a_payment_search_needs_a_number_or_a_short_span_of_days(someone: Person, asked: dict[str, str], said: str) -> None:
    page = someone.payments(**asked)
    assert said in page
    assert "Total Records" not in page


def test_a_stale_link_to_the_payments_leads_to_a_form_that_finds_nothing(someone: Person, world: World) -> None:
    stale, number = someone.link("Search Payment History"), remits_of(world, "medicaid_ri")[0].check_no
    someone.open("Eligibility Verification")
    someone.get(stale)
    page = someone.press("SearchPaymentHistoryCmnButton", PaymentIDCmnTextBox=number)
    assert "Total Records" not in page
    assert someone.fields()[someone.named("PaymentIDCmnTextBox_Control")] == ""


def test_a_remittance_comes_as_the_answer_to_a_postback_and_the_page_is_good_for_more(someone: Person, world: World) -> None:
    someone.payments(start=f"{AS_OF - timedelta(days=30):%m/%d/%Y}", end=TODAY)
    wanted = remits_of(world, "medicaid_ri")
    for place in (1, 0):
        came = someone.file(f"Remittance${place}")
        assert came.headers["content-type"] == "application/pdf"
        assert "attachment" in came.headers["content-disposition"]
        assert {("pdf", came.content)} == hands_out.of(wanted[place])
    assert [one["check_no"] for one in someone.twin.records("eob")] == [wanted[1].check_no, wanted[0].check_no]
    assert "Total Records: 1" in someone.payments(number=wanted[0].check_no)


def test_nobody_without_a_session_gets_a_remittance(someone: Person, world: World) -> None:
    someone.payments(number=remits_of(world, "medicaid_ri")[0].check_no)
    Person(someone.twin, "ri").sign_in(someone.twin.users[0])
    assert "another location" in someone.file("Remittance$0").text


@pytest.mark.parametrize(
    "fault, starts",
    [("html-as-pdf@eob-pdf", b"<!DOCTYPE"), ("truncated-pdf@eob-pdf", b"%PDF-"), ("wrong-pdf@eob-pdf", b"%PDF-")],
)
def test_a_file_can_be_another_or_none(someone: Person, world: World, fault: str, starts: bytes) -> None:
    remit = remits_of(world, "medicaid_ri")[0]
    someone.payments(number=remit.check_no)
    with someone.twin.with_fault(fault):
        data = someone.file("Remittance$0").content
    assert data.startswith(starts)
    assert {("pdf", data)} != hands_out.of(remit)


def test_a_link_that_brings_nothing_shows_the_page_again(someone: Person, world: World) -> None:
    someone.payments(number=remits_of(world, "medicaid_ri")[0].check_no)
    with someone.twin.with_fault("nothing-comes@eob-pdf"):
        came = someone.file("Remittance$0")
    assert "Total Records: 1" in came.text


def test_a_remittance_in_a_tab_of_its_own_is_shown_there(someone: Person, world: World) -> None:
    remit = remits_of(world, "medicaid_ri")[0]
    with someone.twin.with_fault("new-tab@eob-pdf"):
        someone.payments(number=remit.check_no)
        link = re.search(r'href="([^"]*)" target="_blank">Remittance Advice', someone.page)
        assert link is not None
        came = someone.http.get(unescape(link[1]))
    assert "inline" in came.headers["content-disposition"]
    assert {("pdf", came.content)} == hands_out.of(remit)


@pytest.mark.parametrize(
    "fault, gone",
    [
        ("renamed-label@checks", ">Payment Date</th>"),
        ("changed-id@checks", '_PaymentHistoryGrid"'),
        ("removed-landmark@checks", "Search Results"),
        ("renamed-label@eob-pdf", ">Remittance Advice</a>"),
        ("renamed-label@remits", ">Payment ID</label>"),
        ("changed-id@remits", '_PaymentIDCmnTextBox_Control"'),
        ("removed-landmark@remits", "<h1>Search Payment History</h1>"),
    ],
)
def test_a_payment_page_can_change(someone: Person, world: World, fault: str, gone: str) -> None:
    number = remits_of(world, "medicaid_ri")[0].check_no
    assert gone in someone.payments(number=number)
    with someone.twin.with_fault(fault):
        page = someone.payments(number=number)
    assert "Total Records: 1" in page
    assert gone not in page


@pytest.mark.parametrize("fault", ["moved-element@remits", "moved-element@checks", "reordered-columns@checks", "moved-element@eob-pdf"])
def test_what_stands_on_a_payment_page_can_stand_elsewhere(someone: Person, world: World, fault: str) -> None:
    number = remits_of(world, "medicaid_ri")[0].check_no
    marks = ("_PaymentIDCmnTextBox_Control", "_StartDateControl_Control", "Page 1 of 1", ">Payment ID</th>", ">Remittance</th>")
    before = _order(someone.payments(number=number), marks)
    with someone.twin.with_fault(fault):
        assert _order(someone.payments(number=number), marks) != before


def _order(page: str, marks: tuple[str, ...]) -> list[str]:
    return sorted(marks, key=page.index)


def test_a_claims_page_names_the_payment_whose_remittance_has_it(someone: Person, world: World) -> None:
    remit = remits_of(world, "medicaid_ri")[-1]
    someone.search(ClaimIDCmnTextBox=remit.claims[0].payer_claim_no, **KEY_SET)
    page = someone.postback("Open$0")
    assert f"<td>Payment ID</td><td>{remit.check_no}</td>" in page
    waiting = next(c.payer_claim_no for c in world.claims if c.payer == "medicaid_ri" and c.state == "pending" and c.payer_claim_no)
    someone.search(ClaimIDCmnTextBox=waiting, **KEY_SET)
    assert "Payment ID" not in someone.postback("Open$0")
