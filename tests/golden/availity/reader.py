"""From a saved page of Availity to its answer: what the adapter does once it has the page's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payerbot.authorization import AuthRequest, AuthResult
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, EligibilityResult
from payerbot.remittance import EobRequest
from portals import payments
from portals.availity import read as benefits
from portals.availity import read_auths as auths
from portals.availity import read_claims as claims
from portals.availity import read_remits as remits


def read(page: dict[str, Any]) -> Any:
    """The answer to one page; a list leads to the rows that can be the claim."""
    return KINDS[page["kind"]](page)


def _eligibility(page: dict[str, Any]) -> EligibilityResult | dict[str, Any]:
    ask = EligibilityRequest.model_validate(page["ask"])
    shown: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in page["sheet"].items()}
    cards = tuple(benefits.Card(card["title"], tuple((name, text) for name, text in card["parts"])) for card in page["sheet"]["cards"])
    sheet = benefits.Sheet(**{**shown, "cards": cards})
    return benefits.eligibility(sheet, ask) if benefits.belongs(sheet, ask) else {"belongs": False}


def _detail(page: dict[str, Any]) -> ClaimStatusResult:
    shown = page["detail"]
    return claims.claim(claims.detail(**shown), ClaimStatusRequest.model_validate(page["ask"]))


def _list(page: dict[str, Any]) -> dict[str, Any]:
    ask = ClaimStatusRequest.model_validate(page["ask"])
    rows = [claims.listed(cells) for cells in page.get("rows", ())] or [claims.card(text) for text in page["cards"]]
    if not claims.belongs(rows, ask, by_member=bool(ask.patient.member_id)):
        return {"belongs": False}
    choice = claims.choose(rows, ask)
    return {"fit": [rows[at].number for at in choice.rows], "others": choice.others}


def _remits(page: dict[str, Any]) -> dict[str, Any]:
    ask = EobRequest.model_validate(page["ask"])
    rows = [remits.payment(cells) for cells in page["rows"]]
    if not payments.holds([row.check_no for row in rows], page["typed"]):
        return {"belongs": False}
    choice = remits.choose(rows, ask)
    fit = [rows[at] for at in choice.rows]
    return {
        "fit": [row.model_dump(mode="json", exclude_defaults=True) for row in fit],
        "others": choice.others,
        "agrees": [list(payments.agrees(row, ask)) for row in fit],
    }


def _remit_claims(page: dict[str, Any]) -> dict[str, Any]:
    ask = EobRequest.model_validate(page["ask"])
    rows = [remits.claim(cells) for cells in page["rows"]]
    if not all(remits.holds(row, page["typed"]) for row in rows):
        return {"belongs": False}
    choice = payments.choose_claim(rows, ask)
    checks = payments.payments_of([rows[at] for at in choice.rows])
    return {
        "checks": [[number, day.isoformat() if day else None] for number, day in checks],
        "others": choice.others,
        "agrees": [list(payments.claim_agrees(rows[at], ask)) for at in choice.rows],
    }


def _auth_list(page: dict[str, Any]) -> dict[str, Any]:
    if not auths.belongs([(label, text) for label, text in page["echo"]], AuthRequest.model_validate(page["ask"])):
        return {"belongs": False}
    return {"standing": [auths.listed(cells).model_dump(mode="json", exclude_defaults=True) for cells in page["rows"]]}


def _auth(page: dict[str, Any]) -> AuthResult | dict[str, Any]:
    ask, pairs = AuthRequest.model_validate(page["ask"]), [(label, text) for label, text in page["pairs"]]
    found = auths.verdict(pairs, ask) if page["kind"] == "auth-check" else auths.followed(pairs, ask)
    if found is None:
        return {"goes_on": True} if page["kind"] == "auth-check" else {"belongs": False}
    return found


def _auth_review(page: dict[str, Any]) -> dict[str, Any]:
    ask, pairs = AuthRequest.model_validate(page["ask"]), [(label, text) for label, text in page["pairs"]]
    return {"differs": list(auths.differences(pairs, ask, list(zip(ask.attachments, page["files"], strict=True)), ask.questionnaire))}


KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "eligibility": _eligibility,
    "eligibility-alert": lambda page: benefits.refusal(page["alert"]),
    "auth-list": _auth_list,
    "auth-detail": _auth,
    "auth-check": _auth,
    "auth-review": _auth_review,
    "auth-alert": lambda page: auths.refusal(page["alert"]),
    "claim": _detail,
    "claim-list": _list,
    "claim-alert": lambda page: claims.refusal(page["alert"]),
    "remits": _remits,
    "remit-claims": _remit_claims,
    "remit-notice": lambda page: {"gate": remits.is_gate(page["notice"], page["payer"]), "nothing": remits.found_nothing(page["notice"])},
}
