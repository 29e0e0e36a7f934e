"""Remittances and the questions about them, for the tests of payerbot/eob. All people are made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from payerbot.eob import balance
from payerbot.model import Adjustment, Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment, ProviderAdjustment, RemitClaim, RemitLine, Remittance
from sandbox import truth_eobs
from sandbox.eobs.facts import payee_npi
from sandbox.truth import Truth
from sandbox.world import PAYERS, PRACTICE, Remit, World
from sandbox.world import same_id as same

Row = dict[str, str]


@cache
def world(seed: int) -> World:
    return World.generate(seed, 40, 60)


def adjustment(code: str, amount: Any) -> Adjustment:
    group, carc = code.split("-")
    return Adjustment(group=group, carc=carc, amount=None if amount is None else Decimal(amount))


def line(charge: Any, paid: Any, **codes: Any) -> RemitLine:
    """A line; CO_45="43.50" is an adjustment."""
    found = tuple(adjustment(code.replace("_", "-"), amount) for code, amount in codes.items())
    return RemitLine(dos=date(2026, 9, 18), cpt="90837", units="1", charge=Decimal(charge), paid=Decimal(paid), adjustments=found)


def claim(*lines: RemitLine, **changed: Any) -> RemitClaim:
    """A claim whose own sums are its lines'."""
    zero = Decimal(0)
    told = {
        "claim_id": "HL1",
        "payer_claim_no": "M1",
        "clp_status": "1",
        "charge": sum((each.charge for each in lines), zero),
        "paid": sum((each.paid for each in lines), zero),
        "lines": lines,
    }
    made = RemitClaim(**{**told, **changed})
    return made.model_copy(update={"outcome": balance.outcome(made)})


def check(*claims: RemitClaim, plbs: tuple[ProviderAdjustment, ...] = (), **changed: Any) -> Remittance:
    """A check whose amount is what its claims and provider adjustments make it."""
    amount = sum((each.paid for each in claims), Decimal(0)) - sum((plb.amount for plb in plbs), Decimal(0))
    told = {
        "payer": "AETNA",
        "payee_npi": PRACTICE.npis[0],
        "payee_tin": PRACTICE.tin,
        "check_no": "0013141402",
        "check_date": date(2026, 11, 12),
        "amount": amount,
        "method": "CHK",
        "claims": claims,
        "plbs": plbs,
    }
    return Remittance(**{**told, **changed})


def ask(remit: Remit, **changed: Any) -> EobRequest:
    """The question about one check of the world."""
    told = {
        "payer_key": remit.payer,
        "payer_label": PAYERS[remit.payer].label,
        "organization": PRACTICE.name,
        "region": PRACTICE.state,
        "billing_npi": remit.claims[0].billing_npi,
        "billing_tin": remit.claims[0].billing_tin,
        "group_npis": PRACTICE.npis,
        "check_no": remit.check_no,
        "check_date": remit.check_date,
        "amount": remit.amount,
    }
    return EobRequest(**{**told, **changed})


def listed(remit: Remit) -> ListedPayment:
    return ListedPayment(check_no=remit.check_no, check_date=remit.check_date, amount=remit.amount, payee=PRACTICE.name.upper())


def delivery(remit: Remit, *documents: tuple[str, bytes], **changed: Any) -> EobDelivery:
    files = tuple(Document(medium=medium, data=data, source="payer_issued") for medium, data in documents)
    return EobDelivery(**{"outcome": Outcome.ANSWERED, "listed": listed(remit), "documents": files, **changed})


def wrong(said: Remittance, remit: Remit) -> list[str]:
    """In what a remittance differs from the world's, to the cent."""
    found = truth_eobs.line_disagreements(_rows(said), Truth("answered", True, {}, "", truth_eobs.lines(remit)))
    if [_claim(one) for one in said.claims] != [_claim(one) for one in remit.claims]:
        found.append("claims")
    if [(plb.code, plb.reference, plb.amount) for plb in said.plbs] != [(plb.code, plb.reference, plb.amount) for plb in remit.plbs]:
        found.append("provider adjustments")
    facts = (said.amount, said.check_date, said.method, said.payee_npi, said.payee_tin)
    return found if facts == (remit.amount, remit.check_date, remit.method, payee_npi(remit), PRACTICE.tin) else [*found, "check"]


def _claim(one: Any) -> tuple[Any, ...]:
    return (same(one.claim_id), same(one.payer_claim_no), one.dos_from, one.dos_to, one.charge, one.paid)


def _rows(said: Remittance) -> list[Row]:
    """The lines as the outlet writes them."""
    from payerbot.outlet import eob_lines
    from payerbot.remittance import EobResult
    from payerbot.rows import Line

    check = {"check_no": said.check_no, "check_date": said.check_date, "check_amount": said.amount}
    answer = EobResult(outcome=Outcome.ANSWERED, remittance=said, balance_ok=True, **check)
    done = Line(line=1, cells=(), item="i", portal="p", login="l", state="done", answer=answer)
    rows = [dict(zip(eob_lines.COLUMNS, cells, strict=True)) for cells in eob_lines.rows([done])]
    return [row for row in rows if row["clp_status"] != eob_lines.PLB]
