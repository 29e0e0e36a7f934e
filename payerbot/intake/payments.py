"""A row of a payments file becomes a question about that payment's EOB: by its check or EFT number, or by one claim that it paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from payerbot.intake import reasons, values
from payerbot.intake.reader import Reader
from payerbot.model import Patient
from payerbot.remittance import EobRequest

PATIENT = ("patient_last", "patient_first", "patient_name", "patient_dob")


def ask(reader: Reader) -> EobRequest | None:
    """The question of a payment; None where it names neither a check nor a claim, or something cannot be read."""
    check = reader.optional("check_no", values.identifier, "")
    claim_id = reader.optional("claim_id", values.identifier, "")
    number = reader.optional("payer_claim_no", values.identifier, "")
    if not (check or claim_id or number or reader.rejects):
        reader.reject("check_no", f"{reasons.MISSING}, and so are the claim's numbers; give one of them")
    on = reader.optional("check_date", lambda cell: values.past_date(cell, reader.setting.today), None)
    begin, end = _days(reader)
    amount = reader.optional("check_amount", _amount, None)
    charge = reader.optional("charge_amount", values.charge, None)
    patient = _patient(reader, begin)
    asked, billing = reader.asked(on or begin), reader.billing()
    if not (asked and billing) or reader.rejects:
        return None
    return EobRequest(
        **reader.about(asked, billing),
        patient_key=reader.optional("patient_key", values.key, ""),
        check_no=check,
        check_date=on,
        amount=amount,
        claim_id=claim_id,
        payer_claim_no=number,
        patient=patient,
        dos_from=begin,
        dos_to=end,
        charge=charge,
    )


def _days(reader: Reader) -> tuple[date | None, date | None]:
    today = reader.setting.today
    begin = reader.optional("dos_from", lambda cell: values.past_date(cell, today), None)
    end = reader.optional("dos_to", lambda cell: values.past_date(cell, today), begin)
    if begin and end and end < begin:
        reader.reject("dos_to", "lies before the first date of service")
    return begin, end


def _amount(cell: str) -> Decimal:
    """A check may be of nothing: a notice of denials, or of money taken back. It is never less."""
    amount = values.money(cell)
    if amount < 0:
        raise values.BadValue("is less than nothing; a check never is")
    return amount


def _patient(reader: Reader, served: date | None) -> Patient | None:
    """Only where the row tells enough of one: a check is found without a patient."""
    if not all(map(reader.text, ("patient_dob", "member_id"))) or not any(map(reader.text, PATIENT[:3])):
        return None
    return reader.patient(served, "dos_from")
