"""What an earlier answer already says about a payment, so that nobody signs in and fetches it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from payerbot.eob import proof
from payerbot.errors import UserError
from payerbot.ledger.evidence import Evidence
from payerbot.model import Job, Outcome
from payerbot.remittance import EobRequest, EobResult
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
    done = 0
    for item, ask in ledger.payments_to_ask(batch):
        if (known := find(ledger, store, ask, item)) is not None:
            done += ledger.answer_from_before(item, known, (known.eob_id,))
    return done


def find(ledger: Book, store: Store, ask: EobRequest, item: str, *, batch: str = "") -> EobResult | None:
    """The payment's answer as the ledger has it, its document kept for this item too; only out of one batch where that is named."""
    for earlier in ledger.payments_before(ask, batch=batch):
        known = again(ask, earlier)
        if known is not None and _still_kept(store, known, item):
            return known
    return None


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
