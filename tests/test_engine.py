"""The loop of one share: every item taken is answered, set aside or given back, and trouble of each kind ends what it must."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payerbot import engine, steps
from payerbot.engine import BACK_OFF, PATIENCE, SESSION_TROUBLES, STAGE_TROUBLES, TROUBLES, Engine, Pacing
from payerbot.errors import (
    AccountLocked,
    BadCredentials,
    BotWall,
    CodeWanted,
    PageChanged,
    PasswordExpired,
    PortalDown,
    PortalError,
    PortalSlow,
    ReadBackMismatch,
    RunError,
    SessionLost,
    SignedOutByPerson,
    StopAsked,
    SubmissionUnknown,
)
from payerbot.model import EligibilityRequest, EligibilityResult, Job, Outcome, Patient
from payerbot.rows import Answer, Item, Parked

ASK = EligibilityRequest(
    payer_key="aetna",
    payer_label="AETNA",
    organization="",
    region="",
    billing_npi="1234567893",
    billing_tin="123456789",
    patient=Patient(last="Doe", first="Jane", birth_date=date(1987, 4, 9)),
    service_date=date(2026, 11, 23),
)
FINAL = (Outcome.ANSWERED, Outcome.NOT_FOUND, Outcome.AMBIGUOUS, Outcome.BAD_DATA, Outcome.UNREADABLE)

Happening = Answer | Parked | Exception


def item(number: int = 1, attempts: int = 1) -> Item:
    return Item(
        id=f"item-{number}",
        batch="b",
        job=Job.ELIGIBILITY,
        portal="cascade",
        login="front-desk",
        ask=ASK,
        attempts=attempts,
        epoch=1,
        asked_on=date(2026, 11, 22),
    )


def answer(outcome: Outcome = Outcome.ANSWERED, **more: object) -> EligibilityResult:
    return EligibilityResult.model_validate({"outcome": outcome, **more})


class Filed(NamedTuple):
    """One thing the engine did with an item."""

    what: str  # finish, set_aside, give_back
    item: str
    outcome: Outcome | None = None
    waits_for: str = ""
    due: datetime | None = None
    question: int | None = None


class Book:
    """The ledger as far as the engine asks it."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = list(items)
        self.filed: list[Filed] = []
        self.claimed = 0
        self.wanted_after = 10_000
        self.dues: list[datetime | None] = []
        self.questions: list[PortalError] = []
        self.counted: list[bool] = []  # for each item set aside: whether the attempt counts
        self.ahead = timedelta(0)  # of this machine's clock

    def claim(self) -> Item | None:
        if not self.items:
            return None
        self.claimed += 1
        return self.items.pop(0)

    def next_due(self) -> datetime | None:
        return self.dues.pop(0) if self.dues else None

    def finish(self, item: Item, answer: Answer, evidence: Sequence[str]) -> None:
        assert list(evidence) == [f"page of {item.id}"]
        self.filed.append(Filed("finish", item.id, answer.outcome))

    def set_aside(
        self, item: Item, outcome: Outcome, *, waits_for: str, due: datetime | None, question: int | None = None, counts: bool = True
    ) -> None:
        self.filed.append(Filed("set_aside", item.id, outcome, waits_for, due, question))
        self.counted.append(counts)

    def send_on(self, item: Item, answer: Answer, evidence: Sequence[str]) -> bool:
        if answer.go_to == "Oak":
            self.filed.append(Filed("send_on", item.id, answer.outcome))
        return answer.go_to == "Oak"

    def give_back(self, item: Item) -> None:
        self.filed.append(Filed("give_back", item.id))

    def ask_person(self, item: Item, trouble: PortalError) -> int:
        self.questions.append(trouble)
        return 41 + len(self.questions)

    def wanted(self) -> bool:
        return self.claimed >= self.wanted_after

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Bot:
    """A signed-in portal that answers, or breaks, as it was told."""

    def __init__(self, happenings: Sequence[Happening] = ()) -> None:
        self.happenings = list(happenings)
        self.renewed: list[Exception | None] = []
        self.renewals: list[Exception | None] = []
        self.rests: list[float] = []
        self.resting: Callable[[float], None] = lambda _seconds: None
        self.asking: Callable[[], None] = lambda: None
        self.looked: list[bool] = []  # for each piece of evidence: whether there was an answer
        self.no_evidence: Exception | None = None
        self.listed: dict[str, Answer] = {}  # what needs no question

    def known(self, item: Item) -> Answer | None:
        return self.listed.get(item.id)

    def answer(self, item: Item) -> Answer | Parked:
        self.asking()
        happened = self.happenings.pop(0) if self.happenings else answer()
        if isinstance(happened, Exception):
            raise happened
        return happened

    def evidence(self, item: Item, answer: Answer | Parked | None) -> Sequence[str]:
        self.looked.append(answer is not None)
        if self.no_evidence is not None:
            raise self.no_evidence
        return [f"page of {item.id}"]

    def renew(self) -> None:
        worse = self.renewals.pop(0) if self.renewals else None
        self.renewed.append(worse)
        if worse is not None:
            raise worse

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.resting(seconds)


