"""What a portal delivered becomes the answer about one payment: each document proved, read and balanced, the best one believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

from payerbot.eob import balance, listing, pages, pdf, proof, x12
from payerbot.eob.reading import Reading
from payerbot.eob.trouble import CannotRead, NotWhole, Scan
from payerbot.model import Outcome, Result
from payerbot.remittance import Document, EobDelivery, EobRequest, EobResult, ListedPayment, Remittance, bare_number, same_number

A_PERSON_READS = "a person has to read it"
_BEST_FIRST = ("835", "pdf", "csv")


class Flaw(Enum):
    """Why a document is not believed."""

    NOT_WHOLE = "not whole"  # asking for it again may help
    OTHER = "of another payment"  # as well
    SCAN = "a scan"
    UNKNOWN = "cannot be read"
    UNBALANCED = "does not add up"
    CONTRADICTS = "contradicts the portal's page"


class Seen(NamedTuple):
    """One document after it was looked at."""

    document: Document
    address: str
    reading: Reading | None = None
    flaw: Flaw | None = None
    why: tuple[str, ...] = ()
    match: tuple[str, ...] = ()

    @property
    def good(self) -> Remittance | None:
        """The remittance, where it may be believed."""
        return self.reading.remittance if self.reading and self.flaw is None else None


def fetched(ask: EobRequest, deliver: Callable[[EobRequest], EobDelivery], keep: Callable[[Document], str]) -> EobResult:
    """Ask the portal, keep what it hands out, read it; a document that is broken or another payment's is asked for once more."""
    delivery = deliver(ask)
    seen = looked_at(ask, delivery, [keep(document) for document in delivery.documents])
    if _worth_another(seen):
        delivery = deliver(ask)
        seen = looked_at(ask, delivery, [keep(document) for document in delivery.documents])
    return result(ask, delivery, seen)


def read(ask: EobRequest, delivery: EobDelivery, addresses: Sequence[str]) -> EobResult:
    """The answer in what was delivered; `addresses` are the documents' places in the evidence store."""
    return result(ask, delivery, looked_at(ask, delivery, addresses))


# --- one document ------------------------------------------------------------------------------------------------------------------


def looked_at(ask: EobRequest, delivery: EobDelivery, addresses: Sequence[str]) -> list[Seen]:
    """Each document proved, read and balanced; the portal's list only where it contradicts."""
    found = [_seen(ask, delivery.listed, one, address) for one, address in zip(delivery.documents, addresses, strict=True)]
    return sorted(found, key=lambda seen: _BEST_FIRST.index(seen.document.medium))


def _seen(ask: EobRequest, listed: ListedPayment | None, document: Document, address: str) -> Seen:
    try:
        reading = _READERS[document.medium](document.data, ask, listed)
    except CannotRead as why:
        return Seen(document, address, flaw=_FLAWS.get(type(why), Flaw.UNKNOWN), why=(str(why),))
    if reading is None:
        return Seen(document, address)
    proved = proof.of(reading.remittance, ask, listed)
    flaw = Flaw.OTHER if proved.against else Flaw.UNBALANCED if reading.problems else None
    return Seen(document, address, reading, flaw, (*proved.against, *reading.problems), proved.match)


class _OfAnother(CannotRead):
    """A document in which the payment's number does not occur at all."""


class _Contradiction(CannotRead):
    """A list that says something else than the portal's page."""


def _pdf(data: bytes, ask: EobRequest, listed: ListedPayment | None) -> Reading:
    text = pages.read(data)
    try:
        return pdf.of_text(text)
    except CannotRead:
        number = ask.check_no or (listed.check_no if listed else "")
        if number and not any(same_number(word.text, number) for line in text.lines for word in line.words):
            raise _OfAnother("another check's number is in it, or none") from None
        raise


def _835(data: bytes, ask: EobRequest, listed: ListedPayment | None) -> Reading:
    """The payment's own transaction, where the file holds several."""
    found = x12.read(data)
    number = ask.check_no or (listed.check_no if listed else "")
    of_it = [one for one in found if not number or same_number(one.check_no, number)]
    if len(of_it) != 1:
        raise _OfAnother("the check is not in it, or more than once")
    return Reading(of_it[0], balance.problems(of_it[0]))


def _csv(data: bytes, ask: EobRequest, listed: ListedPayment | None) -> None:
    """The portal's list holds no remittance; it must not contradict the row on the page."""
    row = listing.of(listing.read(data), ask.check_no or (listed.check_no if listed else ""))
    if row is not None and listed is not None and (row.amount, row.check_date) != (listed.amount, listed.check_date):
        raise _Contradiction("the portal's list and its page show the payment in two ways")


_FLAWS = {NotWhole: Flaw.NOT_WHOLE, Scan: Flaw.SCAN, _OfAnother: Flaw.OTHER, _Contradiction: Flaw.CONTRADICTS}
_READERS: dict[str, Callable[[bytes, EobRequest, ListedPayment | None], Reading | None]] = {"pdf": _pdf, "835": _835, "csv": _csv}


