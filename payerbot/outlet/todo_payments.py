"""What staff are to do about a payment's EOB, in their words. Only what balances to the cent is to be posted."""

from __future__ import annotations

from collections import Counter

from payerbot.model import Outcome
from payerbot.outlet.work import Todo, Work, dollars, tail
from payerbot.remittance import ClaimOutcome, EobResult

PAYMENTS: tuple[Todo, ...] = ("POST", "POST - work denials", "READ IT", "NOT FOUND", "FIX", "NOT CHECKED")
TO_WORK: dict[ClaimOutcome, str] = {
    "denied": "denied",
    "partial_denial": "denied in part",
    "reversal": "taken back",
    "other": "to be looked at",
}


def answered(answer: EobResult) -> Work:
    """What an EOB that was read asks of staff. A claim that paid nothing because the patient owes it is no denial."""
    if answer.remittance is None or not answer.balance_ok:
        return Work("READ IT", f"it does not balance: a person has to read it{tail(answer.reason)}", person=True)
    counts = Counter(claim.outcome for claim in answer.remittance.claims)
    work = [f"{counts[outcome]} {words}" for outcome, words in TO_WORK.items() if counts[outcome]]
    claims = f"{answer.claim_count} {'claim' if answer.claim_count == 1 else 'claims'}"
    why = "; ".join(filter(None, (f"{_amount(answer)}, {claims}", ", ".join(work), _provider(answer), _fetched(answer))))
    return Work("POST - work denials" if work else "POST", why, person=bool(work))


def unanswered(answer: EobResult) -> Work:
    """What is left to do where there is no EOB to post."""
    tried = f" (tried: {', '.join(answer.tried)})" if answer.tried else ""
    match answer.outcome:
        case Outcome.UNREADABLE:
            return Work("READ IT", answer.reason or "the EOB was not understood: a person has to read it", person=True)
        case Outcome.NOT_FOUND:
            return Work("NOT FOUND", f"the portal lists no such payment{tried}{tail(answer.reason)}", person=True)
        case Outcome.AMBIGUOUS:
            return Work("FIX", f"more than one payment fits; give the check number{tail(answer.reason)}", person=True)
        case Outcome.BAD_DATA:
            return Work("FIX", f"the portal refuses {answer.field or 'a field'}{tail(answer.reason)}", person=True)
        case _:
            return Work("FIX", f"wrong payer: ask {answer.go_to or 'the administrator the portal names'}{tail(answer.reason)}", person=True)


def _amount(answer: EobResult) -> str:
    amount = "an amount that is not shown" if answer.check_amount is None else dollars(answer.check_amount)
    on = f" of {answer.check_date:%m/%d/%Y}" if answer.check_date else ""
    return f"{amount} by check {answer.check_no}{on}"


def _provider(answer: EobResult) -> str:
    plbs = answer.remittance.plbs if answer.remittance else ()
    return f"provider adjustments: {', '.join(f'{plb.code} {dollars(plb.amount)}' for plb in plbs)}" if plbs else ""


def _fetched(answer: EobResult) -> str:
    return "fetched before" if answer.fetched == "before" else ""