class Ran(NamedTuple):
    why: str
    trouble: PortalError | None
    book: Book
    bot: Bot
    progress: list[tuple[str, Outcome]]


def run(happenings: Sequence[Happening] = (), items: Sequence[Item] | int = 3, *, pacing: Pacing | None = None, book: Book | None = None,
        bot: Bot | None = None) -> Ran:  # fmt: skip
    book = book or Book([item(n) for n in range(1, items + 1)] if isinstance(items, int) else items)
    bot = bot or Bot(happenings)
    progress: list[tuple[str, Outcome]] = []
    end = Engine(book, bot, pacing=pacing or Pacing(), filed=lambda one, outcome: progress.append((one.id, outcome))).work()
    return Ran(end.why, end.trouble, book, bot, progress)


# --- answers -------------------------------------------------------------------------------------------------------------------------


def test_every_item_is_asked_and_answered_and_then_it_is_done() -> None:
    ran = run(items=3)
    assert (ran.why, ran.trouble) == ("done", None)
    assert ran.book.filed == [Filed("finish", f"item-{n}", Outcome.ANSWERED) for n in (1, 2, 3)]
    assert ran.progress == [(f"item-{n}", Outcome.ANSWERED) for n in (1, 2, 3)]
    assert ran.bot.looked == [True] * 3


def test_nothing_to_do_is_done() -> None:
    assert run(items=0).why == "done"


@pytest.mark.parametrize("outcome", FINAL)
def test_a_final_outcome_is_the_items_answer(outcome: Outcome) -> None:
    assert run([answer(outcome)], 1).book.filed == [Filed("finish", "item-1", outcome)]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in FINAL])
def test_an_outcome_that_is_not_final_is_never_an_answer(outcome: Outcome) -> None:
    filed = run([answer(outcome)], 1).book.filed
    assert [(one.what, one.outcome) for one in filed] == [("set_aside", outcome)]


def test_a_claim_that_is_too_new_waits_for_the_day_the_portal_says_and_never_less_than_a_day() -> None:
    soon, later = date.today(), date.today() + timedelta(days=9)  # noqa: DTZ011  a day, wherever it is
    (first, second, third) = run([answer(Outcome.NOT_YET, due=day) for day in (soon, later, None)], 3).book.filed
    now = datetime.now(UTC)
    assert first.due is not None
    assert third.due is not None
    assert timedelta(hours=23) < first.due - now <= timedelta(days=1)
    assert timedelta(hours=23) < third.due - now <= timedelta(days=1)
    assert second.due == datetime(later.year, later.month, later.day, 12, tzinfo=UTC)


def test_a_wrong_portal_waits_for_the_one_that_is_named() -> None:
    named, unnamed = run([answer(Outcome.WRONG_PORTAL, go_to="Carelon"), answer(Outcome.WRONG_PORTAL)], 2).book.filed
    assert (named.waits_for, named.due) == ("asking Carelon: wrong payer", None)
    assert unnamed.waits_for == "asking another administrator: wrong payer"


