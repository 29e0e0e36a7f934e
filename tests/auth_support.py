"""What the tests of authorizations share: a made-up request, a payer that counts presses, an office in one process without a browser."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from payerbot import steps
from payerbot.authorization import AuthRequest, AuthResult, AuthSearch, AuthService, AuthState, FilledRequest, StandingRequest
from payerbot.auths.submission_book import SubmissionBook
from payerbot.auths.work import Submitting, Terms
from payerbot.engine import End, Engine, Pacing
from payerbot.errors import PortalError, PortalSlow
from payerbot.ledger.book import Lease, Ledger
from payerbot.ledger.records import Submission
from payerbot.model import Job, Outcome, Patient
from payerbot.rows import Answer, Item, Parked
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, sheet

APPROVER = "dana"


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is such a thing: many small commits, and no disk is tested."""
    memory = Path("/dev/shm")  # noqa: S108  a private folder is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


class Killed(BaseException):
    """The process is gone: nothing of ours catches it."""


def auth_ask(n: int = 1, **changes: Any) -> AuthRequest:
    """A made-up request; the same number is the same content."""
    told: dict[str, Any] = {
        "payer_key": "aetna",
        "payer_label": "AETNA",
        "organization": "Oak Counseling",
        "region": "OH",
        "billing_npi": "1234567893",
        "billing_tin": "123456789",
        "patient_key": f"P{n}",
        "patient": Patient(last="Quimby", first="Ada", birth_date=date(1990, 2, 3), member_id=f"W{n:06}"),
        "request_id": f"R{n}",
        "level_of_care": "outpatient",
        "services": (AuthService(code="90837", units=Decimal(12)),),
        "start_date": date(2026, 12, 1),
        "end_date": date(2027, 2, 28),
        "diagnoses": ("F411",),
        "pos": "11",
        "requesting_npi": "1234567893",
        "servicing_npi": "1234567893",
        "contact_name": "Dana Whitfield",
        "contact_phone": "5555550100",
        "approved_by": "Dr. Mora",
        "approved_at": datetime(2026, 11, 20, 15, tzinfo=UTC),
    }
    return AuthRequest(**(told | changes))


class Payer:
    """What stands at the payer, and how often Submit was pressed for it; the truth that the ledger is held against."""

    def __init__(self) -> None:
        self.requests: list[tuple[AuthRequest | None, StandingRequest]] = []
        self.presses: list[AuthRequest] = []
        self.drafts = 0
        self.state = AuthState.PENDED
        self.hidden = 0  # so many of the latest do not show yet

    def take(self, ask: AuthRequest, *, by_phone: bool = False) -> StandingRequest:
        one = StandingRequest(
            reference=f"REF{len(self.requests) + 1}",
            state=self.state,
            member_id=ask.patient.member_id,
            codes=tuple(service.code for service in ask.services),
            begin=ask.start_date,
            end=ask.end_date,
            sent_on=DAY,
        )
        self.requests.append((None if by_phone else ask, one))
        return one


class Portal:
    """A portal with one form; `after_press` is what happens once the payer has taken the request."""

    def __init__(self, payer: Payer) -> None:
        self.payer = payer
        self.filled: AuthRequest | None = None
        self.pressing: AuthRequest | None = None
        self.after_press: Callable[[], None] = lambda: None
        self.in_place_of_the_press: Callable[[], None] = lambda: None
        self.resends = 0
        self.review_note = ""
        self.shows_review = True
        self.differs: tuple[str, ...] = ()
        self.decides: AuthResult | None = None
        self.keeps_drafts = True

    # the adapter's part

    def find_requests(self, ask: AuthRequest) -> AuthSearch:
        shown = self.payer.requests[: len(self.payer.requests) - self.payer.hidden]
        mine = tuple(one for _, one in shown if one.member_id[-3:] == ask.patient.member_id[-3:])
        return AuthSearch(outcome=Outcome.ANSWERED if mine else Outcome.NOT_FOUND, standing=mine)

    def fill_request(self, ask: AuthRequest, files: Mapping[str, Path]) -> FilledRequest:
        self.filled = ask
        review = (
            ("Member ID", ask.patient.member_id),
            ("Note", ask.note),
            ("Quantity", str(ask.services[0].units)),
            ("", self.review_note),
        )
        return FilledRequest(
            outcome=Outcome.ANSWERED, review=review if self.shows_review else (), differs=self.differs, decided=self.decides
        )

    def leave_draft(self) -> str:
        self.payer.drafts += 1
        return f"D{self.payer.drafts}" if self.keeps_drafts else ""

    def press_submit(self) -> AuthResult:
        assert self.filled is not None
        ask, self.filled = self.filled, None
        self.pressing = ask
        self.in_place_of_the_press()
        self.payer.presses.append(ask)
        for _ in range(1 + self.resends):
            one = self.payer.take(ask)
        steps.reached("submit.pressed")
        self.after_press()
        return AuthResult(outcome=Outcome.ANSWERED, state=one.state, portal_reference=one.reference)

    def follow_request(self, ask: AuthRequest, standing: StandingRequest) -> AuthResult:
        return AuthResult(outcome=Outcome.ANSWERED, state=self.payer.state, portal_reference=standing.reference, match=("member_id",))

    # the page's part

    def whole_picture(self) -> bytes:
        return f"picture of {self.filled and self.filled.request_id}".encode()

    def words(self) -> str:
        return "the review page"

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        yield


