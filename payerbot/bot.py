"""A share from the inside: the lease, the watchdog, the browser, the sign-in, the work, the sign-out. Run as `python -m payerbot.share`."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from payerbot import host, steps
from payerbot.auths import attachments, words
from payerbot.auths.submission_book import SubmissionBook
from payerbot.auths.work import Submitting, Terms
from payerbot.browser import launch, login, tabs
from payerbot.browser.locate import Tab
from payerbot.browser.selectors import load as load_selectors
from payerbot.browser.session import SavedState
from payerbot.browser.trouble import in_our_words
from payerbot.capability import BY_JOB, METHOD, ListsClaims
from payerbot.engine import PATIENCE, End, Engine, Pacing
from payerbot.errors import (
    BadCredentials,
    BotWall,
    Broken,
    CodeWanted,
    NeedsHuman,
    PageChanged,
    PortalDown,
    PortalError,
    PortalSlow,
    Refused,
    RetryLater,
    RunError,
    SignedOutByPerson,
    SignInUnresolved,
    StopAsked,
    TermsPage,
    UserError,
)
from payerbot.gate import Block, Pass, admit
from payerbot.ledger.book import LeaseHeld, LeaseLost, Ledger
from payerbot.ledger.evidence import Evidence
from payerbot.ledger.seal import Sealer
from payerbot.listing import Listing, windows
from payerbot.logs import log, set_up
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, Job, Outcome, Progress, Request
from payerbot.practice import Practice
from payerbot.routing import onward
from payerbot.rows import Parked
from payerbot.settings import settings
from payerbot.share import SIGN_OUT_SECONDS, Orders, run_folder, wipe
from payerbot.vault import Secrets, vault_of

if TYPE_CHECKING:
    from payerbot.authorization import AuthRequest
    from payerbot.capability import DeliversEobs, DeliversLetters, TakesAuthorizations
    from payerbot.ledger.book import Lease
    from payerbot.letters import LettersRequest
    from payerbot.remittance import Document, EobRequest
    from payerbot.rows import Answer, Item
    from portals.base import Portal

FULL = "The disk is full: make room where PAYERBOT_HOME lies and run the same command again; it goes on where it stopped"
SILENT = "the ledger did not answer for a while: see that nothing else keeps it locked, then run the same command again"
LEASE_POLL = 0.5
STUMBLE_SECONDS = 3.0  # after a 503, before the sign-in page is asked for once more
UNTIL_ANSWERED = timedelta(days=30)  # a pause that a person's answer ends; a wall may be gone by itself after a month
_CLOSING = ("yes", "no", "done")
FORCED = 70  # exit code of a share that its own watchdog ended


def main() -> int:
    """Read the orders, do the share, say how it ended; never a traceback, for it could show a patient."""
    orders = Orders.model_validate_json(sys.stdin.readline())
    stop = StopRequest()
    set_up(settings().home)
    told = _Teller(orders)
    try:
        ended, note = Share(orders, stop, told).run()
    except (UserError, RunError) as why:
        ended, note = "failed", str(why).removesuffix(".")
    except StopAsked:
        ended, note = "stopped", stop.why
    except Exception as bug:  # noqa: BLE001  the last line of defense: its text may hold a patient
        ended, note = "failed", _unexpected(orders, bug)
    told("ended", outcome=f"{ended}:signed_in" if told.signed_in else ended, note=note)
    return 0


def _unexpected(orders: Orders, bug: Exception) -> str:
    if isinstance(bug, OSError) and bug.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FULL
    log.error("share failed", portal=orders.portal, error=type(bug).__name__, where=_place(bug))
    return f"something unexpected happened ({type(bug).__name__}); the log says where"


def _place(bug: BaseException) -> str:
    trace, place = bug.__traceback__, ""
    while trace is not None:
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119  a name, not a path
        trace = trace.tb_next
    return place


class _Teller:
    """Tells the supervisor, one JSON line an event."""

    def __init__(self, orders: Orders) -> None:
        self.portal = orders.portal
        self.login = orders.login
        self.done = 0
        self.total = 0
        self.signed_in = False  # a session is open at the portal that should not be

    def __call__(self, event: Any, *, outcome: str = "", note: str = "") -> None:  # noqa: ANN401  checked by Progress
        line = Progress(
            event=event,
            at=datetime.now(UTC),
            portal=self.portal,
            login=self.login,
            done=self.done,
            total=self.total,
            outcome=outcome,
            note=note,
        ).model_dump_json()
        with contextlib.suppress(OSError, ValueError):  # nobody listens any more: the work goes on to its sign-out
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


class StopRequest:
    """Set by a line on standard input, by its end, or by SIGTERM."""

    def __init__(self) -> None:
        self.asked_at: float | None = None
        self.why = ""
        signal.signal(signal.SIGTERM, lambda *_: self.ask())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, why: str = "") -> None:
        """Ask this share to stop; `why` is for people, where they did not ask themselves."""
        if self.asked_at is None:
            self.why = why
            self.asked_at = now()

    def check(self) -> None:
        """Raise StopAsked where someone asked."""
        if self.asked_at is not None:
            raise StopAsked("asked to stop")

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stdin.readline()
        self.ask()


def now() -> float:
    """Seconds on a clock that goes on while the machine sleeps, where the system has one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boot) if boot is not None else time.monotonic()


