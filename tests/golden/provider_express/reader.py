"""From a saved page of Provider Express to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from portals.provider_express import read as benefits
from portals.provider_express import read_auths
from portals.provider_express import read_claims as claims


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a list leads to the row that is opened."""
    return KINDS[page["kind"]](page)


def _members(page: dict[str, Any]) -> dict[str, Any]:
    ask = EligibilityRequest.model_validate(page["ask"])
    told, hits = benefits.criteria(page["criteria"]), [benefits.hit(cells) for cells in page["rows"]]
    belongs = benefits.echoes(told, page["wanted"])
    return {"belongs": belongs, "number": told["Inquiry Number"], "members": len(hits), "chosen": benefits.mine(hits, ask)}


def _benefits(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask, one = EligibilityRequest.model_validate(page["ask"]), benefits.hit(page["opened"])
    parts: dict[str, Any] = {**page["sheet"], "notices": tuple(page["sheet"]["notices"])}
    sheet = benefits.Sheet(**parts)
    return benefits.eligibility(sheet, ask) if benefits.belongs(sheet, one, page["number"], ask) else {"belongs": False}


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.row(cells, page["of"]) for cells in page["rows"]]
    belongs = claims.criteria(page["criteria"]) == page["wanted"] and (page["of"] == "submitted" or claims.belong(rows, ask))
    return {"belongs": belongs, "total": claims.total(page["count"]), "chosen": list(claims.choose(rows, ask))}


def _claim(page: dict[str, Any]) -> ClaimStatusResult | dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    found = claims.claim(page["summary"], page["lines"], claims.row(page["row"]), ask)
    return found if found is not None else {"belongs": False}


def _submitted(page: dict[str, Any]) -> ClaimStatusResult:
    return claims.submitted(claims.row(page["row"], "submitted"), ClaimStatusRequest.model_validate(page["ask"]))


def _auth_review(page: dict[str, Any]) -> dict[str, Any]:
    attached = [(Attachment.model_validate(one), name) for one, name in page["attached"]]
    answered = [Answered.model_validate(one) for one in page["answered"]]
    rows = [(label, text) for label, text in page["rows"]]
    return {"differs": list(read_auths.review(rows, AuthRequest.model_validate(page["ask"]), attached, answered))}


def _auth_list(page: dict[str, Any]) -> dict[str, Any]:
    standing = [read_auths.listed(cells).model_dump(mode="json", exclude_defaults=True) for cells in page["rows"]]
    belongs = read_auths.belongs(page["criteria"], page["wanted"])
    return {"belongs": belongs, "count": read_auths.count(page["count"]), "standing": standing}


def _auth_detail(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    return read_auths.followed(page["said"], AuthRequest.model_validate(page["ask"])) or {"belongs": False}


def _auth_response(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    return read_auths.response(page["said"], AuthRequest.model_validate(page["ask"])) or {"belongs": False}


def _auth_message(page: dict[str, Any]) -> dict[str, Any]:
    found = read_auths.refusal(page["message"])
    return {**found.model_dump(mode="json", exclude_defaults=True), "clinician": read_auths.is_required(page["message"])}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "members": _members,
    "benefits": _benefits,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim-list": _list,
    "claim": _claim,
    "submitted-claim": _submitted,
    "claim-message": lambda page: claims.refusal(page["message"]),
    "auth-review": _auth_review,
    "auth-list": _auth_list,
    "auth-detail": _auth_detail,
    "auth-response": _auth_response,
    "auth-message": _auth_message,
}
