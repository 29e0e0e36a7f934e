"""What staff are to do about a row, in their words. Absence is never coverage: what a page does not show is said to be not shown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from payerbot.authorization import AuthResult
from payerbot.intake import reasons
from payerbot.letters import LettersResult
from payerbot.model import AuthRule, ClaimState, ClaimStatusResult, Coverage, EligibilityResult, Job, Network, Outcome
from payerbot.outlet import todo_auths, todo_letters, todo_payments
from payerbot.outlet.work import Todo, Work, dollars, percent, tail
from payerbot.remittance import EobResult
from payerbot.rows import Answer, Line, Reject

VISITS: tuple[Todo, ...] = ("OK", "COLLECT", "FIX", "NO COVERAGE", "NOT CHECKED")
CLAIMS: tuple[Todo, ...] = ("PAID", "WAIT", "DENIED - work", "REVERSED - work", "FIX", "NOT CHECKED")


def work(line: Line, job: Job, *, authorized: bool = False) -> Work:
    """What the line asks of staff; `authorized`: the practice has an authorization on file that holds that day."""
    if line.state == "rejected":
        return _rejected(line.rejects)
    if line.answer is None:
        return _without_answer(line, job)
    if line.answer.outcome is not Outcome.ANSWERED:
        return _final(line.answer, job)
    return of_answered(line.answer, authorized=authorized)


def _without_answer(line: Line, job: Job) -> Work:
    if job is Job.AUTHS:
        return todo_auths.waiting(line, waits_for(line))
    early = job is Job.CLAIM_STATUS and line.last_outcome is Outcome.NOT_YET
    return Work("WAIT" if early else "NOT CHECKED", waits_for(line), line.question is not None or line.last_outcome in _PEOPLE)


def of_answered(answer: Answer, *, authorized: bool = False) -> Work:
    """What an answered question asks of staff."""
    match answer:
        case EligibilityResult():
            return _visit(answer, authorized=authorized)
        case ClaimStatusResult():
            return _claim(answer)
        case EobResult():
            return todo_payments.answered(answer)
        case AuthResult():
            return todo_auths.answered(answer)
        case LettersResult():
            return todo_letters.answered(answer)


def waits_for(line: Line) -> str:
    """What a row without an answer waits for; its time is added where it is written."""
    if line.state in {"rejected", "done"}:
        return ""
    if line.question is not None and f"question {line.question}" not in line.waits_for:
        return f"question {line.question}" + (f" ({line.waits_for})" if line.waits_for else "")
    if line.waits_for:
        return line.waits_for
    if line.state == "taken":
        return "its answer: it is being asked now"
    return _WAITS.get(line.last_outcome, "a person") if line.last_outcome else "its turn"


_PEOPLE = frozenset({Outcome.NEEDS_PERSON, Outcome.TERMS_BLOCKED, Outcome.PAGE_CHANGED})
_WAITS: dict[Outcome, str] = {
    Outcome.WRONG_PORTAL: "the answer of another portal",
    Outcome.NOT_YET: "the day from which the payer can tell",
    Outcome.PORTAL_DOWN: "the portal to be back",
    Outcome.PAGE_CHANGED: "a repair: the portal's page has changed",
    Outcome.NEEDS_PERSON: "a person",
    Outcome.TERMS_BLOCKED: "the owner's permission to use this portal",
}


def _rejected(rejects: Iterable[Reject]) -> Work:
    found = tuple(rejects)
    why = "; ".join(f"{reject.column} {reject.reason}" for reject in found)
    if any(reject.reason == reasons.CANCELLED for reject in found):
        return Work("NOT CHECKED", reasons.CANCELLED, person=False)
    if found and all(reasons.is_set_up(reject.reason) for reject in found):
        return Work("NOT CHECKED", why, person=True)
    return Work("FIX", why, person=True)


def _final(answer: Answer, job: Job) -> Work:
    """Final, in whichever job."""
    if isinstance(answer, EobResult):
        return todo_payments.unanswered(answer)
    if isinstance(answer, LettersResult):
        return todo_letters.unanswered(answer)
    return todo_auths.unanswered(answer) if isinstance(answer, AuthResult) else _unanswered(answer, job)


def _unanswered(answer: Answer, job: Job) -> Work:
    """Final, but not the answer that was hoped for."""
    whom = "member" if job is Job.ELIGIBILITY else "claim"
    said = tail(answer.reason)
    tried = f" (tried: {', '.join(answer.tried)})" if answer.tried else ""
    match answer.outcome:
        case Outcome.NOT_FOUND if job is Job.ELIGIBILITY:
            return Work("FIX", f"fix registration: the payer finds no such member{tried}{said}", person=True)
        case Outcome.NOT_FOUND:
            return Work("FIX", f"not on file: the payer finds no such claim{tried}{said}", person=True)
        case Outcome.AMBIGUOUS:
            return Work("FIX", f"more than one {whom} fits; choose the right one at the portal{said}", person=True)
        case Outcome.BAD_DATA:
            return Work("FIX", f"fix registration: the portal refuses {answer.field or 'a field'}{said}", person=True)
        case Outcome.WRONG_PORTAL:
            return Work("FIX", f"wrong payer: ask {answer.go_to or 'the administrator the portal names'}{said}", person=True)
        case _:
            return Work("NOT CHECKED", f"the portal's answer was not understood; read it there{said}", person=True)


# --- visits ------------------------------------------------------------------------------------------------------------------------


def _visit(answer: EligibilityResult, *, authorized: bool) -> Work:
    if answer.coverage is Coverage.INACTIVE:
        ended = f" since {answer.plan_end:%m/%d/%Y}" if answer.plan_end else ""
        return Work("NO COVERAGE", f"the plan does not cover this day{ended}{tail(answer.reason)}", person=True)
    if answer.coverage is Coverage.UNKNOWN:
        return Work("NOT CHECKED", f"the portal does not show whether the plan covers this day{tail(answer.reason)}", person=True)
    if to_fix := _to_fix(answer, authorized=authorized):
        return Work("FIX", "; ".join(to_fix), person=True)
    owed = _owed(answer)
    on_file = ["authorization required: one is on file"] if answer.auth is AuthRule.REQUIRED else []
    why = "; ".join(["covered", *owed, *on_file, *_not_shown(answer)])
    return Work("COLLECT" if owed else "OK", why, person=False)


def _to_fix(answer: EligibilityResult, *, authorized: bool) -> list[str]:
    """What stands between an active plan and a visit that will be paid."""
    found = []
    if (other := answer.carve_out) is not None:
        found.append(f"wrong payer: behavioral benefits are kept by {' '.join(filter(None, (other.name, other.phone))) or 'someone else'}")
    if first := next((payer.name for payer in answer.other_payers if payer.order == "primary"), None):
        found.append(f"wrong payer: {first} pays first")
    if answer.visits_left == 0:
        found.append("no visits left")
    if answer.auth is AuthRule.REQUIRED and not authorized:
        found.append("authorization required")
    if answer.network is Network.OUT:
        found.append("out of network only")
    if any(
        benefit.kind == "not_covered" and benefit.service_type == "MH" and benefit.network is not Network.OUT for benefit in answer.benefits
    ):
        found.append("mental health is not covered")
    return found


def _owed(answer: EligibilityResult) -> list[str]:
    owed = []
    if answer.copay:
        owed.append(f"copay {dollars(answer.copay)}")
    if answer.copay_telehealth and answer.copay_telehealth != answer.copay:
        owed.append(f"copay by telehealth {dollars(answer.copay_telehealth)}")
    if answer.coinsurance:
        owed.append(f"coinsurance {percent(answer.coinsurance)}")
    if answer.deductible_left:
        owed.append(f"deductible left {dollars(answer.deductible_left)}")
    return owed


def _not_shown(answer: EligibilityResult) -> list[str]:
    known = {
        "copay": answer.copay is not None or answer.coinsurance is not None,
        "authorization rule": answer.auth is not AuthRule.UNKNOWN,
    }
    missing = [what for what, shown in known.items() if not shown]
    return [f"not shown: {', '.join(missing)}"] if missing else []


# --- claims ------------------------------------------------------------------------------------------------------------------------


_CLAIMS: dict[ClaimState, tuple[Todo, str]] = {
    ClaimState.PAID: ("PAID", "paid {paid}{by}"),
    ClaimState.PAID_ZERO: ("PAID", "paid $0.00; the patient owes {owes}{codes}"),
    ClaimState.DENIED: ("DENIED - work", "denied{codes}{said}"),
    ClaimState.PARTLY_DENIED: ("DENIED - work", "paid {paid}, but a line is denied{codes}"),
    ClaimState.REVERSED: ("REVERSED - work", "the payment was taken back; look at {related}{codes}"),
    ClaimState.REJECTED: ("FIX", "rejected: correct it and send a new claim{codes}{said}"),
    ClaimState.FORWARDED: ("FIX", "wrong payer: forwarded to {whom}{said}"),
    ClaimState.PENDING_INFO: ("FIX", "the payer wants information: {wanted}"),
    ClaimState.FINALIZED: ("NOT CHECKED", "decided, but the portal does not show how; read the remittance{codes}"),
    ClaimState.UNKNOWN: ("NOT CHECKED", "the portal does not show where the claim stands{said}"),
    ClaimState.RECEIVED: ("WAIT", "received, not yet accepted"),
    ClaimState.ACCEPTED: ("WAIT", "accepted for a decision"),
    ClaimState.ACCEPTED_SPLIT: ("WAIT", "split into parts that are decided one by one: {related}"),
    ClaimState.PENDING: ("WAIT", "in process"),
    ClaimState.PENDING_PATIENT: ("WAIT", "the payer waits for information from the patient"),
    ClaimState.PENDING_PAYER: ("WAIT", "held by the payer itself"),
}


def _claim(answer: ClaimStatusResult) -> Work:
    to_do, why = _CLAIMS[answer.state]
    codes = ", ".join((*answer.carcs, *answer.rarcs))
    facts = {
        "paid": _shown(answer.paid),
        "owes": _shown(answer.patient_resp),
        "by": _by(answer),
        "codes": f": {codes}" if codes else "",
        "related": ", ".join(answer.related) or "the other claims of that day",
        "whom": answer.go_to or "another payer",
        "wanted": answer.requested_info or "not shown which",
        "said": tail(answer.reason),
    }
    return Work(to_do, why.format_map(facts), person=to_do not in {"PAID", "WAIT"})


def _shown(amount: Decimal | None) -> str:
    return "an amount that is not shown" if amount is None else dollars(amount)


def _by(answer: ClaimStatusResult) -> str:
    number = f" by check {answer.check_no}" if answer.check_no else ""
    return number + (f" on {answer.check_date:%m/%d/%Y}" if answer.check_date else "")
