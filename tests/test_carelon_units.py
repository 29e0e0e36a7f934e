"""What the practice counts in what the form counts: half hours for testing, days for programs, visits; and nothing that is not certain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from payerbot.authorization import AuthRequest, AuthService, UnitType
from payerbot.model import Patient
from portals.carelon import read_auths


def ask_for(code: str, units: str, unit_type: UnitType, **changed: Any) -> AuthRequest:
    told: dict[str, Any] = {
        "payer_key": "carelon_direct",
        "payer_label": "CARELON BEHAVIORAL HEALTH",
        "organization": "Harborlight Counseling Group",
        "region": "VA",
        "billing_npi": "1999900016",
        "billing_tin": "004719283",
        "patient": Patient(last="Quill", first="Ada", birth_date=date(1990, 2, 3), member_id="900000001"),
        "request_id": "A-1",
        "level_of_care": "outpatient",
        "services": (AuthService(code=code, units=Decimal(units), unit_type=unit_type),),
        "start_date": date(2026, 11, 23),
        "end_date": date(2027, 2, 21),
        "diagnoses": ("F33.1",),
        "pos": "11",
        "requesting_npi": "1999900016",
        "servicing_npi": "1999901006",
        "contact_name": "Dana Whitlock",
        "contact_phone": "804-555-0142",
        "approved_by": "Dana Whitlock",
        "approved_at": datetime(2026, 11, 19, 12, tzinfo=UTC),
    }
    return AuthRequest(**(told | changed))


@pytest.mark.parametrize(
    "code, units, unit_type, given, counted",
    [
        ("96136", "1", "UN", 1, "30-minute units"),
        ("96137", "5", "FL", 5, "30-minute units"),
        ("96130", "1", "UN", 2, "30-minute units"),
        ("96131", "3", "UN", 6, "30-minute units"),
        ("96130", "2", "HS", 4, "30-minute units"),
        ("96136", "1.5", "HS", 3, "30-minute units"),
        ("90837", "12", "VS", 12, "Visits"),
        ("90837", "12", "UN", 12, "Visits"),
        ("S9480", "18", "DY", 18, "Days"),
        ("H0035", "15", "VS", 15, "Days"),
    ],
)
def test_what_is_certain_is_converted(code: str, units: str, unit_type: UnitType, given: int, counted: str) -> None:
    ask = ask_for(code, units, unit_type)
    assert read_auths.cannot_be_asked(ask) == ("", "")
    chosen = read_auths.choices(ask)
    assert (chosen.units, chosen.unit_name) == (given, counted)


@pytest.mark.parametrize(
    "code, units, unit_type",
    [
        ("96130", "2", "VS"),
        ("96136", "1", "DY"),
        ("96136", "90", "MN"),
        ("96136", "0.25", "HS"),
        ("90837", "12", "HS"),
        ("90837", "12", "DY"),
        ("90837", "2.5", "VS"),
        ("90837", "0", "VS"),
        ("96131", "600", "UN"),
    ],
)
def test_what_is_not_certain_goes_to_a_person(code: str, units: str, unit_type: UnitType) -> None:
    ask = ask_for(code, units, unit_type)
    assert read_auths.units(ask) is None
    assert read_auths.cannot_be_asked(ask)[0] == "units"


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"pos": "22"}, "pos"),
        ({"level_of_care": "inpatient psychiatric"}, "level_of_care"),
        ({"request_type": "cancel"}, "request_type"),
        ({"note": "x" * 2001}, "note"),
        ({"diagnoses": ("F33.1",) * 6}, "diagnoses"),
    ],
)
def test_what_the_form_has_no_place_for_is_said_before_it_is_opened(changed: dict[str, Any], field: str) -> None:
    assert read_auths.cannot_be_asked(ask_for("90837", "12", "VS", **changed))[0] == field


def test_the_lists_follow_from_the_service_the_place_and_the_kind_of_service() -> None:
    chosen = read_auths.choices(ask_for("96130", "1", "UN", pos="10", service_type="AI"))
    assert chosen[:3] == ("Substance Use", "Outpatient", "Psych Testing - Telehealth")
    assert read_auths.choices(ask_for("S9480", "9", "DY", pos="52"))[:3] == ("Mental Health", "Intensive Outpatient", "IOP - Facility")
