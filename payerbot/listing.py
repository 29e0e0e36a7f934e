"""Claims first listed, then opened: which claims stand in a portal's list just as they stood when they were last looked up.

A list is never proof that a claim is not there, for it ends at its window and a user may not see all of it: what is not in it is looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from payerbot.model import ClaimListRequest, ClaimState, ClaimStatusRequest, ClaimStatusResult, Outcome, Request
from payerbot.rows import LISTED
from portals.text import same_id, same_person

if TYPE_CHECKING:
    from payerbot.model import ClaimList, ListedClaim
    from payerbot.rows import Item

WORTH = 3  # fewer claims of one window are looked up without a list
TRUSTED_FOR = timedelta(days=14)  # a claim that never changes is opened all the same after that: a list does not show everything
OPEN_FOR = timedelta(days=3)  # of one that is not decided: what it waits for may change, a letter be sent, and the list say nothing
_DECIDED = frozenset(
    {ClaimState.PAID, ClaimState.PAID_ZERO, ClaimState.PARTLY_DENIED, ClaimState.DENIED, ClaimState.REVERSED, ClaimState.REJECTED}
)


def windows(asks: Iterable[ClaimStatusRequest], days: int, today: date) -> Iterator[ClaimListRequest]:
    """The lists worth asking for: as few spans of at most so many days as hold these claims, apart for each payer and TIN."""
    groups: dict[tuple[str, str], list[ClaimStatusRequest]] = defaultdict(list)
    for ask in asks:
        groups[ask.payer_key, ask.billing_tin].append(ask)
    for group in groups.values():
        left = [] if days < 1 else sorted((ask for ask in group if ask.dos_to <= today), key=lambda ask: ask.dos_from)
        while left:
            last = left[0].dos_from + timedelta(days=days - 1)
            inside = [ask for ask in left if ask.dos_to <= last]
            if len(inside) >= WORTH:
                whose = left[0].model_dump(include=set(Request.model_fields))
                yield ClaimListRequest(**whose, dos_from=left[0].dos_from, dos_to=max(ask.dos_to for ask in inside))
            left = [ask for ask in left if ask.dos_from > last]


def mark(row: ListedClaim) -> str:
    """What changes in a list when something happens to a claim."""
    paid = "not paid" if row.paid is None else f"{row.paid:.2f}"
    return " | ".join((row.status, paid, row.processed.isoformat() if row.processed else "not processed"))


class Listing:
    """What the portal listed tonight."""

    def __init__(self) -> None:
        self._rows: dict[str, ListedClaim] = {}  # by the payer's number: the newest row of each

    def __bool__(self) -> bool:
        """Whether it lists anything."""
        return bool(self._rows)

    def add(self, listed: ClaimList) -> None:
        """One more list."""
        for row in listed.claims:
            number = row.payer_claim_no
            before = self._rows.get(number)
            if number and (before is None or (row.processed or date.min) >= (before.processed or date.min)):
                self._rows[number] = row

    def row(self, ask: ClaimStatusRequest) -> ListedClaim | None:
        """The one claim of this patient, these days and this charge; None where there is none, or where there are several."""
        fits = [row for row in self._rows.values() if _is(row, ask)]
        return fits[0] if len(fits) == 1 else None

    def unchanged(self, item: Item, now: datetime) -> ClaimStatusResult | None:
        """The answer of last time, where the list shows the claim as it did then; None where the claim is to be opened."""
        ask, last, at = item.ask, item.last_good, item.last_good_at
        if not isinstance(ask, ClaimStatusRequest) or not isinstance(last, ClaimStatusResult) or at is None:
            return None
        if now - at > (TRUSTED_FOR if last.state in _DECIDED else OPEN_FOR):
            return None
        row = self.row(ask)
        if row is None or not same_id(row.payer_claim_no, last.payer_claim_no or "") or mark(row) != last.listed_as:
            return None
        return last.model_copy(update={"rung": LISTED, "tried": (LISTED,)})

    def shown(self, item: Item) -> str:
        """The item's row of the list, as evidence: nothing of anybody else's."""
        row = self.row(item.ask) if isinstance(item.ask, ClaimStatusRequest) else None
        return row.model_dump_json() if row is not None else ""

    def marked(self, answer: ClaimStatusResult, ask: ClaimStatusRequest) -> ClaimStatusResult:
        """An answer together with how the list shows its claim now."""
        row = self.row(ask) if answer.outcome is Outcome.ANSWERED else None
        known = row is not None and same_id(row.payer_claim_no, answer.payer_claim_no or "")
        return answer.model_copy(update={"listed_as": mark(row)}) if row is not None and known else answer


def _is(row: ListedClaim, ask: ClaimStatusRequest) -> bool:
    who = ask.patient
    born = row.birth_date is None or row.birth_date == who.birth_date
    mine = same_id(row.member_id, who.member_id) or (born and same_person(row.patient, who.last, who.first))
    return mine and (row.dos_from, row.dos_to, row.charge) == (ask.dos_from, ask.dos_to, ask.charge)