class Watchdog:
    """Ends this process and its browser when the lease was not prolonged in time, a step hangs, or the sign-out takes too long."""

    def __init__(self, lease: Lease, life: float, stop: StopRequest) -> None:
        self.lease = lease
        self.life = life
        self.stop = stop
        self.beaten = now()
        self.alive = now()
        self.over = threading.Event()

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        """Watch while this lasts."""
        threads = [threading.Thread(target=run, daemon=True) for run in (self._beat, self._watch)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()

    def seen_alive(self) -> None:
        """The page was touched just now."""
        self.alive = now()

    def _beat(self) -> None:
        while not self.over.wait(self.life / 4):
            at = now()
            try:
                self.lease.beat()
            except LeaseLost:
                end_now("the lease was taken over")
            except (RunError, UserError):
                self.stop.ask(SILENT)  # while the lease still holds there is time to sign out
                continue
            self.beaten = at

    def _watch(self) -> None:
        while not self.over.wait(0.25):
            at = now()
            if at - self.beaten > self.life * 2 / 3:
                end_now("the lease could not be prolonged in time")
            if at - self.alive > settings().item_seconds:
                end_now("a step hangs")
            if self.stop.asked_at is not None and at - self.stop.asked_at > SIGN_OUT_SECONDS:
                end_now("the sign-out took too long")


def end_now(why: str) -> None:
    """Kill everything this process started, then itself."""
    log.error("share ended by its watchdog", note=why)
    host.end(process for process in host.tree(os.getpid()) if process.pid != os.getpid())
    os._exit(FORCED)


class Share:
    """One portal, one login, one batch."""

    def __init__(self, orders: Orders, stop: StopRequest, told: _Teller) -> None:
        self.orders = orders
        self.stop = stop
        self.told = told
        self.practice = Practice.load(settings().practice)
        self.vault = vault_of(self.practice.tenant)
        self.keys = self.vault.ledger_keys()
        steps.reached("share.started")

    def run(self) -> tuple[str, str]:
        """Returns how it ended and a note for people."""
        mine = settings()
        tenant, patience = self.practice.tenant, mine.lease_seconds / 6
        with Ledger.open(mine.ledger, tenant=tenant, keys=self.keys, home=mine.home, shared=mine.shared, busy_seconds=patience) as ledger:
            while True:
                admitted = self._admit(ledger)
                if isinstance(admitted, Block):
                    return self._blocked(ledger, admitted)
                with self._lease(ledger, admitted) as lease:
                    end, note = self._turn(ledger, lease)
                steps.reached("lease.released")
                if end == "again":
                    continue
                if end != "wanted" or self.stop.asked_at is not None:
                    return end, note
                self._stand_back()

    def _admit(self, ledger: Ledger, *, held: bool = False) -> Pass | Block:
        orders = self.orders
        return admit(orders.portal, orders.login, ledger, self.practice, self.vault, desk=orders.desk, held=held, attended=orders.attended)

    def _blocked(self, ledger: Ledger, block: Block) -> tuple[str, str]:
        if self.orders.batch:
            where = (self.orders.batch, self.orders.portal, self.orders.login)
            ledger.hold(*where, block.outcome, waits_for=block.waits_for, question=block.question, due=block.due)
        return "blocked", block.waits_for

    def _turn(self, ledger: Ledger, lease: Lease | None) -> tuple[str, str]:
        """What was so before the wait for the login may be so no longer: it is looked at once more, and again from the start if need be."""
        admitted = self._admit(ledger, held=True) if lease is not None else None
        if lease is None or not isinstance(admitted, Pass):
            return "again", ""
        return _Turn(self, ledger, lease, admitted).run() if self._has_work(ledger) else ("done", "")

    def _has_work(self, ledger: Ledger) -> bool:
        """False where another run did it all while this one waited: nobody signs in for nothing."""
        if not self.orders.batch:
            return True
        due = ledger.next_due(self.orders.batch, self.orders.portal, self.orders.login)
        return due is not None and due - ledger.time() <= PATIENCE

    @contextlib.contextmanager
    def _lease(self, ledger: Ledger, admitted: Pass) -> Iterator[Lease | None]:
        """Wait until no other run has this login; None where its hours ended meanwhile."""
        who, said = "desk" if self.orders.desk else "sweep", False
        lease = None
        while lease is None and not admitted.over():
            self.stop.check()
            try:
                lease = ledger.take_lease(
                    self.orders.portal, self.orders.login, life=settings().lease_seconds, who=who, staff=admitted.owner
                )
            except LeaseHeld:
                if self.orders.desk:
                    ledger.want(self.orders.portal, self.orders.login, who)
                if not said:
                    self.told("waiting", note="another run has this login")
                    said = True
                time.sleep(LEASE_POLL)
        if lease is None:
            yield None
            return
        steps.reached("lease.taken")
        try:
            yield lease
        finally:
            with contextlib.suppress(LeaseLost):
                lease.release()

    def _stand_back(self) -> None:
        self.told("waiting", note="a person at the desk has this login now")
        end = time.monotonic() + 4 * LEASE_POLL  # the one who asked looks every LEASE_POLL
        while time.monotonic() < end:
            self.stop.check()
            time.sleep(LEASE_POLL)


class _Turn:
    """What happens under one lease: sign in, work, sign out."""

    def __init__(self, share: Share, ledger: Ledger, lease: Lease, admitted: Pass) -> None:
        self.share = share
        self.orders = share.orders
        self.ledger = ledger
        self.lease = lease
        self.admitted = admitted
        self.watchdog = Watchdog(lease, settings().lease_seconds, share.stop)
        self.store = Evidence(ledger, share.keys)
        self.folder = run_folder(self.orders)
        context = f"state|{share.practice.tenant}|{self.orders.portal}|{self.orders.login}"
        self.state = SavedState(
            settings().home / "state" / f"{self.orders.portal}-{self.orders.login}.bin", Sealer(share.keys.data), context
        )
        self.desk = _SignInDesk(self)
        self.save: Callable[[], None] = lambda: None
        self.opened: Callable[[], contextlib.AbstractContextManager[Tab]]
        self.portal: Portal
        self.listing = Listing()
        self.documents: list[str] = []  # addresses of what the portal handed out for the item in hand

    def run(self) -> tuple[str, str]:
        with self.watchdog.on(), self._private() as temporary, self._browser(temporary) as tab:
            self.portal = self.admitted.portal(tab, base_url=self.admitted.base_url, today=self.admitted.today)
            for name in self.portal.config.interruptions:
                screen = self.portal.screen(name)
                tab.dismiss(screen["landmark"], screen["close"])
            try:
                end = self._work()
                note = self._settle(end)
            except LeaseLost:
                end_now("the lease was taken over")
            finally:  # a ledger that is locked or a disk that is full must not leave a session open
                self._leave()
        return ("person" if isinstance(end.trouble, SignedOutByPerson) else end.why), note

    @contextlib.contextmanager
    def _private(self) -> Iterator[Path]:
        """The share's folder, for its temporary files; what one that lost its power left there is wiped, and at the end all of it."""
        mine = self.folder.parent
        wipe(mine)
        launch.fresh(self.folder)
        try:
            with host.short_way(self.folder / "tmp", of=mine) as temporary:
                yield temporary
        finally:
            wipe(mine)

    @contextlib.contextmanager
    def _browser(self, temporary: Path) -> Iterator[Tab]:
        mine = settings()
        os.environ["TMPDIR"] = str(temporary)
        with launch.browser(
            executable=host.find_browser(mine.browser),
            switches=mine.browser_args,
            hosts=self.admitted.hosts,
            run_folder=self.folder,
            state=self.state.load(),
            time_zone=self.share.practice.time_zone,
            headed=self.orders.headed or self.orders.attended,
        ) as context:
            steps.reached("browser.started")
            self.save = lambda: self.state.save(context)
            selectors = load_selectors(self.admitted.portal.family, mine.selectors_overlay)

            @contextlib.contextmanager
            def opened() -> Iterator[Tab]:
                with in_our_words("browser"):
                    page = context.new_page()
                yield Tab(page, selectors, pulse=self._pulse, step_seconds=mine.step_seconds)
                with contextlib.suppress(PortalError), in_our_words("browser"):  # it may be gone already
                    page.close()

            self.opened = opened
            with opened() as tab:
                yield tab

    def _pulse(self) -> None:
        self.watchdog.seen_alive()
        self.share.stop.check()
        if self.admitted.over():
            raise StopAsked("the login's hours are over")

    def _work(self) -> End:
        try:
            self._get_in()
        except PortalError as trouble:
            log.warning("not signed in", portal=self.orders.portal, error=type(trouble).__name__, where=str(trouble))
            return End("stopped" if isinstance(trouble, StopAsked) else "login", trouble)
        if self.orders.look:
            return self._look()
        if not self.orders.batch:
            return End("done")
        counts = self.ledger.counts(self.orders.batch)
        self.share.told.total = counts.get("waiting", 0) + counts.get("taken", 0)
        self.share.told("signed_in")
        pacing = Pacing(*self.admitted.pace)
        try:
            self._list_first()
        except PortalError as trouble:
            return End("stopped" if isinstance(trouble, StopAsked) else "login", trouble)
        return Engine(_Book(self), self, pacing=pacing, filed=self._filed).work()

    def _list_first(self) -> None:
        """Where the portal lists claims, list those that are due; without a list each is looked up."""
        if not isinstance(self.portal, ListsClaims):
            return
        due = self.ledger.still_to_ask(self.orders.batch, self.orders.portal, self.orders.login)
        claims = [ask for ask in due if isinstance(ask, ClaimStatusRequest)]
        for wanted in windows(claims, self.portal.config.list_days, self.admitted.today):
            self.watchdog.seen_alive()
            try:
                self.listing.add(self.portal.list_claims(wanted))
            except (Broken, RetryLater) as trouble:
                if trouble.login_trouble:
                    raise
                log.warning("not listed", portal=self.orders.portal, error=type(trouble).__name__, where=str(trouble))
                return
            except (PortalError, UserError, RunError, OSError):
                raise
            except Exception as bug:  # noqa: BLE001  a reader met what nobody thought of: its text may hold a patient
                log.error("list reader failed", portal=self.orders.portal, error=type(bug).__name__)
                return

    def _look(self) -> End:
        """Go through the portal's screens without asking about anybody and tell which way finds each element; names of ours only."""
        try:
            for name in self.portal.tour(look_only(self.orders, self.share.practice, self.admitted.today)):
                for key, number, _, found in self.portal.screen(name).ways():
                    self.share.told("log", outcome="found" if found else "missing", note=f"{name}.{key}.{number}")
        except PortalError as trouble:
            return End("stopped" if isinstance(trouble, StopAsked) else "breaker", trouble)
        return End("done")

    def _get_in(self) -> None:
        """Sign in; a portal that stumbles before anything was clicked gets a second try."""
        try:
            self.sign_in()
        except (PortalDown, PortalSlow):
            if self.desk.number:
                raise
            self.rest(STUMBLE_SECONDS)
            self.portal.tab.goto("about:blank")  # the very address that is shown would not be loaded anew
            self.sign_in()

    def _filed(self, _item: Item, outcome: Outcome) -> None:
        self.share.told.done += 1
        self.share.told("item", outcome=str(outcome))

    # --- what the engine asks of a bot ---

    def known(self, item: Item) -> Answer | None:
        """What the portal's list shows unchanged needs no look-up; the row of the list is its evidence."""
        self.watchdog.seen_alive()
        if not self.listing:
            return None
        found = self.listing.unchanged(item, self.ledger.time())
        if found is not None:
            self.documents.clear()
            self.portal.kept[:] = [self.listing.shown(item)]
        return found

    def answer(self, item: Item) -> Answer | Parked:
        """Ask the portal."""
        self.watchdog.seen_alive()
        self.portal.begin(item.first_rung)
        self.documents.clear()
        if not issubclass(type(self.portal), BY_JOB[item.job]):
            raise RunError(f"The portal {self.orders.portal} cannot do {item.job} here; take those rows out of the file.")
        try:
            if item.job is Job.AUTHS:
                return self._submitting(item)
            if item.job is Job.EOBS:
                return self._payment(item)
            if item.job is Job.LETTERS:
                return self._letters(item)
            answer: Answer = getattr(self.portal, METHOD[item.job])(item.ask)
            if isinstance(item.ask, ClaimStatusRequest) and isinstance(answer, ClaimStatusResult):
                answer = self.listing.marked(answer, item.ask)
        except PageChanged:
            self._knock()
            raise
        return answer

    def _payment(self, item: Item) -> Answer:
        """The EOB of a payment; two rows about one check fetch it once."""
        from payerbot.eob import answer, before  # noqa: PLC0415  reading PDFs takes a while to import, and only this job reads any

        ask = cast("EobRequest", item.ask)
        if (known := before.find(self.ledger, self.store, ask, item.id, batch=item.batch)) is not None:
            self.documents.append(known.eob_id)
            return known
        return answer.fetched(ask, cast("DeliversEobs", self.portal).deliver_eob, self._keeping(item))

    def _letters(self, item: Item) -> Answer:
        """What a payer wrote; each letter's document is kept and looked into."""
        from payerbot.eob import mail  # noqa: PLC0415  as for payments

        return mail.result(cast("DeliversLetters", self.portal).deliver_letters(cast("LettersRequest", item.ask)), self._keeping(item))

    def _keeping(self, item: Item) -> Callable[[Document], str]:
        def keep(document: Document) -> str:
            self.documents.append(self.store.keep(document.medium, document.data, item=item.id))
            return self.documents[-1]

        return keep

    def _submitting(self, item: Item) -> Answer | Parked:
        """An authorization request takes several steps, and the ledger knows which is next."""
        files = attachments.laid_out(cast("AuthRequest", item.ask), self.store, self.folder / "attachments")
        if files is None:
            return Parked(Outcome.NEEDS_PERSON, words.FILES_GONE, None, self.ledger_question(item, "auth_files"))
        lag = self.portal.config.auth_lag_days
        terms = Terms(self.admitted.today, may_prepare=self.orders.prepare, lag_days=lag, files=files)
        book = SubmissionBook(self.ledger, self.lease, self.share.practice.approver(self.admitted.owner), self.admitted.today)
        try:
            return Submitting(book, cast("TakesAuthorizations", self.portal), self.portal.tab, self.store, terms).answer(item)
        finally:
            attachments.put_away(self.folder / "attachments")

    def ledger_question(self, item: Item, kind: str) -> int:
        """Ask the person who approves about one item."""
        person = self.share.practice.approver(self.admitted.owner)
        return self.ledger.ask_person(self.orders.portal, self.orders.login, kind, staff=person, item=item.id)

    def _knock(self) -> None:
        """PortalDown where the portal answers nobody: its apps then fail in ways of their own, which look like a changed page."""
        with self.opened() as beside:
            self.admitted.portal(beside, base_url=self.admitted.base_url).go(self.portal.config.sign_in.home)
            tabs.close(beside._page)  # noqa: SLF001  it may be on its way to the sign-in

    def evidence(self, item: Item, answer: Answer | Parked | None) -> Sequence[str]:
        """Keep the pages' text, and a picture of whatever is not a plain answer."""
        if answer is None:
            self.portal.keep()
        kept = [*dict.fromkeys(self.documents), *(self.store.keep("page", text.encode(), item=item.id) for text in self.portal.kept)]
        if answer is None or answer.outcome is not Outcome.ANSWERED:
            kept.append(self.store.keep("picture", self.portal.tab.picture(), item=item.id))
        return kept

    def renew(self) -> None:
        """Sign in again after the session was lost."""
        self.share.told.signed_in = False
        self.sign_in()

    def rest(self, seconds: float) -> None:
        """Let time pass, hearing a stop request."""
        self.portal.tab.pause(seconds)

    # --- signing in and out ---

    def _way_in(self) -> login.SigningIn:
        if self.orders.attended:
            return login.Attended(self.portal, Secrets("", ""), self.desk, saved=False)
        secrets = self.share.vault.secrets(self.orders.portal, self.orders.login)
        return login.SigningIn(self.portal, secrets, self.desk, saved=self.state.load() is not None)

    def sign_in(self) -> None:
        """Sign in, or find that the saved session lives; save the state at once so that a restart can go back in and sign out."""
        needed = self._way_in().run()
        self.share.told.signed_in = True
        if needed:
            steps.reached("sign_in.done")
        self.save()
        steps.reached("state.saved")

    def _leave(self) -> None:
        """Sign out, also where a sign-in was clicked and nobody knows how it ended."""
        told = self.share.told
        if not told.signed_in and not self.desk.open:
            return
        if self.portal.config.leave == "keep" and self.share.stop.asked_at is None:
            told.signed_in = False
        else:
            self._sign_out()
        with contextlib.suppress(OSError, PortalError):  # the disk may be full and the portal down: then the older state stays
            self.save()

    def _sign_out(self) -> None:
        told, tab = self.share.told, self.portal.tab
        steps.reached("sign_out.asked")
        tab._pulse = self.watchdog.seen_alive  # noqa: SLF001  the stop request was heard; the way out must be free
        try:
            if self.desk.open:
                self.portal.go(self.portal.config.sign_in.home)
            told.signed_in = not login.sign_out(self.portal)
        except PortalError as trouble:
            log.warning("not signed out", portal=self.orders.portal, error=type(trouble).__name__)
            return
        if not told.signed_in:
            steps.reached("sign_out.done")
            told("signed_out")

    # --- the end ---

    def _settle(self, end: End) -> str:
        """Say in the ledger what the rest of this share waits for; returns a note for people."""
        trouble = end.trouble
        if trouble is None or end.why in ("stopped", "done", "wanted"):
            if isinstance(trouble, StopAsked) and "hours" in str(trouble):
                self._hold(Outcome.PORTAL_DOWN, "the next hours of this login", due=self.admitted.next_start)
                return "the login's hours are over; the rest waits for the next ones"
            return self.share.stop.why
        if isinstance(trouble, SignedOutByPerson):
            until = self.admitted.next_start
            self.ledger.pause(self.orders.portal, self.orders.login, until=until, why="a person signed in with this login")
            self._hold(Outcome.PORTAL_DOWN, "the next hours of this login: a person signed in with it", due=until)
            return "a person signed in with this login; payerbot yields until its next hours"
        if isinstance(trouble, NeedsHuman | Refused):
            if isinstance(trouble, BotWall | TermsPage):  # every job would meet it; the person's answer ends the pause
                self.ledger.pause(self.orders.portal, self.orders.login, until=self.ledger.time() + UNTIL_ANSWERED, why=str(trouble))
            number = self.ask_person(trouble)
            self._hold(Outcome.NEEDS_PERSON, f"question {number}", question=number)
            return f"question {number} waits for a person: run 'payerbot handoffs'"
        what = "the portal to be back" if trouble.outcome is Outcome.PORTAL_DOWN else "a look at a page that changed"
        self._hold(trouble.outcome, what)
        return what

    def _hold(self, outcome: Outcome, waits_for: str, *, question: int | None = None, due: datetime | None = None) -> None:
        if self.orders.batch:
            self.ledger.hold(
                self.orders.batch, self.orders.portal, self.orders.login, outcome, waits_for=waits_for, question=question, due=due
            )

    def ask_person(self, trouble: PortalError, item: Item | None = None) -> int:
        """Put the question to the person who owns this login."""
        kind = "sign_in_refused" if isinstance(trouble, BadCredentials) else _kind(trouble)
        if isinstance(trouble, CodeWanted) and self.desk.question:
            return self.desk.question  # it stays open longer than the page; its "ready" makes the rows due
        if isinstance(trouble, SignInUnresolved) and (number := self._asked_before()) is not None:
            return number
        self.share.told("question", note=kind)
        return self.ledger.ask_person(
            self.orders.portal,
            self.orders.login,
            kind,
            staff=self.admitted.owner,
            item=item.id if item and not (trouble.login_trouble or trouble.one_question) else None,
        )

    def _asked_before(self) -> int | None:
        """The question that bars this login already."""
        bar = self.ledger.sign_in_bar(self.orders.portal, self.orders.login)
        return bar.question if bar is not None else None


def look_only(orders: Orders, practice: Practice, on: date) -> Request:
    """What opens a portal's forms: the practice and a payer, and nobody in particular."""
    mine = next(known for known in practice.logins if (known.portal, known.name) == (orders.portal, orders.login))
    route = next((r for r in practice.routes if r.portal == orders.portal and r.holds_on(on)), None)
    return Request(
        payer_key=route.payer if route else "",
        payer_label=route.label if route else "",
        organization=mine.organization,
        region=(route.region if route else "") or mine.region,
        billing_npi=practice.billing[0].npi,
        billing_tin=practice.billing[0].tin,
    )


class _Book:
    """The ledger as the engine sees it: this lease, this batch."""

    def __init__(self, turn: _Turn) -> None:
        self.turn = turn
        self.ledger = turn.ledger
        self.lease = turn.lease
        self.batch = turn.orders.batch

    def claim(self) -> Item | None:
        """The next item that is due."""
        self.turn.watchdog.seen_alive()
        return self.ledger.claim(self.lease, self.batch)

    def next_due(self) -> datetime | None:
        """When the next waiting item of this share is due."""
        return self.ledger.next_due(self.batch, self.lease.portal, self.lease.login)

    def finish(self, item: Item, answer: Answer, evidence: Sequence[str]) -> None:
        """File a final answer."""
        self.ledger.finish(self.lease, item, answer, evidence=evidence)

    def set_aside(
        self, item: Item, outcome: Outcome, *, waits_for: str, due: datetime | None, question: int | None = None, counts: bool = True
    ) -> None:
        """File how the attempt ended and what the row waits for."""
        self.ledger.set_aside(self.lease, item, outcome, waits_for=waits_for, due=due, question=question, counts=counts)

    def send_on(self, item: Item, answer: Answer, evidence: Sequence[str]) -> bool:
        """Ask whom the portal names instead, where the practice can; what was answered here stays beside it."""
        there = onward(self.turn.share.practice, item, answer, _can)
        if there is None:
            return False
        given = answer if answer.outcome.final else None
        self.ledger.requeue(self.lease, item, portal=there.portal, login=there.login, ask=there.ask, answer=given, evidence=evidence)
        return True

    def give_back(self, item: Item) -> None:
        """Nothing was asked: as if it had not been taken."""
        self.ledger.give_back(self.lease, item)

    def ask_person(self, item: Item, trouble: PortalError) -> int:
        """Put the question to the named person."""
        return self.turn.ask_person(trouble, item)

    def now(self) -> datetime:
        """The time by which items are due."""
        return self.ledger.time()

    def wanted(self) -> bool:
        """True where a desk job asks this sweep to yield."""
        return not self.turn.orders.desk and self.lease.wanted()


class _SignInDesk:
    """Writes the sign-in down and asks the named person for codes."""

    def __init__(self, turn: _Turn) -> None:
        self.turn = turn
        self.number = 0
        self.open = False  # clicked, and nobody knows how it ended
        self.question = 0

    def intend(self) -> None:
        """Commit the intent; SignInUnresolved where an earlier one bars it."""
        self.number, self.question = self.turn.ledger.intend_sign_in(self.turn.lease), 0
        self.open = True

    def resolve(self, outcome: Any) -> None:  # noqa: ANN401  one of the ledger's own words
        """Write down how it ended."""
        self.turn.ledger.resolve_sign_in(self.turn.lease, self.number, outcome)
        self.open = False

    def choose_way(self, ways: Sequence[str]) -> str | None:
        """Ask; nothing is sent anywhere before the person says Ready."""
        reply = self._reply("ready", ways)
        if reply is None:
            return None
        return reply if reply in ways else next(iter(ways), None)

    def code(self) -> str | None:
        """Wait for the code that the person types."""
        code = self._reply("code", ())
        if code is not None:
            self.turn.ledger.close_question(self.question, "done")
        return code

    def _reply(self, verb: str, ways: Sequence[str]) -> str | None:
        turn = self.turn
        wait = min(settings().code_wait_seconds, turn.portal.config.code_life_seconds)
        if not self.question:
            self.question = turn.ledger.ask_person(turn.orders.portal, turn.orders.login, "code", staff=turn.admitted.owner, ways=ways)
            turn.share.told("question", note="code")
        end = time.monotonic() + wait
        while time.monotonic() < end:
            reply = turn.ledger.take_reply(self.question)
            if reply is not None and reply.verb in _CLOSING:
                return None
            if reply is not None and reply.verb == verb and (turn.ledger.time() - reply.at).total_seconds() <= wait:
                return reply.secret
            turn.portal.tab.pause(min(0.5, max(0.05, wait)))
        return None


def _can(portal: str, job: Job) -> bool:
    """Whether there is an adapter for this portal that can do this job."""
    from portals import KNOWN  # noqa: PLC0415  loads every adapter

    return portal in KNOWN and issubclass(KNOWN[portal], BY_JOB[job])


def _kind(trouble: PortalError) -> str:
    name = type(trouble).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