# --- trouble with one item -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble", [ReadBackMismatch("form: mismatch"), PageChanged("page: changed"), PortalDown("down"), PortalSlow("slow")]
)
def test_an_item_in_trouble_is_set_aside_with_a_picture_and_the_others_go_on(trouble: PortalError) -> None:
    ran = run([trouble], 3)
    assert [(one.what, one.item, one.outcome) for one in ran.book.filed] == [
        ("set_aside", "item-1", trouble.outcome),
        ("finish", "item-2", Outcome.ANSWERED),
        ("finish", "item-3", Outcome.ANSWERED),
    ]
    assert (ran.why, ran.bot.looked, ran.progress[0]) == ("done", [False, True, True], ("item-1", trouble.outcome))


@pytest.mark.parametrize("attempts, wait", [(1, BACK_OFF[0]), (2, BACK_OFF[1]), (3, BACK_OFF[2]), (9, BACK_OFF[2])])
def test_the_more_often_an_item_was_tried_the_longer_it_waits(attempts: int, wait: timedelta) -> None:
    (filed,) = run([PortalDown("down")], [item(attempts=attempts)]).book.filed
    assert filed.due is not None
    assert wait - timedelta(seconds=30) < filed.due - datetime.now(UTC) <= wait
    assert filed.waits_for == "the portal to be back"


def test_what_went_well_and_has_no_answer_yet_waits_as_it_says_and_is_no_failed_attempt() -> None:
    ran = run(
        [Parked(Outcome.NOT_YET, "the payer's decision", timedelta(hours=20)), Parked(Outcome.NEEDS_PERSON, "a yes", None, 7)], items=2
    )
    dated, asked = ran.book.filed
    assert (dated.waits_for, dated.question) == ("the payer's decision", None)
    assert dated.due is not None
    assert round((dated.due - ran.book.now()).total_seconds() / 3600) == 20
    assert (asked.outcome, asked.due, asked.question) == (Outcome.NEEDS_PERSON, None, 7)
    assert ran.book.counted == [False, False]


@pytest.mark.parametrize("hours", [-5, 5])
def test_what_is_due_goes_by_the_ledgers_time_where_this_machines_clock_is_wrong(hours: int) -> None:
    book = Book([item(1), item(2), item(3)])
    book.ahead = timedelta(hours=hours)
    troubles: list[Happening] = [PortalDown("down"), SessionLost("lost"), answer(Outcome.NOT_YET)]
    book.dues = [book.now() + timedelta(seconds=1), book.now() + timedelta(minutes=9)]
    ran = run(troubles, book=book)
    waits = [(filed.due - book.now()).total_seconds() for filed in ran.book.filed if filed.due is not None]
    assert [round(wait / 60) for wait in waits] == [0, 0, 24 * 60]
    assert 0 < waits[0] <= BACK_OFF[0].total_seconds()
    assert len(ran.bot.rests) == 1, "one item was due within the patience of the ledger's clock, the next one not"


def test_what_waits_for_a_changed_page_says_so() -> None:
    (filed,) = run([PageChanged("card: changed")], 1).book.filed
    assert filed.waits_for == "a look at a page that changed"


@pytest.mark.parametrize(
    "bug",
    [KeyError("Jane Doe"), IndexError(), AttributeError(), ValueError("Jane Doe"), ZeroDivisionError(), TypeError(), AssertionError()],
)
def test_a_reader_that_stumbles_is_a_changed_page_and_says_nothing_of_the_patient(bug: Exception) -> None:
    ran = run([bug], 2)
    assert [(one.what, one.outcome) for one in ran.book.filed] == [("set_aside", Outcome.PAGE_CHANGED), ("finish", Outcome.ANSWERED)]
    assert "Jane" not in ran.book.filed[0].waits_for


