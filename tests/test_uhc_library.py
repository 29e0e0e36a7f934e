"""The Document Library and TrackIt of the UnitedHealthcare twin, as a person with a browser meets them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sandbox import letters
from sandbox.eobs import documents
from tests.uhc_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Remit, World

pytestmark = pytest.mark.deep
QUARTER = ("08232026", "11202026")
RESULTS = "[data-testid=document-results]"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    """Somebody signed in; a browser with its PDF viewer off hands a file over as a download."""
    with somebody(tmp_path_factory.mktemp("library")) as (person, world):
        person.sign_in()
        yield person, world


@pytest.fixture
def person(desk: tuple[Person, World]) -> Iterator[Person]:
    yield desk[0]
    desk[0].twin.clear_faults()
    desk[0].twin.change_user(desk[0].user.user_id, lacks=[])


def paid(world: World) -> list[Remit]:
    since = world.as_of - timedelta(days=89)
    found = [r for r in world.remits if r.payer == "uhc" and since <= r.check_date < world.as_of]
    return sorted(found, key=lambda r: (r.check_date, r.check_no), reverse=True)


def rows(person: Person) -> list[list[str]]:
    person.there(RESULTS)
    return [row.locator("td").all_inner_texts() for row in person.page.locator(f"{RESULTS} tbody tr").all()]


def test_payments_of_a_quarter_stand_in_pages_of_ten_the_newest_first(person: Person, desk: tuple[Person, World]) -> None:
    person.library()
    person.documents(QUARTER)
    shown = rows(person)
    assert [row[0] for row in shown] == [remit.check_no for remit in paid(desk[1])[:10]]
    assert f"of {len(paid(desk[1]))}" in person.there("[data-testid=document-results-label]").inner_text()


def test_a_payment_of_today_is_not_there_yet(person: Person, desk: tuple[Person, World]) -> None:
    newest = max(remit.check_date for remit in paid(desk[1]))
    assert newest < desk[1].as_of
    person.library()
    person.documents(("11202026", "11202026"))
    assert person.there("[data-testid=no-documents-found]").inner_text() == "No documents match your search."


@pytest.mark.parametrize("days", [("01012026", "11202026"), ("11202026", "11012026"), ("01012020", "02012020")])
def test_a_window_is_at_most_ninety_days_within_two_years(person: Person, days: tuple[str, str]) -> None:
    person.library()
    person.documents(days)
    assert person.there("[data-testid=loading-error-message]").inner_text() == "Check your entries and try again."


@pytest.mark.parametrize("lack, place", [("payment documents", ""), ("letters", "/letters")])
def test_a_role_without_them_sees_no_empty_list(person: Person, lack: str, place: str) -> None:
    person.twin.change_user(person.user.user_id, lacks=[lack])
    person.library(place)
    person.documents(QUARTER)
    assert lack in person.there("[data-testid=loading-error-message]").inner_text()


def test_a_members_payments_show_each_claim_in_them(person: Person, desk: tuple[Person, World]) -> None:
    claim = paid(desk[1])[0].claims[0]
    person.library()
    person.page.get_by_label("Advanced Search").check()
    person.type_in("[name='document.memberId']", claim.member_id)
    person.type_in("[name='document.dateOfBirth']", f"{claim.patient.birth_date:%m%d%Y}")
    person.documents(QUARTER)
    assert [paid(desk[1])[0].check_no, claim.payer_claim_no] in [[row[0], row[3]] for row in rows(person)]


def test_a_document_is_the_payers_own(person: Person, desk: tuple[Person, World]) -> None:
    person.library()
    person.documents(QUARTER)
    rows(person)
    with person.page.expect_download() as coming:
        person.page.locator("[data-testid=open-document]").first.click()
    assert coming.value.path().read_bytes() == documents.payer_issued(paid(desk[1])[0])


def test_letters_and_open_items_carry_the_same_day(person: Person, desk: tuple[Person, World]) -> None:
    world = desk[1]
    person.library("/letters")
    person.documents(QUARTER)
    listed = rows(person)
    wanted = letters.between(world, "uhc", world.as_of - timedelta(days=89), world.as_of)
    assert [row[0] for row in listed] == [letter.number for letter in wanted[:10]]
    person.page.goto(f"{person.base}/#/trackit")
    person.there("[data-testid=trackit-count]")
    items = [row.locator("td").all_inner_texts() for row in person.page.locator("[data-testid=trackit-items] tbody tr").all()]
    assert sorted((item[2], item[4]) for item in items) == sorted(
        (t.claim_no, f"{t.due:%m/%d/%Y}") for t in letters.tasks(world, "uhc") if t.due
    )


@pytest.mark.parametrize("fault", ["stale-result@letters", "blank-form@letters", "error-503@letters", "nothing-comes@letter"])
def test_its_habits_are_really_there(person: Person, fault: str) -> None:
    person.library("/letters")
    person.documents(QUARTER)
    before = rows(person)
    person.library("/letters")
    person.twin.fault(fault)
    person.documents(("11012026", "11202026"))
    person.page.wait_for_timeout(800)
    table = person.page.locator(RESULTS)
    if fault.startswith("stale"):
        assert rows(person) == before
    elif fault.startswith(("blank", "error")):
        assert table.count() == 0
    else:
        person.page.locator("[data-testid=open-document]").first.click()
        person.page.wait_for_timeout(500)
        assert [one for one in person.twin.records("fault") if one["fault"] == "nothing-comes"]
