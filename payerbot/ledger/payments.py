"""Payments whose EOBs the ledger already has: found by check or by claim, answered without a portal."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, select, update

from payerbot.ledger.batches import patient
from payerbot.ledger.items import Items
from payerbot.ledger.tables import answer, item
from payerbot.model import Job, Outcome
from payerbot.remittance import EobRequest, EobResult

LOOKS_AT = 400  # latest remittances of a payer, where a row knows a claim and no check
_AT_ONCE = 25
WITHOUT_A_LEASE = 0  # the epoch of an answer that no run fetched


class Payments(Items):
    """What is known before anything is asked."""

    def payments_to_ask(self, batch: str) -> list[tuple[str, EobRequest]]:
        """The payments of a batch that nobody has asked about yet: item and question."""
        new = and_(self.mine(item), item.c.batch == batch, item.c.job == Job.EOBS, item.c.state == "waiting", item.c.outcome.is_(None))
        with self.reading() as connection:
            found = connection.execute(select(item.c.id, item.c.ask).where(new).order_by(item.c.place)).all()
        return [(one.id, EobRequest.model_validate_json(one.ask)) for one in found]

    def payments_before(self, ask: EobRequest, *, batch: str = "") -> Iterator[EobResult]:
        """Answers that may be about this payment, the latest first; of one batch only, where it is named."""
        good = and_(self.mine(answer), answer.c.job == Job.EOBS, answer.c.payer == ask.payer_key, answer.c.outcome == Outcome.ANSWERED)
        if ask.check_no:
            good = and_(good, answer.c.subject == self.payment_subject(ask.payer_key, ask.check_no))
        if batch:
            good = and_(good, answer.c.batch == batch)
        for start in range(0, LOOKS_AT, _AT_ONCE):
            query = select(answer.c.result).where(good).order_by(answer.c.answered_at.desc(), answer.c.item).offset(start).limit(_AT_ONCE)
            with self.reading() as connection:
                found = connection.execute(query).scalars().all()
            yield from map(EobResult.model_validate_json, found)
            if len(found) < _AT_ONCE:
                return

    def answer_from_before(self, name: str, given: EobResult, evidence: tuple[str, ...]) -> bool:
        """File an earlier answer as this item's; False where somebody took or answered it meanwhile."""
        with self.audited() as connection:
            free = and_(self._id(name), item.c.state == "waiting", item.c.attempts == 0)
            done = {"state": "done", "outcome": given.outcome, "due": None, "handoff": None, "waits_for": ""}
            if connection.execute(update(item).where(free).values(done)).rowcount != 1:
                return False
            found = connection.execute(select(item).where(self._id(name))).mappings().one()
            self._file(connection, self._about(found, given), WITHOUT_A_LEASE, given, evidence)
            ask = EobRequest.model_validate_json(found["ask"])
            self.enter(connection, "payerbot", "answer", patient(ask), f"{name} from an earlier batch")
            return True
