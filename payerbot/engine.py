"""Takes an item, asks the portal, files the answer. One branch per kind of trouble; knows no payer and no browser."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from payerbot import steps
from payerbot.errors import (
    NeedsHuman,
    PageChanged,
    PortalError,
    Refused,
    RetryLater,
    RunError,
    SessionLost,
    SignedOutByPerson,
    StopAsked,
    UserError,
)
from payerbot.logs import log
from payerbot.model import Outcome
from payerbot.rows import Parked

if TYPE_CHECKING:
    from payerbot.rows import Answer, Item

SESSION_TROUBLES = 3  # in a row end the share
STAGE_TROUBLES = 5  # of the same stage in a row end the share
TROUBLES = 10  # of any kind in a row do, also where each one is only its item's
BACK_OFF = (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30))
PATIENCE = timedelta(seconds=45)  # an item due within this time is waited for


class Book(Protocol):
    """What the engine needs of the ledger, for one share."""

    def claim(self) -> Item | None: ...
    def next_due(self) -> datetime | None: ...
    def finish(self, item: Item, answer: Answer, evidence: Sequence[str]) -> None: ...
    def set_aside(
        self, item: Item, outcome: Outcome, *, waits_for: str, due: datetime | None, question: int | None = None, counts: bool = True
    ) -> None: ...
    def send_on(self, item: Item, answer: Answer, evidence: Sequence[str]) -> bool: ...  # True: somebody else is asked as well
    def give_back(self, item: Item) -> None: ...
    def ask_person(self, item: Item, trouble: PortalError) -> int: ...
    def wanted(self) -> bool: ...
    def now(self) -> datetime: ...  # the ledger's time: of several machines one's clock may be wrong


class Bot(Protocol):
    """What the engine needs of a signed-in portal."""

    def known(self, item: Item) -> Answer | None: ...  # what needs no question
    def answer(self, item: Item) -> Answer | Parked: ...
    def evidence(self, item: Item, answer: Answer | Parked | None) -> Sequence[str]: ...
    def renew(self) -> None: ...
    def rest(self, seconds: float) -> None: ...


class End(NamedTuple):
    """Why a share's work ended; `trouble` is what stopped it, if anything did."""

    why: str  # done, stopped, wanted, breaker, login
    trouble: PortalError | None = None


class Pacing(NamedTuple):
    """Least seconds between two searches, and how much more by chance."""

    seconds: float = 0.0
    jitter: float = 0.0


