"""Where a question goes on to when a portal names somebody else: the administrator of carved-out benefits, or another payer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from payerbot.model import ClaimStatusRequest, EligibilityRequest, EligibilityResult, Job, Outcome
from payerbot.practice import NO_PORTAL, Practice
from payerbot.rows import Answer, Ask, Item


class Onward(NamedTuple):
    """Where and what to ask next."""

    portal: str
    login: str
    ask: Ask


def onward(practice: Practice, item: Item, answer: Answer, able: Callable[[str, Job], bool]) -> Onward | None:
    """None where nobody else is named, or where the practice cannot ask there; `able` says which portal can do which job."""
    ask, (name, payer_id) = item.ask, _named(answer)
    if not name or not isinstance(ask, EligibilityRequest | ClaimStatusRequest):
        return None
    day = ask.service_date if isinstance(ask, EligibilityRequest) else ask.dos_from
    route = practice.route(name, payer_id, day) or practice.route(name, "", day)
    if route is None or route.portal == NO_PORTAL or route.payer == ask.payer_key or not able(route.portal, item.job):
        return None
    login = practice.login_for(route.portal, item.job)
    if login is None:
        return None
    there = {"payer_key": route.payer, "payer_label": route.label, "organization": login.organization}
    there["region"] = route.region or login.region or practice.state
    if isinstance(ask, ClaimStatusRequest):
        there["payer_claim_no"] = ""  # the other payer's
    return Onward(route.portal, login.name, ask.model_copy(update=there))


def _named(answer: Answer) -> tuple[str, str]:
    """Whom the portal names, and that payer's id where it shows one."""
    if isinstance(answer, EligibilityResult) and answer.outcome is Outcome.ANSWERED and answer.carve_out is not None:
        return answer.carve_out.name, answer.carve_out.payer_id
    return (answer.go_to, "") if answer.outcome is Outcome.WRONG_PORTAL else ("", "")
