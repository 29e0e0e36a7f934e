"""A row of a schedule becomes a question about coverage."""

from __future__ import annotations

from payerbot.intake import values
from payerbot.intake.reader import Reader
from payerbot.model import EligibilityRequest

SERVICE_TYPES = ("MH", "98", "30")


def ask(reader: Reader) -> EligibilityRequest | None:
    """The question of a visit; None where something needed is missing."""
    zone = reader.setting.practice.zone
    day = reader.needed("start_at", lambda cell: values.near_date(cell, reader.setting.today, zone))
    patient = reader.patient(day, "start_at")
    kind = reader.optional("service_type", values.service_type, SERVICE_TYPES[0])
    asked, billing = reader.asked(day), reader.billing()
    rendering = reader.rendering()
    if not (day and patient and asked and billing) or reader.rejects:
        return None
    return EligibilityRequest(
        **reader.about(asked, billing),
        rendering_npi=rendering,
        patient_key=reader.optional("patient_key", values.key, ""),
        patient=patient,
        service_date=day,
        service_types=tuple(dict.fromkeys((kind, *SERVICE_TYPES))),
    )
