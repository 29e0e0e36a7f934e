"""Claims first listed: what stands in the list as it stood last time is not opened, whatever is not surely that is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from payerbot.listing import OPEN_FOR, TRUSTED_FOR, Listing, mark, windows
from payerbot.model import ClaimList, ClaimState, ClaimStatusRequest, ClaimStatusResult, Job, ListedClaim, Outcome, Patient
from payerbot.rows import Item

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DOS = date(2026, 11, 3)
JANE = Patient(last="Doe", first="Jane", birth_date=date(1987, 4, 9), member_id="900100200")


def ask(dos: date = DOS, **changed: Any) -> ClaimStatusRequest:
    told: dict[str, Any] = {
        "payer_key": "cascade",
        "payer_label": "",
        "organization": "",
        "region": "",
        "billing_npi": "1234567893",
        "billing_tin": "123456789",
        "patient": JANE,
        "claim_id": "C1",
        "dos_from": dos,
        "dos_to": dos,
        "charge": Decimal("180.00"),
    }
    return ClaimStatusRequest(**told | changed)


def row(number: str = "E77", **changed: Any) -> ListedClaim:
    told: dict[str, Any] = {
        "payer_claim_no": number,
        "member_id": "9001-00200",
        "patient": "DOE, JANE",
        "birth_date": JANE.birth_date,
        "dos_from": DOS,
        "dos_to": DOS,
        "charge": Decimal("180.00"),
        "status": "Finalized",
        "paid": Decimal("97.20"),
        "processed": date(2026, 11, 12),
    }
    return ListedClaim(**told | changed)


def listed(*rows: ListedClaim) -> Listing:
    tonight = Listing()
    tonight.add(ClaimList(outcome=Outcome.ANSWERED, dos_from=DOS, dos_to=DOS, claims=rows))
    return tonight


LAST = ClaimStatusResult(
    outcome=Outcome.ANSWERED,
    state=ClaimState.PAID,
    payer_claim_no="E77",
    paid=Decimal("97.20"),
    rung="member_id",
    listed_as=mark(row()),
)


def item(last: ClaimStatusResult | None = LAST, at: datetime = NOW - timedelta(days=1), **changed: Any) -> Item:
    return Item(
        id="b.1",
        batch="b",
        job=Job.CLAIM_STATUS,
        portal="cascade",
        login="bot",
        ask=ask(**changed),
        attempts=1,
        epoch=1,
        asked_on=TODAY,
        last_good=last,
        last_good_at=at,
    )


def test_a_claim_that_stands_as_it_stood_is_answered_as_last_time_and_says_how() -> None:
    found = listed(row()).unchanged(item(), NOW)
    assert found == LAST.model_copy(update={"rung": "list", "tried": ("list",)})


@pytest.mark.parametrize(
    "changed", [{"status": "Denied"}, {"paid": Decimal("0.00")}, {"paid": None}, {"processed": date(2026, 11, 20)}, {"processed": None}]
)
def test_a_row_that_changed_is_opened(changed: dict[str, Any]) -> None:
    assert listed(row(**changed)).unchanged(item(), NOW) is None


def test_a_claim_that_is_not_listed_is_looked_up() -> None:
    assert Listing().unchanged(item(), NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"dos_from": DOS - timedelta(days=1)},
        {"dos_to": DOS + timedelta(days=1)},
        {"charge": Decimal("180.01")},
        {"member_id": "9", "patient": "DOE, JOHN"},
        {"member_id": "9", "birth_date": date(1987, 9, 4)},
    ],
)
def test_another_claim_is_not_taken_for_it(changed: dict[str, Any]) -> None:
    assert listed(row(**changed)).row(ask()) is None


def test_a_name_and_a_birth_date_do_where_the_payer_writes_another_id() -> None:
    assert listed(row(member_id="777")).row(ask()) == row(member_id="777")


def test_two_claims_of_one_day_and_charge_are_never_resolved_by_guessing() -> None:
    tonight = listed(row(), row("E78"))
    assert tonight.row(ask()) is None
    assert tonight.unchanged(item(), NOW) is None


def test_of_one_claim_that_stands_there_several_times_the_newest_counts() -> None:
    old, new = row(processed=date(2026, 11, 5), status="Pending"), row()
    for order in ((old, new), (new, old)):
        assert listed(*order).row(ask()) == new


def test_a_row_without_a_number_is_no_claim_that_can_be_known_again() -> None:
    assert listed(row("")).row(ask()) is None


def test_an_answer_from_before_there_was_a_list_is_asked_again() -> None:
    assert listed(row()).unchanged(item(LAST.model_copy(update={"listed_as": None})), NOW) is None


def test_another_number_in_the_list_is_opened() -> None:
    assert listed(row("E99")).unchanged(item(), NOW) is None


@pytest.mark.parametrize("state, days", [(ClaimState.PAID, TRUSTED_FOR), (ClaimState.PENDING, OPEN_FOR), (ClaimState.UNKNOWN, OPEN_FOR)])
def test_an_old_answer_is_opened_once_more_although_nothing_changed(state: ClaimState, days: timedelta) -> None:
    tonight, last = listed(row()), LAST.model_copy(update={"state": state})
    assert tonight.unchanged(item(last, at=NOW - days), NOW) is not None
    assert tonight.unchanged(item(last, at=NOW - days - timedelta(seconds=1)), NOW) is None


def test_a_claim_without_an_earlier_answer_is_opened() -> None:
    assert listed(row()).unchanged(item(None), NOW) is None


def test_an_answer_is_marked_with_its_row_and_only_with_its_own() -> None:
    found = ClaimStatusResult(outcome=Outcome.ANSWERED, payer_claim_no="E-77")
    assert listed(row()).marked(found, ask()).listed_as == mark(row())
    assert listed(row("E99")).marked(found, ask()).listed_as is None
    missing = ClaimStatusResult(outcome=Outcome.NOT_FOUND)
    assert listed(row()).marked(missing, ask()) == missing


@pytest.mark.parametrize("stands", [{}, {"status": "Pending", "paid": None, "processed": None}])
def test_what_an_answer_was_marked_with_is_known_again_the_next_night(stands: dict[str, Any]) -> None:
    marked = listed(row(**stands)).marked(LAST.model_copy(update={"listed_as": None}), ask())
    kept = ClaimStatusResult.model_validate_json(marked.model_dump_json())  # as the ledger keeps it
    assert listed(row(**stands)).unchanged(item(kept), NOW) is not None


def test_the_evidence_is_the_claims_own_row() -> None:
    shown = listed(row(), row("E90", dos_from=TODAY, dos_to=TODAY, patient="ROE, RICHARD")).shown(item())
    assert "E77" in shown
    assert "ROE" not in shown


def days(count: int, first: date = DOS, step: int = 1) -> list[ClaimStatusRequest]:
    return [ask(first + timedelta(days=step * n), claim_id=f"C{n}") for n in range(count)]


def test_a_span_holds_as_many_claims_as_the_portal_lists_at_once() -> None:
    found = list(windows(days(10, date(2026, 10, 1)), 4, TODAY))
    assert [(one.dos_from.day, one.dos_to.day) for one in found] == [(1, 4), (5, 8)]


def test_two_claims_are_not_worth_a_list() -> None:
    assert list(windows(days(2), 90, TODAY)) == []


def test_a_portal_that_does_not_say_how_long_a_span_may_be_is_asked_for_no_list() -> None:
    assert list(windows(days(9), 0, TODAY)) == []


def test_no_list_asks_for_days_to_come() -> None:
    (found,) = windows(days(9, TODAY - timedelta(days=3)), 90, TODAY)
    assert (found.dos_from, found.dos_to) == (TODAY - timedelta(days=3), TODAY)


def test_every_payer_and_every_tin_has_lists_of_its_own() -> None:
    asks = [*days(3), *(one.model_copy(update={"billing_tin": "987654321"}) for one in days(3))]
    assert [one.billing_tin for one in windows(asks, 90, TODAY)] == ["123456789", "987654321"]
