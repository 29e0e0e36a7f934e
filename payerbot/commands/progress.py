"""What a person sees while shares run: a bar per share on a terminal, and every new question, to its named person, as it comes."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from payerbot.commands.office import ledger_of, title
from payerbot.people import notify
from payerbot.people.desk import Desk

if TYPE_CHECKING:
    from payerbot.model import Progress as Step
    from payerbot.practice import Practice


class Bars:
    """Takes a share's steps, from any thread; writes to standard error only, so that standard output stays the result's."""

    def __init__(self, practice: Practice, *, quiet: bool = False) -> None:
        self._practice = practice
        self._quiet = quiet or not sys.stderr.isatty()
        self._told: set[int] = set()
        self._bars: dict[tuple[str, str], TaskID] = {}
        self._lock = threading.Lock()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._shown = Progress(*columns, console=Console(stderr=True), disable=self._quiet)

    def __enter__(self) -> Self:
        self._shown.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._shown.stop()

    def __call__(self, step: Step) -> None:
        with self._lock:
            self._move(step)
            if step.event == "question":
                self._tell_questions()

    def _move(self, step: Step) -> None:
        share = (step.portal, step.login)
        if share not in self._bars:
            self._bars[share] = self._shown.add_task(self._named(*share), total=None, note="")
        self._shown.update(self._bars[share], completed=step.done, total=step.total or None, note=step.note)

    def _named(self, portal: str, login: str) -> str:
        several = sum(known.portal == portal for known in self._practice.logins) > 1
        return f"{title(portal)} ({login})" if several else title(portal)

    def _tell_questions(self) -> None:
        """A question goes at once to its named person."""
        with ledger_of(self._practice) as ledger:
            desk = Desk(ledger, self._practice, title=title)
            for question in desk.open_questions():
                if question.n in self._told:
                    continue
                self._told.add(question.n)
                text = desk.sentence(question)
                notify.tell(self._practice.staff_by_id(question.staff), question, text)
                self._shown.console.print(text, markup=False, highlight=False) if not self._quiet else typer.echo(text, err=True)
