"""Sends answers to the practice's own system: one signed POST each, again until it is taken (docs/api.md tells its developer how).

It runs beside the shares and never in one: a system that is down or slow costs a run nothing. No proxy is taken from the environment; the
certificate is checked against those this computer trusts, always. What comes back is judged by its status alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import SystemRandom
from types import TracebackType
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import httpx

from payerbot import logs
from payerbot.errors import RunError, UserError
from payerbot.ledger.outbox import Contents, Letter
from payerbot.ledger.seal import Unsealable
from payerbot.logs import log
from payerbot.outlet import envelope
from payerbot.outlet.columns import VERSION
from payerbot.settings import outlet_url, settings
from payerbot.vault import vault_of

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.practice import Practice

TRY_SECONDS = 20.0  # for one try as a whole, whatever the other side does; the ledger holds the row for longer
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
READ_AT_MOST = 4_096  # bytes of a reply, only so that the connection can be used again
FIRST_WAIT, LONGEST_WAIT = 30.0, 6 * 3600.0  # seconds between the tries of one answer; they double
LOOKS_EVERY, LONGEST_PAUSE = 5.0, 600.0  # seconds between rounds; they double while the other side is away
LAST_SECONDS = 5.0  # what the end of a run has left for sending; the rest goes with the next run, `serve` or `outbox send`
AWAY_AFTER = 3  # failures in a row that are no single answer's fault end a round
ABOUT_THIS_ANSWER = frozenset({400, 409, 413, 422})  # refusals that say nothing about the next answer
AGAIN = frozenset({408, 425, 429})
NO_KEY = "There is no key in the keyring to sign answers with: run 'payerbot keys set-api'."
OFF = "No system is named to send answers to: put its address under 'api' in practice.yaml, or set PAYERBOT_API_URL."
_CHANCE = SystemRandom()


class Target(NamedTuple):
    """Where answers go, and from which day on."""

    url: str
    since: datetime | None


class Verdict(NamedTuple):
    """What became of one try."""

    ended: Literal["sent", "later", "dead"]
    status: str  # our own words
    wait: float | None = None  # seconds the other side asked for
    away: bool = True  # of a failure: the next answer would fare no better


class Round(NamedTuple):
    """What one round of sending did; `away`: it ended early because nothing gets through."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    away: bool = False


def target_of(practice: Practice) -> Target | None:
    """Where this practice's answers go; None where it has no such system. UserError where the address will not do."""
    said = settings().api_url
    if not said and practice.api is None:
        return None
    try:
        url = outlet_url(said) if said or practice.api is None else practice.api.url
    except ValueError as why:
        raise UserError(f"PAYERBOT_API_URL {why}.") from None
    since = practice.api.since if practice.api else None
    return Target(url, None if since is None else datetime(since.year, since.month, since.day, tzinfo=practice.zone))


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """The value of the header Payerbot-Signature."""
    return "v1=" + hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def key_id(key: bytes) -> str:
    """Which key signed, so that the other side can have two while one is replaced; it tells nothing of the key."""
    return hashlib.sha256(b"payerbot api key\0" + key).hexdigest()[:8]


def judged(code: int, retry_after: str | None = None) -> Verdict:
    """What a status means."""
    if httpx.codes.is_success(code):
        return Verdict("sent", f"taken ({code})")
    if code in AGAIN:
        return Verdict("later", f"asked to come back later ({code})", _asked_for(retry_after))
    if httpx.codes.is_redirect(code):
        return Verdict("dead", f"the address leads elsewhere ({code}): correct it")
    if httpx.codes.is_client_error(code):
        return Verdict("dead", f"refused ({code})", away=code not in ABOUT_THIS_ANSWER)
    return Verdict("later", f"trouble at the other side ({code})", _asked_for(retry_after))


