"""A payment by its number or by a claim that it paid, and the documents that its Remittance Detail offers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from payerbot.browser.locate import Screen
from payerbot.errors import PortalDown, PortalSlow
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment
from portals import payments
from portals.optum_pay.pages import ACCOUNT, CLAIM, PAYMENT, Look, Pages

HISTORY = timedelta(days=390)  # a little less than the 13 months that are kept
WIDER = timedelta(days=7)
MOST = 12  # payments that one claim can be part of, before it is left to a person
PDF = b"%PDF-"


class Remits(Pages):
    """Delivers EOBs."""

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """By the payment's number, with and without its leading zeros; else by a claim that it paid."""
        tried: list[str] = []
        result = EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")
        for look in sorted(self._looks(ask), key=lambda look: look.rung != self.first_rung):
            tried.append(look.rung)
            result = self._delivered(ask, look)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        found = tried and result.outcome is not Outcome.NOT_FOUND
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _looks(self, ask: EobRequest) -> Iterator[Look]:
        """The ways of searching, the surest first."""
        number, bare = ask.check_no.strip(), ask.check_no.strip().lstrip("0")
        if number:
            yield Look("check_no", PAYMENT, number, *self._around(ask.check_date))
        if bare and bare != number:
            yield Look("check_no, no zeros", PAYMENT, bare, *self._around(ask.check_date))
        days = (max(ask.dos_from or self._oldest, self._oldest), self.today)  # care is paid after it was given
        if ask.payer_claim_no.strip():
            yield Look("payer_claim_no", CLAIM, ask.payer_claim_no.strip(), *days)
        if ask.claim_id.strip():
            yield Look("claim_id", ACCOUNT, ask.claim_id.strip(), *days)

    @property
    def _oldest(self) -> date:
        return self.today - HISTORY

    def _around(self, day: date | None) -> tuple[date, date]:
        return (self._oldest, self.today) if day is None else (max(day - WIDER, self._oldest), min(day + WIDER, self.today))

    def _delivered(self, ask: EobRequest, look: Look) -> EobDelivery:
        if look.start > look.end:
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason="the day lies before what the portal keeps, or ahead")
        found = self.searched(ask, look)
        if isinstance(found, EobDelivery):
            return found
        return self._payment(ask, found) if look.kind == PAYMENT else self._by_claim(ask, look, found)

    def _payment(self, ask: EobRequest, rows: list[ListedPayment]) -> EobDelivery:
        """The payment among those of a search for its number, with its documents."""
        if not payments.holds([row.check_no for row in rows], ask.check_no):
            return EobDelivery(outcome=Outcome.UNREADABLE, reason="the portal lists payments that were not searched for")
        choice = payments.choose(rows, ask)
        if len(choice.rows) == 1:
            return self._documents_of(ask, rows[choice.rows[0]])
        if choice.rows:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments")
        reason = "the payment of this number has another payer, date or amount" if choice.others else "the portal lists no such payment"
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)

    def _by_claim(self, ask: EobRequest, look: Look, rows: list[ListedPayment]) -> EobDelivery:
        """The one payment that this claim is part of: each that holds its number is opened, and its claims are compared."""
        if len(rows) > MOST:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the claim is part of many payments: give the check number")
        fit: dict[str, tuple[str, ...]] = {}
        for nth, row in enumerate(rows):
            if nth:  # a summary that was left is asked for anew
                self.searched(ask, look)
            claims = self.claims_on(self.opened(row), row)
            for at in payments.choose_claim(claims, ask).rows:
                fit[row.check_no] = payments.claim_agrees(claims[at], ask)
        if not fit:
            reason = "the claim of this number has another day, charge or check" if rows else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)
        if len(fit) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the claim is part of several payments: give the check number")
        (row,) = [row for row in rows if row.check_no in fit]
        if row != rows[-1]:
            self.searched(ask, look)
        paid = ask.model_copy(update={"check_no": row.check_no})
        result = self._documents_of(paid, row, shown=row == rows[-1])
        return result.model_copy(update={"match": (*fit[row.check_no], *result.match)})

    # --- the documents ---

    def _documents_of(self, ask: EobRequest, row: ListedPayment, *, shown: bool = False) -> EobDelivery:
        """The PDF and the 835 of a payment, whichever the portal has; `shown`: its detail is open already."""
        page = self.screen("detail") if shown else self.opened(row)
        offered = tuple(one for one in (self._pdf_of(page), self._835_of(page)) if one is not None)
        return EobDelivery(
            outcome=Outcome.ANSWERED,
            listed=row,
            documents=offered,
            match=payments.agrees(row, ask),
            warnings=() if offered else ("the portal offers no document of this payment",),
        )

    def _pdf_of(self, page: Screen) -> Document | None:
        """The portal's own remittance, else the payer's; what is no PDF, or does not come, is asked for once more."""
        own = page["own"].visible()
        button = "own" if own else "payers"
        if not page[button].visible():
            return None
        data = self._file(page, button)
        if not data.startswith(PDF):
            data = self._file(page, button) or data
        if not data:
            raise self._no_file(page)
        return Document(medium="pdf", data=data, source="portal_made" if own else "payer_issued")

    def _835_of(self, page: Screen) -> Document | None:
        if not page["x12"].visible():
            return None
        data = self._file(page, "x12") or self._file(page, "x12")
        if not data:
            raise self._no_file(page)
        return Document(medium="835", data=data, source="export")

    def _file(self, page: Screen, button: str) -> bytes:
        """The file that a button brings; empty where none came."""
        elsewhere = [self.screen(name)["landmark"] for name in self.config.anywhere]
        data = page[button].file(unless=(page["trouble"].apart_from_now(), *elsewhere))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""

    def _no_file(self, page: Screen) -> PortalDown | PortalSlow:
        if page["trouble"].visible():
            return PortalDown("remittance detail: the portal says that it cannot hand out the document now")
        return PortalSlow("remittance detail: no document came")
