"""Batches and their rows: loading a file, and the one current line of each row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Table, and_, func, insert, or_, select, update

from payerbot.authorization import AuthRequest
from payerbot.errors import UserError
from payerbot.ledger.leases import Leases
from payerbot.ledger.records import BatchInfo
from payerbot.ledger.signins import ATTEMPTS, ITS_TURN
from payerbot.ledger.tables import answer, attempt, batch, evidence, handoff, item, row
from payerbot.letters import LettersRequest
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Job, Outcome
from payerbot.remittance import EobRequest, bare_number
from payerbot.rows import ANSWER, BATCH_PREFIX, Ask, BatchReport, Line, NewRow, Reject, Sheet, joined

_CHUNK = 1_000
_TEXTS = TypeAdapter(tuple[str, ...])
_REJECTS = TypeAdapter(tuple[Reject, ...])


def patient(ask: Ask) -> str:
    """Whom a question is about: the practice's own key, or name and birth date where it has none; "" for a check or letters."""
    who = getattr(ask, "patient", None)
    if who is None:
        return ask.patient_key
    return ask.patient_key or f"{who.last.casefold()}|{who.first.casefold()}|{who.birth_date.isoformat()}"


class Batches(Leases):
    """Loading, listing, counting and reading out."""

    def add(self, sheet: Sheet, *, business_date: date, again: bool = False) -> BatchReport:
        """Put a file in the ledger; the same content on the same day resumes, unless `again`."""
        digest = self.name("batch", sheet.job, sheet.digest)
        with self.audited() as connection:
            self.lock_tenant(connection)
            same = and_(self.mine(batch), batch.c.job == sheet.job, batch.c.business_date == business_date, batch.c.digest == digest)
            query = select(batch.c.id, batch.c.copy).where(same).order_by(batch.c.copy.desc()).limit(1)
            known = connection.execute(query).first()
            if known and not again:
                report = self._resume(connection, known.id, sheet)
            else:
                report = self._load(connection, sheet, business_date, digest, known.copy + 1 if known else 0)
            self.enter(connection, "payerbot", "load", detail=report.batch)
        return report

    def batches(self) -> list[BatchInfo]:
        """Every batch, oldest first."""
        with self.reading() as connection:
            found = connection.execute(select(batch).where(self.mine(batch)).order_by(batch.c.created_at, batch.c.id)).mappings().all()
        return [_info(each) for each in found]

    def batch(self, batch: str) -> BatchInfo:
        """One batch; UserError where there is none of that name."""
        with self.reading() as connection:
            return _info(self._found(connection, batch))

    def sent_on(self, batch: str) -> list[tuple[str, str]]:
        """(portal, login) to which another payer or portal has sent a question on that nobody has asked yet."""
        new = and_(item.c.state == "waiting", item.c.parent.is_not(None), item.c.attempts == 0)
        with self.reading() as connection:
            mine = and_(self.mine(item), item.c.batch == batch, new, item.c.due <= self.now(connection))
            return sorted((one.portal, one.login) for one in connection.execute(select(item.c.portal, item.c.login).where(mine).distinct()))

    def shares(self, batch: str) -> list[tuple[str, str]]:
        """(portal, login) that still have something due now, what a dead run had taken included."""
        with self.reading() as connection:
            self._found(connection, batch)
            now, live = self.now(connection), self.live_leases(connection)
            query = select(item.c.portal, item.c.login, item.c.state).distinct()
            open_ones = and_(self.mine(item), item.c.batch == batch)
            due = connection.execute(query.where(open_ones, item.c.state == "waiting", item.c.due <= now)).all()
            taken = connection.execute(query.where(open_ones, item.c.state == "taken")).all()
        return sorted({(one.portal, one.login) for one in (*due, *taken) if one.state == "waiting" or (one.portal, one.login) not in live})

    def next_due(self, batch: str, portal: str, login: str) -> datetime | None:
        """When the next waiting item of a share is due (it may be past); None where the rest waits for people."""
        query = select(func.min(item.c.due)).where(self.at(item, portal, login), item.c.batch == batch, item.c.state == "waiting")
        with self.reading() as connection:
            due: datetime | None = connection.execute(query).scalar()
        return due

    def counts(self, batch: str) -> dict[str, int]:
        """Rows by state (rejected, waiting, taken, done) and by outcome, as far as they occur; `rows` is their number."""
        with self.reading() as connection:
            total = self._found(connection, batch)["row_count"]
            live = self.live_leases(connection)
            what = (item.c.state, item.c.outcome, item.c.portal, item.c.login)
            joined = row.outerjoin(item, and_(item.c.tenant == row.c.tenant, item.c.id == row.c.item))
            query = select(*what, func.count().label("rows")).select_from(joined)
            found = connection.execute(query.where(self.mine(row), row.c.batch == batch).group_by(*what)).all()
        tally = Counter({"rows": total, "rejected": 0, "waiting": 0, "taken": 0, "done": 0})
        for one in found:
            tally[_state(one.state, live=(one.portal, one.login) in live)] += one.rows
            if one.outcome:
                tally[one.outcome] += one.rows
        return dict(tally)

    def lines(self, batch: str) -> Iterator[Line]:
        """One line per row, in the file's order: all as they stood at one moment."""
        with self.reading() as connection:
            view = self._view(connection, batch)
        return (view.line(each) for each in view.rows)

    def wake(self, batch: str, outcomes: Collection[Outcome]) -> int:
        """Make due now what waits because of these outcomes and for no open question (a person repaired or restarted something)."""
        with self.writing() as connection:
            open_one = select(handoff.c.n).where(self.mine(handoff), handoff.c.state == "open")
            free = or_(item.c.handoff.is_(None), item.c.handoff.not_in(open_one))
            which = and_(self.mine(item), item.c.batch == batch, item.c.state == "waiting", item.c.outcome.in_(sorted(outcomes)), free)
            values = {"due": self.now(connection), "handoff": None, "waits_for": ITS_TURN}
            return connection.execute(update(item).where(which).values(values)).rowcount

    def not_found_rate(self, portal: str, job: Job, before: str) -> float | None:
        """Which part of this portal's earlier answers were "not found"; None without history."""
        with self.reading() as connection:
            limit = self._found(connection, before)["created_at"]
            earlier = select(batch.c.id).where(self.mine(batch), batch.c.created_at < limit)
            query = select(answer.c.outcome, func.count()).where(self.mine(answer), answer.c.portal == portal, answer.c.job == job)
            found = connection.execute(query.where(answer.c.batch.in_(earlier)).group_by(answer.c.outcome)).all()
        tally = {one[0]: int(one[1]) for one in found}
        return tally.get(Outcome.NOT_FOUND, 0) / sum(tally.values()) if tally else None

    def _found(self, connection: Connection, name: str) -> RowMapping:
        found = connection.execute(select(batch).where(self.mine(batch), batch.c.id == name)).mappings().first()
        if found is None:
            raise UserError("There is no batch of that name in the ledger: `payerbot export` lists those there are.")
        return found

    # Loading

    def _load(self, connection: Connection, sheet: Sheet, business_date: date, digest: bytes, copy: int) -> BatchReport:
        name = self._free_name(connection, sheet.job, business_date, digest, copy)
        now = self.now(connection)
        values = {"tenant": self.tenant, "id": name, "job": sheet.job, "business_date": business_date, "digest": digest, "copy": copy}
        told = {"header": json.dumps(sheet.header), "notes": json.dumps(sheet.notes), "row_count": len(sheet.rows), "created_at": now}
        connection.execute(insert(batch).values(**values, **told))
        items, rows = self._sort(sheet, name, {}, now)
        _insert(connection, item, items)
        _insert(connection, row, rows)
        rejected = sum(each["item"] is None for each in rows)
        return BatchReport(batch=name, added=len(rows) - rejected, known=0, rejected=rejected, resumed=False)

    def _resume(self, connection: Connection, name: str, sheet: Sheet) -> BatchReport:
        """Keep what stands; a row that was rejected, and is a question now that something was put right, is added."""
        here = and_(self.mine(row), row.c.batch == name)
        refused = set(connection.execute(select(row.c.line).where(here, row.c.item.is_(None))).scalars())
        total = connection.execute(select(func.count()).where(here)).scalar_one()
        mended = sheet.model_copy(update={"rows": tuple(each for each in sheet.rows if each.ask and each.line in refused)})
        items, rows = self._sort(mended, name, self._asked(connection, name) if mended.rows else {}, self.now(connection))
        _insert(connection, item, items)
        for each in rows:
            values = {key: each[key] for key in ("item", "same_as", "rejects")}
            connection.execute(update(row).where(here, row.c.line == each["line"]).values(values))
        left = len(refused) - len(rows)
        return BatchReport(batch=name, added=len(rows), known=total - len(refused), rejected=left, resumed=True)

    def _asked(self, connection: Connection, name: str) -> dict[bytes, tuple[str, int]]:
        """The batch's questions: the item where each is answered now, and the line that asked first."""
        query = select(item.c.question, item.c.id, item.c.place, item.c.sent_to).where(self.mine(item), item.c.batch == name)
        found = connection.execute(query).all()
        onward = {one.id: one.sent_to for one in found if one.sent_to}
        return {bytes(one.question): (_follow(one.id, onward), one.place) for one in found}

    def _sort(
        self, sheet: Sheet, name: str, known: Mapping[bytes, tuple[str, int]], now: datetime
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The items and rows of a sheet; rows that ask the very same share one item."""
        first = dict(known)
        items: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for each in sheet.rows:
            same_as = None
            target = None
            if each.ask is not None:
                question = self.question(sheet.job, each.portal, each.login, each.ask)
                if question in first:
                    target, same_as = first[question]
                else:
                    target = f"{name}.{each.line}"
                    first[question] = (target, each.line)
                    items.append(self.new_item(target, name, sheet.job, each.portal, each.login, each.ask, question, each.line, now))
            rows.append(self._new_row(name, each, target, same_as))
        return items, rows

    def question(self, job: Job, portal: str, login: str, ask: Ask) -> bytes:
        """The name of a question: the same words to the same portal are the same question."""
        return self.name("question", job, portal, login, ask.model_dump_json())

    def new_item(
        self, name: str, batch: str, job: Job, portal: str, login: str, ask: Ask, question: bytes, place: int, now: datetime
    ) -> dict[str, Any]:
        """An item that waits for its turn."""
        keys = {"question": question, "subject": self._subject(ask)}
        where = {"tenant": self.tenant, "id": name, "batch": batch, "job": job, "portal": portal, "login": login, "place": place}
        state = {"state": "waiting", "waits_for": ITS_TURN, "due": now, "attempts": 0, "allowed": ATTEMPTS, "parent": None}
        return {**where, **keys, **state, "payer": ask.payer_key, "ask": ask.model_dump_json()}

    def _subject(self, ask: Ask) -> bytes:
        """What an answer is about, across batches: a claim, a payment, an authorization, or a patient's coverage with one payer."""
        match ask:
            case ClaimStatusRequest():
                return self.name("claim", ask.payer_key, ask.claim_id)
            case EobRequest():
                by_check = self.payment_subject(ask.payer_key, ask.check_no)
                return by_check if ask.check_no else self.name("paid claim", ask.payer_key, ask.claim_id or ask.payer_claim_no)
            case AuthRequest():
                return self.name("authorization", ask.payer_key, ask.request_id)
            case LettersRequest():
                return self.name("letters", ask.payer_key, ask.billing_tin)
            case EligibilityRequest():
                return self.name("coverage", ask.payer_key, patient(ask), ask.service_date.isoformat())

    def payment_subject(self, payer: str, check_no: str) -> bytes:
        """A payment by its check or EFT number, leading zeros aside."""
        return self.name("payment", payer, bare_number(check_no))

    def _new_row(self, name: str, new: NewRow, target: str | None, same_as: int | None) -> dict[str, Any]:
        rejects = _REJECTS.dump_json(new.rejects).decode() if new.rejects else None
        where = {"tenant": self.tenant, "batch": name, "line": new.line, "item": target, "same_as": same_as}
        return {**where, "cells": json.dumps(new.cells), "rejects": rejects}

    def _free_name(self, connection: Connection, job: Job, business_date: date, digest: bytes, copy: int) -> str:
        for salt in count():
            short = self.name("batch name", digest, str(copy), str(salt)).hex()[:8]
            name = f"{BATCH_PREFIX[job]}-{business_date:%Y%m%d}-{short}"
            if connection.execute(select(batch.c.id).where(self.mine(batch), batch.c.id == name)).first() is None:
                return name
        raise AssertionError  # count() does not end

    # Reading out

    def _view(self, connection: Connection, name: str) -> _View:
        job = Job(self._found(connection, name)["job"])
        mine = and_(self.mine(item), item.c.batch == name)
        items = select(item).with_only_columns(*(each for each in item.c if each.name not in {"ask", "question", "subject"})).where(mine)
        rows = select(row).where(self.mine(row), row.c.batch == name).order_by(row.c.line)
        given = select(answer.c.item, answer.c.result, answer.c.evidence, answer.c.answered_at)
        answers = given.where(self.mine(answer), answer.c.batch == name)
        same = and_(item.c.tenant == answer.c.tenant, item.c.subject == answer.c.subject, item.c.job == answer.c.job)
        earlier = select(item.c.id, answer.c.result, answer.c.answered_at).join(item, same).order_by(answer.c.answered_at)
        good = earlier.where(mine, item.c.state != "done", answer.c.outcome == Outcome.ANSWERED)
        attempts = select(attempt).join(item, _of(attempt, item)).where(mine).order_by(attempt.c.n)
        kept = select(evidence.c.item, evidence.c.address).join(item, _of(evidence, item)).where(mine, item.c.state != "done")
        asked = select(handoff.c.n).where(self.mine(handoff), handoff.c.state == "open")
        view = _View(job, self.now(connection), self.live_leases(connection), connection.execute(rows).mappings().all())
        view.items = {each["id"]: each for each in connection.execute(items).mappings()}
        view.answers = {each["item"]: each for each in connection.execute(answers).mappings()}
        view.last_good = {each["id"]: each for each in connection.execute(good).mappings()}
        view.attempts = {each["item"]: each for each in connection.execute(attempts).mappings()}
        view.open_questions = set(connection.execute(asked).scalars())
        for each in connection.execute(kept.order_by(evidence.c.created_at)):
            view.evidence[each.item] = (*view.evidence.get(each.item, ()), each.address)
        return view


@dataclass
class _View:
    """A batch at one moment."""

    job: Job
    now: datetime
    live: set[tuple[str, str]]
    rows: Sequence[RowMapping]
    items: dict[str, RowMapping] = field(default_factory=dict)
    answers: dict[str, RowMapping] = field(default_factory=dict)
    last_good: dict[str, RowMapping] = field(default_factory=dict)  # of items without an answer: what an earlier batch was told
    attempts: dict[str, RowMapping] = field(default_factory=dict)  # the last of each item
    evidence: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open_questions: set[int] = field(default_factory=set)

    def line(self, one: RowMapping) -> Line:
        cells = _TEXTS.validate_json(one["cells"])
        if one["item"] is None:
            rejects = _REJECTS.validate_json(one["rejects"] or "[]")
            return Line(line=one["line"], cells=cells, state="rejected", rejects=rejects)
        return Line(line=one["line"], cells=cells, same_as=one["same_as"], **self._item(self.items[one["item"]]))

    def _item(self, found: RowMapping) -> dict[str, Any]:
        state = _state(found["state"], live=(found["portal"], found["login"]) in self.live)
        last = self.attempts.get(found["id"])
        told = {"item": found["id"], "portal": found["portal"], "login": found["login"], "state": state, "attempts": found["attempts"]}
        if last:
            told |= {"started_at": last["started_at"], "finished_at": last["finished_at"]}
        return told | (self._answer(found) if state == "done" else self._waiting(found, state))

    def _answer(self, found: RowMapping) -> dict[str, Any]:
        given = self.answers[found["id"]]
        result, kept = ANSWER[self.job].model_validate_json(given["result"]), given["evidence"]
        above = found["parent"]
        while above is not None:  # who sent it on, and who had sent it there
            if (first := self.answers.get(above)) is not None:
                result = joined(ANSWER[self.job].model_validate_json(first["result"]), result)
                kept = (*first["evidence"], *kept)
            above = self.items[above]["parent"]
        return {"answer": result, "answered_at": given["answered_at"], "evidence": kept}

    def _waiting(self, found: RowMapping, state: str) -> dict[str, Any]:
        told: dict[str, Any] = {"last_outcome": found["outcome"], "evidence": self.evidence.get(found["id"], ())}
        if good := self.last_good.get(found["id"]):
            told |= {"last_good": ANSWER[self.job].model_validate_json(good["result"]), "last_good_at": good["answered_at"]}
        if state != found["state"]:
            return {**told, "waits_for": "another try: the last one was broken off"}
        question = found["handoff"] if found["handoff"] in self.open_questions else None
        due = found["due"] if found["due"] is not None and found["due"] > self.now else None
        return {**told, "waits_for": found["waits_for"], "question": question, "next_due": due}


def _state(stored: str | None, *, live: bool) -> str:
    """What a row shows; what a run had taken that is no longer there waits."""
    if stored is None:
        return "rejected"
    return "waiting" if stored == "taken" and not live else stored


def _follow(name: str, onward: Mapping[str, str]) -> str:
    while name in onward:
        name = onward[name]
    return name


def _of(table: Table, items: Table) -> Any:  # noqa: ANN401  a join condition
    return and_(table.c.tenant == items.c.tenant, table.c.item == items.c.id)


def _insert(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    for chunk in _chunks(values):
        connection.execute(insert(table), chunk)


def _chunks(values: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(values), _CHUNK):
        yield list(values[start : start + _CHUNK])


def _info(found: RowMapping) -> BatchInfo:
    told = {name: found[name] for name in ("id", "business_date", "created_at")}
    told |= {"header": _TEXTS.validate_json(found["header"]), "notes": _TEXTS.validate_json(found["notes"])}
    return BatchInfo(job=Job(found["job"]), rows=found["row_count"], **told)
