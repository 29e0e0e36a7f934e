"""What an EOB says: the questions about payments, what a portal delivers, and the remittance read out of it.

Money is Decimal dollars. A remittance is believed only when it balances to the cent: each line, each claim, the whole check.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from payerbot.model import Adjustment, Frozen, Patient, Request, Result

Medium = Literal["pdf", "csv", "835"]


class EobRequest(Request):
    """The EOB of one payment: by its check or EFT number, or by one claim that it paid."""

    check_no: str = ""  # "" where only the claim is known
    check_date: date | None = None
    amount: Decimal | None = None  # of the check, dollars
    claim_id: str = ""  # the practice's own number (CLM01)
    payer_claim_no: str = ""
    patient: Patient | None = None  # with a claim only
    dos_from: date | None = None
    dos_to: date | None = None
    charge: Decimal | None = None


class Document(Frozen):
    """One file that a portal handed out, as it came."""

    medium: Medium
    data: bytes
    source: Literal["portal_made", "payer_issued", "export", "mailbox"]


class ListedPayment(Frozen):
    """What the portal's own row says of the payment; the documents are proved against it and against the question."""

    check_no: str
    check_date: date | None = None
    amount: Decimal | None = None
    payer: str = ""
    payee: str = ""
    payee_npi: str = ""


class EobDelivery(Result):
    """What the portal gave: an outcome, the row it stands in, and the files. Nobody has read them yet."""

    listed: ListedPayment | None = None
    documents: tuple[Document, ...] = ()


class ProviderAdjustment(Frozen):
    """A provider-level adjustment of a check (835 PLB); a positive amount lowers the check."""

    code: str  # WO, FB, L6, 72, CS, J1, B2, IR
    amount: Decimal
    reference: str = ""


class RemitLine(Frozen):
    """One service line of a remittance: charge = paid + adjustments."""

    dos: date | None = None
    cpt: str = ""
    modifiers: tuple[str, ...] = ()
    units: str = ""
    charge: Decimal
    allowed: Decimal | None = None
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()


ClaimOutcome = Literal["paid", "zero_paid_patient_resp", "zero_paid_contract", "denied", "partial_denial", "reversal", "other"]


class RemitClaim(Frozen):
    """One claim of a remittance (835 CLP and what belongs to it): charge = paid + adjustments, its lines add up to it."""

    claim_id: str = ""  # CLP01, as the payer gives it back
    payer_claim_no: str = ""  # CLP07
    clp_status: str = ""  # CLP02: 1, 2, 3, 4, 19-23, 25; "" where the paper has words only
    outcome: ClaimOutcome = "other"  # vocabulary.md section 2.3
    patient_name: str = ""
    member_id: str = ""
    dos_from: date | None = None
    dos_to: date | None = None
    charge: Decimal
    paid: Decimal
    patient_resp: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()  # of the claim as a whole, beyond its lines'
    rarcs: tuple[str, ...] = ()  # of the claim as a whole
    lines: tuple[RemitLine, ...] = ()


class Remittance(Frozen):
    """One check or EFT: amount = sum of the claims' payments - sum of the PLBs."""

    payer: str = ""
    payee: str = ""
    payee_npi: str = ""
    payee_tin: str = ""
    check_no: str
    check_date: date | None = None
    amount: Decimal
    method: str = ""  # CHK, ACH, NON, ...
    claims: tuple[RemitClaim, ...] = ()
    plbs: tuple[ProviderAdjustment, ...] = ()


class EobResult(Result):
    """The EOB of one payment, proved to be the right one and read to the cent. `unreadable` where it does not balance or is a scan."""

    eob_id: str = ""  # the address of the file it was read from, in the evidence store
    file_sha256: str = ""  # of that file
    medium: Medium | None = None
    pages: int | None = None
    check_no: str | None = None
    check_date: date | None = None
    check_amount: Decimal | None = None
    payer_name: str | None = None
    payee_npi: str | None = None
    payee_tin: str | None = None
    claim: RemitClaim | None = None  # the claim asked about, where a claim was
    claim_count: int | None = None
    balance_ok: bool | None = None
    problems: tuple[str, ...] = ()  # what does not add up or does not fit the question; never a patient's data
    fetched: Literal["now", "before"] | None = None
    remittance: Remittance | None = None


def bare_number(number: str) -> str:
    """A check or claim number as it is compared: case, what separates its parts, and leading zeros do not count."""
    return re.sub(r"[^0-9a-z]", "", number.casefold()).lstrip("0")


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are the same; nothing is the same as an empty one."""
    return bool(bare_number(one)) and bare_number(one) == bare_number(other)
