"""The ProviderConnect twin, used without a browser: what it forgets, takes once, makes anew, hides, and says in one word for two things."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from sandbox.client import PortalUser, Twin, running
from sandbox.world import AS_OF, SEED, Member, World
from tests.carelon_support import FRONT, HOME, Person, at_availity, request

PAYER, ANTHEM = "carelon_pa", "carelon"
PAYERS = (PAYER,)
SSO_HOST = "providerconnect.carelonbehavioralhealth.localhost"


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
    person = Person(twin)
    person.sign_in(user)
    return person


def a_member(world: World, payer: str = PAYER, nth: int = 0) -> Member:
    fits = (m for m in world.members if (p := m.coverage_at(payer)) and p.on_file and p.active_on(AS_OF) and not m.cases)
    return list(fits)[nth]


# sign-in


def test_the_agreement_comes_once_for_each_user(twin: Twin, user: PortalUser) -> None:
    person = Person(twin)
    person.get(FRONT)
    assert "Use Agreement" in person.press("Log On", userId=user.user_id, password=user.password)
    assert "Log Out" not in person.get(HOME), "nobody is in before the agreement"
    person.get(FRONT)
    person.press("Log On", userId=user.user_id, password=user.password)
    assert "Log Out" in person.press("I agree")
    again = Person(twin)
    again.get(FRONT)
    assert "Log Out" in again.press("Log On", userId=user.user_id, password=user.password)
    again.get(FRONT)
    assert "Use Agreement" in again.press("Log On", userId=twin.users[1].user_id, password=twin.users[1].password)


def test_a_refused_password_is_said_and_after_five_the_account_is_locked(twin: Twin, user: PortalUser) -> None:
    person = Person(twin)
    said = []
    for _ in range(5):
        person.get(FRONT)
        said.append(person.press("Log On", userId=user.user_id, password="not it"))
    assert "invalid" in said[0]
    assert "locked" in said[-1]


def test_attestation_first_warns_and_then_shuts_out(twin: Twin, user: PortalUser) -> None:
    twin.change_user(user.user_id, lacks=["attestation"])
    person = Person(twin)
    assert "Attestation Due" in person.sign_in(user)
    assert "Log Out" in person.press("Remind Me Later")
    twin.change_user(user.user_id, lacks=["restricted"])
    later = Person(twin)
    assert "Access Restricted" in later.sign_in(user)
    assert "Access Restricted" in later.get("/pc/eProvider/memberSearch.do")
    assert [event["form"] for event in twin.records("press") if event["form"].startswith("attestation")] == ["attestation later"]


def test_a_second_log_on_ends_the_first_session_and_the_page_says_why(twin: Twin, user: PortalUser, someone: Person) -> None:
    Person(twin).sign_in(user)
    assert "another location" in someone.get(HOME)


def test_a_ticket_of_availitys_lets_in_once_and_without_it_nobody_is_in(twin: Twin, user: PortalUser) -> None:
    address = at_availity(twin, user)
    first, second = Person(twin, SSO_HOST), Person(twin, SSO_HOST)
    assert "Log Out" in first.get(address)
    assert "Session Ended" in second.get(address)
    assert "Session Ended" in Person(twin, SSO_HOST).get(FRONT)
    direct = Person(twin)
    assert "Log On" in direct.get(address), "the place with a sign-in of its own takes no tickets"


# the member search and the record


def test_only_the_form_that_was_opened_last_can_be_sent_and_once(twin: Twin, someone: Person, world: World) -> None:
    member = a_member(world)
    someone.follow("Specific Member Search")
    action, fields, _ = someone.form("Search")
    someone.get(HOME)
    someone.follow("Specific Member Search")
    plan = member.coverages[0]
    asked = fields | {"memberId": plan.member_id, "dateOfBirth": f"{member.person.birth_date:%m%d%Y}"}
    stale = someone.http.post(action, data=asked).text
    assert "memberHeader" not in stale
    assert "errorMessage" not in stale, "it comes back without a word"
    assert f'value="{plan.member_id}"' not in stale, "and empty"
    assert "memberHeader" in someone.search(member, PAYER)


def test_the_record_has_one_member_at_a_time(someone: Person, world: World) -> None:
    first, second = a_member(world), a_member(world, nth=1)
    someone.search(first, PAYER)
    someone.search(second, PAYER)
    someone.get("/pc/eProvider/memberRecord.do?tab=Benefits")
    assert second.coverages[0].member_id in someone.page
    assert first.coverages[0].member_id not in someone.page


def test_every_inquiry_has_another_number_and_a_tab_has_that_of_its_record(someone: Person, world: World) -> None:
    def number() -> str:
        hit = re.search(r"Inquiry Number:</td><td>(\w+)<", someone.page)
        assert hit is not None
        return hit[1]

    someone.search(a_member(world), PAYER)
    first = number()
    someone.follow("Benefits")
    assert number() == first
    someone.search(a_member(world), PAYER)
    assert number() != first


def test_a_date_is_eight_digits_long_and_no_more(someone: Person) -> None:
    someone.follow("Specific Member Search")
    assert re.search(r'id="dateOfBirth"[^>]* maxlength="8"', someone.page)
    assert "MMDDYYYY" in someone.page


def test_the_wrong_tile_looks_like_nobody_but_for_a_member_that_the_payer_knows_to_be_anothers() -> None:
    anthem = a_member(World.generate(SEED, 40, 60, AS_OF, payers=(PAYER, ANTHEM)), ANTHEM)
    with running(seed=SEED, members=40, claims=60, as_of=AS_OF, payers=(PAYER, ANTHEM), staging_ms=(0, 0)) as twin:
        someone = Person(twin)
        someone.sign_in(twin.users[0])
        known = someone.search(anthem, ANTHEM)
        nobody = someone.search(anthem, ANTHEM, memberId="XDP000M0000000")
    assert "Please use the Anthem payer ID" in known
    assert "Member not found" in nobody
    assert "Please use the Anthem payer ID" not in nobody
    assert "Anthem members:" in nobody, "this hint always stands there and says nothing of this member"


def test_another_birth_date_is_said_and_so_is_a_day_without_an_answer(someone: Person, world: World) -> None:
    assert "does not match our records" in someone.search(a_member(world), PAYER, dateOfBirth="01021903")
    assert "not available for the As of Date" in someone.search(a_member(world), PAYER, day="01022031")


# claims


def test_the_list_covers_one_npi_until_all_are_chosen(someone: Person, world: World) -> None:
    other = next(c for c in world.claims if c.payer == PAYER and c.on_file and c.billing_npi != world.practice.npis[0])
    member = world.member(other.member_key)
    days = {"serviceFrom": f"{other.dos_from:%m%d%Y}", "serviceThrough": f"{other.dos_to:%m%d%Y}"}
    someone.search(member, PAYER)
    someone.press("View Member Claims")
    assert other.payer_claim_no not in someone.press("Search", **days)
    someone.search(member, PAYER)
    someone.press("View Member Claims")
    assert other.payer_claim_no in someone.press("Search", provider="All Providers", **days)


def test_a_claim_is_found_by_its_number_whoever_billed_it_and_shows_its_letter(someone: Person, world: World) -> None:
    letter = next(c for c in world.claims if c.payer == PAYER and c.requested_info and c.payer_claim_no)
    someone.follow("Claim Search")
    someone.press("Search", claimNumber=letter.payer_claim_no)
    assert "Total Claims: 1" in someone.page
    someone.follow(letter.payer_claim_no)
    assert letter.requested_info in someone.texts()
    assert "Information requested from provider" in someone.texts()


def test_a_claim_without_a_number_is_listed_all_the_same(someone: Person, world: World) -> None:
    bare = next(c for c in world.claims if c.payer == PAYER and c.on_file and not c.payer_claim_no)
    someone.search(world.member(bare.member_key), PAYER)
    someone.press("View Member Claims")
    days = {"serviceFrom": f"{bare.dos_from:%m%d%Y}", "serviceThrough": f"{bare.dos_to:%m%d%Y}"}
    someone.press("Search", provider="All Providers", **days)
    assert "Not Yet Assigned" in someone.texts()


# authorization requests


def test_choosing_the_level_of_service_makes_the_form_anew_and_empties_it(twin: Twin, someone: Person, world: World) -> None:
    pages = request(someone, a_member(world), PAYER)
    assert "Type of Care" not in pages["Requested Services Header, empty"]
    header = pages["Requested Services Header"]
    assert "Type of Care" in header
    assert re.search(r'name="startDate" value=""', header)


def test_what_is_required_sometimes_is_said_by_the_page_alone(someone: Person, world: World) -> None:
    request(someone, a_member(world), PAYER, "TMS - Office")
    code = "90868 - Magnetic stimulation, further session"
    page = someone.press("Next", procedure=code, units="4", throughDate="02212027")
    assert "Most recent PHQ-9 total score An answer is required for TMS." in page


def test_testing_in_pennsylvania_wants_a_form_of_its_own_attached(someone: Person, world: World) -> None:
    request(someone, a_member(world), PAYER, "Psych Testing - Office", attach=False)
    assert "A Psychological Evaluation Request form must be attached for psychological testing." in someone.texts()
    assert "Diagnosis" in request(someone, a_member(world), PAYER, "Psych Testing - Office")


def test_a_draft_is_kept_and_is_no_request(twin: Twin, someone: Person, world: World) -> None:
    member = a_member(world)
    request(someone, member, PAYER)
    page = someone.press("Save Request as Draft")
    (draft,) = twin.auths()["drafts"]
    assert draft["reference"] in page
    assert twin.auths()["taken"] == []
    assert draft["reference"] in someone.follow("View Clinical Drafts")
    someone.follow("Search for Existing Auth")
    born = f"{member.person.birth_date:%m%d%Y}"
    assert draft["reference"] not in someone.press("Search", memberId=member.coverages[0].member_id, dateOfBirth=born)


def test_a_form_that_is_sent_twice_is_taken_once_and_the_second_time_named(twin: Twin, someone: Person, world: World) -> None:
    request(someone, a_member(world), PAYER)
    someone.press("Next", procedure="90837 - Therapy, long session", units="12", throughDate="02212027")
    action, fields, _ = someone.form("Submit")
    pages = [someone.http.post(action, data=fields).text for _ in range(2)]
    (taken,) = twin.auths()["taken"]
    assert twin.auths()["presses"] == {taken["nonce"]: 2}
    assert "Request Pended for Review" in pages[0]
    assert f"already exists. Authorization number: {taken['reference']}" in pages[1]


@pytest.mark.parametrize("fault", ["drop-after-accept", "reset-after-accept"])
def test_a_request_can_be_taken_without_anybody_hearing_of_it(twin: Twin, someone: Person, world: World, fault: str) -> None:
    request(someone, a_member(world), PAYER)
    someone.press("Next", procedure="90837 - Therapy, long session", units="12", throughDate="02212027")
    with twin.with_fault(f"{fault}@auth-submit"), pytest.raises(httpx.HTTPError):
        someone.press("Submit")
    assert len(twin.auths()["taken"]) == 1


def test_only_one_of_a_providers_addresses_is_the_practices_own(someone: Person, world: World) -> None:
    page = request(someone, a_member(world), PAYER)["Select a Service Address"]
    assert page.count("<td>00-4719283</td>") == 1
    assert len(re.findall(r"<td>\d\d-\d{7}</td>", page)) > 1
