"""Authorization requests across batches: what a person approved, the one intent per approval, and what the payer then had.

An approval is an HMAC over everything the person saw. An intent is one row on a unique key, committed before the press; whoever does not
get that row only looks up. Nothing here presses anything.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count
from secrets import token_bytes
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from payerbot.authorization import AuthRequest, StandingRequest
from payerbot.auths import words
from payerbot.auths.match import member, person, same_care
from payerbot.errors import UserError
from payerbot.ledger.batches import patient
from payerbot.ledger.items import Items
from payerbot.ledger.leases import Lease
from payerbot.ledger.presses import Presses
from payerbot.ledger.records import MAYBE_SENT, UNSENT, Approval, Submission, SubmissionState
from payerbot.ledger.tables import approval, handoff, intent, item, submission
from payerbot.model import Job, Outcome, Patient
from payerbot.rows import Item

Review = Sequence[tuple[str, str]]
APPROVAL, AGAIN = "approval", "approval_again"  # kinds of questions; AGAIN: an earlier press may have been lost
SENT_OR_MAY_BE = frozenset({*MAYBE_SENT, "settled"})
_PAIRS = TypeAdapter(tuple[tuple[str, str], ...])
_LISTED = TypeAdapter(tuple[StandingRequest, ...])


class Submissions(Items, Presses):
    """Every step of a share checks the lease in its own transaction; every change of state is in the audit."""

    # --- looking ---

    def submission(self, lease: Lease, taken: Item) -> Submission:
        """What is known of a taken item's request, whichever batch it came in first."""
        if not isinstance(taken.ask, AuthRequest):
            raise TypeError("only an authorization request has a submission")
        with self._under(lease) as connection:
            self._held(connection, taken)
            self.lock_tenant(connection)
            key = self._content_key(taken.ask)
            found = self._by_key(connection, key)
            if found is None:
                self._supersede(connection, taken.ask)
                self._new_submission(connection, taken, taken.ask, key)
                found = self._by_key(connection, key)
            return self._submission(connection, found) if found is not None else self._gone()

    def submissions(self, batch: str = "") -> list[Submission]:
        """All of them, or those of one batch, the oldest first."""
        query = select(submission).where(self.mine(submission)).order_by(submission.c.created_at, submission.c.id)
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
            keys = self._keys_of(connection, batch) if batch else None
            return [self._submission(connection, each) for each in found if keys is None or bytes(each["content_key"]) in keys]

    def find_submission(self, name: str) -> Submission:
        """By its own id, the id of an item, or the number of its question; UserError where there is none."""
        with self.reading() as connection:
            return self._submission(connection, self._named(connection, name))

    def rival(self, name: str) -> Submission | None:
        """Another submission for the same care that was sent or may have been."""
        with self.reading() as connection:
            return self._rival(connection, self._submission(connection, self._named(connection, name)))

    def patients(self) -> list[Patient]:
        """Everybody the ledger has asked about; a file that goes with a request must name only its own patient."""
        query = select(item.c.ask).where(self.mine(item))
        with self.reading() as connection:
            found = {json.dumps(json.loads(ask).get("patient"), sort_keys=True) for ask in connection.execute(query).scalars()}
        return [Patient.model_validate_json(one) for one in sorted(found) if one != "null"]

    def auth_items(self, batch: str) -> list[tuple[str, int, AuthRequest]]:
        """The requests of a batch: item, line and content."""
        mine = and_(self.mine(item), item.c.batch == batch, item.c.job == Job.AUTHS)
        with self.reading() as connection:
            found = connection.execute(select(item.c.id, item.c.place, item.c.ask).where(mine).order_by(item.c.place)).all()
        return [(each.id, each.place, AuthRequest.model_validate_json(each.ask)) for each in found]

    def park(self, name: str, kind: str, *, staff: str, waits_for: str) -> int | None:
        """Let an item that nobody has worked on wait for a person; None where that person was asked before."""
        with self.audited() as connection:
            self.lock_tenant(connection)
            found = connection.execute(select(item).where(self._id(name)).with_for_update()).mappings().one()
            asked = and_(self.mine(handoff), handoff.c.item == name, handoff.c.kind == kind)
            if connection.execute(select(handoff.c.n).where(asked)).first() or found["state"] != "waiting" or found["attempts"]:
                return None
            n = self._ask(connection, found["portal"], found["login"], kind, staff=staff, item=name)
            values = {"handoff": n, "due": None, "outcome": Outcome.NEEDS_PERSON, "waits_for": f"question {n}: {waits_for}"}
            connection.execute(update(item).where(self._id(name)).values(values))
            return n

    # --- before the press ---

    def looked_up(self, lease: Lease, taken: Item, name: str, standing: Sequence[StandingRequest]) -> None:
        """Remember what the payer had at this look."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            values = {"standing": _LISTED.dump_json(tuple(standing)).decode(), "looked_at": self.now(connection)}
            self._change(connection, name, values)

    def prepared(
        self, lease: Lease, taken: Item, name: str, review: Review, *, picture: str, page: str, staff: str, again: bool = False
    ) -> int:
        """Keep what the review page showed and ask for an approval of exactly that; every earlier approval is void. The question."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            self.lock_tenant(connection)
            found = self._locked(connection, name)
            self._void(connection, name, "the request was prepared anew")
            self._close_question(connection, found, "prepared anew")
            n = self._ask(connection, taken.portal, taken.login, AGAIN if again else APPROVAL, staff=staff, item=taken.id)
            shown = {"review": json.dumps([list(pair) for pair in review]), "picture": picture, "page": page, "handoff": n}
            self._change(connection, name, {**shown, "state": "prepared", "prepared_at": self.now(connection)})
            self._told(connection, lease.who, "request prepared", found, f"question {n}")
            return n

    def ask_again(self, lease: Lease, taken: Item, name: str, *, staff: str, why: str = "") -> int:
        """Ask for the approval of what is prepared already, where nobody is asked now; an approval that is there is void. The question."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            self.lock_tenant(connection)
            found = self._locked(connection, name)
            self._void(connection, name, why or "it was asked anew")
            if self._is_open(connection, found["handoff"]):
                return int(found["handoff"])
            kind = AGAIN if found["intended_at"] else APPROVAL
            n = self._ask(connection, taken.portal, taken.login, kind, staff=staff, item=taken.id)
            self._change(connection, name, {"state": "prepared", "handoff": n})
            self._told(connection, lease.who, "approval asked for", found, f"question {n}{f': {why}' if why else ''}")
            return n

    def approve(self, name: str, *, by: str, until: datetime, seen: Submission) -> Approval:
        """Record a named person's yes to exactly what they were shown; it can be used once, until then. Its rows are due now."""
        with self.audited() as connection:
            self.lock_tenant(connection)
            found = self._locked(connection, name)
            if found["state"] != "prepared":
                raise UserError(_NOT_NOW.get(found["state"], _NOT_NOW["new"]).format(name))
            told = self._submission(connection, found)
            if self._binding(told.ask, told) != self._binding(seen.ask, seen):
                raise UserError(f"{name} was prepared anew meanwhile; look at it again with 'payerbot auths show {name}'.")
            now = self.now(connection)
            if until <= now:
                raise UserError("An approval must end in the future; give --hours.")
            self._void(connection, name, "a new approval was given")
            n = self._last(connection, name) + 1
            salt = token_bytes(32)
            token = self._token(name, n, told.ask, told, by, until, salt)
            values = {"submission": name, "n": n, "token": token, "salt": salt, "given_by": by, "given_at": now, "until": until}
            connection.execute(insert(approval).values(tenant=self.tenant, **values, void_why=""))
            self._change(connection, name, {"state": "approved"})
            self._answered(connection, found["handoff"], by, "yes")
            self._wake(
                connection, and_(self.mine(item), item.c.handoff == found["handoff"])
            )  # also where the question was closed otherwise
            self._told(connection, by, "request approved", found, f"approval {n} until {until.isoformat()}")
            return Approval(n=n, by=by, at=now, until=until)

    def decline(self, name: str, *, by: str) -> None:
        """A named person says that this request is not to be sent; only what is not sent yet can be declined."""
        with self.audited() as connection:
            self.lock_tenant(connection)
            found = self._locked(connection, name)
            if found["state"] not in UNSENT:
                raise UserError(_NOT_NOW.get(found["state"], _NOT_NOW["new"]).format(name))
            self._withdraw(connection, found, by)

    # --- the press ---

    def intend(self, lease: Lease, taken: Item, name: str, review: Review, *, on: date) -> str:
        """Commit the intent to press for the approval that is there; "" where this caller may press, else why nobody does now."""
        if not isinstance(taken.ask, AuthRequest):
            raise TypeError("only an authorization request is submitted")
        try:
            with self._under(lease) as connection:
                self.lock_tenant(connection)
                held = self._held(connection, taken)
                if held["state"] != "taken" or held["epoch"] != lease.epoch:
                    return "the row is not this run's"
                found = self._locked(connection, name)
                if why := self._refused(connection, found, taken.ask, review):
                    self._told(connection, lease.who, "not submitted", found, why)
                    return why
                n = self._last(connection, name)
                seq = self._intend(connection, lease, taken, name, n, on)
                self._told(connection, lease.who, "submit intended", found, f"approval {n}, press {seq}, {taken.id}")
        except IntegrityError:
            return "another run was about to press for this approval"
        self.tell_press(seq)  # whoever cannot write it down outside does not press
        return ""

    def still_mine(self, lease: Lease) -> None:
        """Right before the click: LeaseLost where the login is another run's by now."""
        with self.writing() as connection:
            lease.check(connection)

    def _intend(self, connection: Connection, lease: Lease, taken: Item, name: str, n: int, on: date) -> int:
        now = self.now(connection)
        unused = and_(self._approvals(name), approval.c.n == n, approval.c.used_at.is_(None), approval.c.void_at.is_(None))
        if connection.execute(update(approval).where(unused).values(used_at=now)).rowcount != 1:
            raise IntegrityError("the approval is used", None, ValueError("used"))
        seq = self.count_press(connection)
        values = {"submission": name, "approval": n, "seq": seq, "epoch": lease.epoch, "item": taken.id, "intended_at": now}
        connection.execute(insert(intent).values(tenant=self.tenant, **values))
        self._change(connection, name, {"state": "intended", "intended_at": now, "intended_on": on, "sent": True, "reference": None})
        return seq

    def _refused(self, connection: Connection, found: RowMapping, ask: AuthRequest, review: Review) -> str:
        """Why nothing is pressed for what was approved; "" where all of it is as it was approved."""
        told = self._submission(connection, found)
        given = told.approval
        if told.state != "approved" or given is None or given.used_at is not None or given.void_at is not None:
            return "there is no approval that was not used"
        if given.until <= self.now(connection):
            return "the approval is over"
        shown = told.model_copy(update={"review": tuple(review)})
        salt, token = self._secret(connection, found["id"], given.n)
        mine = self._token(found["id"], given.n, ask, shown, given.by, given.until, salt)
        if not hmac.compare_digest(mine, token):
            return "what would be sent is not what was approved"
        if not self.honored(connection, given.at):
            return "the approval is older than what is known of this ledger: it was restored, or its files are new here"
        return words.SAME_CARE if self._rival(connection, told) else ""

    # --- after the press ---

    def pressed(self, lease: Lease, taken: Item, name: str, reference: StandingRequest | None) -> None:
        """Keep the reference that the response page showed."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            found = self._locked(connection, name)
            if reference is not None:
                self._change(connection, name, {"reference": reference.model_dump_json()})
            self._told(connection, lease.who, "submit answered", found, "with a reference" if reference else "without a reference")

    def unsure(self, lease: Lease, taken: Item, name: str, *, on: date) -> None:
        """Nobody knows whether the payer has it; from now on it is looked up."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            found = self._locked(connection, name)
            self._change(connection, name, {"state": "unknown", "intended_on": found["intended_on"] or on})
            self._void(connection, name, "it may have been sent")
            if found["state"] != "unknown":
                self._told(connection, lease.who, "submit unknown", found, found["state"])

    def settle(self, lease: Lease, taken: Item, name: str, state: SubmissionState, reference: StandingRequest | None = None) -> None:
        """What the payer has now: one request (settled), several (doubled), its decision, or a draft."""
        with self._under(lease) as connection:
            self._held(connection, taken)
            found = self._locked(connection, name)
            values: dict[str, Any] = {"state": state}
            if state == "settled":
                values["settled_at"] = self.now(connection)
            if reference is not None:
                values["reference"] = reference.model_dump_json()
            self._change(connection, name, values)
            self._void(connection, name, f"the request is {state}")
            if state != "doubled":
                self._close_question(connection, found, "done")
            if found["state"] != state:
                self._told(connection, lease.who, f"request {state}", found, found["state"])

    # --- an older copy of the ledger ---

    def forget_approvals(self, connection: Connection, why: str) -> None:
        """Void what was approved and not used; whatever was not sent by this copy's knowledge may have been sent since."""
        open_ones = and_(self.mine(approval), approval.c.used_at.is_(None), approval.c.void_at.is_(None))
        connection.execute(update(approval).where(open_ones).values(void_at=self.now(connection), void_why=why))
        unsent = and_(self.mine(submission), submission.c.state.in_(sorted(UNSENT)))
        for found in connection.execute(select(submission).where(unsent)).mappings().all():
            self._change(connection, found["id"], {"state": "unknown", "intended_on": None, "handoff": None})
            self._answered(connection, found["handoff"], "payerbot", "restored")

    # --- parts ---

    def _content_key(self, ask: AuthRequest) -> bytes:
        return self.name("submission", ask.payer_key, ask.model_dump_json())

    def _binding(self, ask: AuthRequest, shown: Submission) -> bytes:
        """Everything the person sees: the request with its attachments' hashes, the review page's text, its picture."""
        pairs = json.dumps([list(pair) for pair in shown.review])
        return self.name("shown", self._content_key(ask), pairs, shown.picture, shown.page)

    def _token(self, name: str, n: int, ask: AuthRequest, shown: Submission, by: str, until: datetime, salt: bytes) -> bytes:
        return self.name("approval", name, str(n), self._binding(ask, shown), by, until.isoformat(), salt)

    def _secret(self, connection: Connection, name: str, n: int) -> tuple[bytes, bytes]:
        query = select(approval.c.salt, approval.c.token).where(self._approvals(name), approval.c.n == n)
        found = connection.execute(query).one()
        return bytes(found.salt), bytes(found.token)

    def _new_submission(self, connection: Connection, taken: Item, ask: AuthRequest, key: bytes) -> None:
        names = {"content_key": key, "request": self.name("request", ask.payer_key, ask.request_id)}
        names |= {"member": self.name("member", ask.payer_key, member(ask)), "person": self.name("person", ask.payer_key, person(ask))}
        where = {"tenant": self.tenant, "id": self._free_id(connection, key), "portal": taken.portal, "login": taken.login}
        state = "unknown" if self.restored_lately(connection) else "new"  # the copy that was replaced may have known it, and sent it
        rest = {"payer": ask.payer_key, "content": ask.model_dump_json(), "state": state, "picture": "", "page": "", "standing": "[]"}
        connection.execute(insert(submission).values(**where, **names, **rest, sent=False, created_at=self.now(connection)))

    def _free_id(self, connection: Connection, key: bytes) -> str:
        for salt in count():
            name = f"auth-{self.name('submission name', key, str(salt)).hex()[:8]}"
            if connection.execute(select(submission.c.id).where(self._called(name))).first() is None:
                return name
        raise AssertionError  # count() does not end

    def _supersede(self, connection: Connection, ask: AuthRequest) -> None:
        """The practice changed this request in a later file: what was approved of the earlier one is not sent any more."""
        same = submission.c.request == self.name("request", ask.payer_key, ask.request_id)
        earlier = and_(self.mine(submission), same, submission.c.state.in_(sorted(UNSENT)))
        for found in connection.execute(select(submission).where(earlier)).mappings().all():
            if AuthRequest.model_validate_json(found["content"]).approved_at <= ask.approved_at:  # the clinician's later word
                self._withdraw(connection, found, "payerbot")

    def _withdraw(self, connection: Connection, found: RowMapping, by: str) -> None:
        self._void(connection, found["id"], "the request is withdrawn")
        n = found["handoff"]
        if not self._is_open(connection, n):
            n = self._ask(connection, found["portal"], found["login"], APPROVAL, staff="", item=self._an_item(connection, found))
        self._change(connection, found["id"], {"state": "withdrawn", "handoff": n})
        self._answered(connection, n, by, "no")
        self._told(connection, by, "request withdrawn", found, f"question {n}")

    def _an_item(self, connection: Connection, found: RowMapping) -> str | None:
        return next((each.id for each in self._its_items(connection, found)), None)

    def _its_items(self, connection: Connection, found: RowMapping) -> Iterator[Any]:
        """The waiting items that ask for this very content."""
        waiting = and_(self.at(item, found["portal"], found["login"]), item.c.job == Job.AUTHS, item.c.state == "waiting")
        for each in connection.execute(select(item.c.id, item.c.ask).where(waiting)).all():
            if self._content_key(AuthRequest.model_validate_json(each.ask)) == bytes(found["content_key"]):
                yield each

    def _answered(self, connection: Connection, n: int | None, by: str, how: str) -> None:
        """Close a question as this person answered it; what waits for it is due, or waits for nothing more."""
        if n is None or not self._is_open(connection, n):
            return
        now = self.now(connection)
        values = {"state": how, "closed_at": now, "replied_by": by, "replied_at": now, "secret": None}
        connection.execute(update(handoff).where(self._number(n)).values(values))
        waiting = and_(self.mine(item), item.c.handoff == n, item.c.state == "waiting")
        if how == "no":
            connection.execute(update(item).where(waiting).values(due=None, waits_for=f"nothing more: question {n} was answered no"))
        else:
            self._wake(connection, waiting)

    def _close_question(self, connection: Connection, found: RowMapping, how: str) -> None:
        self._answered(connection, found["handoff"], "payerbot", how)

    def _is_open(self, connection: Connection, n: int | None) -> bool:
        return n is not None and self._question(connection, n)["state"] == "open"

    def _void(self, connection: Connection, name: str, why: str) -> None:
        open_ones = and_(self._approvals(name), approval.c.used_at.is_(None), approval.c.void_at.is_(None))
        connection.execute(update(approval).where(open_ones).values(void_at=self.now(connection), void_why=why))

    def _rival(self, connection: Connection, mine: Submission) -> Submission | None:
        ask = mine.ask
        same = or_(
            submission.c.member == self.name("member", ask.payer_key, member(ask)),
            submission.c.person == self.name("person", ask.payer_key, person(ask)),
        )
        others = and_(self.mine(submission), submission.c.id != mine.id, same, submission.c.state.in_(sorted(SENT_OR_MAY_BE)))
        found = connection.execute(select(submission).where(others).order_by(submission.c.created_at)).mappings().all()
        told = (self._submission(connection, each) for each in found)
        return next((each for each in told if (each.sent or each.state != "settled") and same_care(ask, each.ask)), None)

    def _named(self, connection: Connection, name: str) -> RowMapping:
        found = connection.execute(select(submission).where(self._called(name))).mappings().first()
        if found is None and name.isdecimal():
            asked = and_(self.mine(submission), submission.c.handoff == int(name))
            found = connection.execute(select(submission).where(asked)).mappings().first()
        if found is None:
            ask = connection.execute(select(item.c.ask).where(self._id(name), item.c.job == Job.AUTHS)).scalar()
            found = self._by_key(connection, self._content_key(AuthRequest.model_validate_json(ask))) if ask else None
        if found is None:
            raise UserError("There is no authorization request of that name: 'payerbot auths list' shows those there are.")
        return found

    def _keys_of(self, connection: Connection, batch: str) -> set[bytes]:
        self._found(connection, batch)
        asks = connection.execute(select(item.c.ask).where(self.mine(item), item.c.batch == batch, item.c.job == Job.AUTHS)).scalars()
        return {self._content_key(AuthRequest.model_validate_json(ask)) for ask in asks}

    def _by_key(self, connection: Connection, key: bytes) -> RowMapping | None:
        return connection.execute(select(submission).where(self.mine(submission), submission.c.content_key == key)).mappings().first()

    def _called(self, name: str) -> ColumnElement[bool]:
        return and_(self.mine(submission), submission.c.id == name)

    def _approvals(self, name: str) -> ColumnElement[bool]:
        return and_(self.mine(approval), approval.c.submission == name)

    def _locked(self, connection: Connection, name: str) -> RowMapping:
        found = connection.execute(select(submission).where(self._called(name)).with_for_update()).mappings().first()
        return self._gone() if found is None else found

    def _gone(self) -> Any:  # noqa: ANN401  it never returns
        raise UserError("There is no authorization request of that name: 'payerbot auths list' shows those there are.")

    def _last(self, connection: Connection, name: str) -> int:
        return connection.execute(select(func.max(approval.c.n)).where(self._approvals(name))).scalar() or 0

    def _change(self, connection: Connection, name: str, values: dict[str, Any]) -> None:
        connection.execute(update(submission).where(self._called(name)).values(values))

    def _told(self, connection: Connection, actor: str, what: str, found: RowMapping, detail: str) -> None:
        self.enter(connection, actor, what, patient(AuthRequest.model_validate_json(found["content"])), f"{found['id']}: {detail}")

    def _submission(self, connection: Connection, found: RowMapping) -> Submission:
        last = self._last(connection, found["id"])
        given = connection.execute(select(approval).where(self._approvals(found["id"]), approval.c.n == last)).mappings().first()
        same = (
            "id", "portal", "login", "state", "handoff", "picture", "page", "sent", "looked_at", "prepared_at", "intended_at",
            "intended_on", "settled_at", "created_at",
        )  # fmt: skip
        return Submission(
            **{name: found[name] for name in same},
            ask=AuthRequest.model_validate_json(found["content"]),
            review=_PAIRS.validate_json(found["review"] or "[]"),
            standing=_LISTED.validate_json(found["standing"]),
            reference=StandingRequest.model_validate_json(found["reference"]) if found["reference"] else None,
            approval=_approval(given) if given else None,
        )


def _approval(given: RowMapping) -> Approval:
    same = {name: given[name] for name in ("n", "until", "used_at", "void_at", "void_why")}
    return Approval(by=given["given_by"], at=given["given_at"], **same)


_NOT_NOW = {
    "new": "{0} is not prepared yet: run 'payerbot auths prepare' with its file first.",
    "approved": "{0} is approved already: 'payerbot auths submit {0}' sends it.",
    "intended": "{0} may have been sent: it is looked up at the payer first ('payerbot auths follow').",
    "unknown": "{0} may have been sent: it is looked up at the payer first ('payerbot auths follow').",
    "doubled": "The payer has {0} more than once: withdraw one at the portal, then answer its question.",
    "settled": "{0} stands at the payer already: 'payerbot auths follow' asks for its decision.",
    "decided": "{0} is decided already: 'payerbot auths show {0}' says how.",
    "draft": "{0} was left at the portal as a draft: a person finishes it there.",
    "withdrawn": "{0} was withdrawn: to send it after all, have it approved anew in the file (approved_at) and prepare that.",
}
