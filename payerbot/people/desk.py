"""The desk: shows open questions and takes answers, from one named person at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from payerbot.errors import UserError
from payerbot.people import wording

if TYPE_CHECKING:
    from payerbot.ledger.book import Handoff, Ledger
    from payerbot.practice import Practice, Staff


class Talk(Protocol):
    """How the desk speaks with the person: the terminal, later the console, a list in tests."""

    def say(self, text: str) -> None: ...
    def choose(self, text: str, ways: Sequence[str]) -> str: ...
    def confirm(self, text: str) -> bool: ...
    def secret(self, text: str) -> str: ...


class Desk:
    """Questions and answers of one practice."""

    def __init__(self, ledger: Ledger, practice: Practice, *, title: Callable[[str], str]) -> None:
        self.ledger = ledger
        self.practice = practice
        self.title = title

    def sentence(self, question: Handoff) -> str:
        """One question in plain words."""
        return wording.sentence(question, title=self.title(question.portal), practice=self.practice, now=datetime.now(UTC))

    def open_questions(self) -> list[Handoff]:
        """Those that wait, the oldest first."""
        return sorted(self.ledger.questions(only_open=True), key=lambda question: question.n)

    def question(self, n: int) -> Handoff:
        """One question that waits, or UserError saying what became of it."""
        for question in self.ledger.questions(only_open=False):
            if question.n == n:
                return self._waiting(question)
        raise UserError(f"There is no question {n}: run 'payerbot handoffs' to see those that wait.")

    def answer(self, n: int, person: Staff, talk: Talk) -> str:
        """Take one person's answer; returns what happens next."""
        question = self.question(n)
        talk.say(self.sentence(question))
        talk.say(f"Before you answer: {wording.todo(question)}.")
        ways = {"code": self._code, "fixed": self._fixed, "done": self._done, "elsewhere": self._elsewhere}
        return ways[wording.kind_of(question).manner](question, person, talk)

    def _waiting(self, question: Handoff) -> Handoff:
        if question.state != "open":
            raise UserError(f"Question {question.n} does not wait any more. {wording.closed(question, self.practice)}")
        if wording.kind_of(question).manner == "code" and wording.expired(question, datetime.now(UTC)):
            raise UserError(f"The page of question {question.n} does not wait any more: run the job again, a new code is asked for then.")
        return question

    def _code(self, question: Handoff, person: Staff, talk: Talk) -> str:
        """Nothing is sent to anyone's phone before Ready; the code is typed, never an argument."""
        way = ""
        if len(question.ways) > 1:
            way = talk.choose("How shall the portal send the code?", question.ways)
        elif question.ways:
            way = question.ways[0]
        if not talk.confirm("Ready for the code? It is asked for now"):
            return "Nothing was asked for; the question waits."
        self.ledger.reply(question.n, by=person.id, verb="ready", secret=way)
        code = talk.secret("The code")
        if not code.strip():
            return "No code was given; the question waits."
        self.ledger.reply(question.n, by=person.id, verb="code", secret=code.strip())
        return "The code was handed over and is used once; if the portal refuses it, a new question says so."

    def _fixed(self, question: Handoff, person: Staff, talk: Talk) -> str:
        if not talk.confirm(wording.asks(question)[:1].upper() + wording.asks(question)[1:]):
            self.ledger.reply(question.n, by=person.id, verb="no")
            if question.item is not None:
                return "Nothing more is done for this row."
            return f"Nothing is tried with the login '{question.login}' until somebody says otherwise."
        self.ledger.reply(question.n, by=person.id, verb="yes")
        if question.item is not None:
            return "Thank you; the row goes on in the next run."
        return f"The next run signs in once with the login '{question.login}'."

    def _elsewhere(self, question: Handoff, _person: Staff, _talk: Talk) -> str:
        """What is approved is looked at first, and that is done with a command of its own."""
        return f"Nothing was answered; question {question.n} waits."

    def _done(self, question: Handoff, person: Staff, talk: Talk) -> str:
        if not talk.confirm("Done"):
            return "The question waits."
        self.ledger.reply(question.n, by=person.id, verb="done")
        return "Thank you; the rows that waited for it are asked in the next run."
