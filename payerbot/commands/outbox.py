"""`payerbot outbox`: answers on their way to the practice's own system: how many wait, what is dead and why, sent now or once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from payerbot.commands.office import ledger_of, practice, print_json, print_table, somebody
from payerbot.errors import UserError
from payerbot.outlet import api

if TYPE_CHECKING:
    from payerbot.ledger.outbox import Letter, OutboxCounts
    from payerbot.practice import Practice

OK, FAILED, DEAD = 0, 1, 3
SHOWN = 50
STATES = {"dead": "dead", "tried": "waits"}


def listing(*, as_json: bool) -> int:
    """Counts, and every answer that did not get through."""
    mine = practice()
    target = api.target_of(mine)
    with ledger_of(mine) as ledger:
        counts = ledger.outbox_counts(target.since if target else None)
        found = {state: ledger.letters(state=state, limit=SHOWN) for state in STATES}
    if as_json:
        letters = {state: [letter.model_dump(mode="json") for letter in each] for state, each in found.items()}
        print_json({"sends": target is not None, **counts.model_dump(), **letters})
    else:
        _say(counts, on=target is not None)
        _say_letters(mine, [(word, letter) for state, word in STATES.items() for letter in found[state]])
    return DEAD if counts.dead else OK


def _say(counts: OutboxCounts, *, on: bool) -> None:
    if not on:
        typer.echo(api.OFF)
    typer.echo(f"{counts.waiting} wait{'' if on else ' for nothing: nowhere to send them'}, {counts.sent} sent, {counts.dead} dead.")
    if counts.left_out:
        typer.echo(f"{counts.left_out} are older than 'since' in practice.yaml and are not sent.")
    if counts.dead:
        typer.echo("A dead one is not tried again until 'payerbot outbox retry NUMBER', or 'payerbot outbox retry --all'.")


def _say_letters(mine: Practice, letters: list[tuple[str, Letter]]) -> None:
    if letters:
        typer.echo("")
        print_table(("number", "answer", "state", "tries", "what happened", "next try"), [_row(mine, *each) for each in letters])


def _row(mine: Practice, state: str, letter: Letter) -> tuple[str, ...]:
    due = letter.next_try_at.astimezone(mine.zone).strftime("%m/%d %H:%M") if letter.next_try_at else ""
    return str(letter.n), letter.item, state, str(letter.tries), letter.last_status, due


def send(*, as_json: bool) -> int:
    """Send what is due now, in this process."""
    from payerbot.run import opened  # noqa: PLC0415  the ledger's imports take a while

    mine = practice()
    with api.sender_of(mine, opened) as sender, sender:
        ended = sender.round()
    target = api.target_of(mine)
    with ledger_of(mine) as ledger:
        counts = ledger.outbox_counts(target.since if target else None)
    if as_json:
        print_json({**ended._asdict(), **{f"now_{name}": value for name, value in counts.model_dump().items()}})
    else:
        typer.echo(f"{ended.sent} sent; {counts.waiting} wait, {counts.dead} dead.")
        if ended.away:
            typer.echo("Nothing gets through: see 'payerbot outbox list'; what waits is tried again by itself.", err=True)
    return FAILED if ended.away else DEAD if counts.dead else OK


def retry(number: int | None, *, everything: bool, as_json: bool) -> int:
    """Let one answer, or every dead one, be tried anew."""
    if (number is None) is not everything:
        raise UserError("Say which: the number that 'payerbot outbox list' shows, or --all for every dead one.")
    mine = practice()
    with ledger_of(mine) as ledger:
        woken = ledger.send_again(number, by=somebody())
    if as_json:
        print_json({"again": woken})
    else:
        typer.echo(f"{woken} to be sent again: 'payerbot outbox send' does it now, a run or 'payerbot serve' by itself.")
    return OK
