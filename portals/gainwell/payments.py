"""Search Payment History: a payment by its number or its days, or by a claim whose page names it; its remittance comes as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbot.browser.locate import Element, Screen
from payerbot.errors import PageChanged, PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment
from portals import payments
from portals.base import SOON_MS
from portals.gainwell import read_claims, read_payments
from portals.gainwell.claims import Claims, Look

AROUND = timedelta(days=7)
PDF = b"%PDF-"
UNNAMED = EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")
UNTOLD = EobDelivery(
    outcome=Outcome.BAD_DATA,
    field="payer_claim_no",
    reason="the portal does not know the practice's own claim number: give the payer's, or the patient, the day and the charge as well",
)


class Find(NamedTuple):
    """One way of searching a payment: by its number, or between two days."""

    rung: str
    number: str = ""
    start: date = date.min
    end: date = date.max

    @property
    def values(self) -> dict[str, str]:
        """What the form is given."""
        if self.number:
            return {"payment_id": self.number}
        return {"start": f"{self.start:%m/%d/%Y}", "end": f"{self.end:%m/%d/%Y}"}


class Payments(Claims):
    """Drives the search, its list, and the links to the remittances."""

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """Find the payment by its number (with and without leading zeros), its day, or a claim that it paid; then fetch its remittance."""
        tried: list[str] = []
        result = UNTOLD if ask.claim_id else UNNAMED
        for way in self._ways(ask):
            tried.append(way.rung)
            result = self._payment(ask, way) if isinstance(way, Find) else self._by_claim(ask, way)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        found = tried and result.outcome is not Outcome.NOT_FOUND
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _ways(self, ask: EobRequest) -> Iterator[Find | Look]:
        """The ways of searching, the surest first; those by a claim are made up only when the earlier found nothing."""
        yield from sorted(self._finds(ask), key=lambda find: find.rung != self.first_rung)
        if ask.payer_claim_no:
            yield Look("payer_claim_no", number=ask.payer_claim_no)
        elif ask.claim_id and (question := read_payments.question(ask)) is not None:
            days = (question.dos_from, question.dos_to)
            yield from (look for look in self._looks(question) if (look.start, look.end) == days)

    def _finds(self, ask: EobRequest) -> Iterator[Find]:
        number, day = ask.check_no.strip(), ask.check_date
        bare = number.lstrip("0")
        if number:
            yield Find("check_no", number)
        if bare and bare != number:
            yield Find("check_no, no zeros", bare)
        if number and day is not None:
            yield Find("check_date", start=day - AROUND, end=min(day + AROUND, self.today))

    # --- which payment

    def _payment(self, ask: EobRequest, find: Find) -> EobDelivery:
        """The payment that this search leads to, with its remittance."""

        def once(form: Screen) -> EobDelivery | None:
            self._fill_all(form, find.values, "search")
            return self._led_to(form, ask, find)

        return self._asked("payments", "payment_form", "payment_list", ask, once)

    def _led_to(self, form: Screen, ask: EobRequest, find: Find) -> EobDelivery | None:
        """What the search led to; None where the page is not this search's answer."""
        listed = self.screen("payment_list")
        came = self.sent(form, {"list": listed["landmark"], "refused": form["message"]}, next(iter(find.values)), button="search")
        if came == "refused":
            return self._refused_payment(form, find)
        if not came or not self._is_of(form, find.values):
            return None
        pages = self._pages(listed)
        rows = [row for page in pages for row in page]
        if not payments.holds([row.check_no for row in rows], find.number) or not read_payments.within(rows, find.start, find.end):
            return None
        return self._chosen_payment(form, ask, pages)

    def _refused_payment(self, form: Screen, find: Find) -> EobDelivery | None:
        said = form["message"].text()
        self.keep()
        result = read_payments.refusal(said)
        if result.outcome is Outcome.PORTAL_DOWN:
            raise PortalDown("payment list: the portal says that it cannot answer now")
        return result if self._is_of(form, find.values) else None

    def _chosen_payment(self, form: Screen, ask: EobRequest, pages: list[list[ListedPayment]]) -> EobDelivery:
        places = [(number, place) for number, page in enumerate(pages) for place in range(len(page))]
        choice = payments.choose([pages[number][place] for number, place in places], ask)
        if len(choice.rows) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments")
        if not choice.rows:
            reason = "the payment of this number has another date or amount" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)
        number, place = places[choice.rows[0]]
        for _ in range(len(pages) - 1 - number):
            self._turn_to(self.screen("payment_list"), "previous_page")
        return self._remittance_of(form, ask, pages[number][place], place)

    # --- the list

    def _pages(self, listed: Screen) -> list[list[ListedPayment]]:
        """The rows of each page; the last page is shown. A list whose rows are not as many as it says is not believed."""
        said = read_claims.total(listed["landmark"].text(), "payment list")
        pages: list[list[ListedPayment]] = []
        while sum(map(len, pages)) < said:
            if pages:
                self._turn_to(listed, "next_page")
            pages.append(self._page_of(listed))
        if not said:
            self.keep()
        if sum(map(len, pages)) != said:
            raise ReadBackMismatch("payment list: it has other rows than it says")
        return pages

    def _page_of(self, listed: Screen) -> list[ListedPayment]:
        self.must_have(listed, "table")
        rows = [read_payments.payment(cells) for cells in listed["table"].table()]
        self.keep()
        if not rows:
            raise PageChanged("payment list: it shows no rows that are known")
        return rows

    def _turn_to(self, listed: Screen, button: str) -> None:
        """Another page; what the pager said of the one before must be gone."""
        self.must_have(listed, "pager", button)
        other = listed["pager"].apart_from_now()
        listed[button].click()
        self.expect({"rows": other}, within_ms=self.answer_ms, what=listed.name)

    # --- the file

    def _remittance_of(self, form: Screen, ask: EobRequest, row: ListedPayment, place: int) -> EobDelivery:
        link = self.screen("payment_list").element("remittance", row=str(place + 1))
        if not link.wait(SOON_MS):
            raise PageChanged("payment list: the row offers no remittance that is known")
        document = Document(medium="pdf", data=self._document(form, link), source="payer_issued")
        return EobDelivery(outcome=Outcome.ANSWERED, listed=row, documents=(document,), match=payments.agrees(row, ask))

    def _document(self, form: Screen, link: Element) -> bytes:
        """What the link hands out; what is no PDF, or does not come, is asked for once more."""
        got = b""
        for _ in range(2):
            data = self._file_by(form, link)
            if data.startswith(PDF):
                return data
            got = data or got
            if self.tab.loading:  # nothing can be asked of a page that is being replaced
                raise PortalSlow("payment list: the remittance did not come in time")
        if got:
            return got
        if form["message"].visible():
            raise PortalDown("payment list: the portal says that it cannot hand out the remittance now")
        raise PortalSlow("payment list: no remittance came")

    def _file_by(self, form: Screen, link: Element) -> bytes:
        elsewhere = [self.screen(name)["landmark"] for name in self.config.anywhere]
        data = link.file(unless=(form["message"].apart_from_now(), *elsewhere))
        if data is None:
            self.came({}, within_ms=0)  # something that can come instead of any page
        return data or b""

    # --- by a claim

    def _by_claim(self, ask: EobRequest, look: Look) -> EobDelivery:
        """The one payment that this claim's page names."""
        seen = self._seen(ask, look, lambda row: read_payments.can_be(row, ask))
        if seen.refused:
            return read_payments.refusal(seen.refused)
        claims = [read_payments.paid_claim(row, detail) for row, detail in seen.opened]
        fits = self._fitting(claims, ask)
        if not fits:
            reason = "the claim has another day, charge, patient or check" if seen.listed else "the payer has no such claim"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)
        if len(fits) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the payer has several such claims: give the check number")
        claim = claims[fits[0]]
        return self._paid_by(ask, look, claim) if claim.check_no else read_payments.unpaid(seen.opened[fits[0]][0])

    def _fitting(self, claims: list[payments.PaidClaim], ask: EobRequest) -> list[int]:
        if ask.payer_claim_no:
            return list(payments.choose_claim(claims, ask).rows)
        return [at for at, found in enumerate(claims) if read_payments.is_the_claim(found, ask)]

    def _paid_by(self, ask: EobRequest, look: Look, claim: payments.PaidClaim) -> EobDelivery:
        paid = ask.model_copy(update={"check_no": claim.check_no, "check_date": ask.check_date or claim.check_date})
        result = self._payment(paid, Find(look.rung, claim.check_no))
        return result.model_copy(update={"match": (*payments.claim_agrees(claim, ask), *result.match)})