class Engine:
    """The loop of one share."""

    def __init__(self, book: Book, bot: Bot, *, pacing: Pacing, filed: Callable[[Item, Outcome], None]) -> None:
        self.book = book
        self.bot = bot
        self.pacing = pacing
        self.filed = filed
        self.session_troubles = 0
        self.stage_troubles: tuple[str, int] = ("", 0)
        self.troubles = 0
        self.searched_at = 0.0

    def work(self) -> End:
        """Ask item after item until none is due, someone asks to stop, or the breaker opens."""
        while True:
            if self.book.wanted():
                return End("wanted")
            item = self.book.claim()
            if item is None:
                end = self._wait_for_due()
            else:
                steps.reached("item.taken")
                end = self._one(item)
            if end is not None:
                return end

    def _wait_for_due(self) -> End | None:
        """Wait a moment for an item that is due shortly; the end where there is none."""
        due = self.book.next_due()
        left = (due - self.book.now()).total_seconds() if due is not None else None
        if left is None or left > PATIENCE.total_seconds():
            return End("done")
        try:
            self.bot.rest(min(2.0, max(0.2, left)))
        except PortalError as trouble:
            return End("stopped" if isinstance(trouble, StopAsked) else "breaker", trouble)
        return None

    def _one(self, item: Item) -> End | None:
        try:
            answer = self.bot.known(item) or self._ask(item)
            steps.reached("answer.read")
            evidence = self.bot.evidence(item, answer)
            steps.reached("evidence.kept")
        except PortalError as trouble:
            return self._trouble(item, trouble)
        except (UserError, RunError, OSError):  # a full disk is nobody's page
            raise
        except Exception as bug:  # noqa: BLE001  a reader met what nobody thought of: this item's trouble, and its text may hold a patient
            log.error("reader failed", portal=item.portal, item=item.id, error=type(bug).__name__)
            return self._trouble(item, PageChanged("answer: it cannot be read"))
        self._file(item, answer, evidence)
        self.session_troubles, self.stage_troubles, self.troubles = 0, ("", 0), 0
        return None

    def _ask(self, item: Item) -> Answer | Parked:
        self._keep_pace()
        return self.bot.answer(item)

    def _file(self, item: Item, answer: Answer | Parked, evidence: Sequence[str]) -> None:
        if isinstance(answer, Parked):  # it went well: this attempt is not one without an end
            due = None if answer.after is None else self.book.now() + answer.after
            self.book.set_aside(item, answer.outcome, waits_for=answer.waits_for, due=due, question=answer.question, counts=False)
        elif self.book.send_on(item, answer, evidence):
            pass
        elif answer.outcome.final:
            self.book.finish(item, answer, evidence)
        else:
            due, waits = _later(answer, self.book.now())
            self.book.set_aside(item, answer.outcome, waits_for=waits, due=due)
        steps.reached("answer.filed")
        self.filed(item, answer.outcome)

    def _keep_pace(self) -> None:
        left = self.searched_at + self.pacing.seconds + random.random() * self.pacing.jitter - time.monotonic()  # noqa: S311  not a secret
        if self.searched_at and left > 0:
            self.bot.rest(left)
        self.searched_at = time.monotonic()

    def _trouble(self, item: Item, trouble: PortalError) -> End | None:
        log.warning("trouble", portal=item.portal, item=item.id, error=type(trouble).__name__, where=str(trouble))
        if isinstance(trouble, StopAsked | SignedOutByPerson):
            self.book.give_back(item)
            return End("stopped" if isinstance(trouble, StopAsked) else "login", trouble)
        if isinstance(trouble, NeedsHuman | Refused):
            return self._ask_person(item, trouble)
        if isinstance(trouble, SessionLost):
            return self._session(item, trouble)
        self._set_aside(item, trouble)
        return self._breaker(trouble)

    def _ask_person(self, item: Item, trouble: PortalError) -> End | None:
        number = self.book.ask_person(item, trouble)
        self.book.set_aside(item, Outcome.NEEDS_PERSON, waits_for=f"question {number}", due=None, question=number)
        self.filed(item, Outcome.NEEDS_PERSON)
        return End("login", trouble) if trouble.login_trouble else None

    def _session(self, item: Item, trouble: SessionLost) -> End | None:
        self.book.set_aside(item, trouble.outcome, waits_for="a new sign-in", due=self.book.now())
        self.session_troubles += 1
        if self.session_troubles >= SESSION_TROUBLES:
            return End("breaker", trouble)
        try:
            self.bot.renew()
        except PortalError as worse:
            return End("stopped" if isinstance(worse, StopAsked) else "login", worse)
        return None

    def _set_aside(self, item: Item, trouble: PortalError) -> None:
        try:
            self.bot.evidence(item, None)
        except PortalError:
            log.warning("no evidence", portal=item.portal, item=item.id)
        waits = "the portal to be back" if isinstance(trouble, RetryLater) else "a look at a page that changed"
        due = self.book.now() + BACK_OFF[min(item.attempts, len(BACK_OFF)) - 1]
        self.book.set_aside(item, trouble.outcome, waits_for=waits, due=due)
        self.filed(item, trouble.outcome)

    def _breaker(self, trouble: PortalError) -> End | None:
        self.troubles += 1
        if self.troubles >= TROUBLES:
            return End("breaker", trouble)
        if not trouble.ends_session:
            return None
        stage, count = self.stage_troubles
        where = f"{type(trouble).__name__} {trouble}"
        self.stage_troubles = (where, count + 1 if where == stage else 1)
        return End("breaker", trouble) if self.stage_troubles[1] >= STAGE_TROUBLES else None


def _later(answer: Answer, now: datetime) -> tuple[datetime | None, str]:
    """When a non-final answer is asked again, and what the row waits for until then."""
    if answer.outcome is Outcome.NOT_YET:
        tomorrow = now + timedelta(days=1)
        said = datetime(answer.due.year, answer.due.month, answer.due.day, 12, tzinfo=UTC) if answer.due else tomorrow
        return max(said, tomorrow), "the portal to list a claim this new"
    if answer.outcome is Outcome.WRONG_PORTAL:
        return None, f"asking {answer.go_to or 'another administrator'}: wrong payer"
    return now + timedelta(hours=1), answer.reason or "the portal"
