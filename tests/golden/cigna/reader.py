"""From a saved page of the Cigna portals to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from payerbot.model import ClaimListRequest, ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from payerbot.remittance import EobRequest
from portals import payments
from portals.cigna import read as benefits
from portals.cigna import read_claims as claims
from portals.cigna import read_letters as letters
from portals.cigna import read_remits as remits


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a list leads to the row that is opened."""
    return KINDS[page["kind"]](page)


def _eligibility(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask = EligibilityRequest.model_validate(page["ask"])
    one = benefits.hit(page["opened"])
    parts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in page["sheet"].items()}
    sheet = benefits.Sheet(**parts)
    return benefits.eligibility(sheet, ask) if benefits.belongs(sheet, one, ask) else {"belongs": False}


def _patients(page: dict[str, Any]) -> dict[str, Any]:
    ask = EligibilityRequest.model_validate(page["ask"])
    hits = [benefits.hit(cells) for cells in page["rows"]]
    return {"belongs": all(benefits.found_by(one, ask, by_id=page["by_id"]) for one in hits), "patients": len(hits)}


def _claim(page: dict[str, Any]) -> ClaimStatusResult | dict[str, Any]:
    parts: dict[str, Any] = {**page["detail"], "remarks": tuple(page["detail"]["remarks"])}
    detail, one = claims.Detail(**parts), claims.row(page["row"])
    if not claims.is_of(detail, one):
        return {"belongs": False}
    return claims.claim(detail, one, ClaimStatusRequest.model_validate(page["ask"]))


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    total = benefits.total(page["range"])
    return {"total": total, "belongs": claims.belong(rows, ask, page["by"]), "opened": list(claims.choose(rows, ask))}


def _days(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimListRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    listed = [claims.listed(row).model_dump(mode="json", exclude_defaults=True) for row in rows]
    return {"belongs": claims.within(rows, ask), "listed": listed}


def _payments(page: dict[str, Any]) -> dict[str, Any]:
    ask = EobRequest.model_validate(page["ask"])
    rows = [remits.payment(cells) for cells in page["rows"]]
    return {"chosen": list(payments.choose(rows, ask).rows), "listed": [row.model_dump(mode="json", exclude_defaults=True) for row in rows]}


def _paid_claims(page: dict[str, Any]) -> dict[str, Any]:
    ask = EobRequest.model_validate(page["ask"])
    rows = [remits.paid_claim(cells) for cells in page["rows"]]
    choice = payments.choose_claim(rows, ask)
    paid = [[str(part) for part in one] for one in payments.payments_of([rows[at] for at in choice.rows])]
    return {"chosen": list(choice.rows), "others": choice.others, "payments": paid}


def _letters(page: dict[str, Any]) -> dict[str, Any]:
    since, until = (date.fromisoformat(page[name]) for name in ("since", "until"))
    found = [letters.letter(cells) for cells in page["rows"]]
    belongs = all(letters.may_be(one, page["of"], since, until) for one in found)
    return {"belongs": belongs, "letters": [one.model_dump(mode="json", exclude_defaults=True) for one in found]}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "patients": _patients,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim": _claim,
    "claim-list": _list,
    "claims-of-days": _days,
    "claim-message": lambda page: claims.refusal(page["message"]),
    "payments": _payments,
    "paid-claims": _paid_claims,
    "payment-message": lambda page: remits.refusal(page["message"]),
    "letters": _letters,
    "letter-message": lambda page: letters.refusal(page["message"]),
}
