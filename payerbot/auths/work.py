"""A share's work on one authorization request: look first, fill, read back, ask; approved: intend, press once, count; then follow.

Whatever is raised after the intent leaves the request unknown: from then on it is looked up and not pressed. Knows no payer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from payerbot import steps
from payerbot.authorization import AuthResult, AuthSearch, AuthState, FilledRequest, StandingRequest
from payerbot.auths import words
from payerbot.auths.match import blocking
from payerbot.capability import TakesAuthorizations
from payerbot.errors import PageChanged, PortalError, ReadBackMismatch, SubmissionUnknown
from payerbot.ledger.records import MAYBE_SENT, Submission, SubmissionState
from payerbot.model import Outcome, Result
from payerbot.rows import Item, Parked

LOOK_AGAIN = timedelta(hours=20)  # once a day, whatever the hour of that day's run
SOON = timedelta(seconds=1)
DECIDED_WITHIN = {"standard": timedelta(days=7), "expedited": timedelta(days=3)}  # CMS-0057-F: 7 calendar days, 72 hours


class Book(Protocol):
    """What this needs of the ledger, for one lease."""

    def submission(self, item: Item) -> Submission: ...
    def rival(self, found: Submission) -> Submission | None: ...
    def looked_up(self, item: Item, found: Submission, standing: Sequence[StandingRequest]) -> None: ...
    def prepared(
        self, item: Item, found: Submission, review: Sequence[tuple[str, str]], *, picture: str, page: str, again: bool
    ) -> int: ...
    def ask_again(self, item: Item, found: Submission, *, why: str = "") -> int: ...
    def intend(self, item: Item, found: Submission, review: Sequence[tuple[str, str]]) -> str: ...
    def still_mine(self) -> None: ...
    def pressed(self, item: Item, found: Submission, reference: StandingRequest | None) -> None: ...
    def unsure(self, item: Item, found: Submission) -> Submission: ...
    def settle(self, item: Item, found: Submission, state: SubmissionState, reference: StandingRequest | None = None) -> None: ...
    def ask(self, item: Item, kind: str) -> int: ...


class Page(Protocol):
    """What this needs of the tab that the portal's adapter drives."""

    def whole_picture(self) -> bytes: ...
    def words(self) -> str: ...
    def undisturbed(self) -> AbstractContextManager[None]: ...


class Store(Protocol):
    """What this needs of the evidence."""

    def keep(self, kind: str, data: bytes, *, item: str) -> str: ...


class Terms(NamedTuple):
    """What holds for this run."""

    today: date  # the practice's business day
    may_prepare: bool  # False for the runs that only send what is approved and follow what was sent
    lag_days: int  # so long the portal may not show a request that it took
    files: Mapping[str, Path]  # the attachments by address


