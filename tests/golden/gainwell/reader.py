"""From a saved page of the Gainwell portal to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from portals.gainwell import read as benefits
from portals.gainwell import read_claims as claims


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


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim": _claim,
    "claim-list": _list,
    "claim-message": lambda page: claims.refusal(page["message"]),
}
