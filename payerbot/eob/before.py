"""What an earlier answer already says about a payment, so that nobody signs in and fetches it again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Protocol

from payerbot.eob import proof
from payerbot.errors import UserError
from payerbot.ledger.evidence import Evidence
from payerbot.model import Job, Outcome
from payerbot.remittance import EobRequest, EobResult, bare_number
from payerbot.vault import vault_of

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Practice
    from payerbot.rows import BatchReport

NAMES = {"check_no", "payer_claim_no", "claim_id"}


class Store(Protocol):
    """What is needed of the evidence store."""

    def read(self, address: str) -> bytes: ...
    def keep(self, kind: str, data: bytes, *, item: str) -> str: ...


class Book(Protocol):
    """What is needed of the ledger."""

    def payments_to_ask(self, batch: str) -> Iterable[tuple[str, EobRequest]]: ...
    def payments_before(self, ask: EobRequest, *, batch: str = "") -> Iterable[EobResult]: ...
    def answer_from_before(self, item: str, answer: EobResult, evidence: tuple[str, ...]) -> bool: ...


def loaded(practice: Practice, ledger: Ledger, job: Job, report: BatchReport, *, again: bool) -> BatchReport:
    """What loading a file did, after its payments that are known already were answered; `again` asks for all of them anew."""
    if job is not Job.EOBS or again or report.resumed:
        return report
    store = Evidence(ledger, vault_of(practice.tenant).ledger_keys())
    return report.model_copy(update={"before": settle(ledger, store, report.batch)})


def settle(ledger: Book, store: Store, batch: str) -> int:
    """Answer each payment of a batch that an earlier one has fetched and whose document is still kept; how many."""
    done, of_payer = 0, cache(lambda ask: tuple(ledger.payments_before(ask)))
    for item, ask in ledger.payments_to_ask(batch):
        earlier = ledger.payments_before(ask) if ask.check_no else of_payer(_about_payer(ask))
        if (known := _the_one(ask, earlier, store, item)) is not None:
            done += ledger.answer_from_before(item, known, (known.eob_id,))
    return done


def _about_payer(ask: EobRequest) -> EobRequest:
    """The same for all questions about claims of one payer, whose answers are looked through once."""
    blank = {"claim_id": "", "payer_claim_no": "", "patient": None, "dos_from": None, "dos_to": None, "charge": None, "patient_key": ""}
    return ask.model_copy(update=blank)


def find(ledger: Book, store: Store, ask: EobRequest, item: str, *, batch: str) -> EobResult | None:
    """The payment's answer as this batch has it from another row, its document kept for this item too."""
    return _the_one(ask, ledger.payments_before(ask, batch=batch), store, item)


def _the_one(ask: EobRequest, earlier: Iterable[EobResult], store: Store, item: str) -> EobResult | None:
    """The latest that is surely the same payment; None where a claim stands on two checks: the portal is to say which."""
    found = [known for one in earlier if (known := again(ask, one)) is not None]
    if len({bare_number(known.check_no or "") for known in found}) != 1:
        return None
    return next((known for known in found if _still_kept(store, known, item)), None)


def _still_kept(store: Store, known: EobResult, item: str) -> bool:
    """Keeping it for this item as well starts its time anew."""
    try:
        return store.keep(known.medium or "pdf", store.read(known.eob_id), item=item) == known.eob_id
    except UserError:
        return False


def again(ask: EobRequest, earlier: EobResult) -> EobResult | None:
    """An earlier answer as the answer to this question; None where it is not surely about the same payment."""
    if earlier.outcome is not Outcome.ANSWERED or earlier.remittance is None or not earlier.balance_ok:
        return None
    shown = earlier.remittance
    if shown.check_date is None:  # the portal's row had it
        shown = shown.model_copy(update={"check_date": earlier.check_date})
    proved = proof.of(shown, ask)
    if proved.against or not NAMES & set(proved.match):
        return None
    claim = proof.the_one(proof.claims_asked(shown, ask)) if proof.by_claim(ask) else None
    return earlier.model_copy(update={"fetched": "before", "claim": claim, "match": proved.match})
