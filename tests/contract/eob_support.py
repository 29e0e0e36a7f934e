"""Questions about payments of the made-up world, and what a portal delivered held against it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payerbot.errors import AccessWanted, PortalError
from payerbot.model import Outcome, Patient
from payerbot.remittance import EobDelivery, EobRequest
from sandbox import truth, truth_eobs
from sandbox.world import PAYERS, PRACTICE, Remit
from tests.contract.support import Row, Site, changed_ask, hands_out

if TYPE_CHECKING:
    from sandbox.truth import Truth


def asked(row: Row, **changed: Any) -> EobRequest:
    """The question in a row of a payments file."""
    payer = PAYERS[row["payer_key"]]
    born = truth.parsed(row["patient_dob"])
    who = {"last": row["patient_last"], "first": row["patient_first"], "birth_date": born, "member_id": row["member_id"]}
    numbers = {name: row[name] for name in ("check_no", "claim_id", "payer_claim_no")}
    days = {name: truth.parsed(row[name]) for name in ("check_date", "dos_from", "dos_to")}
    ask = EobRequest(
        payer_key=payer.key,
        payer_label=payer.label,
        organization=PRACTICE.name,
        region=PRACTICE.state,
        billing_npi=row["billing_npi"],
        billing_tin=row["billing_tin"],
        **numbers,
        **days,
        amount=Decimal(row["check_amount"]) if row["check_amount"] else None,
        charge=Decimal(row["charge_amount"]) if row["charge_amount"] else None,
        patient=who if born else None,
    )
    return changed_ask(ask, changed) if set(changed) & set(Patient.model_fields) else ask.model_copy(update=changed)


def deliver(site: Site, row: Row, **changed: Any) -> EobDelivery:
    """Ask the portal for the EOB in a row."""
    answer: EobDelivery = site.portal.deliver_eob(asked(row, **changed))  # type: ignore[attr-defined]
    return answer


def true_of(site: Site, row: Row) -> Truth:
    return truth_eobs.payment(site.world, row, hands_out(site.portal.slug).HERE)


def remit_of(site: Site, number: str) -> Remit:
    return next(remit for remit in site.world.remits if truth_eobs.same_check(remit.check_no, number))


def documents_of(site: Site, remit: Remit) -> set[tuple[str, bytes]]:
    """Each document that the portal has of a payment: its medium and its bytes."""
    found: set[tuple[str, bytes]] = hands_out(site.portal.slug).of(remit)
    return found


def check_rows(site: Site, payer: str, *, printed: bool = True) -> list[Row]:
    """The rows of this payer's checks whose PDF is handed out (or, else, is not)."""
    rows = [row for row in site.world.payment_rows() if row["payer_key"] == payer and row["check_no"]]
    return [row for row in rows if ("pdf" in dict(documents_of(site, remit_of(site, row["check_no"])))) is printed]


def claim_row(site: Site, payer: str) -> Row:
    """The row that names a claim of this payer and no check."""
    return next(row for row in site.world.payment_rows() if row["payer_key"] == payer and not row["check_no"])


def pdfs(answer: EobDelivery) -> list[bytes]:
    return [document.data for document in answer.documents if document.medium == "pdf"]


def wrong(site: Site, row: Row, **changed: Any) -> list[str]:
    """In what a delivery differs from the truth, as far as it shows: how it ended, the payment's row, the documents to the byte."""
    try:
        answer = deliver(site, row, **changed)
    except AccessWanted:
        return [] if true_of(site, row).outcome == "needs_person" else ["gate"]
    return compared(site, row, answer)


def compared(site: Site, row: Row, answer: EobDelivery) -> list[str]:
    """In what this delivery differs from the truth."""
    true = true_of(site, row)
    if true.outcome not in ("answered", "unreadable"):
        return [] if (answer.outcome, answer.documents) == (Outcome(true.outcome), ()) else [f"{answer.outcome}, not {true.outcome}"]
    if answer.outcome is not Outcome.ANSWERED or answer.listed is None:
        return [f"{answer.outcome}, not {true.outcome}"]
    remit, seen = remit_of(site, true.fields["check_no"]), answer.listed
    found = []
    if (seen.check_date, seen.amount, seen.payer or PAYERS[remit.payer].label) != (
        remit.check_date,
        remit.amount,
        PAYERS[remit.payer].label,
    ):
        found.append("the payment's row")
    if not truth_eobs.same_check(seen.check_no, remit.check_no):
        found.append("check number")
    handed = {(document.medium, document.data) for document in answer.documents}
    return found if handed == documents_of(site, remit) else [*found, "documents"]


def wrong_rows(site: Site, rows: Sequence[Row]) -> list[str]:
    found = []
    for row in rows:
        try:
            said = wrong(site, row)
        except PortalError as trouble:
            said = [f"{type(trouble).__name__} {trouble}"]
            site.mend()
        if said:
            found.append(f"{row['payment_id']}: {', '.join(said)}")
    return found
