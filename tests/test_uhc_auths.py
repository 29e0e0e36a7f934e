"""Prior Authorization and Notification at the UnitedHealthcare twin: its habits, what a request can hold, answers of another search."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.authorization import AuthService, StandingRequest
from payerbot.capability import TakesAuthorizations
from payerbot.errors import SubmissionUnknown
from payerbot.model import Outcome
from portals.uhc import read_auths
from sandbox.uhc.auth_rules import NOTE_CAP
from sandbox.world import AS_OF, SEED, World
from tests.contract.auth_support import BEGIN, END, attached, request_for
from tests.contract.support import Site, signed_in
from tests.uhc_support import Person, somebody

if TYPE_CHECKING:
    from pathlib import Path

    from payerbot.authorization import AuthRequest
    from sandbox.world import Member

VISITS, CLAIMS = 40, 60


def known(world: World) -> list[Member]:
    """Members in force whose id in the practice's files is the payer's."""
    found = []
    for member in world.members:
        plan = member.coverage_at("uhc")
        if plan and plan.on_file and plan.active_on(world.as_of) and plan.filed_id == plan.member_id and member.known_as == member.person:
            hits = world.find_members("uhc", member_id=plan.member_id, birth_date=member.person.birth_date, on=world.as_of)
            found += [member] if len({hit.member.key for hit in hits}) == 1 else []
    return found


def a_request(**changed: Any) -> AuthRequest:
    world = World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=("uhc",))
    return request_for(known(world)[0], "uhc", **changed)


# --- what the form can take ---


def services(units: str, unit_type: Any = "VS", count: int = 1) -> tuple[AuthService, ...]:
    return (AuthService(code="90837", units=Decimal(units), unit_type=unit_type),) * count


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"services": services("12", count=2)}, "services"),
        ({"services": services("1.5")}, "units"),
        ({"services": services("1000")}, "units"),
        ({"services": services("3", "MN")}, "units"),
        ({"request_type": "cancel"}, "request_type"),
        ({"level_of_care": "Residential"}, "level_of_care"),
        ({"note": "x" * 1001}, "note"),
        ({"expedited_statement": "x" * 501}, "expedited_statement"),
        ({"diagnoses": ("F33.1",) * 7}, "diagnoses"),
        ({"services": services("4", "HS"), "note": "x" * 1000}, ""),
    ],
)
def test_what_the_form_cannot_take_is_said_before_it_is_opened(changed: dict[str, Any], field: str) -> None:
    assert read_auths.cannot_be_asked(a_request(**changed))[0] == field


# --- the twin ---


@pytest.fixture(scope="class")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    with somebody(tmp_path_factory.mktemp("uhc")) as (person, world):
        person.sign_in()
        yield person, world


def requirement(person: Person, member: Member, code: str) -> str:
    """What the tool says of a service for this member."""
    person.page.goto(f"{person.base}/#/prior-auth/new")
    person.page.reload()
    person.there("[name='auth.memberId']").fill(member.coverages[0].member_id)
    person.type_in("[name='auth.dateOfBirth']", f"{member.person.birth_date:%m%d%Y}")
    person.type_in("[name='auth.dateOfService']", f"{BEGIN:%m%d%Y}")
    person.page.locator("[name='auth.procedureCode']").fill(code)
    person.page.locator("#submit-auth-check-button").click()
    return person.there("[data-testid=auth-requirement], [data-testid=auth-message]").inner_text()


@pytest.mark.deep
class TestTwin:
    """Somebody with a browser of their own."""

    @pytest.mark.parametrize(
        "code, said, goes_on",
        [
            ("90837", "Prior authorization required", True),
            ("90853", "Notification required", True),
            ("90791", "No prior authorization required", False),
            ("96130", "Referral required", False),
            ("H0015", "Submit this request at Provider Express", False),
        ],
    )
    def test_the_tool_says_what_the_plan_needs(self, place: tuple[Person, World], code: str, said: str, goes_on: bool) -> None:
        person, world = place
        assert said in requirement(person, known(world)[0], code)
        assert person.page.get_by_test_id("auth-continue").is_visible() is goes_on

    def test_a_note_is_cut_off_without_a_word_and_typed_words_choose_nothing(self, place: tuple[Person, World]) -> None:
        person, world = place
        requirement(person, known(world)[0], "90837")
        person.page.get_by_test_id("auth-continue").click()
        person.there("[name='auth.note']").press_sequentially("x" * (NOTE_CAP + 5), delay=0)
        assert len(person.page.locator("[name='auth.note']").input_value()) == NOTE_CAP
        kind = person.page.get_by_test_id("auth-type-abyss-select-input")
        kind.fill("Initial request")
        kind.blur()
        assert kind.input_value() == "Select"

    def test_a_search_takes_two_years_at_most_and_shows_five_on_a_page(self, place: tuple[Person, World]) -> None:
        person, world = place
        member = known(world)[2]
        for _ in range(6):
            person.twin.auth_by_phone("uhc", member.key, "90837", BEGIN, END)
        shown = []
        for last in ("12312028", "12312027"):
            person.page.goto(f"{person.base}/#/prior-auth/search")
            person.page.reload()
            person.there("[name='authSearch.memberId']").fill(member.coverages[0].member_id)
            for name, day in (("dateOfBirth", f"{member.person.birth_date:%m%d%Y}"), ("from", "01012026"), ("to", last)):
                person.type_in(f"[name='authSearch.{name}']", day)
            person.page.locator("#submit-auth-search-button").click()
            shown.append(person.there("[data-testid=loading-error-message], [data-testid=auth-results-label]").inner_text())
        assert shown == ["Check your entries and try again.", "Requests: 1-5 of 6"]
        assert person.page.locator("[data-testid=auth-results] tbody tr").count() == 5
        person.twin.forget_auths()


# --- the adapter there ---


@pytest.fixture(scope="class")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with signed_in("uhc", tmp_path_factory.mktemp("run"), seed=SEED, members=VISITS, claims=CLAIMS) as open_site:
        yield open_site


def portal(site: Site) -> TakesAuthorizations:
    site.twin.forget_auths()
    assert isinstance(site.portal, TakesAuthorizations)
    return site.portal


@pytest.mark.deep
class TestAdapter:
    """A signed-in adapter; one browser at a time."""

    def test_an_expedited_renewal_with_two_files_is_sent_as_it_was_approved(self, site: Site, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("plan-1.txt", "notes-1.txt")]
        for path in files:
            path.write_text(path.name)
        sent = tuple(attached(path, kind) for path, kind in zip(files, ("treatment plan", "something else"), strict=True))
        urgent = {"urgency": "expedited", "expedited_by": "Dana Whitlock", "expedited_statement": "Waiting would harm.\nSee the plan."}
        ask = a_request(request_type="renewal", prior_auth_number="AU70001", attachments=sent, facility_npi="1999900024", **urgent)
        there = portal(site)
        filled = there.fill_request(ask, {one.address: path for one, path in zip(sent, files, strict=True)})
        assert (filled.outcome, filled.differs) == (Outcome.ANSWERED, ())
        there.press_submit()
        (taken,) = site.twin.auths()["taken"]
        assert (taken["certification"], taken["urgent"], taken["unit_type"]) == ("R", True, "VS")
        assert [(one["name"], one["kind"], one["sha256"]) for one in taken["attachments"]] == [
            ("plan-1.txt", "Treatment Plan", sent[0].sha256),
            ("notes-1.txt", "Other Clinical Information", sent[1].sha256),
        ]

    def test_an_answer_to_the_step_before_is_not_taken_for_this_ones(self, site: Site) -> None:
        there, ask = portal(site), a_request()
        there.fill_request(a_request(services=(AuthService(code="90791", units=Decimal(1)),)), {})
        with site.fault("stale-result@auth-next"):
            filled = there.fill_request(ask, {})
        assert (filled.outcome, filled.differs, filled.decided) == (Outcome.ANSWERED, (), None)

    def test_a_refusal_of_the_search_before_is_asked_for_again(self, site: Site) -> None:
        there, ask = portal(site), a_request()
        nobody = ask.model_copy(update={"patient": ask.patient.model_copy(update={"member_id": "900000001"})})
        assert there.find_requests(nobody).field == "member_id"
        reference = site.twin.auth_by_phone("uhc", ask.patient_key, "90837", BEGIN, END)
        with site.fault("stale-result@auth-list"):
            assert [one.reference for one in there.find_requests(ask).standing] == [reference]

    def test_all_pages_of_a_list_are_read_and_another_members_request_is_not_followed(self, site: Site) -> None:
        there, ask = portal(site), a_request()
        made = {site.twin.auth_by_phone("uhc", ask.patient_key, "90837", BEGIN, END) for _ in range(6)}
        assert {one.reference for one in there.find_requests(ask).standing} == made
        other = site.twin.auth_by_phone("uhc", known(site.world)[2].key, "90837", BEGIN, END)
        assert there.follow_request(ask, StandingRequest(reference=other)).outcome is Outcome.NOT_FOUND
        assert there.follow_request(ask, StandingRequest(reference="UR26999999")).outcome is Outcome.NOT_FOUND

    def test_a_tool_that_goes_down_at_submit_leaves_it_unknown_and_takes_nothing(self, site: Site) -> None:
        there, ask = portal(site), a_request()
        assert not there.fill_request(ask, {}).differs
        with site.fault("maintenance@auth-submit"), pytest.raises(SubmissionUnknown):
            there.press_submit()
        told = site.twin.auths()
        assert (sum(told["presses"].values()), told["taken"]) == (1, [])

    def test_a_request_that_cannot_be_opened_once_is_opened_again(self, site: Site) -> None:
        there, ask = portal(site), a_request()
        reference = site.twin.auth_by_phone("uhc", ask.patient_key, "90837", BEGIN, END)
        with site.fault("error-503@auth-request"):
            assert there.follow_request(ask, StandingRequest(reference=reference)).portal_reference == reference
