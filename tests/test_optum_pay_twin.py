"""The Optum Pay twin in a browser: days that are preset, a practice that must be chosen, two kinds of PDF, bundles, who may see what."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.eobs import x12
from sandbox.optum_pay import hands_out
from tests.optum_pay_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Remit, World

pytestmark = pytest.mark.deep
ALL = ("11/01/2025", "11/20/2026")


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    with somebody(tmp_path_factory.mktemp("optum_pay")) as found:
        found[0].sign_in()
        yield found


@pytest.fixture
def world(place: tuple[Person, World]) -> World:
    return place[1]


@pytest.fixture
def person(place: tuple[Person, World]) -> Person:
    """Somebody who is signed in and lacks nothing."""
    someone = place[0]
    someone.twin.clear_faults()
    someone.twin.change_user(someone.user.user_id, lacks=[])
    someone.page.goto(f"{someone.base}/home.do")
    if not someone.page.locator("nav").is_visible():
        someone.sign_in()
    return someone


def mine(world: World) -> list[Remit]:
    """The payments that stand here: this world has one of another payer, too."""
    return [remit for remit in world.remits if remit.payer == "optum"]


def by(world: World, method: str, nth: int = 0) -> Remit:
    return [remit for remit in mine(world) if remit.method == method and not remit.scanned][nth]


def test_the_entry_leads_to_one_healthcare_id_and_a_session_that_lives_goes_past_it(person: Person) -> None:
    person.page.goto(f"{person.base}/registrationSignIn.do")
    assert person.page.url.endswith("/home.do")


def test_a_session_that_ended_leads_to_the_entry_and_says_why(person: Person) -> None:
    person.twin.person_signs_in(person.user.user_id)
    person.page.goto(f"{person.base}/viewPayments.do")
    person.page.get_by_role("link", name="Sign in with One Healthcare ID").wait_for()
    assert "signed in from another device" in person.said()


def test_signing_out_ends_the_session(person: Person) -> None:
    person.page.get_by_role("link", name="Sign Out").click()
    assert person.said() == "You have signed out."
    person.page.goto(f"{person.base}/home.do")
    assert person.page.url.endswith("/registrationSignIn.do")


def test_the_boxes_are_those_of_the_search_type(person: Person) -> None:
    person.open("View Payments")
    for kind, boxes in (("Payment number", 1), ("Patient name", 2), ("Date(s) of service", 2), ("Zero-payment claims", 0), ("NPI", 1)):
        person.page.get_by_label("Search by").select_option(kind)
        assert person.page.locator("[data-kind] input").filter(visible=True).count() == boxes


def test_days_stand_preset_to_the_last_month_and_hold_for_a_number_too(person: Person, world: World) -> None:
    old = mine(world)[0]
    person.search("Payment number", {"Payment number": old.check_no})
    assert person.said() == "No payments were found for your search."
    assert "10/21/2026 - 11/20/2026" in person.source()
    person.search("Payment number", {"Payment number": old.check_no}, ALL)
    assert person.page.locator("#payments tbody tr").count() == 1


def test_a_practice_must_be_chosen_for_every_search(person: Person, world: World) -> None:
    person.search("Payment number", {"Payment number": world.remits[0].check_no}, ALL, practice=0)
    assert person.said() == "Complete the fields of your search."


def test_history_ends_after_thirteen_months(person: Person) -> None:
    person.search("Zero-payment claims", {}, ("10/01/2025", "11/20/2026"))
    assert person.said() == "Payment history is available for up to 13 months."


def test_a_part_of_a_number_finds_others_too_ten_a_page(person: Person, world: World) -> None:
    wanted = sorted(remit.check_no for remit in mine(world) if "00" in remit.check_no)
    person.search("Payment number", {"Payment number": "00"}, ALL)
    found: list[str] = []
    while True:
        found += person.page.locator("#payments tbody td:first-child").all_inner_texts()
        assert len(found) % 10 == 0 or not person.page.get_by_role("link", name="Next page").is_visible()
        if not person.page.get_by_role("link", name="Next page").is_visible():
            break
        person.page.get_by_role("link", name="Next page").click()
    assert (sorted(found), len(found) > 10) == (wanted, True)


@pytest.mark.parametrize("kind", ["Claim number", "Account number", "Subscriber ID", "Patient name", "NPI", "Date(s) of service"])
def test_every_search_type_finds_the_payment(person: Person, world: World, kind: str) -> None:
    remit = by(world, "ACH")
    claim = remit.claims[0]
    day = f"{claim.dos_from:%m/%d/%Y}"
    values = {
        "Claim number": {"Claim number": claim.payer_claim_no},
        "Account number": {"Account number": claim.claim_id},
        "Subscriber ID": {"Subscriber ID": claim.member_id},
        "Patient name": {"Last name": claim.patient.last, "First name": claim.patient.first},
        "NPI": {"NPI": claim.billing_npi},
        "Date(s) of service": {"Service from": day, "Service through": day},
    }
    person.search(kind, values[kind], (f"{remit.check_date:%m/%d/%Y}", f"{remit.check_date:%m/%d/%Y}"))
    assert remit.check_no in person.page.locator("#payments").inner_text()


def test_an_ach_payment_has_the_portals_own_pdf(person: Person, world: World) -> None:
    remit = by(world, "ACH")
    person.detail(remit.check_no)
    assert not person.page.get_by_role("link", name="Payer PRA").is_visible()
    with person.page.expect_download() as taken:
        person.page.get_by_role("button", name="Print Electronic Remittance").click()
    assert taken.value.path().read_bytes() == hands_out.pdf(remit)


@pytest.mark.parametrize("method", ["CHK", "NON"])
def test_what_is_no_ach_payment_has_the_payers_paper_in_a_tab(person: Person, world: World, method: str) -> None:
    person.detail(by(world, method).check_no)
    assert not person.page.get_by_role("button", name="Print Electronic Remittance").is_visible()
    person.twin.reset_records()
    with person.page.expect_popup() as opened:
        person.page.get_by_role("link", name="Payer PRA").click()
    opened.value.close()
    assert [one["source"] for one in person.twin.records("eob")] == ["payer_issued"]


@pytest.mark.parametrize("method", ["ACH", "CHK", "NON"])
def test_each_payment_has_an_835(person: Person, world: World, method: str) -> None:
    remit = by(world, method)
    person.detail(remit.check_no)
    with person.page.expect_download() as taken:
        person.page.get_by_role("link", name="Download 835").click()
    assert taken.value.path().read_bytes() == x12.as_835(remit)


def test_a_bundle_is_created_first_and_downloaded_later(person: Person, world: World) -> None:
    person.twin.change(staging_ms=[60, 60])
    person.open("Payment Data Files")
    person.page.get_by_label("Payments from").fill("11/01/2026")
    person.page.get_by_label("Payments through").fill("11/19/2026")
    person.page.get_by_role("button", name="Create data bundle").click()
    person.page.get_by_text("Being created").wait_for()
    link = person.page.get_by_role("link", name="Download data bundle")
    while not link.is_visible():
        person.page.reload()
    with person.page.expect_download() as taken:
        link.click()
    person.twin.change(staging_ms=[0, 1])
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as archive:
        inside = {archive.read(name) for name in archive.namelist()}
    wanted = [remit for remit in mine(world) if f"{remit.check_date}" >= "2026-11-01"]
    assert inside == {file for remit in wanted for _, file in hands_out.of(remit)}


def test_a_user_without_a_linked_practice_sees_no_payment_by_any_way(person: Person, world: World) -> None:
    person.twin.change_user(person.user.user_id, lacks=["linked practice"])
    person.open("View Payments")
    assert person.said().startswith("Your organization is not linked to a practice.")
    person.detail(world.remits[0].check_no)
    assert "Remittance Detail" not in person.source()