class Submitting:
    """One item, from whatever state its submission is in, to the next one."""

    def __init__(self, book: Book, portal: TakesAuthorizations, page: Page, store: Store, terms: Terms) -> None:
        self.book = book
        self.portal = portal
        self.page = page
        self.store = store
        self.terms = terms

    def answer(self, item: Item) -> AuthResult | Parked:
        """The request's final answer, or what it waits for."""
        found = self.book.submission(item)
        if found.state == "withdrawn":
            return _asked(found.handoff or self.book.ask_again(item, found), words.WITHDRAWN)
        if found.state == "prepared":
            return self._asks(item, found)
        if found.state == "draft":
            return _draft(found.reference.reference if found.reference else "")
        if found.state in {"settled", "decided"} and found.reference is not None:
            return self._follow(item, found, found.reference)
        return self._looked(item, found)

    # --- look first ---

    def _looked(self, item: Item, found: Submission) -> AuthResult | Parked:
        search = self.portal.find_requests(found.ask)
        steps.reached("auth.looked_up")
        if search.outcome not in {Outcome.ANSWERED, Outcome.NOT_FOUND}:
            return self._not_looked(item, found, search)
        there = blocking(found.ask, search.standing)
        if found.state in MAYBE_SENT:
            return self._count(item, found, there)
        self.book.looked_up(item, found, search.standing)
        return self._stands_already(item, found, there) if there else self._free(item, found)

    def _free(self, item: Item, found: Submission) -> AuthResult | Parked:
        """The payer has nothing of the kind."""
        if self.book.rival(found) is not None:
            return _later(words.RIVAL, LOOK_AGAIN)
        if found.state == "approved":
            return self._submit(item, found)
        return self._prepare(item, found) if self.terms.may_prepare else _later(words.UNPREPARED, LOOK_AGAIN)

    def _not_looked(self, item: Item, found: Submission, search: AuthSearch) -> AuthResult | Parked:
        """The payer's list could not be read: nothing is filled, and what may have been sent stays unknown."""
        if found.state in MAYBE_SENT:
            self.book.unsure(item, found)
            return _asked(self.book.ask(item, "submission_unknown"), words.MAY_BE_SENT)
        told = {name: getattr(search, name) for name in type(search).model_fields if name in AuthResult.model_fields}
        return AuthResult(**told) if search.outcome.final else Parked(search.outcome, search.reason or words.A_LOOK, timedelta(hours=1))

    def _stands_already(self, item: Item, found: Submission, there: Sequence[StandingRequest]) -> AuthResult | Parked:
        """Sent by phone, by hand, from another file: it is followed, and nothing is sent."""
        if len(there) > 1 and found.approval is None:
            there = sorted(there, key=lambda one: (one.state.decided, one.sent_on or date.min), reverse=True)
        self.book.settle(item, found, "settled", there[0])
        return self._follow(item, found.model_copy(update={"state": "settled"}), there[0])

    # --- prepare ---

    def _prepare(self, item: Item, found: Submission, *, again: bool = False) -> AuthResult | Parked:
        filled = self._fill(item, found)
        if (ended := self._not_sendable(item, found, filled)) is not None:
            return ended
        if found.ask.submit_mode == "draft_only":
            return self._leave_draft(item, found)
        return self._ask_for(item, found, filled, again=again)

    def _fill(self, item: Item, found: Submission) -> FilledRequest:
        try:
            filled = self.portal.fill_request(found.ask, self.terms.files)
        except SubmissionUnknown:  # the payer's own check can decide, and nobody saw what it said
            self.book.unsure(item, found)
            raise
        steps.reached("auth.filled")
        if filled.outcome is Outcome.ANSWERED and filled.decided is None and not filled.review:
            raise PageChanged("review: nothing of the request was read back from it")  # nobody can approve what nobody sees
        if filled.differs:
            raise ReadBackMismatch(f"review: {', '.join(filled.differs)} does not show what was put in")
        steps.reached("auth.read_back")
        return filled

    def _not_sendable(self, item: Item, found: Submission, filled: FilledRequest) -> AuthResult | Parked | None:
        """What the form ended in, where it did not end in its review page."""
        if filled.decided is not None:
            result = filled.decided.model_copy(update={"sent_by": "payerbot"})
            self.book.settle(item, found, "decided", _reference(result))
            return result
        if filled.outcome is Outcome.ANSWERED:
            return None
        if filled.outcome is Outcome.WRONG_PORTAL:
            return _asked(self.book.ask(item, "auth_elsewhere"), words.ELSEWHERE)
        return _ended(filled)

    def _leave_draft(self, item: Item, found: Submission) -> AuthResult:
        number = self.portal.leave_draft()
        self.book.settle(item, found, "draft", StandingRequest(reference=number) if number else None)
        return _draft(number)

    def _ask_for(self, item: Item, found: Submission, filled: FilledRequest, *, again: bool) -> Parked:
        picture = self.store.keep("picture", self.page.whole_picture(), item=item.id)
        page = self.store.keep("page", self.page.words().encode(), item=item.id)
        question = self.book.prepared(item, found, filled.review, picture=picture, page=page, again=again)
        steps.reached("auth.prepared")
        return _asked(question, words.APPROVE)

    def _asks(self, item: Item, found: Submission) -> Parked:
        """Prepared, and nobody has said yes: silence is none, and a question that was answered otherwise is none either."""
        return _asked(self.book.ask_again(item, found), words.APPROVE)

    # --- press once ---

    def _submit(self, item: Item, found: Submission) -> AuthResult | Parked:
        given = found.approval
        if given is None or given.used_at or given.void_at:
            return _asked(self.book.ask_again(item, found, why="the approval is over"), words.APPROVE)
        filled = self._fill(item, found)
        if (ended := self._not_sendable(item, found, filled)) is not None:
            return ended
        if filled.review != found.review:
            return self._ask_for(item, found, filled, again=found.sent)
        with self.page.undisturbed():
            if why := self.book.intend(item, found, filled.review):
                return self._kept_back(item, found, why)
            steps.reached("submit.intended")
            return self._pressed(item, found)

    def _kept_back(self, item: Item, found: Submission, why: str) -> Parked:
        """The ledger says no at the last moment: what is known now is looked at anew."""
        now = self.book.submission(item)
        if now.state == "approved" and why != words.SAME_CARE:
            return _asked(self.book.ask_again(item, found, why=why), words.APPROVE)
        return _later(words.A_LOOK, SOON)

    def _pressed(self, item: Item, found: Submission) -> AuthResult | Parked:
        """From here on every exception means unknown."""
        try:
            self.book.still_mine()
            steps.reached("submit.pressing")
            said = self.portal.press_submit()  # the adapter says "submit.pressed" right after the click
            self.book.pressed(item, found, _reference(said))
            steps.reached("submit.answered")
            self.store.keep("picture", self.page.whole_picture(), item=item.id)
            found = self.book.submission(item)
            search = self.portal.find_requests(found.ask)
            if search.outcome not in {Outcome.ANSWERED, Outcome.NOT_FOUND}:
                return self._not_looked(item, found, search)
            return self._count(item, found, blocking(found.ask, search.standing))
        except SubmissionUnknown:  # nobody needs to be asked before the payer was: it is looked up in a moment
            self.book.unsure(item, found)
            return _later(words.NOT_SHOWN_YET, SOON)
        except PortalError:
            self.book.unsure(item, found)
            raise

    # --- after the press ---

    def _count(self, item: Item, found: Submission, there: Sequence[StandingRequest]) -> AuthResult | Parked:
        """Exactly one more than before the press: settled. More: a person. None: the portal's lag, then a person."""
        before = {one.reference for one in blocking(found.ask, found.standing)}
        new = [one for one in there if one.reference not in before]
        steps.reached("submit.counted")
        if len(new) == 1 or (there and not found.sent):
            one = (new or list(there))[0]
            self.book.settle(item, found, "settled", one)
            steps.reached("submit.settled")
            return self._follow(item, found.model_copy(update={"state": "settled"}), one)
        if new:
            self.book.settle(item, found, "doubled", new[0])
            return _asked(self.book.ask(item, "submission_doubled"), words.DOUBLED)
        return self._nothing_there(item, self.book.unsure(item, found))

    def _nothing_there(self, item: Item, found: Submission) -> AuthResult | Parked:
        since = found.intended_on or self.terms.today
        if self.terms.today < since + timedelta(days=self.terms.lag_days):
            return _later(words.NOT_SHOWN_YET, LOOK_AGAIN)
        return self._prepare(item, found, again=True)

    # --- follow ---

    def _follow(self, item: Item, found: Submission, standing: StandingRequest) -> AuthResult | Parked:
        result = self.portal.follow_request(found.ask, standing)
        steps.reached("auth.followed")
        if result.outcome is not Outcome.ANSWERED:
            return self._not_followed(item, result)
        due = result.decision_due or _due(found, standing)
        result = result.model_copy(update={"sent_by": "payerbot" if found.sent else "someone else", "decision_due": due})
        if result.state.decided:
            self.book.settle(item, found, "decided", standing)
            return result
        if result.state is AuthState.CONTACT or result.info_requested:
            return _asked(self.book.ask(item, "auth_contact"), words.CONTACT, due=LOOK_AGAIN)
        late = result.decision_due is not None and result.decision_due < self.terms.today
        return _later(words.LATE if late else words.DECISION, LOOK_AGAIN)

    def _not_followed(self, item: Item, result: AuthResult) -> Parked:
        """It was there and cannot be read now; that it is gone is nobody's answer to guess."""
        if result.outcome.final:
            return _asked(self.book.ask(item, "auth_vanished"), words.VANISHED, due=LOOK_AGAIN)
        return _parked(result)