def _asked_for(retry_after: str | None) -> float | None:
    """Seconds, within limits; an unreadable wish is none."""
    if not retry_after:
        return None
    try:
        if retry_after.strip().isdecimal():
            seconds = float(retry_after)
        else:
            seconds = (parsedate_to_datetime(retry_after).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 1.0), LONGEST_WAIT)


def backoff(tries: int) -> float:
    """Seconds until the next try: they double, and no two senders keep step."""
    return min(FIRST_WAIT * 2.0 ** min(tries - 1, 30), LONGEST_WAIT) * _CHANCE.uniform(0.5, 1.0)


class Sender:
    """Sends what is due in one practice's outbox. For one thread, except `hurry`."""

    def __init__(self, ledger: Ledger, practice: Practice, target: Target, key: bytes) -> None:
        self._ledger = ledger
        self._practice = practice
        self._target = target
        self._key = key
        self._until = float("inf")  # on the monotonic clock
        self._limit: asyncio.Timeout | None = None
        self._runner = asyncio.Runner()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = _client(target.url)

    def __enter__(self) -> Self:
        self._loop = self._runner.__enter__().get_loop()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._runner:
            self._runner.run(self._client.aclose())

    def hurry(self, seconds: float) -> None:
        """End what is under way, and all rounds, within that time; from any thread."""
        self._until = time.monotonic() + seconds
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed: nothing is under way
                self._loop.call_soon_threadsafe(self._shorten)

    def round(self) -> Round:
        """Send everything that is due, one after the other; it ends early where nothing gets through."""
        counts = {"sent": 0, "later": 0, "dead": 0}
        in_a_row = 0
        while time.monotonic() < self._until and in_a_row < AWAY_AFTER:
            letter = self._ledger.take_letter(self._target.since)
            if letter is None:
                break
            verdict = self._deliver(letter)
            counts[verdict.ended] += 1
            in_a_row = in_a_row + 1 if verdict.ended != "sent" and verdict.away else 0
        return Round(**counts, away=in_a_row >= AWAY_AFTER)

    def _deliver(self, letter: Letter) -> Verdict:
        try:
            contents = self._ledger.contents(letter)
            key = self._ledger.idempotency_key(contents)
            body = envelope.body(contents, key, self._practice.tenant, self._practice.zone)
        except (RunError, UserError) as why:
            if not isinstance(why, Unsealable):
                raise
            return self._unreadable(letter, why)
        except Exception as bug:  # noqa: BLE001  one answer that cannot be put into words must not block the others
            return self._unreadable(letter, bug)
        verdict = self._runner.run(self._post(body, self._headers(body, key, contents)))
        self._settle(letter, contents, verdict)
        return verdict

    def _unreadable(self, letter: Letter, bug: Exception) -> Verdict:
        logs.unexpected(bug, "outbox")
        verdict = Verdict("dead", "payerbot cannot read this answer: run 'payerbot doctor'", away=False)
        self._ledger.bury(letter, verdict.status)
        return verdict

    def _settle(self, letter: Letter, contents: Contents, verdict: Verdict) -> None:
        if verdict.ended == "sent":
            self._ledger.sent(letter, contents, verdict.status)
        elif verdict.ended == "dead":
            self._ledger.bury(letter, verdict.status)
        else:
            wait = max(verdict.wait or 0.0, backoff(letter.tries))
            self._ledger.postpone(letter, verdict.status, timedelta(seconds=wait))
        log.info("outbox", item=letter.item, outcome=verdict.ended, status=verdict.status, attempts=letter.tries)

    def _headers(self, body: bytes, key: str, contents: Contents) -> dict[str, str]:
        now = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "User-Agent": VERSION.replace("payerbot ", "payerbot/"),
            "Idempotency-Key": key,
            "Payerbot-Schema": str(envelope.VERSION),
            "Payerbot-Sequence": str(contents.seq),
            "Payerbot-Timestamp": now,
            "Payerbot-Key": key_id(self._key),
            "Payerbot-Signature": signature(self._key, now, body),
        }

    async def _post(self, body: bytes, headers: dict[str, str]) -> Verdict:
        verdict: Verdict | None = None
        try:
            async with asyncio.timeout(self._seconds()) as self._limit:
                async with self._client.stream("POST", self._target.url, content=body, headers=headers) as reply:
                    verdict = judged(reply.status_code, reply.headers.get("Retry-After"))
                    await _leave_behind(reply)
        except (TimeoutError, httpx.TimeoutException):
            return verdict or Verdict("later", "no answer in time")
        except httpx.HTTPError as trouble:
            return verdict or Verdict("later", _said(trouble))
        finally:
            self._limit = None
        return verdict

    def _seconds(self) -> float:
        return max(0.0, min(TRY_SECONDS, self._until - time.monotonic()))

    def _shorten(self) -> None:
        if self._limit is not None and (ends := self._limit.when()) is not None:
            self._limit.reschedule(min(ends, asyncio.get_running_loop().time() + self._seconds()))


