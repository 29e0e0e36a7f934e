"""A row of an open-claims file becomes a question about that claim."""

from __future__ import annotations

from payerbot.intake import values
from payerbot.intake.reader import Reader
from payerbot.model import ClaimStatusRequest


def ask(reader: Reader) -> ClaimStatusRequest | None:
    """The question of an open claim; None where something needed is missing."""
    today = reader.setting.today
    begin = reader.needed("dos_from", lambda cell: values.past_date(cell, today))
    end = reader.optional("dos_to", lambda cell: values.past_date(cell, today), begin)
    if begin and end and end < begin:
        reader.reject("dos_to", "lies before the first date of service")
    claim_id = reader.needed("claim_id", values.identifier)
    number = reader.optional("payer_claim_no", values.identifier, "")
    charge = reader.needed("charge_amount", values.charge)
    sent = reader.optional("first_sent_date", lambda cell: values.past_date(cell, today), None)
    patient = reader.patient(begin, "dos_from", id_needed=not number)
    asked, billing = reader.asked(begin), reader.billing()
    rendering = reader.rendering()
    if not (begin and end and claim_id and patient and asked and billing) or charge is None or reader.rejects:
        return None
    return ClaimStatusRequest(
        **reader.about(asked, billing),
        rendering_npi=rendering,
        patient_key=reader.optional("patient_key", values.key, ""),
        patient=patient,
        claim_id=claim_id,
        payer_claim_no=number,
        dos_from=begin,
        dos_to=end,
        charge=charge,
        first_sent=sent,
    )
