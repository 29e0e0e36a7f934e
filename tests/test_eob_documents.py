"""The made-up remittance documents: what they say adds up, the same seed makes the same bytes, and the 835 is one."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO

import pdfplumber
import pytest

from sandbox.eobs import style
from sandbox.eobs.documents import check_summary, drawn, payer_issued
from sandbox.eobs.listing import as_csv
from sandbox.eobs.style import Style
from sandbox.eobs.x12 import as_835
from sandbox.world import AVAILITY, PRACTICE, SEED, Remit, World

ZERO = Decimal("0.00")
STYLES = {"made": style.AVAILITY_MADE, "ledger": style.LEDGER, "boxes": style.BOXES, "printout": style.PRINTOUT}
every_style = pytest.mark.parametrize("look", STYLES.values(), ids=STYLES)


@cache
def world() -> World:
    return World.generate(SEED, 40, 60)


def with_case(case: str) -> Remit:
    return next(r for r in world().remits if case in r.cases)


def corrected(payer: str) -> Remit:
    return next(r for r in world().remits if r.payer == payer and {"reversed", "paid"} <= {c.state for c in r.claims})


def pages(remit: Remit, look: Style, most: int | None = None) -> tuple[str, ...]:
    with pdfplumber.open(BytesIO(drawn(remit, look))) as pdf:
        return tuple(page.extract_text() for page in pdf.pages[:most])


def text(remit: Remit, look: Style) -> str:
    return "\n".join(pages(remit, look))


# -- the PDFs


@every_style
def test_it_names_the_check_and_the_payee(look: Style) -> None:
    check = with_case("plb_recoupment")
    said = text(check, look)
    number = check.check_no if look.zeros else check.check_no.lstrip("0")
    for fact in (number, look.date(check.check_date), look.money(check.amount), PRACTICE.tin, PRACTICE.npis[0], PRACTICE.name.upper()):
        assert fact in said


@every_style
def test_every_claim_line_and_code_stands_in_it(look: Style) -> None:
    check = with_case("posted_L6")
    said = text(check, look)
    for claim in check.claims:
        assert claim.payer_claim_no in said
        assert claim.member_id in said
        assert claim.claim_id in said
        for line in claim.lines:
            assert look.money(line.charge) in said
            assert look.money(line.paid) in said
            assert all(look.money(a.amount) in said for a in line.adjustments)
            assert all(code in said for code in line.rarcs)
    shares = {"1", "2", "3"} if look.splits_shares else set()
    codes = {look.code(a.group, a.carc) for c in check.claims for a in c.adjustments if a.group != "PR" or a.carc not in shares}
    assert all(code in said for code in codes)
    assert re.search(rf"L6.*{re.escape(check.plbs[0].reference)} +{re.escape(look.money(check.plbs[0].amount))}", said)


@pytest.mark.parametrize(
    "look,minus",
    [(style.AVAILITY_MADE, "-$180.00"), (style.LEDGER, "(180.00)"), (style.BOXES, "180.00-"), (style.PRINTOUT, "-180.00")],
    ids=STYLES,
)
def test_a_reversal_is_written_with_the_documents_own_minus(look: Style, minus: str) -> None:
    check = corrected("anthem")
    assert minus in text(check, look)
    assert next(c for c in check.claims if c.state == "reversed").claim_id.startswith("HL")


@every_style
def test_forty_claims_take_many_pages_with_a_header_on_each_and_a_claim_goes_over_the_edge(look: Style) -> None:
    check = with_case("eob_40_claims")
    said = pages(check, look, 4)
    assert len(said) == 4
    assert all(page.startswith(look.title) and f"Page {n}" in page for n, page in enumerate(said, start=1))
    heads = [page.split("\n", 3)[2] for page in said[1:]]  # what comes first below the page's own header
    first_label = next(iter(look.claim))
    assert any(not head.startswith(first_label) for head in heads)


def test_totals_stand_under_claims_in_some_documents_only() -> None:
    check = with_case("plb_recoupment")
    assert text(check, style.LEDGER).count("CLAIM TOTAL") == len(check.claims)
    assert "otal" not in text(check, style.BOXES).replace("Total Charge", "").replace("Total Paid", "")


def test_remarks_wrap_and_a_legend_follows_in_one_of_them() -> None:
    said = text(with_case("posted_L6"), style.LEDGER)
    assert "REMARKS M51, MA130: this line was processed" in said
    assert "CODES USED IN THIS ADVICE" in said
    assert "45 CO see the code list" in said


@every_style
def test_the_same_check_makes_the_same_bytes(look: Style) -> None:
    check = with_case("posted_WO")
    again = next(r for r in World.generate(SEED, 40, 60).remits if r.check_no == check.check_no)
    assert drawn(check, look) == drawn(again, look)


def test_a_scan_is_a_picture_without_text_and_the_same_each_time() -> None:
    check = with_case("eob_scanned")
    scan = payer_issued(check)
    assert scan == payer_issued(check) == check_summary(check)
    with pdfplumber.open(BytesIO(scan)) as pdf:
        assert [page.extract_text() for page in pdf.pages] == [""]
        assert len(pdf.pages[0].images) == 1


# -- the world's checks


@pytest.mark.parametrize("payer", AVAILITY)
def test_every_payer_has_checks_of_every_kind_on_the_first_night(payer: str) -> None:
    checks = [r for r in world().remits if r.payer == payer]
    states = {c.state for r in checks for c in r.claims}
    assert {"paid", "paid_zero", "denied", "partly_denied", "reversed"} <= states
    assert {"WO", "FB", "L6", "CS"} <= {p.code for r in checks for p in r.plbs}
    assert any(r.method == "NON" and r.amount == 0 and [p.code for p in r.plbs] == ["FB"] for r in checks)
    assert corrected(payer).method in ("ACH", "CHK")
    assert any(len({a.carc for a in line.adjustments if a.group == "CO"}) > 1 for r in checks for c in r.claims for line in c.lines)


def test_every_check_balances_at_line_claim_and_check() -> None:
    for check in world().remits:
        for claim in check.claims:
            for line in claim.lines:
                assert line.charge == (line.paid or ZERO) + sum((a.amount for a in line.adjustments), ZERO)
            assert claim.charge == sum((line.charge for line in claim.lines), ZERO)
            assert claim.paid == sum((line.paid or ZERO for line in claim.lines), ZERO)
        assert check.amount == sum((c.paid or ZERO for c in check.claims), ZERO) - sum((p.amount for p in check.plbs), ZERO)


# -- 835 and list


def segments(remit: Remit) -> list[list[str]]:
    return [part.strip().split("*") for part in as_835(remit).decode().split("~") if part.strip()]


def test_the_835_is_framed_counted_and_balanced() -> None:
    for check in world().remits:
        parts = segments(check)
        names = [part[0] for part in parts]
        assert names[:3] == ["ISA", "GS", "ST"]
        assert names[-3:] == ["SE", "GE", "IEA"]
        assert len(as_835(check).split(b"~")[0]) == 105  # the ISA has one length only
        assert int(parts[-3][1]) == names.index("SE") - names.index("ST") + 1
        assert parts[0][13] == parts[-1][2]
        bpr = next(part for part in parts if part[0] == "BPR")
        assert len(bpr) == 17
        plbs = sum((Decimal(part[n]) for part in parts if part[0] == "PLB" for n in range(4, len(part), 2)), ZERO)
        assert Decimal(bpr[2]) == sum((Decimal(part[4]) for part in parts if part[0] == "CLP"), ZERO) - plbs


def test_the_835_has_a_claims_lines_and_reasons() -> None:
    parts = segments(corrected("humana"))
    clp = next(part for part in parts if part[0] == "CLP" and part[2] == "22")
    assert Decimal(clp[3]) < 0
    at = parts.index(clp)
    following = [part[0] for part in parts[at + 1 : at + 9]]
    assert following[:6] == ["NM1", "NM1", "DTM", "DTM", "SVC", "DTM"]
    mixed = segments(with_case("posted_L6"))
    assert any(part[:2] == ["CAS", "CO"] and len(part) > 5 and part[5] == "253" for part in mixed)
    assert ["LQ", "HE", "MA130"] in mixed


def test_the_list_is_a_csv_in_the_portals_columns() -> None:
    checks = [r for r in world().remits if r.payer == "magellan"]
    rows = list(csv.DictReader(StringIO(as_csv(checks).decode("utf-8-sig"))))
    assert list(rows[0]) == ["Check/EFT #", "Check/EFT Date", "Payer", "Payee", "Received by Availity", "Check/EFT Amount"]
    assert [row["Check/EFT #"] for row in rows] == [r.check_no.lstrip("0") for r in checks]
