"""From a saved page of the Gainwell portal to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from payerbot.remittance import EobDelivery, EobRequest
from portals import payments
from portals.gainwell import read as benefits
from portals.gainwell import read_claims as claims
from portals.gainwell import read_payments as paid


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a list leads to the rows that are opened."""
    return KINDS[page["kind"]](page)


def _eligibility(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask, sheet = EligibilityRequest.model_validate(page["ask"]), benefits.Sheet(**page["sheet"])
    return benefits.eligibility(sheet, ask) if benefits.belongs(sheet, ask, by_id=page["by_id"]) else {"belongs": False}


def _claim(page: dict[str, Any]) -> ClaimStatusResult:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    return claims.claim(claims.Detail(**page["detail"]), claims.row(page["row"]), ask)


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    return {"total": claims.total(page["total"]), "opened": [row.number for row in rows if claims.can_be(row, ask)]}


def _payments(page: dict[str, Any]) -> dict[str, Any]:
    """A payment list: whether it is the answer to what was searched for, and which of its rows is the payment."""
    ask, searched = EobRequest.model_validate(page["ask"]), page["searched"]
    rows = [paid.payment(cells) for cells in page["rows"]]
    days = (date.fromisoformat(searched.get("start", "0001-01-01")), date.fromisoformat(searched.get("end", "9999-12-31")))
    choice = payments.choose(rows, ask)
    return {
        "total": claims.total(page["total"], "payment list"),
        "belongs": payments.holds([row.check_no for row in rows], searched.get("number", "")) and paid.within(rows, *days),
        "rows": list(choice.rows),
        "others": choice.others,
        "match": [list(payments.agrees(rows[at], ask)) for at in choice.rows],
    }


def _paid_claims(page: dict[str, Any]) -> dict[str, Any] | EobDelivery:
    """Opened claims: which of them is the one asked about, and the payment that its page names."""
    ask = EobRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    opened = [row for row in rows if paid.can_be(row, ask)]
    found = [paid.paid_claim(row, claims.Detail(**detail)) for row, detail in zip(opened, page["details"], strict=True)]
    numbered = list(payments.choose_claim(found, ask).rows)
    fits = numbered if ask.payer_claim_no else [at for at, one in enumerate(found) if paid.is_the_claim(one, ask)]
    if len(fits) == 1 and not found[fits[0]].check_no:
        return paid.unpaid(opened[fits[0]])
    return {"opened": [row.number for row in opened], "payments": [[found[at].check_no, str(found[at].check_date)] for at in fits]}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim": _claim,
    "claim-list": _list,
    "claim-message": lambda page: claims.refusal(page["message"]),
    "payment-list": _payments,
    "payment-message": lambda page: paid.refusal(page["message"]),
    "paid-claims": _paid_claims,
}
