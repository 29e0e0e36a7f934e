"""The ledger as `Submitting` sees it: this lease, this day, this person to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from payerbot.authorization import StandingRequest
from payerbot.ledger.book import Lease, Ledger
from payerbot.ledger.records import Submission, SubmissionState
from payerbot.rows import Item

Review = Sequence[tuple[str, str]]


class SubmissionBook:
    """One share's way to the submissions."""

    def __init__(self, ledger: Ledger, lease: Lease, staff: str, today: date) -> None:
        self.ledger = ledger
        self.lease = lease
        self.staff = staff
        self.today = today

    def submission(self, item: Item) -> Submission:
        """What is known of this item's request."""
        return self.ledger.submission(self.lease, item)

    def rival(self, found: Submission) -> Submission | None:
        """Another request for the same care, sent by the practice or perhaps sent."""
        return self.ledger.rival(found.id)

    def looked_up(self, item: Item, found: Submission, standing: Sequence[StandingRequest]) -> None:
        """What the payer has now."""
        self.ledger.looked_up(self.lease, item, found.id, standing)

    def prepared(self, item: Item, found: Submission, review: Review, *, picture: str, page: str, again: bool) -> int:
        """Ask a person about exactly this page; the question."""
        return self.ledger.prepared(self.lease, item, found.id, review, picture=picture, page=page, staff=self.staff, again=again)

    def ask_again(self, item: Item, found: Submission, *, why: str = "") -> int:
        """The question about what is prepared already."""
        return self.ledger.ask_again(self.lease, item, found.id, staff=self.staff, why=why)

    def intend(self, item: Item, found: Submission, review: Review) -> str:
        """Commit the intent; "" where this share may press."""
        return self.ledger.intend(self.lease, item, found.id, review, on=self.today)

    def still_mine(self) -> None:
        """LeaseLost where another run has the login."""
        self.ledger.still_mine(self.lease)

    def pressed(self, item: Item, found: Submission, reference: StandingRequest | None) -> None:
        """Keep what the response page said."""
        self.ledger.pressed(self.lease, item, found.id, reference)

    def unsure(self, item: Item, found: Submission) -> Submission:
        """It may have been sent."""
        self.ledger.unsure(self.lease, item, found.id, on=self.today)
        return self.submission(item)

    def settle(self, item: Item, found: Submission, state: SubmissionState, reference: StandingRequest | None = None) -> None:
        """What the payer has."""
        self.ledger.settle(self.lease, item, found.id, state, reference)

    def ask(self, item: Item, kind: str) -> int:
        """Ask the person who approves."""
        return self.ledger.ask_person(item.portal, item.login, kind, staff=self.staff, item=item.id)