@pytest.mark.parametrize("why", [RunError("This disk is full; make room."), OSError(28, "No space left on device")])
def test_what_is_wrong_with_this_machine_is_no_page_that_changed(why: Exception) -> None:
    book = Book([item()])
    with pytest.raises(type(why)):
        run(book=book, bot=Bot([why]))
    assert book.filed == []


def test_no_picture_to_be_had_does_not_keep_an_item_from_being_set_aside() -> None:
    bot = Bot([PageChanged("card: changed")])
    bot.no_evidence = PortalSlow("screenshot: the browser went away")
    ran = run(items=1, bot=bot)
    assert [(one.what, one.outcome) for one in ran.book.filed] == [("set_aside", Outcome.PAGE_CHANGED)]


def test_an_answer_without_its_evidence_is_not_filed() -> None:
    bot = Bot()
    bot.no_evidence = PortalSlow("screenshot: the step did not end in time")
    assert [one.what for one in run(items=1, bot=bot).book.filed] == ["set_aside"]


# --- the session ---------------------------------------------------------------------------------------------------------------------


def test_a_lost_session_is_renewed_and_its_item_is_due_again_at_once() -> None:
    ran = run([SessionLost("sign_in: came unasked")], 2)
    assert ran.bot.renewed == [None]
    assert [(one.what, one.outcome) for one in ran.book.filed] == [("set_aside", Outcome.PORTAL_DOWN), ("finish", Outcome.ANSWERED)]
    assert ran.book.filed[0].due is not None
    assert ran.book.filed[0].due <= datetime.now(UTC)
    assert ran.why == "done"


def test_sessions_lost_in_a_row_end_the_share_before_one_sign_in_too_many() -> None:
    ran = run([SessionLost("lost")] * 9, 9)
    assert (ran.why, type(ran.trouble)) == ("breaker", SessionLost)
    assert (len(ran.book.filed), len(ran.bot.renewed)) == (SESSION_TROUBLES, SESSION_TROUBLES - 1)


def test_an_answer_in_between_begins_the_row_anew() -> None:
    lost = SessionLost("lost")
    ran = run([lost, lost, answer(), lost, lost, answer()], 6)
    assert (ran.why, len(ran.bot.renewed)) == ("done", 4)


@pytest.mark.parametrize(
    "worse, why", [(StopAsked("stop"), "stopped"), (BadCredentials("refused"), "login"), (PortalDown("down"), "login")]
)
def test_a_session_that_cannot_be_renewed_ends_the_share(worse: PortalError, why: str) -> None:
    bot = Bot([SessionLost("lost")])
    bot.renewals = [worse]
    ran = run(items=3, bot=bot)
    assert (ran.why, ran.trouble, len(ran.book.filed)) == (why, worse, 1)


def test_a_person_who_signed_in_is_yielded_to_and_the_item_is_given_back() -> None:
    ran = run([SignedOutByPerson("signed in elsewhere")], 3)
    assert (ran.why, ran.book.filed, ran.bot.renewed) == ("login", [Filed("give_back", "item-1")], [])


# --- a person is needed --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [CodeWanted("c"), BotWall("b"), PasswordExpired("p"), BadCredentials("r"), AccountLocked("l")])
def test_trouble_with_the_login_ends_the_share_after_one_item(trouble: PortalError) -> None:
    ran = run([trouble], 3)
    assert (ran.why, ran.trouble, ran.book.questions) == ("login", trouble, [trouble])
    assert ran.book.filed == [Filed("set_aside", "item-1", Outcome.NEEDS_PERSON, "question 42", None, 42)]
    assert ran.progress == [("item-1", Outcome.NEEDS_PERSON)]


def test_a_question_about_one_item_does_not_stop_the_others() -> None:
    ran = run([SubmissionUnknown("submit may have been pressed")], 2)
    assert ran.why == "done"
    assert [(one.what, one.question) for one in ran.book.filed] == [("set_aside", 42), ("finish", None)]


# --- the breaker ---------------------------------------------------------------------------------------------------------------------


