"""What staff are to do about an authorization request, in their words."""

from __future__ import annotations

from payerbot.authorization import AuthResult, AuthState
from payerbot.auths import words
from payerbot.model import Outcome
from payerbot.outlet.work import Todo, Work, tail
from payerbot.rows import Line

REQUESTS: tuple[Todo, ...] = ("APPROVED", "NOT NEEDED", "WAIT", "APPROVE", "APPROVED IN PART", "DENIED - work", "FIX", "NOT CHECKED")
_WAITS = (words.DECISION, words.NOT_SHOWN_YET, words.RIVAL, words.UNPREPARED)
_TO_FIX = (words.MAY_BE_SENT, words.DOUBLED, words.ELSEWHERE, words.CONTACT, words.VANISHED, words.FILES_GONE, words.SCAN, words.LATE)
_STATES: dict[AuthState, tuple[Todo, str]] = {
    AuthState.APPROVED: ("APPROVED", "approved{number}{what}"),
    AuthState.NOT_REQUIRED: ("NOT NEEDED", "no authorization is needed{what}"),
    AuthState.PARTIAL: ("APPROVED IN PART", "approved in part{number}{what}"),
    AuthState.MODIFIED: ("APPROVED IN PART", "approved otherwise than asked{number}{what}"),
    AuthState.DENIED: ("DENIED - work", "denied{what}"),
    AuthState.CANCELLED: ("FIX", "canceled at the payer{what}"),
    AuthState.DRAFT: ("FIX", "not sent{what}"),
    AuthState.PENDED: ("WAIT", "with the payer for its decision"),
    AuthState.CONTACT: ("FIX", "the payer wants a call{what}"),
    AuthState.UNKNOWN: ("NOT CHECKED", "the portal does not show how it was decided{what}"),
}


def waiting(line: Line, said: str) -> Work:
    """A request without its final answer."""
    if words.APPROVE in line.waits_for:
        return Work("APPROVE", said, person=True)
    if line.waits_for.startswith("nothing more"):
        return Work("NOT CHECKED", "it was declined and is not sent", person=False)
    if any(what in line.waits_for for what in _TO_FIX):
        return Work("FIX", said, person=True)
    if any(what in line.waits_for for what in _WAITS):
        return Work("WAIT", said, person=False)
    return Work("NOT CHECKED", said, person=line.question is not None or line.last_outcome is Outcome.PAGE_CHANGED)


def answered(answer: AuthResult) -> Work:
    """What the payer decided, and what that asks of staff."""
    to_do, why = _STATES[answer.state]
    number = f", number {answer.auth_number}" if answer.auth_number else ""
    return Work(to_do, why.format(number=number, what=_what(answer)), person=to_do not in {"APPROVED", "NOT NEEDED", "WAIT"})


def _what(answer: AuthResult) -> str:
    units = "" if answer.units_approved is None else f", {answer.units_approved:f} of {_shown(answer)} units"
    days = f", {answer.period_start:%m/%d/%Y} to {answer.period_end:%m/%d/%Y}" if answer.period_start and answer.period_end else ""
    by = "; it stood at the payer already" if answer.sent_by == "someone else" else ""
    return f"{units}{days}{tail(answer.decision_reason or '')}{tail(answer.reason)}{by}"


def _shown(answer: AuthResult) -> str:
    return "?" if answer.units_requested is None else f"{answer.units_requested:f}"


def unanswered(answer: AuthResult) -> Work:
    """Final, and nothing was sent."""
    said = tail(answer.reason)
    match answer.outcome:
        case Outcome.BAD_DATA:
            return Work("FIX", f"the portal refuses {answer.field or 'a field'}; nothing was sent{said}", person=True)
        case Outcome.AMBIGUOUS:
            return Work("FIX", f"more than one member fits; nothing was sent{said}", person=True)
        case Outcome.NOT_FOUND:
            return Work("FIX", f"fix registration: the payer finds no such member; nothing was sent{said}", person=True)
        case _:
            return Work("NOT CHECKED", f"the portal's answer was not understood; nothing was sent{said}", person=True)
