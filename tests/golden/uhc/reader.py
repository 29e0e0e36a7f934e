"""From a saved page of the UnitedHealthcare portal to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthResult
from payerbot.model import (
    ClaimList,
    ClaimListRequest,
    ClaimStatusRequest,
    ClaimStatusResult,
    EligibilityRequest,
    EligibilityResult,
    Outcome,
)
from payerbot.remittance import EobRequest
from portals import payments
from portals.uhc import read as benefits
from portals.uhc import read_auths as auths
from portals.uhc import read_claims as claims
from portals.uhc import read_documents as library


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a list leads to the row that is opened."""
    return KINDS[page["kind"]](page)


def _eligibility(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask = EligibilityRequest.model_validate(page["ask"])
    parts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in page["sheet"].items()}
    sheet = benefits.Sheet(**parts)
    return benefits.eligibility(sheet, ask) if benefits.belongs(sheet, ask) else {"belongs": False}


def _claim(page: dict[str, Any]) -> ClaimStatusResult:
    return claims.claim(claims.detail(**page["detail"]), ClaimStatusRequest.model_validate(page["ask"]))


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    return {"total": claims.total(page["label"]), "belongs": claims.belong(rows, ask), "opened": list(claims.choose(rows, ask))}


def _tin(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimListRequest.model_validate(page["ask"])
    rows = [claims.row(cells) for cells in page["rows"]]
    listed = [claims.listed(row).model_dump(mode="json", exclude_defaults=True) for row in rows]
    return {"belongs": claims.within(rows, ask), "listed": listed}


def _rows(page: dict[str, Any]) -> dict[str, Any]:
    """Rows of the library or of TrackIt; the words above them say whose they are."""
    read = {"payments": library.payment, "letters": library.letter, "tasks": library.task}[page["of"]]
    found = [read(cells) for cells in page["rows"]]
    told = [one and one.model_dump(mode="json", exclude_defaults=True, exclude={"data"}) for one in found]
    if "echo" not in page:
        return {"rows": told}
    start, end = map(date.fromisoformat, page["days"])
    return {"belongs": library.echoes(page["echo"], page["wanted"], start, end), "total": library.total(page["label"]), "rows": told}


def _paid(page: dict[str, Any]) -> dict[str, Any]:
    ask = EobRequest.model_validate(page["ask"])
    rows = [library.claim(cells) for cells in page["rows"]]
    choice = payments.choose_claim(rows, ask)
    found = payments.payments_of([rows[at] for at in choice.rows])
    return {"rows": list(choice.rows), "others": choice.others, "payments": [[number, str(on)] for number, on in found]}


def _export(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimListRequest.model_validate(page["ask"])
    shown = ClaimList(
        outcome=Outcome.ANSWERED, dos_from=ask.dos_from, dos_to=ask.dos_to, claims=[claims.listed(claims.row(c)) for c in page["rows"]]
    )
    both = claims.together(shown, claims.exported("\r\n".join(page["csv"]).encode()), ask)
    return {"listed": [one.model_dump(mode="json", exclude_defaults=True) for one in both.claims]}


def _pairs(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in page["rows"]]


def _requirement(page: dict[str, Any]) -> dict[str, Any]:
    ask = AuthRequest.model_validate(page["ask"])
    ended = auths.requirement(_pairs(page), ask)
    return {"belongs": auths.is_for(_pairs(page), ask), "ended": ended and ended.model_dump(mode="json", exclude_defaults=True)}


def _review(page: dict[str, Any]) -> dict[str, Any]:
    attached = [(Attachment.model_validate(one), name) for one, name in page["attached"]]
    answered = [Answered.model_validate(one) for one in page["answered"]]
    return {"differs": list(auths.differences(_pairs(page), AuthRequest.model_validate(page["ask"]), attached, answered))}


def _response(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    return auths.response(_pairs(page), page["member_id"], date.fromisoformat(page["born"])) or {"belongs": False}


def _standing(page: dict[str, Any]) -> dict[str, Any]:
    rows = [auths.listed(cells).model_dump(mode="json", exclude_defaults=True) for cells in page["rows"]]
    return {"belongs": auths.echoes(page["echo"], page["wanted"]), "total": auths.total(page["label"]), "standing": rows}


def _followed(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    return auths.followed(_pairs(page), AuthRequest.model_validate(page["ask"]), page["number"]) or {"belongs": False}


def _message(page: dict[str, Any]) -> dict[str, Any]:
    said = page["message"]
    result = auths.refusal(said).model_dump(mode="json", exclude_defaults=True)
    return {"refusal": result, "wants_more": auths.wants_more(said), "duplicate": auths.duplicate(said)}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "eligibility-message": lambda page: benefits.refusal(page["message"]),
    "claim": _claim,
    "claim-list": _list,
    "tin-list": _tin,
    "export": _export,
    "library": _rows,
    "paid-claims": _paid,
    "claim-message": lambda page: claims.refusal(page["message"]),
    "auth-requirement": _requirement,
    "auth-review": _review,
    "auth-response": _response,
    "auth-list": _standing,
    "auth-request": _followed,
    "auth-message": _message,
}
