"""`payerbot handoffs` and `payerbot answer`: questions in plain words, answered by a named person."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from payerbot.commands.office import at_keyboard, ledger_of, practice, print_json, title
from payerbot.people.desk import Desk

OK, WAITING = 0, 3


class Terminal:
    """Talks with the person at the terminal; what is secret is not echoed."""

    def say(self, text: str) -> None:
        typer.echo(text)

    def choose(self, text: str, ways: Sequence[str]) -> str:
        for number, way in enumerate(ways, 1):
            typer.echo(f"  {number}  {way}")
        while True:
            said = str(typer.prompt(f"{text} Number", default="1"))
            if said.isdecimal() and 0 < int(said) <= len(ways):
                return ways[int(said) - 1]
            typer.echo(f"Type a number from 1 to {len(ways)}.")

    def confirm(self, text: str) -> bool:
        return typer.confirm(text)

    def secret(self, text: str) -> str:
        hidden = sys.stdin.isatty()
        return str(typer.prompt(text, hide_input=True, default="", show_default=False)) if hidden else sys.stdin.readline().strip()


def listing(*, everything: bool, as_json: bool) -> int:
    """The questions that wait, the oldest first."""
    mine = practice()
    with ledger_of(mine) as ledger:
        desk = Desk(ledger, mine, title=title)
        waiting = desk.open_questions()
        shown = sorted(ledger.questions(only_open=False), key=lambda one: one.n) if everything else waiting
        sentences = [desk.sentence(question) for question in shown]
    if as_json:
        print_json([{**question.model_dump(mode="json"), "text": text} for question, text in zip(shown, sentences, strict=True)])
    else:
        typer.echo("\n".join(sentences) or "No question waits for a person.")
    return WAITING if waiting else OK


def answer(number: int, *, staff: str) -> int:
    """One answer, by a named person, at the keyboard."""
    mine = practice()
    person = at_keyboard(mine, staff)
    with ledger_of(mine) as ledger:
        ledger.log(person.id, "question opened", str(number))
        typer.echo(Desk(ledger, mine, title=title).answer(number, person, Terminal()))
    return OK
