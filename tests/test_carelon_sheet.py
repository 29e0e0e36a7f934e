"""What is publicly known of ProviderConnect's screens: each label and button stands on the twin's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sandbox.client import running
from sandbox.world import AS_OF, SEED, World
from tests.carelon_support import Person, at_availity, request

MEMBERS, CLAIMS = 40, 60
PAYER, AT_AVAILITY = "carelon_pa", "carelon_direct"
WIZARD = (
    "Search a Member", "Member Demographics", "Select a Service Address", "Requested Services Header", "Diagnosis", "Medications",
    "Requested Services", "Submit Request",
)  # fmt: skip
DOCUMENTED: dict[str, tuple[str, ...]] = {  # page: what stands on it
    "sign-in": ("User ID", "Password"),
    "agreement": ("Use Agreement", "I agree"),
    "attestation": ("Attestation Due",),
    "restricted": ("Access Restricted",),
    "home": ("View Clinical Drafts", "Your Message Center", "ABA Availability Survey"),
    "search": ("Member ID", "Date of Birth", "As of Date"),
    "record": ("Primary Care Provider", "View Member Auths", "View Member Claims", "Enter Auth Request"),
    "links": ("Search for Existing Auth", "Enter an Authorization Request", "Claim Search"),
    "Requested Services Header": (
        "Requested Start Date", "Level of Service", "Type of Service", "Level of Care", "Type of Care", "Attach a Document", "Next",
        "Outpatient / Community Based", "Mental Health",
    ),
    "Diagnosis": ("Save Request as Draft",),
    "Medications": ("Save Request as Draft",),
    "Requested Services": ("Save Request as Draft", "(30-minute units)"),
    "Submit Request": ("Save Request as Draft", "Submit", "Psych Testing - Office"),
    "summary": (
        "Member Name", "Member ID", "Member DOB", "Subscriber Name", "Authorization number", "Client Authorization number",
        "Type of Request", "INITIAL", "Date of Admission/Start of Services", "From", "To", "Submission Date",
    ),
    "approved at once": ("Approved",),
    "by way of Availity": ("Log Out", "View Clinical Drafts"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, Person]]:
    """Somebody standing on one page of each kind."""
    world = World.generate(SEED, MEMBERS, CLAIMS, AS_OF, payers=(PAYER, AT_AVAILITY))
    with running(seed=SEED, members=MEMBERS, claims=CLAIMS, as_of=AS_OF, payers=(PAYER, AT_AVAILITY), staging_ms=(0, 0)) as twin:
        seen: dict[str, Person] = {}
        person, user = Person(twin), twin.users[0]

        def keep(name: str, page: str = "") -> None:
            seen[name] = Person(twin)
            seen[name].page = page or person.page

        keep("sign-in", person.get("/"))
        keep("agreement", person.press("Log On", userId=user.user_id, password=user.password))
        keep("home", person.press("I agree"))
        keep("links")
        keep("search", person.follow("Specific Member Search"))
        whom = [m for m in world.members if (p := m.coverage_at(PAYER)) and p.on_file and p.active_on(AS_OF) and not m.cases]
        keep("record", person.search(whom[0], PAYER))
        for title, page in request(person, whom[0], PAYER, "Psych Testing - Office").items():
            keep(title, page)
        answers = {"testingQuestion": "Two diagnoses", "testedBefore": "No"}
        code = "96136 - Psychological testing, administration, first half hour"
        keep("Submit Request", person.press("Next", procedure=code, units="4", throughDate="02212027", **answers))
        keep("summary", person.press("Submit"))
        request(person, whom[1], PAYER, "Family Therapy - Office")
        person.press("Next", procedure="90847 - Family session with the patient", units="4", throughDate="02212027")
        keep("approved at once", person.press("Submit"))
        other = twin.users[1]
        twin.change_user(other.user_id, lacks=["attestation"])
        keep("attestation", Person(twin).sign_in(other))
        twin.change_user(other.user_id, lacks=["restricted"])
        keep("restricted", Person(twin).sign_in(other))
        by_ticket = Person(twin, "providerconnect.carelonbehavioralhealth.localhost")
        keep("by way of Availity", by_ticket.get(at_availity(twin, user)))
        yield seen


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, Person], place: str, said: str) -> None:
    assert said in pages[place].texts()


def test_the_pages_of_the_wizard_come_in_their_order(pages: dict[str, Person]) -> None:
    assert [title for title in pages if title in WIZARD] == list(WIZARD)


def test_the_agreement_ends_in_i_agree(pages: dict[str, Person]) -> None:
    assert pages["agreement"].texts()[-1] == "I agree"


def test_the_page_tells_to_let_pop_ups_through(pages: dict[str, Person]) -> None:
    assert any("pop-up blocker" in text for text in pages["home"].texts())


def test_an_asterisk_stands_before_what_is_always_required_and_not_before_what_is_sometimes(pages: dict[str, Person]) -> None:
    header, clinical = pages["Requested Services Header"].page, pages["Requested Services"].page
    for label in ("Requested Start Date", "Level of Service", "Type of Service", "Level of Care", "Type of Care"):
        assert re.search(rf'<span class="req">\*</span>{label}<', header)
    for label in ("Prior Authorization Number", "Statement of Urgency"):
        assert re.search(rf">{label}<", header)
    assert ">What question is the testing to answer?<" in clinical


def test_next_without_an_attachment_asks_in_a_dialog_of_the_browsers_own(pages: dict[str, Person]) -> None:
    assert "return confirm(" in pages["Requested Services Header"].page


def test_save_as_draft_stands_on_the_clinical_pages_only(pages: dict[str, Person]) -> None:
    assert "Save Request as Draft" not in pages["Requested Services Header"].page