def test_the_same_trouble_at_the_same_stage_ends_the_share() -> None:
    ran = run([PageChanged("card: none came")] * 20, 20)
    assert (ran.why, type(ran.trouble), len(ran.book.filed)) == ("breaker", PageChanged, STAGE_TROUBLES)


def test_an_answer_in_between_closes_the_breaker_again() -> None:
    changed = PageChanged("card: none came")
    happenings: list[Happening] = [*[changed] * (STAGE_TROUBLES - 1), answer(), *[changed] * (STAGE_TROUBLES - 1)]
    ran = run(happenings, len(happenings))
    assert (ran.why, len(ran.book.filed)) == ("done", len(happenings))


def test_trouble_at_other_stages_ends_the_share_too_but_later() -> None:
    happenings = [PageChanged(f"card {n}: none came") for n in range(50)]
    assert len(run(happenings, 50).book.filed) == TROUBLES
    assert TROUBLES > STAGE_TROUBLES


def test_items_that_are_in_trouble_one_by_one_go_on_for_longer_but_not_for_ever() -> None:
    ran = run([ReadBackMismatch("form.payer: the choice does not stick")] * 50, 50)
    assert (ran.why, len(ran.book.filed)) == ("breaker", TROUBLES)


# --- stopping and yielding -----------------------------------------------------------------------------------------------------------


def test_asked_to_stop_gives_the_item_back_as_if_it_had_not_been_taken() -> None:
    ran = run([answer(), StopAsked("stop")], 5)
    assert (ran.why, ran.book.filed[-1], len(ran.book.items)) == ("stopped", Filed("give_back", "item-2"), 3)
    assert ran.progress == [("item-1", Outcome.ANSWERED)]


def test_a_desk_job_is_yielded_to_between_two_items() -> None:
    book = Book([item(n) for n in range(1, 6)])
    book.wanted_after = 2
    ran = run(book=book)
    assert (ran.why, len(ran.book.filed), len(book.items)) == ("wanted", 2, 3)


def test_asked_to_stop_while_keeping_pace_the_item_is_given_back() -> None:
    def stop(_seconds: float) -> None:
        raise StopAsked("stop")

    bot = Bot()
    bot.resting = stop
    ran = run(items=3, bot=bot, pacing=Pacing(seconds=60))
    assert (ran.why, [one.what for one in ran.book.filed]) == ("stopped", ["finish", "give_back"])


# --- waiting for what is due soon ----------------------------------------------------------------------------------------------------


def test_an_item_that_is_due_shortly_is_waited_for_and_one_that_is_due_late_is_not() -> None:
    now = datetime.now(UTC)
    book, bot = Book([]), Bot()
    book.dues = [now + PATIENCE / 2, now - timedelta(seconds=9), now + PATIENCE * 2]
    bot.resting = lambda _seconds: book.items.append(item(len(bot.rests)))
    ran = run(book=book, bot=bot)
    assert ran.why == "done"
    assert [one.item for one in book.filed] == ["item-1", "item-2"]
    assert bot.rests == [2.0, 0.2]


@pytest.mark.parametrize("worse, why", [(StopAsked("stop"), "stopped"), (PortalSlow("the browser went away"), "breaker")])
def test_what_happens_while_waiting_ends_the_share_by_its_own_name(worse: PortalError, why: str) -> None:
    book, bot = Book([]), Bot()
    book.dues = [datetime.now(UTC)] * 9

    def breaks(_seconds: float) -> None:
        raise worse

    bot.resting = breaks
    ran = run(book=book, bot=bot)
    assert (ran.why, ran.trouble) == (why, worse)


# --- pace ----------------------------------------------------------------------------------------------------------------------------


