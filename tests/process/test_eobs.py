"""EOBs from a payments file to service lines that add up to the check, and nothing fetched twice."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from payerbot.remittance import same_number
from sandbox import truth_eobs
from sandbox.eobs.ways import GATED, WAYS, withheld
from sandbox.world import AS_OF, Remit
from tests.conftest import TENANT
from tests.process import support

Row = Mapping[str, str]


def remit_of(row: Row) -> Remit:
    return next(r for r in support.world().remits if r.payer == row["payer_key"] and same_number(r.check_no, row["check_no"]))


def payments() -> list[Row]:
    """A check of every layout, the richest there is; one of them again without its zeros, and a claim that it paid; a scan, and none."""
    named = [{**row, "tenant": TENANT} for row in support.world().payment_rows() if row["check_no"]]
    printed = [row for row in named if row["payer_key"] in set(WAYS) - GATED and not withheld(remit_of(row))]
    chosen = {row["payer_key"]: row for row in sorted(printed, key=richness)}  # the last one stays
    aetna = chosen["aetna"]
    claim = next(c for c in remit_of(aetna).claims if c.state == "paid" and c.claim_id)
    by_claim = {name: "" if name.startswith("check") else value for name, value in aetna.items()}
    by_claim |= {"payment_id": "P-2", "claim_id": claim.claim_id, "payer_claim_no": claim.payer_claim_no}
    return [
        *chosen.values(),
        {**aetna, "payment_id": "P-1", "check_no": aetna["check_no"].lstrip("0"), "check_date": "", "check_amount": ""},
        {**by_claim, "dos_from": claim.dos_from.isoformat()},
        next(row for row in printed if remit_of(row).scanned),
        {**aetna, "payment_id": "P-3", "check_no": "0099887766"},
    ]


def richness(row: Row) -> int:
    """How much there is to get wrong; of a scan nothing, of forty claims more than a test has time for."""
    remit = remit_of(row)
    if remit.scanned or len(remit.claims) > 10:
        return 0
    return len({a.carc for c in remit.claims for a in c.adjustments}) + 5 * len(remit.plbs)


def write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def fetched(office: support.Office) -> list[str]:
    """The check numbers of the documents that the portal handed out, a document a time."""
    return [event["check_no"].lstrip("0") for event in office.twin.records("eob") if event["source"] != "list"]


def disagreements(said: list[dict[str, str]], row: Row) -> list[str]:
    true = truth_eobs.payment(support.world(), row)
    of_it = [line for line in said if same_number(line["check_or_eft"], row["check_no"])]
    provider = [line for line in of_it if line["clp_status"] == "PLB"]
    found = truth_eobs.line_disagreements([line for line in of_it if line["clp_status"] != "PLB"], true)
    if sum((Decimal(line["paid"]) for line in of_it), Decimal(0)) != Decimal(true.fields["check_amount"]):
        found.append("the lines do not add up to the check")
    plbs = ";".join(map(provider_adjustment, provider))
    return found if plbs == true.plbs else [*found, "provider adjustments"]


def provider_adjustment(line: Row) -> str:
    """As the truth writes it."""
    code, _, amount = line["adjustments"].removeprefix("PLB-").partition(":")
    return f"{code} {line['payer_claim_no']}".strip() + f":{amount}"


@pytest.mark.deep
def test_payments_in_service_lines_out_right_to_the_cent_and_the_next_day_fetches_nothing(office: support.Office) -> None:
    rows = payments()
    file = write(office.folder / "payments.csv", rows)
    with office.twin.with_fault("truncated-pdf@eob-pdf:1"), office.cli("run", "eobs", file.name) as command:
        code, out, err = command.ended()
    assert code == 0, out + err
    answers, lines = read(office.folder / "payments.answers.csv"), read(office.folder / "payments.eob_lines.csv")
    checks, scan = rows[:-4], rows[-2]
    assert [row["outcome"] for row in answers] == ["answered"] * (len(checks) + 2) + ["unreadable", "not_found"]
    assert [row["to_do"].split(" - ")[0] for row in answers] == ["POST"] * (len(checks) + 2) + ["READ IT", "NOT FOUND"]
    assert [wrong for row in checks for wrong in disagreements(lines, row)] == []
    assert {line["check_or_eft"].lstrip("0") for line in lines} == {row["check_no"].lstrip("0") for row in checks}, (
        "a check came in unasked"
    )
    assert [row["fetched"] for row in answers] == ["now"] * len(checks) + ["before", "before", "now", ""]
    once = sorted(row["check_no"].lstrip("0") for row in (*checks, scan))
    assert sorted(set(fetched(office))) == once
    assert len(fetched(office)) == len(once) + 1, "the one that was cut off is asked for once more, and no other"

    office.twin.reset_records()
    office.set_variable("PAYERBOT_DEV_TODAY", (AS_OF + timedelta(days=1)).isoformat())
    read_before = write(office.folder / "again.csv", rows[:-2])
    with office.cli("run", "eobs", read_before.name) as command:
        code, out, err = command.ended()
    assert code == 0, out + err
    assert f"{len(rows) - 2} rows need no portal" in out
    assert office.twin.records("sign_in") == office.twin.records("eob") == office.twin.records("request") == [], (
        "somebody went there for nothing"
    )
    assert read(office.folder / "again.eob_lines.csv") == lines

    with office.cli("run", "eobs", write(office.folder / "anew.csv", [rows[0]]).name, "--again") as command:
        code, out, err = command.ended()
    assert code == 0, out + err
    assert fetched(office) == [rows[0]["check_no"].lstrip("0")]

    exported = office.folder / "exported"
    with office.cli("eobs", "export", "--to", str(exported)) as command:
        code, out, err = command.ended()
    assert code == 0, out + err
    documents = sorted(exported.iterdir())
    assert exported.stat().st_mode & 0o777 == 0o700
    assert len(documents) == len(once)
    assert all(path.read_bytes().startswith(b"%PDF-") for path in documents)
    assert {path.stem for path in documents} == {f"eob-{row['eob_id'][:16]}" for row in answers if row["eob_id"]}

    assert leaks(office.home, [remit_of(row) for row in checks]) == []


def leaks(home: Path, remits: list[Remit]) -> list[str]:
    """Files of payerbot's own in which a patient, a claim or a document can be read; the result is where the practice wanted it."""
    claims = [claim for remit in remits for claim in remit.claims]
    words = {
        text for claim in claims for text in (claim.patient.last, claim.claim_id, claim.payer_claim_no, claim.member_id) if len(text) > 4
    }
    planted = [b"%PDF-", *(word.casefold().encode() for word in words)]
    files = [path for path in home.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(word in path.read_bytes().lower() for word in [each.lower() for each in planted])]
