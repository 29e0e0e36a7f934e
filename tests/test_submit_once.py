"""Submit is pressed at most once per approval, whatever happens in whatever order: hypothesis plays a practice's worst weeks.

Crashes at every step, answers that never come, browsers that send twice, a login that is taken over, approvals that end, content that
changes, files that say the same in other words, requests by phone, a payer that shows late, and a ledger restored from an older copy.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from payerbot import steps
from payerbot.authorization import AuthRequest, AuthState
from payerbot.auths.match import blocking, same_care
from payerbot.errors import PortalDown, PortalSlow, SessionLost, SubmissionUnknown, UserError
from payerbot.ledger.book import LeaseHeld, LeaseLost
from tests.auth_support import APPROVER, Practice, auth_ask, in_memory
from tests.deep import deep
from tests.ledger_support import Place
from tests.test_submissions import back_up, restore

TROUBLES: list[Exception] = [
    PortalSlow("hang"),
    PortalDown("reset"),
    SessionLost("gone"),
    ValueError("a bug"),
    SubmissionUnknown("no word"),
]
TENANTS = count(1)


class Weeks:
    """One practice's story, and what must hold at every press."""

    def __init__(self, place: Place) -> None:
        self.office = Practice(place, f"practice-{next(TENANTS)}")
        self.given: set[bytes] = set()
        self.used: set[bytes] = set()
        self.wrong: list[str] = []
        self.resent = 0
        self.late_beyond_its_lag = False  # the payer took longer than the portal's settings say: then a person's word decides
        self.copy = ""
        self.asks = [auth_ask()]
        self.batches = [self.office.load(auth_ask())]
        self.office.portal.in_place_of_the_press = self.before_the_press

    # --- what must hold

    def before_the_press(self) -> None:
        """The engine takes any exception for a page that it cannot read, so what is wrong is kept for `check`."""
        try:
            self.may_press()
        except AssertionError as wrong:
            self.wrong.append(str(wrong))

    def may_press(self) -> None:
        ask = self.office.portal.pressing
        assert ask is not None
        found = next(one for one in self.office.book.submissions() if one.ask == ask)
        assert found.approval is not None, "nothing is pressed without an approval"
        assert found.approval.used_at is not None, "the intent is committed before the press"
        token = self.salt(found.id, found.approval.n)
        assert token in self.given, "somebody said yes to it"
        assert token not in self.used, "once"
        self.used.add(token)
        assert blocking(ask, self.office.portal.find_requests(ask).standing) == (), "what the payer shows already is not sent again"
        if not self.late_beyond_its_lag:
            live = [sent for sent, one in self.office.payer.requests if sent is not None and one.state is not AuthState.CANCELLED]
            assert not any(same_care(ask, sent) for sent in live), "nor what it does not show yet"

    def salt(self, name: str, n: int) -> bytes:
        with self.office.book.reading() as connection:
            return self.office.book._secret(connection, name, n)[0]

    def check(self) -> None:
        payer = self.office.payer
        assert self.wrong == []
        assert len(payer.presses) == len(self.used) <= len(self.given)
        assert len(self.office.sent()) <= len(payer.presses) + self.resent
        for batch in self.batches:
            is_whole_enough(self.office, batch)

    # --- what happens

    def run(self, n: int) -> None:
        self.work(n, prepare=n % 3 != 0)

    def die(self, n: int) -> None:
        self.work(n, at=steps.AUTHS[n % len(steps.AUTHS)])

    def lose_the_answer(self, n: int) -> None:
        def lost() -> None:
            raise TROUBLES[n % len(TROUBLES)]

        self.office.portal.after_press = lost
        self.work(n)

    def send_twice(self, n: int) -> None:
        self.office.portal.resends = 1
        before = len(self.office.payer.presses)
        self.work(n)
        self.resent += len(self.office.payer.presses) - before

    def taken_over(self, n: int) -> None:
        """Another process gets the login in the middle, works with it, and the first one wakes up."""

        def other() -> None:
            self.office.place.clock.forward(minutes=5)
            with suppress(LeaseHeld):
                self.work(n, at="submit.pressed" if n % 2 else "")

        self.work(n, at=steps.AUTHS[n % len(steps.AUTHS)], does=once(other))

    def approve(self, n: int) -> None:
        """A person looks at what waits and says yes, for long or for an hour."""
        for one in self.office.book.submissions():
            if one.state == "prepared":
                self.yes(one.id, hours=1 if n % 4 == 0 else 72)

    def approve_out_of_turn(self, n: int) -> None:
        found = self.office.book.submissions()
        if found:
            with suppress(UserError):
                self.yes(found[n % len(found)].id)

    def answer(self, n: int) -> None:
        """Like any other question; that approves nothing."""
        for asked in self.office.book.questions():
            self.office.book.reply(asked.n, by=APPROVER, verb="done" if n % 3 else "yes")

    def same_in_another_file(self, n: int) -> None:
        patient = auth_ask().patient.model_copy(update={"member_id": ["W000001", "w-000001", "W 000-001"][n % 3]})
        self.load(auth_ask(request_id=f"R{10 + n}", note=f"other words {n}", patient=patient))

    def edit(self, n: int) -> None:
        later = auth_ask().approved_at + timedelta(days=n % 5)
        self.load(auth_ask(note=f"version {n}", approved_at=later))

    def by_phone(self, _n: int) -> None:
        self.office.payer.take(auth_ask(), by_phone=True)

    def canceled_at_the_payer(self, n: int) -> None:
        if requests := self.office.payer.requests:
            ask, one = requests[n % len(requests)]
            requests[n % len(requests)] = (ask, one.model_copy(update={"state": AuthState.CANCELLED}))

    def shows_late(self, n: int) -> None:
        self.office.payer.hidden = n % 3
        self.office.lag = n % 2
        self.late_beyond_its_lag |= self.office.payer.hidden > self.office.lag == 0

    def next_day(self, n: int) -> None:
        self.office.today += timedelta(days=1 + n % 2)
        self.office.payer.hidden = 0

    def page_changes(self, n: int) -> None:
        self.office.portal.review_note = f"note {n % 2}"

    def backup(self, _n: int) -> None:
        if not self.copy:
            self.copy = back_up(self.office)

    def restore(self, n: int) -> None:
        if self.copy:
            if n % 3 == 0:
                (self.office.place.home / "presses.head").unlink(missing_ok=True)
            restore(self.office, self.copy)
            self.copy = ""
            known = {one.id for one in self.office.book.batches()}
            self.batches = [batch for batch in self.batches if batch in known] or [self.office.load(auth_ask())]

    # --- parts

    def load(self, ask: AuthRequest) -> None:
        self.batches.append(self.office.load(ask))

    def yes(self, name: str, hours: float = 72) -> None:
        found = self.office.approve(name, hours=hours)
        assert found.approval is not None
        self.given.add(self.salt(found.id, found.approval.n))

    def work(self, n: int, *, at: str = "", prepare: bool = True, does: Callable[[], None] | None = None) -> None:
        with suppress(LeaseLost):
            self.office.run(self.batches[n % len(self.batches)], at=at, prepare=prepare, does=does)
        self.office.portal.after_press = lambda: None
        self.office.portal.resends = 0

    def end(self) -> None:
        """Everything works again, people do what they are asked; nothing is left in the air, and one stands at the payer."""
        office = self.office
        office.payer.hidden, office.lag, office.portal.review_note = 0, 0, ""
        for _ in range(4):
            office.today += timedelta(days=1)
            self.withdraw_all_but_one()
            for asked in office.book.questions():
                if not asked.kind.startswith("approval"):
                    office.book.reply(asked.n, by=APPROVER, verb="done")
            self.approve(1)
            for n in range(len(self.batches)):
                self.work(n)
                self.check()
        assert set(office.states) <= {"settled", "decided", "withdrawn"}, office.states
        assert office.book.questions() == []

    def withdraw_all_but_one(self) -> None:
        """What a person does who reads the question about several."""
        requests = self.office.payer.requests
        live = [at for at, (_, one) in enumerate(requests) if one.state is not AuthState.CANCELLED]
        for at in live[1:]:
            requests[at] = (requests[at][0], requests[at][1].model_copy(update={"state": AuthState.CANCELLED}))