class Clock:
    """Time that passes only where the bot rests."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def rest(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(engine, "time", clock)
    return clock


def test_between_two_searches_lies_the_portals_pace(clock: Clock) -> None:
    bot = Bot()
    bot.resting = clock.rest
    started: list[float] = []
    bot.asking = lambda: started.append(clock.now)
    run(items=4, bot=bot, pacing=Pacing(seconds=4.0))
    assert started == [1_000.0, 1_004.0, 1_008.0, 1_012.0]


def test_what_a_search_took_counts_towards_the_pace(clock: Clock) -> None:
    bot = Bot()
    bot.resting = clock.rest
    bot.asking = lambda: clock.rest(3.0)
    run(items=2, bot=bot, pacing=Pacing(seconds=4.0))
    assert bot.rests == [1.0]


@pytest.mark.parametrize("outcome", [Outcome.WRONG_PORTAL, Outcome.ANSWERED])
def test_what_the_book_sends_on_is_not_filed_once_more(outcome: Outcome) -> None:
    ran = run([answer(outcome, go_to="Oak")], items=1)
    assert [(filed.what, filed.outcome) for filed in ran.book.filed] == [("send_on", outcome)]
    assert ran.progress == [("item-1", outcome)]


def test_what_a_list_answers_already_is_filed_without_a_question_and_without_a_pause() -> None:
    bot = Bot()
    bot.asking = lambda: pytest.fail("the portal was asked")
    bot.listed = {f"item-{n}": answer() for n in (1, 2, 3)}
    ran = run(items=3, bot=bot, pacing=Pacing(seconds=60))
    assert [filed.what for filed in ran.book.filed] == ["finish"] * 3
    assert bot.rests == []


@given(st.floats(0, 10), st.floats(0, 10))
def test_the_pace_varies_by_chance_within_its_jitter(seconds: float, jitter: float) -> None:
    clock, bot = Clock(), Bot()
    bot.resting = clock.rest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "time", clock)
        run(items=3, bot=bot, pacing=Pacing(seconds=seconds, jitter=jitter))
    assert all(0 < rest <= seconds + jitter + 1e-6 for rest in bot.rests)
    assert 2 * seconds - 1e-6 <= clock.now - 1_000.0 <= 2 * (seconds + jitter) + 1e-6


# --- whatever happens ----------------------------------------------------------------------------------------------------------------

HAPPENINGS: list[Callable[[], Happening]] = [
    answer,
    lambda: answer(Outcome.NOT_FOUND),
    lambda: answer(Outcome.NOT_YET),
    lambda: PageChanged("card: none came"),
    lambda: PageChanged("list: none came"),
    lambda: ReadBackMismatch("form"),
    lambda: PortalDown("down"),
    lambda: SessionLost("lost"),
    lambda: SubmissionUnknown("unknown"),
    lambda: CodeWanted("code"),
    lambda: BadCredentials("refused"),
    lambda: SignedOutByPerson("person"),
    lambda: StopAsked("stop"),
    lambda: KeyError("bug"),
]


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=40), st.sampled_from([None, SessionLost("x"), CodeWanted("x"), StopAsked("x")]))
def test_whatever_happens_every_item_taken_has_exactly_one_end(
    happenings: list[Callable[[], Happening]], renewal: Exception | None
) -> None:
    book, bot = Book([item(n) for n in range(len(happenings))]), Bot([happening() for happening in happenings])
    bot.renewals = [None, renewal]
    ran = run(book=book, bot=bot)
    assert [one.item for one in book.filed] == [f"item-{n}" for n in range(book.claimed)]
    assert all((one.outcome in FINAL) == (one.what == "finish") for one in book.filed)
    assert (ran.why == "done") == (not book.items and ran.trouble is None)
    assert sum(one.question is not None for one in book.filed) == len(book.questions)
    assert len(bot.renewed) < SESSION_TROUBLES * (1 + sum(one.what == "finish" for one in book.filed))


# --- named steps ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def said() -> Iterator[list[str]]:
    names: list[str] = []
    steps.listeners.append(names.append)
    yield names
    steps.listeners.remove(names.append)


def test_the_steps_of_an_item_are_said_as_they_are_reached(said: list[str]) -> None:
    before = time.monotonic()
    run(items=1)
    assert said == ["item.taken", "answer.read", "evidence.kept", "answer.filed"]
    assert steps.last[0] == "answer.filed"
    assert steps.last[1] >= before
    assert set(said) <= set(steps.NAMES)