def _client(url: str) -> httpx.AsyncClient:
    trust: ssl.SSLContext | bool = ssl.create_default_context() if url.startswith("https:") else True
    return httpx.AsyncClient(verify=trust, trust_env=False, follow_redirects=False, timeout=TIMEOUT)


async def _leave_behind(reply: httpx.Response) -> None:
    """Let the rest of a reply pass unread, where it is short; a connection with more in it is closed."""
    size = 0
    async for part in reply.aiter_raw():
        size += len(part)
        if size > READ_AT_MOST:
            return


def _said(trouble: BaseException) -> str:
    cause: BaseException | None = trouble
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not one that this computer trusts"
        cause = cause.__cause__ or cause.__context__
    return "no connection" if isinstance(trouble, httpx.ConnectError) else "the connection broke off, or what came back is no HTTP"


# --- who sends -------------------------------------------------------------------------------------------------------------------------


Opened = Callable[["Practice"], AbstractContextManager["Ledger"]]


@contextmanager
def sender_of(practice: Practice, opened: Opened) -> Iterator[Sender]:
    """A sender for this practice, to be entered by the thread that sends; UserError where there is nothing to send to, or no key."""
    if (target := target_of(practice)) is None:
        raise UserError(OFF)
    if (key := vault_of(practice.tenant).api_key()) is None:
        raise UserError(NO_KEY)
    with opened(practice) as ledger:
        yield Sender(ledger, practice, target, key)


@contextmanager
def sending(practice: Practice, opened: Opened) -> Iterator[None]:
    """While this lasts, answers are sent as they come; at its end, what little time allows. Nothing here stops a run."""
    if not settings().api_url and practice.api is None:
        yield
        return
    with ExitStack() as stack:
        try:
            sender = stack.enter_context(sender_of(practice, opened))
        except (UserError, RunError) as why:
            log.warning("answers are not sent", error=type(why).__name__, why=str(why))
        else:
            stack.enter_context(_beside(sender))
        yield


@contextmanager
def _beside(sender: Sender) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_rounds, args=(sender, stop), name="outbox", daemon=True)
    thread.start()
    left = 0.0
    try:
        yield
        left = LAST_SECONDS
    finally:  # after a stop nothing more is sent: what was begun is sent again, with the same name
        sender.hurry(left)
        stop.set()
        thread.join()


def _rounds(sender: Sender, stop: threading.Event) -> None:
    pause = LOOKS_EVERY
    with sender:
        while not stop.wait(pause):
            pause = min(pause * 2, LONGEST_PAUSE) if _round(sender) else LOOKS_EVERY
        _round(sender)


def _round(sender: Sender) -> bool:
    """True where nothing gets through."""
    try:
        return sender.round().away
    except (UserError, RunError) as why:
        log.warning("answers are not sent", error=type(why).__name__, why=str(why))
    except Exception as bug:  # noqa: BLE001  a sender that falls over must not take the run with it
        logs.unexpected(bug, "outbox")
    return True
