"""From a saved page of Optum Pay to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payerbot.remittance import EobDelivery, EobRequest
from portals import payments
from portals.optum_pay import read as portal


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a summary leads to the payment that is opened, a detail to the claims that were asked about."""
    return KINDS[page["kind"]](page)


def _summary(page: dict[str, Any]) -> EobDelivery | dict[str, Any]:
    if not portal.echoes(page["echo"], *page["search"]):
        return {"belongs": False}
    if "message" in page:
        return portal.refusal(page["message"])
    ask, rows = EobRequest.model_validate(page["ask"]), [portal.payment(cells) for cells in page["rows"]]
    choice = payments.choose(rows, ask)
    return {
        "outcome": "answered" if len(choice.rows) == 1 else "ambiguous" if choice.rows else "not_found",
        "opened": [rows[at].model_dump(mode="json", exclude_defaults=True) for at in choice.rows],
        "others": choice.others,
        "total": portal.total(page["shown"]),
        "agrees": [list(payments.agrees(rows[at], ask)) for at in choice.rows],
    }


def _detail(page: dict[str, Any]) -> dict[str, Any]:
    ask, row = EobRequest.model_validate(page["ask"]), portal.detail(page["payment"])
    claims = [portal.claim(cells, row) for cells in page["claims"]]
    choice = payments.choose_claim(claims, ask)
    return {
        "payment": row.model_dump(mode="json", exclude_defaults=True),
        "claims": [[claims[at].number, str(claims[at].charge)] for at in choice.rows],
        "others": choice.others,
        "agrees": [list(payments.claim_agrees(claims[at], ask)) for at in choice.rows],
    }


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {"summary": _summary, "detail": _detail}
