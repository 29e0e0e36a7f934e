"""From a saved page of ProviderConnect to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult, FilledRequest
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from portals.carelon import read as benefits
from portals.carelon import read_auths
from portals.carelon import read_claims as claims


def read(page: dict[str, Any]) -> Any:
    """The answer to one page."""
    return KINDS[page["kind"]](page)


def _eligibility(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask, sheet = EligibilityRequest.model_validate(page["ask"]), benefits.Sheet(**page["sheet"])
    return benefits.eligibility(sheet, ask) if benefits.is_of(sheet.head, ask.patient, ask.service_date) else {"belongs": False}


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    told = {"belongs": claims.belongs(page["criteria"], page["wanted"]), "total": claims.total(page["total"])}
    return {**told, "chosen": [rows[place].number for place in claims.choose(rows, ask)]}


def _claim(page: dict[str, Any]) -> ClaimStatusResult:
    return claims.claim(claims.Detail(**page["detail"]), ClaimStatusRequest.model_validate(page["ask"]))


def _review(page: dict[str, Any]) -> dict[str, Any]:
    ask = AuthRequest.model_validate(page["ask"])
    attached = [(Attachment.model_validate(one), name) for one, name in page["attached"]]
    answered = [Answered.model_validate(one) for one in page["answered"]]
    rows = [(label, text) for label, text in page["rows"]]
    return {"differs": list(read_auths.review(rows, ask, read_auths.expected(ask, attached, answered)))}


def _followed(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    return read_auths.followed(page["detail"], AuthRequest.model_validate(page["ask"])) or {"belongs": False}


def _response(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    born = date.fromisoformat(page["born"])
    return read_auths.response(page["text"], page["heading"], page["member_id"], born) or {"belongs": False}


def _standing(page: dict[str, Any]) -> dict[str, Any]:
    return {"standing": [read_auths.listed(cells).model_dump(mode="json", exclude_defaults=True) for cells in page["rows"]]}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim": _claim,
    "claim-list": _list,
    "claim-message": lambda page: claims.refusal(page["message"]),
    "auth-review": _review,
    "auth-message": lambda page: read_auths.refusal(page["message"]).ended_as(FilledRequest),
    "auth-wants-more": lambda page: {"wants_more": read_auths.wants_more(page["message"])},
    "auth-duplicate": lambda page: {"number": read_auths.duplicate(page["message"])},
    "auth-summary": _response,
    "auth-list": _standing,
    "auth-detail": _followed,
    "auth-draft": lambda page: {"number": read_auths.draft(page["text"])},
}
