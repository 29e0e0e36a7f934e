"""One record in, one NewRow out: a question with its portal and login, or the reasons why it is none. Each job reads its own rows."""

from __future__ import annotations

from collections.abc import Callable

from payerbot.intake import authorizations, claims, letters, payments, reasons, visits
from payerbot.intake.reader import Reader, Setting
from payerbot.model import Job
from payerbot.rows import Ask, NewRow, Reject

ASK: dict[Job, Callable[[Reader], Ask | None]] = {
    Job.ELIGIBILITY: visits.ask,
    Job.CLAIM_STATUS: claims.ask,
    Job.EOBS: payments.ask,
    Job.AUTHS: authorizations.ask,
    Job.LETTERS: letters.ask,
}


def row(line: int, cells: tuple[str, ...], setting: Setting) -> NewRow:
    """Read one record; whatever is wrong with it becomes a reject with column and reason."""
    width = len(setting.header.names)
    surplus = cells[width:]
    fitted = cells[:width] + ("",) * (width - len(cells))
    reader = Reader(fitted, setting)
    if any(cell.strip() for cell in surplus):
        fitted = (*fitted[:-1], setting.separator.join((fitted[-1], *surplus)))
        rejects = (
            Reject(column=setting.header.names[-1], reason="is followed by more cells than the header has names; quote the separators"),
        )
        return NewRow(line=line, cells=fitted, rejects=rejects)
    ask = _ask(reader, setting.job)
    if ask is None or reader.rejects:
        return NewRow(line=line, cells=fitted, rejects=tuple(reader.rejects))
    return NewRow(line=line, cells=fitted, ask=ask, portal=reader.portal, login=reader.login)


def _ask(reader: Reader, job: Job) -> Ask | None:
    if "cancel" in reader.text("appointment_status").casefold():
        reader.reject("appointment_status", reasons.CANCELLED)
        return None
    reader.own_tenant()
    return ASK[job](reader)
