"""What is publicly known of Optum Pay: each name of a page, a document and a search type stands on the twin's pages, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.optum_pay_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import World

pytestmark = pytest.mark.deep

DOCUMENTED: dict[str, tuple[str, ...]] = {
    "entry": ("Optum Pay", "Electronic Payments & Statements", "One Healthcare ID"),
    "menu": ("View Payments", "Payment Data Files"),
    "search": (
        "Date(s) of service", "Account number", "Subscriber ID", "Patient name", "Payment number", "Zero-payment claims", "NPI",
        "Claim number",
    ),
    "too old": ("13 months",),
    "summary": ("Payment Summary",),
    "ACH payment": ("Remittance Detail", "Print Electronic Remittance", "Download 835"),
    "check": ("Remittance Detail", "Payer PRA", "Download 835"),
    "claim": ("Claim Detail",),
    "bundles": ("Create data bundle",),
    "bundles, created": ("Download data bundle",),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source of each page as it stands in the browser."""
    with somebody(tmp_path_factory.mktemp("optum_pay")) as (person, world):
        person.page.goto(f"{person.base}/registrationSignIn.do")
        found = {"entry": person.source()}
        person.sign_in()
        return {**found, "menu": person.source(), **_payments(person, world), **_bundles(person)}


def _payments(person: Person, world: World) -> dict[str, str]:
    person.open("View Payments")
    found = {"search": person.source()}
    person.search("Zero-payment claims", {}, ("01/01/2025", "11/20/2026"))
    found["too old"] = person.source()
    person.search("Zero-payment claims", {}, ("08/01/2026", "11/20/2026"))
    found["summary"] = person.source()
    for place, method in (("ACH payment", "ACH"), ("check", "CHK")):
        person.detail(next(remit.check_no for remit in world.remits if remit.method == method))
        found[place] = person.source()
    person.page.locator("#claims a").first.click()
    found["claim"] = person.source()
    return found


def _bundles(person: Person) -> dict[str, str]:
    person.open("Payment Data Files")
    found = {"bundles": person.source()}
    for label in ("Payments from", "Payments through"):
        person.page.get_by_label(label).fill("11/10/2026")
    person.page.get_by_role("button", name="Create data bundle").click()
    while not person.page.get_by_role("link", name="Download data bundle").is_visible():
        person.page.reload()
    found["bundles, created"] = person.source()
    return found


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    assert said in pages[place]


def test_nothing_of_the_sheet_was_forgotten(pages: dict[str, str]) -> None:
    assert set(pages) == set(DOCUMENTED)