class Shelf:
    """Evidence in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, kind: str, data: bytes, *, item: str) -> str:
        address = f"{kind}-{len(self.kept)}"
        self.kept[address] = data
        return address


class Share:
    """One share's loop on a real ledger, as payerbot/bot.py puts it together, in this process."""

    def __init__(self, book: Ledger, portal: Portal, batch: str, *, today: date, prepare: bool, lag: int, shelf: Shelf) -> None:
        self.ledger = book
        self.portal = portal
        self.batch = batch
        self.terms = Terms(today, prepare, lag, {})
        self.shelf = shelf
        self.lease: Lease = book.take_lease(PORTAL, LOGIN, life=60, staff=APPROVER)

    def work(self) -> End:
        end = Engine(self, self, pacing=Pacing(), filed=lambda _item, _outcome: None).work()
        self.lease.release()
        return end

    def send_on(self, item: Item, answer: Answer, evidence: Sequence[str]) -> bool:
        return False

    def known(self, item: Item) -> None:
        return None

    def answer(self, item: Item) -> Answer | Parked:
        book = SubmissionBook(self.ledger, self.lease, APPROVER, self.terms.today)
        return Submitting(book, self.portal, self.portal, self.shelf, self.terms).answer(item)

    def evidence(self, item: Item, answer: Answer | Parked | None) -> Sequence[str]:
        return []

    def renew(self) -> None: ...

    def rest(self, seconds: float) -> None:
        raise PortalSlow("nobody waits in a test")

    def claim(self) -> Item | None:
        return self.ledger.claim(self.lease, self.batch)

    def next_due(self) -> datetime | None:
        return None

    def finish(self, item: Item, answer: Answer, evidence: Sequence[str]) -> None:
        self.ledger.finish(self.lease, item, answer, evidence=evidence)

    def set_aside(self, item: Item, outcome: Outcome, **how: Any) -> None:
        self.ledger.set_aside(self.lease, item, outcome, **how)

    def give_back(self, item: Item) -> None:
        self.ledger.give_back(self.lease, item)

    def ask_person(self, item: Item, trouble: PortalError) -> int:
        return self.ledger.ask_person(PORTAL, LOGIN, "submission_unknown", staff=APPROVER, item=item.id)

    def wanted(self) -> bool:
        return False

    def now(self) -> datetime:
        with self.ledger.reading() as connection:
            return self.ledger.now(connection)


class Practice:
    """A practice with one payer; files are loaded, shares run, people answer."""

    def __init__(self, place: Place, tenant: str = "oak") -> None:
        self.place = place
        self.tenant = tenant
        self.payer = Payer()
        self.portal = Portal(self.payer)
        self.shelf = Shelf()
        self.book = place.ledger(tenant=tenant)
        self.today = DAY
        self.lag = 0
        self.files = 0

    def load(self, *asks: AuthRequest) -> str:
        self.files += 1
        digest = self.files.to_bytes(32, "big")
        return self.book.add(sheet(*asks, job=Job.AUTHS, digest=digest), business_date=DAY).batch

    def run(self, batch: str, *, prepare: bool = True, at: str = "", does: Callable[[], None] | None = None) -> End | None:
        """One share to its end; None where it was killed at that step."""

        def heard(name: str) -> None:
            if name == at:
                (does or _die)()

        self.place.clock.forward(hours=21)  # whatever waited for a day is due
        steps.listeners.append(heard)
        try:
            share = Share(self.book, self.portal, batch, today=self.today, prepare=prepare, lag=self.lag, shelf=self.shelf)
            return share.work()
        except Killed:
            return None
        finally:
            steps.listeners.remove(heard)

    def approve(self, name: str = "", *, hours: float = 72) -> Submission:
        """Dana looks at it and says yes."""
        found = self.book.find_submission(name) if name else self.book.submissions()[-1]
        until = self.place.clock.now + timedelta(hours=hours)
        self.book.approve(found.id, by=APPROVER, until=until, seen=found)
        return self.book.find_submission(found.id)

    def approvals_used(self) -> int:
        with self.book.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM approval WHERE used_at IS NOT NULL").scalar_one())

    @property
    def states(self) -> list[str]:
        return [one.state for one in self.book.submissions()]

    def sent(self) -> list[StandingRequest]:
        """What the payer took from us."""
        return [one for ask, one in self.payer.requests if ask is not None]


def _die() -> None:
    raise Killed
