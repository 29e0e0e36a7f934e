"""What is publicly known of the Gainwell portal's screens: each label and id suffix stands on the twin's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import pdfplumber
import pytest

from sandbox.client import running
from sandbox.gainwell.remittance import advice
from sandbox.world import AS_OF, SEED, Claim, World
from tests.gainwell_support import HOME, KEY_SET, Person

MEMBERS, CLAIMS = 40, 60
PAYER = "medicaid_co"
TODAY = f"{AS_OF:%m/%d/%Y}"
DOCUMENTED: dict[str, tuple[str, ...]] = {  # page: labels and id suffixes
    "sign-in": ("LoginCmnButton", "User Name", "Password"),
    "sign-in in three pages": ("User ID", "Log In"),
    "question": ("_ChallengeQuestionCmnTextBox_ControlLabel", "$ChallengeResponseCmnTextBox$Control", "Continue"),
    "password": ("Sign In", "Password"),
    "picker": ("Provider", "Submit"),
    "menus": (
        "Eligibility", "Eligibility Verification", "Claims", "Search Claims", "Search Payment History", "Care Management",
        "Create Authorization", "View Authorization Status", "Maintain Favorite Providers",
    ),
    "menus in Indiana": ("Care Management", "Submit RCP Referral to Lock-in List"),
    "addresses": ("/hcp/provider/Home/tabid/135/Default.aspx", "/Claims/SearchClaims/", "tabid/531"),
    "eligibility": (
        "Eligibility Verification Request", "Member ID", "SSN", "Last Name", "First Name", "Birth Date", "Effective From", "Effective To",
        "_MemberIDCmnTextBox_Control", "_LastNameCmnTextBox_Control", "_FirstNameCmnTextBox_Control", "_BirthDateCmnDate_Control",
        "_DateRangeCmnDateRange_StartDateControl_Control", "_DateRangeCmnDateRange_EndDateControl_Control", "_SubmitCmnButton", "*",
    ),
    "eligibility in Nevada": ("Recipient ID", "_MemberIDCmnTextBox_Control"),
    "eligibility refused": ("Error",),
    "answer": ("Expand All", "Coverage Details", "Benefit Details", "Managed Care Assignment Details", "Other Insurance Details", "Co-pay"),
    "limited plans": ("BHA Benefit Plan", "BHAB", "FAMPL", "EMS"),
    "claim search": (
        "Search Claims", "Claim ID", "Member ID", "Service From", "To", "Service Information", "Search",
        "SearchMedicalAndDentalClaimsTabPanel_ClaimIDCmnTextBox_Control", "_MemberIDCmnTextBox_Control", "_ServiceFrom", "_ServiceTo",
        "_SearchMedicalAndDentalClaimsCmnButton",
    ),
    "claim list": ("Total Records: 1", "Claim ID", "Member ID", "Service Date", "Status", "Paid Amount"),
    "no claims": ("Total Records: 0",),
    "status words": ("Paid", "Suspended", "Denied", "Rejected", "In Process", "Processing"),
    "claim": (
        "View Professional Claim - ID", "Claim Status", "Total Charged Amount", "Total Allowed Amount", "Total Paid Amount", "EOB",
        "Description", "From Date", "To Date", "Procedure Code", "Mod", "Units", "Charge Amount", "Allowed Amount",
    ),
    "payments": ("Search Payment History",),
    "payments in Nevada": ("Claims", "Search Payment History"),
    "payments in Indiana": ("Claims", "Search Payment History"),
    "payment list": ("Total Records: 1", "Remittance Advice"),
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(SEED, MEMBERS, CLAIMS, AS_OF, payers=(PAYER,))


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[dict[str, str]]:
    """One page of each kind."""
    with running(seed=SEED, members=MEMBERS, claims=CLAIMS, as_of=AS_OF, payers=(PAYER,), staging_ms=(0, 0)) as twin:
        colorado, indiana, nevada = (Person(twin, state) for state in ("co", "in", "nv"))
        user = twin.users[0]
        found = {
            "sign-in": colorado.page,
            "sign-in in three pages": indiana.page,
            "question": indiana.press("LoginCmnButton", UserNameCmnTextBox=user.user_id),
            "password": indiana.press("ContinueCmnButton", ChallengeResponseCmnTextBox=user.backup_codes[0]),
            "picker": indiana.press("SignInCmnButton", PasswordCmnTextBox=user.password),
            "menus": colorado.sign_in(user),
            "addresses": "\n".join((HOME, *re.findall(r'href="([^"]+)"', colorado.page))),
            "eligibility": colorado.open("Eligibility Verification"),
            "eligibility refused": colorado.verify("not a number", TODAY),
        }
        nevada.sign_in(user)
        found["eligibility in Nevada"] = nevada.open("Eligibility Verification")
        found["payments"] = colorado.open("Search Payment History")
        ids = [m.coverages[0].member_id for m in world.members if m.coverage_at(PAYER) and m.coverages[0].on_file][:9]
        found["limited plans"] = found["answer"] = "".join(colorado.verify(number, TODAY) for number in ids)
        found["payments in Nevada"] = nevada.open("Search Payment History")
        found["menus in Indiana"] = indiana.sign_in(user)
        found["payments in Indiana"] = indiana.open("Search Payment History")
        found["payment list"] = colorado.payments(number=world.remits[0].check_no)
        yield {**found, **_of_claims(colorado, world)}


def _of_claims(person: Person, world: World) -> dict[str, str]:
    mine = {c.state: c for c in world.claims if c.payer == PAYER and c.on_file}
    lists = {state: _listed(person, claim) for state, claim in mine.items()}
    alone = person.search(ClaimIDCmnTextBox=mine["denied"].payer_claim_no, **KEY_SET)
    return {
        "claim": person.postback("Open$0"),
        "claim search": person.open("Search Claims"),
        "no claims": person.search(ClaimIDCmnTextBox="100000000000", **KEY_SET),
        "claim list": alone,
        "status words": "".join(lists.values()),
    }


def _listed(person: Person, claim: Claim) -> str:
    days = {"ServiceFromCmnDate": f"{claim.dos_from:%m/%d/%Y}", "ServiceToCmnDate": f"{claim.dos_to:%m/%d/%Y}"}
    return person.search(MemberIDCmnTextBox=claim.member_id, **days)


def _texts(page: str) -> set[str]:
    """Every text and every button's words on a page."""
    words = [text.strip() for text in re.findall(r">([^<>]+)<", page)] + re.findall(r'type="submit"[^>]* value="([^"]*)"', page)
    return {unescape(text) for text in words}


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    page = pages[place]
    if place == "addresses":
        assert said in page
    elif said.startswith(("_", "$")) or said.endswith(("Button", "_Control")):
        assert re.search(rf'(?:id|name)="[^"]*{re.escape(said)}', page)
    elif said in {"View Professional Claim - ID", "Error"}:
        assert f">{said}" in page
    else:
        assert said in _texts(page)


def test_the_remittance_has_its_banner_on_page_two_and_neither_address_cover_nor_payment_notice(world: World) -> None:
    remit = next(r for r in world.remits if not r.scanned)
    with pdfplumber.open(BytesIO(advice(remit))) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert "BANNER MESSAGES" in texts[1]
    assert remit.check_no in texts[0]
    assert remit.claims[0].payer_claim_no in texts[2]
    assert not re.search(r"payment notice|address", "".join(texts), re.IGNORECASE)


def test_the_first_address_is_the_portals_own() -> None:
    assert HOME == "/hcp/provider/Home/tabid/135/Default.aspx"
