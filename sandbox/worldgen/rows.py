"""The practice's files: visits, open claims and payments in the canonical columns, clean or with the blemishes of a real export.

Values that are the same on every row (tenant, billing NPI, TIN) stand in the practice's own set-up and are left out.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.world_model import Claim, Member, Provider, Remit, Visit

if TYPE_CHECKING:
    from sandbox.world import World

Row = dict[str, str]
ZONE = ZoneInfo("America/New_York")
EXAMPLE_VISITS, EXAMPLE_CLAIMS = 40, 60
NAMES: dict[str, str] = {  # payers as the practice's files name them
    "aetna": "Aetna",
    "anthem": "Anthem BCBS",
    "carelon": "Anthem Carelon",
    "humana": "Humana",
    "magellan": "Magellan",
    "uhc": "UnitedHealthcare",
    "optum": "Optum",
    "cigna": "Cigna",
    "evernorth": "Evernorth",
    "tricare_west": "TriWest",
    "medicaid_ri": "RI Medicaid",
    "medicaid_co": "Health First Colorado",
    "medicaid_nv": "Nevada Medicaid",
    "medicaid_in": "Indiana Medicaid",
    "carelon_direct": "Carelon Behavioral Health",
    "medicare": "Medicare",
    "other": "Regional Employers Trust",
}
TENANT = "harborlight"
PAYMENT_COLUMNS = (
    "tenant", "payment_id", "payer_key", "payer_name", "payer_id", "check_no", "check_date", "check_amount", "claim_id", "payer_claim_no",
    "patient_last", "patient_first", "patient_dob", "member_id", "dos_from", "dos_to", "charge_amount", "billing_npi", "billing_tin",
)  # fmt: skip
EXAMPLE_PAYMENT_DAYS = 10
KEPT_CASES = frozenset({"eob_40_claims", "eob_scanned", "plb_recoupment"})  # in the example however old they are
US_DATE_EVERY = 7  # each so manieth row has its dates as M/D/YYYY


def visit(booked: Visit, member: Member, provider: Provider | None) -> Row:
    """One row of schedule.csv."""
    start = booked.start.replace(tzinfo=ZONE)
    plan = next(c for c in member.coverages if c.payer == booked.payer)
    return {
        "appointment_id": booked.appointment_id,
        "start_at": start.isoformat(),
        "end_at": (start + timedelta(minutes=booked.minutes)).isoformat(),
        "appointment_status": "scheduled",
        **_patient(member),
        "patient_sex": member.known_as.sex,
        "subscriber_relation": member.relation,
        **_subscriber(member),
        **_payer(booked.payer),
        "member_id": plan.filed_id,
        "rendering_npi": booked.rendering_npi,
        "rendering_name": f"{provider.last}, {provider.first}" if provider else "",
        "cpt_planned": booked.cpt,
        "pos": booked.pos,
        "telehealth_mode": booked.mode,
        "is_new_patient": "Y" if booked.is_new else "N",
    }


def claim(sent: Claim, member: Member) -> Row:
    """One row of open_claims.csv."""
    return {
        "claim_id": sent.claim_id,
        **_patient(member),
        **_payer(sent.payer),
        "member_id": sent.filed_member_id,
        "payer_claim_no": sent.filed_claim_no,
        "dos_from": sent.dos_from.isoformat(),
        "dos_to": sent.dos_to.isoformat(),
        "charge_amount": str(sent.charge),
        "rendering_npi": sent.rendering_npi,
        "cpt": ";".join(line.cpt for line in sent.lines),
        "modifiers": ";".join(" ".join(line.modifiers) for line in sent.lines) if any(line.modifiers for line in sent.lines) else "",
        "units": ";".join(str(line.units) for line in sent.lines),
        "dx": sent.dx,
        "pos": sent.pos,
        "frequency_code": sent.frequency,
        "first_sent_date": sent.sent.isoformat(),
        "balance_insurance": str(sent.charge),
    }


def _patient(member: Member) -> Row:
    who = member.known_as
    return {"patient_key": member.key, "patient_last": who.last, "patient_first": who.first, "patient_dob": who.birth_date.isoformat()}


def _subscriber(member: Member) -> Row:
    if member.relation == "self":
        return {"subscriber_last": "", "subscriber_first": "", "subscriber_dob": ""}
    head = member.subscriber
    return {"subscriber_last": head.last, "subscriber_first": head.first, "subscriber_dob": head.birth_date.isoformat()}


def _payer(key: str) -> Row:
    return {"payer_key": key, "payer_name": NAMES.get(key, key.replace("_", " ").title())}


def check(sent: Remit, number: int, payer_id: str) -> Row:
    """One row of payments.csv that names a check."""
    return _payment(number, sent.payer, payer_id) | {
        "check_no": sent.check_no,
        "check_date": sent.check_date.isoformat(),
        "check_amount": str(sent.amount),
        "billing_npi": sent.claims[0].billing_npi,
        "billing_tin": sent.claims[0].billing_tin,
    }


def paid_claim(sent: Claim, member: Member, number: int, payer_id: str) -> Row:
    """One row of payments.csv that knows a claim only, and no check."""
    who = {name: value for name, value in _patient(member).items() if name in PAYMENT_COLUMNS}
    return _payment(number, sent.payer, payer_id) | {
        "claim_id": sent.claim_id,
        "payer_claim_no": sent.payer_claim_no,
        **who,
        "member_id": sent.filed_member_id,
        "dos_from": sent.dos_from.isoformat(),
        "dos_to": sent.dos_to.isoformat(),
        "charge_amount": str(sent.charge),
        "billing_npi": sent.billing_npi,
        "billing_tin": sent.billing_tin,
    }


def _payment(number: int, payer: str, payer_id: str) -> Row:
    names = {"tenant": TENANT, "payment_id": f"PMT{70000 + number}", **_payer(payer), "payer_id": payer_id}
    return dict.fromkeys(PAYMENT_COLUMNS, "") | names


# -- blemishes


def messy_payments(clean: list[Row], unpaid: Row) -> list[Row]:
    """Some dates as people type them; one payment twice; a number without its zeros; and at the end what matches nothing.

    That is: an unknown number, a check of another payer, another amount, another day, a claim that is not paid yet, no check and no claim
    at all, and a day that does not exist.
    """
    out = [us_dates(row, ("check_date",)) if i % US_DATE_EVERY == 3 and row["check_date"] else dict(row) for i, row in enumerate(clean)]  # noqa: PLR2004
    checks = [row for row in clean if row["check_no"] and row["payer_key"] in ("aetna", "anthem", "humana")]
    first, other = checks[0], next(row for row in checks if row["payer_key"] != checks[0]["payer_key"])
    out.insert(len(out) // 2, dict(out[1]))
    bare = first["check_no"].lstrip("0")
    changes: tuple[Row, ...] = (
        {"check_no": bare},
        {"check_no": bare, "check_date": "", "check_amount": ""},
        {"check_no": "0099887766"},
        {"check_no": other["check_no"], "check_date": other["check_date"], "check_amount": other["check_amount"]},
        {"check_amount": f"{float(first['check_amount']) + 10:.2f}"},
        {"check_date": (date.fromisoformat(first["check_date"]) - timedelta(days=9)).isoformat()},
        {"check_no": "", "check_date": "", "check_amount": ""},
        {"check_date": "11/31/2026"},
    )
    return [*out, unpaid, *(first | {"payment_id": f"{first['payment_id']}-{n}"} | change for n, change in enumerate(changes, start=1))]


def messy_visits(clean: list[Row]) -> list[Row]:
    """Some dates as people type them; the second row once more; and at the end a mistyped NPI and a day that does not exist."""
    out = [us_dates(row, ("patient_dob",)) if i % US_DATE_EVERY == 3 else dict(row) for i, row in enumerate(clean)]  # noqa: PLR2004
    out.insert(len(out) // 2, dict(out[1]))
    typo, impossible = dict(clean[4]), dict(clean[9])
    typo |= {"appointment_id": typo["appointment_id"] + "-B", "rendering_npi": mistyped(typo["rendering_npi"])}
    impossible |= {"appointment_id": impossible["appointment_id"] + "-B", "patient_dob": "1988-02-30"}
    return [*out, typo, impossible]


def messy_claims(clean: list[Row]) -> list[Row]:
    """Some dates as people type them; the second row once more; and at the end a mistyped NPI, an impossible day, an unknown payer."""
    dates = ("patient_dob", "dos_from", "dos_to")
    out = [us_dates(row, dates) if i % US_DATE_EVERY == 3 else dict(row) for i, row in enumerate(clean)]  # noqa: PLR2004
    out.insert(len(out) // 2, dict(out[1]))
    typo, impossible, unknown = dict(clean[4]), dict(clean[9]), dict(clean[14])
    typo |= {"claim_id": typo["claim_id"] + "B", "rendering_npi": mistyped(typo["rendering_npi"])}
    impossible |= {"claim_id": impossible["claim_id"] + "B", "dos_from": "11/31/2026", "dos_to": "11/31/2026"}
    unknown |= {"claim_id": unknown["claim_id"] + "B", "payer_key": "", "payer_name": "Sunrise Mutual Aid"}
    return [*out, typo, impossible, unknown]


def mistyped(npi: str) -> str:
    """The number with its last two digits swapped, or the last one off by one where they are alike."""
    swapped = npi[:-2] + npi[-1] + npi[-2]
    return swapped if swapped != npi else npi[:-1] + str((int(npi[-1]) + 1) % 10)


def us_dates(row: Row, columns: Iterable[str]) -> Row:
    """The same row with these dates as people type them."""
    changed = dict(row)
    for column in columns:
        day = date.fromisoformat(row[column])
        changed[column] = f"{day.month}/{day.day}/{day.year}"
    return changed


# -- files


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def examples(world: World, folder: Path) -> tuple[Path, ...]:
    """Write schedule.csv, open_claims.csv, payments.csv, and auth_requests.csv with its attachments."""
    from sandbox.worldgen import requests  # noqa: PLC0415 -- it stands on the payers' rules, and those on the world

    folder.mkdir(parents=True, exist_ok=True)
    schedule, claims = folder / "schedule.csv", folder / "open_claims.csv"
    write(schedule, world.schedule_rows(messy=True))
    write(claims, world.open_claim_rows(messy=True))
    payments = folder / "payments.csv"
    write(payments, world.payment_rows(messy=True, days=EXAMPLE_PAYMENT_DAYS))
    asked = folder / "auth_requests.csv"
    write(asked, world.auth_request_rows(messy=True))
    return schedule, claims, payments, asked, *requests.write_files(world, folder)


def main(argv: list[str], generate: Callable[[int, int, int, date], World], seed: int, as_of: date) -> int:
    """``python -m sandbox.world examples --out DIR``."""
    parser = argparse.ArgumentParser("python -m sandbox.world", description="Write a practice's files about the made-up world.")
    commands = parser.add_subparsers(required=True)
    made = commands.add_parser("examples", help="schedule.csv, open_claims.csv, payments.csv and auth_requests.csv")
    made.add_argument("--seed", type=int, default=seed)
    made.add_argument("--members", type=int, default=EXAMPLE_VISITS)
    made.add_argument("--claims", type=int, default=EXAMPLE_CLAIMS)
    made.add_argument("--as-of", type=date.fromisoformat, default=as_of)
    made.add_argument("--out", type=Path, default=Path("examples"))
    asked = parser.parse_args(argv)
    for path in examples(generate(asked.seed, asked.members, asked.claims, asked.as_of), asked.out):
        print(path)  # noqa: T201 -- a command prints
    return 0