def _ended(found: Result) -> AuthResult | Parked:
    """What was found before anything was sent, as the row's answer, or as what it waits for."""
    if not found.outcome.final:
        return _parked(found)
    return found.ended_as(AuthResult)


def _parked(found: Result) -> Parked:
    return Parked(found.outcome, found.reason or words.A_LOOK, timedelta(hours=1))


def _draft(number: str) -> AuthResult:
    said = words.DRAFT if number else words.NO_DRAFTS
    return AuthResult(outcome=Outcome.ANSWERED, state=AuthState.DRAFT, portal_reference=number or None, reason=said)


def _reference(said: AuthResult) -> StandingRequest | None:
    number = said.portal_reference or said.auth_number
    return StandingRequest(reference=number, auth_number=said.auth_number or "", state=said.state) if number else None


def _due(found: Submission, standing: StandingRequest) -> date | None:
    sent = standing.sent_on or found.intended_on
    return sent + DECIDED_WITHIN[found.ask.urgency] if sent else None


def _asked(question: int, what: str, *, due: timedelta | None = None) -> Parked:
    return Parked(Outcome.NEEDS_PERSON, f"question {question}: {what}", due, question)


def _later(what: str, after: timedelta) -> Parked:
    return Parked(Outcome.NOT_YET, what, after)