def is_whole_enough(office: Practice, batch: str) -> None:
    """Each row has one line, and says what it waits for."""
    for line in office.book.lines(batch):
        assert (line.state == "done") == (line.answer is not None)
        assert line.state == "done" or line.waits_for


def once(what: Callable[[], None]) -> Callable[[], None]:
    """Only the first time: what it does reaches the same step again."""
    left = [what]

    def do() -> None:
        if left:
            left.pop()()

    return do


EVENTS = ("run", "die", "lose_the_answer", "send_twice", "taken_over", "approve", "approve", "approve", "approve_out_of_turn", "answer",
          "same_in_another_file", "edit", "by_phone", "canceled_at_the_payer", "shows_late", "next_day", "page_changes", "backup",
          "restore")  # fmt: skip
STORIES = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 11)), min_size=4, max_size=9)

SENT_AND_RESTORED = [("approve", 1), ("backup", 0), ("run", 1), ("shows_late", 1), ("restore", 1), ("run", 1)]
SAID_IN_TWO_FILES = [("same_in_another_file", 0), ("run", 1), ("approve", 1), ("shows_late", 1), ("run", 2), ("run", 1)]
KILLED_AT_THE_PRESS = [("approve", 1), ("die", steps.AUTHS.index("submit.pressed")), ("shows_late", 1), ("run", 1), ("run", 1)]


@pytest.mark.parametrize("database", ["sqlite", *deep("postgresql")], indirect=True)
def test_no_story_presses_twice_for_one_approval(database: str) -> None:
    with in_memory() as home:
        place = Place(home, database)

        @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
        @given(STORIES)
        @example(SENT_AND_RESTORED)
        @example(SAID_IN_TWO_FILES)
        @example(KILLED_AT_THE_PRESS)
        def play(story: list[tuple[str, int]]) -> None:
            weeks = Weeks(place)
            weeks.run(1)
            for event, n in story:
                getattr(weeks, event)(n)
                weeks.check()
            weeks.end()
            place.close()

        try:
            play()
        finally:
            place.remove()
