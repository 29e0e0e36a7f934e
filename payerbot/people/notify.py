"""A new question goes to its named person, without patient data. Today that is a line on the console and one in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from payerbot.logs import log

if TYPE_CHECKING:
    from payerbot.ledger.book import Handoff
    from payerbot.practice import Staff


class Channel(Protocol):
    """One way to reach a member of staff; further ones (mail, chat) take this shape."""

    def tell(self, person: Staff | None, question: Handoff, text: str) -> None: ...


class LogChannel:
    """Writes the question's number and its person into the log."""

    def tell(self, person: Staff | None, question: Handoff, text: str) -> None:  # noqa: ARG002  the words are for people, the log has the number
        log.info(
            "question",
            question=question.n,
            portal=question.portal,
            login=question.login,
            kind=question.kind,
            staff=person.id if person else "",
        )


CHANNELS: list[Channel] = [LogChannel()]


def tell(person: Staff | None, question: Handoff, text: str) -> None:
    """Tell the person over every channel there is; one that fails does not keep the others."""
    for channel in CHANNELS:
        try:
            channel.tell(person, question, text)
        except Exception as trouble:  # noqa: BLE001  a channel's own errors are its own; the question stays in the ledger
            log.warning("a channel failed", question=question.n, error=type(trouble).__name__)