def _worth_another(seen: Sequence[Seen]) -> bool:
    documents = [one for one in seen if one.document.medium != "csv"]
    return not any(one.good for one in documents) and any(one.flaw in {Flaw.NOT_WHOLE, Flaw.OTHER} for one in documents)


# --- the answer --------------------------------------------------------------------------------------------------------------------


def result(ask: EobRequest, delivery: EobDelivery, seen: Sequence[Seen]) -> EobResult:
    """The answer: the best document's remittance, or why there is none that may be posted."""
    told = {name: getattr(delivery, name) for name in Result.model_fields}
    told |= {"check_no": ask.check_no or None, "check_date": ask.check_date, "check_amount": ask.amount, "fetched": "now"}
    if row := delivery.listed:
        told |= {"check_no": row.check_no, "check_date": row.check_date, "check_amount": row.amount, "payer_name": row.payer or None}
    if delivery.outcome is not Outcome.ANSWERED:
        return EobResult.model_validate({**told, "fetched": None})
    good = [one for one in seen if one.good]
    if not good:
        return _unread(told, seen)
    if not _agree([one.good for one in good if one.good]) or any(one.flaw is Flaw.CONTRADICTS for one in seen):
        return _unreadable(told, good[0], "the documents contradict each other: " + A_PERSON_READS, ())
    return _answered(told, ask, good[0])


def _answered(told: dict[str, object], ask: EobRequest, best: Seen) -> EobResult:
    remittance, reading = best.good, best.reading
    assert remittance is not None and reading is not None  # noqa: S101, PT018  only good ones come here
    facts = {
        "eob_id": best.address,
        "file_sha256": sha256(best.document.data).hexdigest(),
        "medium": best.document.medium,
        "pages": reading.pages,
        "check_no": max((remittance.check_no, ask.check_no, str(told["check_no"] or "")), key=len),  # some print it without its zeros
        "check_date": remittance.check_date or told["check_date"],
        "check_amount": remittance.amount,
        "payer_name": remittance.payer or told.get("payer_name"),
        "payee_npi": remittance.payee_npi or None,
        "payee_tin": remittance.payee_tin or None,
        "claim_count": len(remittance.claims),
        "balance_ok": True,
        "warnings": balance.warnings(remittance),
        "remittance": remittance,
        "claim": proof.the_one(proof.claims_asked(remittance, ask)) if proof.by_claim(ask) else None,
        "match": best.match,
    }
    return EobResult.model_validate(told | facts)


def _agree(found: Sequence[Remittance]) -> bool:
    return len({_essence(remittance) for remittance in found}) == 1


def _essence(remittance: Remittance) -> tuple[object, ...]:
    claims = sorted(
        (bare_number(one.payer_claim_no), one.charge, one.paid, balance.owed(balance.all_adjustments(one))) for one in remittance.claims
    )
    return bare_number(remittance.check_no), remittance.amount, tuple(claims), sum(plb.amount for plb in remittance.plbs)


def _unread(told: dict[str, object], seen: Sequence[Seen]) -> EobResult:
    """No document may be believed: why, and whether asking later may help."""
    documents = [one for one in seen if one.document.medium != "csv"]
    worst = next((one for flaw in _TOLD_FIRST for one in documents if one.flaw is flaw), None)
    if worst is None:
        reason = "the portal hands out no document of this payment: ask the payer for it"
        return EobResult.model_validate(told | {"outcome": Outcome.UNREADABLE, "reason": reason})
    if worst.flaw is Flaw.NOT_WHOLE:
        reason = f"another try: the portal handed out {worst.why[0]}, twice"
        return EobResult.model_validate(told | {"outcome": Outcome.PAGE_CHANGED, "reason": reason, "fetched": None})
    return _unreadable(told, worst, f"{_REASONS[worst.flaw or Flaw.UNKNOWN].format(worst.why[0])}: {A_PERSON_READS}", worst.why)


_TOLD_FIRST = (Flaw.UNBALANCED, Flaw.SCAN, Flaw.UNKNOWN, Flaw.OTHER, Flaw.NOT_WHOLE)
_REASONS = {
    Flaw.UNBALANCED: "the sums do not come out ({})",
    Flaw.SCAN: "{}",
    Flaw.UNKNOWN: "{}",
    Flaw.OTHER: "the portal handed out another payment's document, twice ({})",
}


def _unreadable(told: dict[str, object], best: Seen, reason: str, problems: tuple[str, ...]) -> EobResult:
    facts = {
        "outcome": Outcome.UNREADABLE,
        "reason": reason,
        "eob_id": best.address,
        "file_sha256": sha256(best.document.data).hexdigest(),
        "medium": best.document.medium,
        "pages": best.reading.pages if best.reading else None,
        "balance_ok": False if best.reading else None,
        "problems": problems,
    }
    return EobResult.model_validate(told | facts)
