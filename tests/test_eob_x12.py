"""Our own 835 reader: everything of the world's to the cent, what real files do, and nothing made up for what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payerbot.eob import balance, x12
from payerbot.eob.trouble import CannotRead
from sandbox.eobs.x12 import as_835
from tests.eob_support import adjustment, world, wrong

SEEDS = (7, 8, 20261120)
ISA = "ISA*00*          *00*          *ZZ*60054          *ZZ*004719283      *261120*0600*^*00501*000000001*0*P*:~"
CLAIM = (
    "CLP*HL1*1*180*61.6*50*12*M1*11*1~NM1*QC*1*VALDEZ*KEIKO****MI*W1~DTM*232*20260918~"
    "SVC*HC:90837:95*180*61.6**1~DTM*472*20260918~CAS*CO*45*68.4~CAS*PR*3*50~AMT*B6*111.6~LQ*HE*N381~"
)


def file(body: str, *, count: int | None = None, isa: str = ISA) -> bytes:
    """One interchange with one transaction around these segments."""
    segments = body.count("~") + 2
    inner = f"ST*835*0001~{body}SE*{segments if count is None else count}*0001~"
    return f"{isa}GS*HP*60054*004719283*20261120*0600*1*X*005010X221A1~{inner}GE*1*1~IEA*1*000000001~".encode()


HEAD = "BPR*I*61.6*C*CHK************20261112~TRN*1*0013141402*1999999999~N1*PR*AETNA~N1*PE*HARBORLIGHT*XX*1999900016~REF*TJ*004719283~LX*1~"
WHOLE = HEAD + CLAIM


@pytest.mark.parametrize("seed", SEEDS)
def test_every_835_of_the_world_is_read_to_the_cent(seed: int) -> None:
    found = {}
    for remit in world(seed).remits:
        (said,) = x12.read(as_835(remit))
        if problems := [*wrong(said, remit), *balance.problems(said)]:
            found[remit.check_no] = problems
    assert found == {}


def test_one_remittance_field_by_field() -> None:
    (said,) = x12.read(file(WHOLE))
    (claim,) = said.claims
    (line,) = claim.lines
    assert (said.check_no, said.check_date, said.amount, said.method) == ("0013141402", date(2026, 11, 12), Decimal("61.6"), "CHK")
    assert (said.payer, said.payee, said.payee_npi, said.payee_tin) == ("AETNA", "HARBORLIGHT", "1999900016", "004719283")
    assert (claim.claim_id, claim.payer_claim_no, claim.clp_status, claim.patient_resp) == ("HL1", "M1", "1", Decimal(50))
    assert (claim.patient_name, claim.member_id, claim.dos_from, claim.dos_to) == (
        "VALDEZ, KEIKO",
        "W1",
        date(2026, 9, 18),
        date(2026, 9, 18),
    )
    assert (line.cpt, line.modifiers, line.units) == ("90837", ("95",), "1")
    assert (line.charge, line.paid, line.allowed) == (Decimal(180), Decimal("61.6"), Decimal("111.6"))
    assert line.adjustments == (adjustment("CO-45", "68.4"), adjustment("PR-3", "50"))
    assert line.rarcs == ("N381",)
    assert claim.outcome == "paid"
    assert balance.problems(said) == ()


def test_separators_come_from_the_isa_and_line_ends_do_not_count() -> None:
    other = file(WHOLE).decode().translate(str.maketrans("*:~", "|>'"))
    with_lines = file(WHOLE).decode().replace("~", "~\r\n")
    assert x12.read(other.encode()) == x12.read(with_lines.encode()) == x12.read(b"\xef\xbb\xbf" + file(WHOLE)) == x12.read(file(WHOLE))


def test_several_checks_in_one_file_and_other_transactions_beside_them() -> None:
    one = f"ST*835*0001~{WHOLE}SE*{WHOLE.count('~') + 2}*0001~"
    two = one.replace("0013141402", "0013141403")
    other = "ST*277*0003~BHT*0085*08~SE*3*0003~"
    data = f"{ISA}GS*HP~{one}{two}{other}GE*3*1~IEA*1*000000001~".encode()
    assert [said.check_no for said in x12.read(data)] == ["0013141402", "0013141403"]


def test_six_reasons_in_one_cas_provider_adjustments_and_a_claim_of_its_own_adjustments() -> None:
    body = HEAD.replace("61.6", "40") + (
        "CLP*0*1*100*50**12*M1~CAS*CO*45*5**253*5~MOA***MA01*MA07~SVC*HC:90834*100*60~CAS*PR*1*10**2*10**3*5**96*5**204*5**142*5~"
        "PLB*1999900016*20261231*WO:M9*12.5*L6*-2.5~"
    )
    (said,) = x12.read(file(body))
    (claim,) = said.claims
    assert claim.claim_id == "", "0 is what a payer sends where the claim had no number"
    assert [each.amount for each in claim.lines[0].adjustments] == [10, 10, 5, 5, 5, 5]
    assert claim.adjustments == (adjustment("CO-45", 5), adjustment("CO-253", 5))
    assert claim.rarcs == ("MA01", "MA07")
    assert [(plb.code, plb.reference, plb.amount) for plb in said.plbs] == [("WO", "M9", Decimal("12.5")), ("L6", "", Decimal("-2.5"))]
    assert balance.problems(said) == ()


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "does not begin with an ISA"),
        (b"%PDF-1.4", "does not begin with an ISA"),
        (file(WHOLE)[:-1], "ends in the middle of a segment"),
        (file(WHOLE)[:400].rpartition(b"~")[0] + b"~", "ends before its IEA"),
        (file(WHOLE, count=3), "as many segments as it says"),
        (file(WHOLE).replace(b"SE*", b"SX*"), "no SE segment"),
        (file("").replace(b"ST*835", b"ST*999"), "no remittance"),
        (file(WHOLE.replace("TRN*1*0013141402", "TRN*1*")), "names no check"),
        (file(CLAIM), "no BPR segment"),
        (file(WHOLE.replace("BPR*I*61.6", "BPR*I*")), "an amount in a BPR segment is missing"),
        (file(WHOLE.replace("CLP*HL1*1*180*61.6", "CLP*HL1*1*180*")), "an amount in a CLP segment is missing"),
        (file(WHOLE.replace("*180*61.6**1~", "*180***1~")), "an amount in a SVC segment is missing"),
        (file(WHOLE.replace("CAS*CO*45*68.4", "CAS*CO*45*NaN")), "an amount in a CAS segment is missing"),
        (file(WHOLE.replace("CAS*CO*45*68.4", "CAS*XX*45*68.4")), "group code that is none"),
        (file(WHOLE.replace("CAS*CO*45*68.4", "CAS*CO**68.4")), "an amount without a reason"),
        (file(WHOLE.replace("DTM*472*20260918", "DTM*472*20261399")), "a date in a DTM segment"),
        (file(HEAD + "SVC*HC:90837*1*1~"), "before any claim"),
        (file(HEAD + HEAD), "names two checks"),
        (file(WHOLE, isa=ISA.replace("*", "A")), "names no separators"),
        (b"ISA" + b"x" * x12.LARGEST, "too large"),
    ],
)
def test_what_is_malformed_is_an_error_in_plain_words_without_a_patient(data: bytes, why: str) -> None:
    with pytest.raises(CannotRead, match=why) as trouble:
        x12.read(data)
    assert "VALDEZ" not in str(trouble.value)
