"""Remittance Reports: find a payment by its tracking number or by a claim that it paid, and take its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from payerbot import steps
from payerbot.errors import PortalDown, PortalSlow, ReadBackMismatch
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, ListedPayment, bare_number
from portals import payments
from portals.cigna import read, read_remits
from portals.cigna.claims import Claims
from portals.cigna.shell import TRIES
from portals.text import same_id, same_last

REMITS = "/app/remittance"
NOBODY = EobDelivery(outcome=Outcome.BAD_DATA, field="check_no", reason="neither a check nor a claim is named")


class Find(NamedTuple):
    """One way of searching: which radio, and what its fields are given."""

    rung: str
    kind: str
    values: Mapping[str, str]
    days: Mapping[str, date] = {}


class Remits(Claims):
    """Drives the search, its two kinds of lists, and the report of a payment."""

    def deliver_eob(self, ask: EobRequest) -> EobDelivery:
        """Find the payment by its number (with and without leading zeros), else by a claim that it paid; then fetch its report."""
        tried: list[str] = []
        result = NOBODY
        for find in sorted(self._finds(ask), key=lambda find: find.rung != self.first_rung):
            tried.append(find.rung)
            result = self._payment(ask, find) if find.kind == "tracking" else self._by_claim(ask, find)
            if result.outcome is not Outcome.NOT_FOUND:
                break
        found = tried and result.outcome is not Outcome.NOT_FOUND
        return result.model_copy(update={"rung": tried[-1] if found else "", "tried": tuple(tried)})

    def _finds(self, ask: EobRequest) -> Iterator[Find]:
        """The ways of searching, the surest first."""
        number, who = ask.check_no.strip(), ask.patient
        if number:
            yield Find("check_no", "tracking", {"tracking": number})
        if number and number.lstrip("0") != number:
            yield Find("check_no, no zeros", "tracking", {"tracking": number.lstrip("0")})
        if ask.payer_claim_no.strip():
            yield Find("payer_claim_no", "claim", {"number": ask.payer_claim_no.strip()})
        elif ask.claim_id and who is not None:
            last, first, _ = read.searchable(who)
            born = {"birth_date": who.birth_date}
            if who.member_id:
                yield Find("member_id", "patient", {"member_id": who.member_id}, born)
            yield Find("name", "patient", {"last": last, "first": first}, born)

    # --- which payment

    def _payment(self, ask: EobRequest, find: Find) -> EobDelivery:
        """The payment that this number leads to, with its report."""
        for _ in range(TRIES):
            try:
                rows = self._reports(find)
                if isinstance(rows, EobDelivery):
                    return rows
                result = self._chosen_payment(ask, find, rows) if rows is not None else None
            except ReadBackMismatch:
                continue
            if result is not None:
                return result
        raise self.gave_up("remittance list")

    def _chosen_payment(self, ask: EobRequest, find: Find, rows: list[dict[str, str]]) -> EobDelivery | None:
        found = [read_remits.payment(cells) for cells in rows]
        if not payments.holds([one.check_no for one in found], find.values["tracking"]):
            return None
        choice = payments.choose(found, ask)
        if len(choice.rows) == 1:
            return self._report_of(ask, found[choice.rows[0]])
        if choice.rows:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the portal lists several such payments")
        reason = "the payment of this number has another date or amount" if choice.others else "the portal lists no such payment"
        return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)

    def _by_claim(self, ask: EobRequest, find: Find) -> EobDelivery:
        """The one payment that this claim is part of."""
        for _ in range(TRIES):
            try:
                rows = self._reports(find)
            except ReadBackMismatch:
                continue
            if isinstance(rows, EobDelivery):
                return rows
            claims = [read_remits.paid_claim(cells) for cells in rows or ()]
            if claims and all(_may_be(one, find) for one in claims):
                return self._paid_by(ask, find, claims)
        raise self.gave_up("remittance list")

    def _paid_by(self, ask: EobRequest, find: Find, claims: list[payments.PaidClaim]) -> EobDelivery:
        choice = payments.choose_claim(claims, ask)
        checks = payments.payments_of([claims[at] for at in choice.rows])
        if not checks:
            reason = "the claim of this number has another day, charge or check" if choice.others else "the portal lists no such payment"
            return EobDelivery(outcome=Outcome.NOT_FOUND, reason=reason)
        if len(checks) > 1:
            return EobDelivery(outcome=Outcome.AMBIGUOUS, reason="the claim is part of several payments: give the check number")
        number, when = checks[0]
        paid = ask.model_copy(update={"check_no": number, "check_date": ask.check_date or when})
        result = self._payment(paid, Find(find.rung, "tracking", {"tracking": number}))
        return result.model_copy(update={"match": (*payments.claim_agrees(claims[choice.rows[0]], ask), *result.match)})

    # --- the search

    def _reports(self, find: Find) -> list[dict[str, str]] | EobDelivery | None:
        """The rows of all pages, or what stands in their place; None where nothing came or what came is not believed."""
        form, listed = self.open(REMITS, "remittance_form"), self.screen("remittance_list")
        form[f"by_{find.kind}"].check()
        self.must_have(form, *find.values, *find.days)
        for key, text in find.values.items():
            form[key].fill(text)
        for key, when in find.days.items():
            form[key].fill_date(when)
        steps.reached("search.filled")
        came = self.sent(form, {"list": listed["landmark"], "none": listed["none"]}, next(iter(find.values)))
        if came == "list":
            rows = self.pages(listed)
            return rows if self.believed(find, *map(str, rows)) else None
        if not came:
            return None
        said = listed["none"].text() if came == "none" else form["apology"].text()
        self.keep()
        self._down = came == "apology"
        result = read_remits.refusal(said)
        if result.outcome is Outcome.PORTAL_DOWN:
            return None
        return result if self.believed(find, said) else None

    # --- the report

    def _report_of(self, ask: EobRequest, row: ListedPayment) -> EobDelivery:
        listed = self.screen("remittance_list")
        place = self.place_of(listed, lambda cells: read_remits.payment(cells) == row)
        self.must_have(listed, "view")
        data = self.document(listed, listed["view"].nth(place))
        if not data:
            raise self._no_file()
        return EobDelivery(
            outcome=Outcome.ANSWERED,
            listed=row,
            documents=(Document(medium="pdf", data=data, source="payer_issued"),),
            match=payments.agrees(row, ask),
        )

    def _no_file(self) -> PortalDown | PortalSlow:
        if self.screen("remittance_list")["trouble"].visible():
            return PortalDown("remittance list: the portal says that it cannot hand out the report now")
        return PortalSlow("remittance list: no report came")


def _may_be(row: payments.PaidClaim, find: Find) -> bool:
    """Whether a claim's row can be the answer to this search: one that does not hold what was searched for is the search before's."""
    if find.kind == "claim":
        return bare_number(row.number) == bare_number(find.values["number"])
    if "member_id" in find.values:
        return same_id(row.member_id, find.values["member_id"])
    return same_last(row.patient, find.values["last"])
