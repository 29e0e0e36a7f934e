"""The 835 (005010X221A1) of one check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox.eobs.facts import in_groups, payee_npi
from sandbox.eobs.style import clp
from sandbox.world import PAYERS, PRACTICE
from sandbox.world_model import Adjustment, Claim, Remit, ServiceLine

SIX = 6  # a CAS holds six reasons, a PLB six adjustments


def as_835(remit: Remit) -> bytes:
    """One interchange with one transaction."""
    day, control = remit.check_date, f"{int(remit.check_no) % 10**9:09d}"
    body = list(_transaction(remit))
    sides = f"ZZ*{PAYERS[remit.payer].payer_id:<15}*ZZ*{PRACTICE.tin:<15}"
    out = [
        f"ISA*00*{'':10}*00*{'':10}*{sides}*{day:%y%m%d}*0600*^*00501*{control}*0*P*:",
        f"GS*HP*{PAYERS[remit.payer].payer_id}*{PRACTICE.tin}*{day:%Y%m%d}*0600*1*X*005010X221A1",
        "ST*835*0001",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*1",
        f"IEA*1*{control}",
    ]
    return ("~\n".join(out) + "~\n").encode("ascii")


def _transaction(remit: Remit) -> Iterator[str]:
    payer = PAYERS[remit.payer]
    yield _bpr(remit)
    yield f"TRN*1*{remit.check_no}*1{payer.payer_id:0>9}"
    yield f"DTM*405*{remit.check_date:%Y%m%d}"
    yield from (f"N1*PR*{payer.label}", "N3*PO BOX 100", "N4*RICHMOND*VA*23219", "PER*BL*PROVIDER SERVICES*TE*8005550100")
    yield from (f"N1*PE*{PRACTICE.name.upper()}*XX*{payee_npi(remit)}", f"REF*TJ*{PRACTICE.tin}")
    yield "LX*1"
    for claim in remit.claims:
        yield from _claim(claim)
    yield from _plbs(remit)


def _bpr(remit: Remit) -> str:
    how = "H" if remit.method == "NON" else "I"
    sender = ("CCP", "01", "999999992", "DA", "5550001") if remit.method == "ACH" else ("",) * 5
    return "*".join(("BPR", how, str(remit.amount), "C", remit.method, *sender, *("",) * 6, f"{remit.check_date:%Y%m%d}"))


def _claim(claim: Claim) -> Iterator[str]:
    owed = f"{claim.patient_resp}" if claim.patient_resp else ""
    sums = f"{claim.charge}*{claim.paid}*{owed}"
    yield f"CLP*{claim.claim_id or '0'}*{clp(claim)}*{sums}*12*{claim.payer_claim_no}*{claim.pos}*{claim.frequency}"
    yield f"NM1*QC*1*{claim.patient.last.upper()}*{claim.patient.first.upper()}****MI*{claim.member_id}"
    yield f"NM1*82*1******XX*{claim.rendering_npi}"
    yield f"DTM*232*{claim.dos_from:%Y%m%d}"
    yield f"DTM*233*{claim.dos_to:%Y%m%d}"
    for line in claim.lines:
        yield from _line(line)


def _line(line: ServiceLine) -> Iterator[str]:
    yield f"SVC*{':'.join(('HC', line.cpt, *line.modifiers))}*{line.charge}*{line.paid}**{line.units}"
    yield f"DTM*472*{line.dos:%Y%m%d}"
    for group in dict.fromkeys(a.group for a in line.adjustments):  # one segment a group, however the payer's order is
        reasons = [a for a in line.adjustments if a.group == group]
        yield from (_cas(group, some) for some in in_groups(reasons, SIX))
    yield f"REF*6R*{line.number}"
    if line.allowed is not None:
        yield f"AMT*B6*{line.allowed}"
    yield from (f"LQ*HE*{code}" for code in line.rarcs)


def _cas(group: str, reasons: Iterable[Adjustment]) -> str:
    return f"CAS*{group}*" + "**".join(f"{a.carc}*{a.amount}" for a in reasons)


def _plbs(remit: Remit) -> Iterator[str]:
    year_end = f"{remit.check_date.year}1231"
    for some in in_groups(remit.plbs, SIX):
        yield f"PLB*{payee_npi(remit)}*{year_end}*" + "*".join(f"{p.code}:{p.reference}*{p.amount}" for p in some)
