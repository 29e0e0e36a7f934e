"""The tables as they are now; migrations/ says how a ledger gets there, and a test compares the two.

`tenant` leads every key. What tells anything about a patient is Sealed or an HMAC; everything else is ids, times and our own words.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from payerbot.ledger.columns import Names, Sealed, Utc

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_1_name)s",
        "ix": "ix_%(table_name)s_%(column_1_name)s",
    }
)

MAC = LargeBinary(32)


def _tenant() -> Column[Any]:
    return Column("tenant", Text, primary_key=True)


def _portal(*, key: bool = False) -> Column[Any]:
    return Column("portal", Text, primary_key=key, nullable=False)


def _login(*, key: bool = False) -> Column[Any]:
    return Column("login", Text, primary_key=key, nullable=False)


def _to(table: str, column: str, there: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant", column], [f"{table}.tenant", f"{table}.{there}"])


tenant = Table(
    "tenant",
    metadata,
    _tenant(),
    Column("data_check", Sealed("tenant.data_check"), nullable=False),
    Column("index_check", MAC, nullable=False),
    Column("audit_check", MAC, nullable=False),
    Column("created_at", Utc, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    _tenant(),
    Column("id", Text, primary_key=True),
    Column("job", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("digest", MAC, nullable=False),
    Column("copy", Integer, nullable=False),
    Column("header", Sealed("batch.header"), nullable=False),
    Column("notes", Sealed("batch.notes"), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "job", "business_date", "digest", "copy"),
)

handoff = Table(
    "handoff",
    metadata,
    _tenant(),
    Column("n", Integer, primary_key=True),
    _portal(),
    _login(),
    Column("kind", Text, nullable=False),
    Column("staff", Text, nullable=False),
    Column("item", Text),
    Column("ways", Sealed("handoff.ways"), nullable=False),
    Column("valid_until", Utc),
    Column("lifts_bar", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("verb", Text),
    Column("replied_by", Text, nullable=False),
    Column("replied_at", Utc),
    Column("secret", Sealed("handoff.secret")),
    Column("taken_at", Utc),
    Index("ix_handoff_state", "tenant", "state"),
)

item = Table(
    "item",
    metadata,
    _tenant(),
    Column("id", Text, primary_key=True),
    Column("batch", Text, nullable=False),
    Column("job", Text, nullable=False),
    _portal(),
    _login(),
    Column("payer", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("question", MAC, nullable=False),
    Column("subject", MAC, nullable=False),
    Column("ask", Sealed("item.ask"), nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("waits_for", Text, nullable=False),
    Column("handoff", Integer),
    Column("due", Utc),
    Column("attempts", Integer, nullable=False),
    Column("allowed", Integer, nullable=False),
    Column("epoch", BigInteger),
    Column("parent", Text),
    Column("sent_to", Text),
    _to("batch", "batch", "id"),
    _to("handoff", "handoff", "n"),
    ForeignKeyConstraint(["tenant", "parent"], ["item.tenant", "item.id"], name="fk_item_parent"),
    ForeignKeyConstraint(["tenant", "sent_to"], ["item.tenant", "item.id"], name="fk_item_sent_to"),
    UniqueConstraint("tenant", "batch", "question"),
    Index("ix_item_claim", "tenant", "batch", "portal", "login", "state", "due", "payer", "place"),
    Index("ix_item_login", "tenant", "portal", "login", "state"),
    Index("ix_item_handoff", "tenant", "handoff"),
)

row = Table(
    "row",
    metadata,
    _tenant(),
    Column("batch", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("item", Text),
    Column("cells", Sealed("row.cells"), nullable=False),
    Column("rejects", Sealed("row.rejects")),
    Column("same_as", Integer),
    _to("batch", "batch", "id"),
    _to("item", "item", "id"),
    Index("ix_row_item", "tenant", "item"),
)

attempt = Table(
    "attempt",
    metadata,
    _tenant(),
    Column("item", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("outcome", Text),
    Column("counts", Boolean, nullable=False),
    _to("item", "item", "id"),
)

answer = Table(
    "answer",
    metadata,
    _tenant(),
    Column("item", Text, primary_key=True),
    Column("batch", Text, nullable=False),
    Column("job", Text, nullable=False),
    _portal(),
    Column("payer", Text, nullable=False),
    Column("subject", MAC, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("result", Sealed("answer.result"), nullable=False),
    Column("evidence", Names, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("answered_at", Utc, nullable=False),
    _to("item", "item", "id"),
    _to("batch", "batch", "id"),
    Index("ix_answer_batch", "tenant", "batch"),
    Index("ix_answer_portal", "tenant", "portal", "job", "payer", "answered_at"),
    Index("ix_answer_subject", "tenant", "subject", "answered_at"),
)

submission = Table(
    "submission",
    metadata,
    _tenant(),
    Column("id", Text, primary_key=True),
    Column("content_key", MAC, nullable=False),
    Column("request", MAC, nullable=False),
    Column("member", MAC, nullable=False),
    Column("person", MAC, nullable=False),
    _portal(),
    _login(),
    Column("payer", Text, nullable=False),
    Column("content", Sealed("submission.content"), nullable=False),
    Column("state", Text, nullable=False),
    Column("handoff", Integer),
    Column("review", Sealed("submission.review")),
    Column("picture", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("standing", Sealed("submission.standing"), nullable=False),
    Column("reference", Sealed("submission.reference")),
    Column("sent", Boolean, nullable=False),
    Column("looked_at", Utc),
    Column("prepared_at", Utc),
    Column("intended_at", Utc),
    Column("intended_on", Date),
    Column("settled_at", Utc),
    Column("created_at", Utc, nullable=False),
    _to("handoff", "handoff", "n"),
    UniqueConstraint("tenant", "content_key"),
    Index("ix_submission_member", "tenant", "member"),
    Index("ix_submission_person", "tenant", "person"),
    Index("ix_submission_request", "tenant", "request"),
)

approval = Table(
    "approval",
    metadata,
    _tenant(),
    Column("submission", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("token", MAC, nullable=False),
    Column("salt", MAC, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("used_at", Utc),
    Column("void_at", Utc),
    Column("void_why", Text, nullable=False),
    _to("submission", "submission", "id"),
)

intent = Table(
    "intent",
    metadata,
    _tenant(),
    Column("submission", Text, primary_key=True),
    Column("approval", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("item", Text, nullable=False),
    Column("intended_at", Utc, nullable=False),
    _to("submission", "submission", "id"),
    UniqueConstraint("tenant", "seq"),
)

press_head = Table(
    "press_head",
    metadata,
    _tenant(),
    Column("n", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("earlier", Names, nullable=False),
    Column("place", Text, nullable=False),
    Column("begun_at", Utc, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    _tenant(),
    Column("item", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Index("ix_evidence_address", "tenant", "address"),
    Index("ix_evidence_expires_at", "tenant", "expires_at"),
)

outbox = Table(
    "outbox",
    metadata,
    _tenant(),
    Column("subject", MAC, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("item", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_try_at", Utc),
    Column("next_try_at", Utc),
    Column("last_status", Text, nullable=False),
    Column("sent_at", Utc),
    Column("dead_at", Utc),
    _to("answer", "item", "item"),
    UniqueConstraint("tenant", "item"),
    UniqueConstraint("tenant", "n", name="uq_outbox_n"),
    Index("ix_outbox_next_try_at", "tenant", "next_try_at"),
)

lease = Table(
    "lease",
    metadata,
    _tenant(),
    _portal(key=True),
    _login(key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", Text),
    Column("who", Text, nullable=False),
    Column("staff", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_started", Text, nullable=False),
    Column("life", Float, nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("wanted_by", Text),
    Column("wanted_at", Utc),
)

signin = Table(
    "signin",
    metadata,
    _tenant(),
    _portal(key=True),
    _login(key=True),
    Column("n", Integer, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("intended_at", Utc, nullable=False),
    Column("resolved_at", Utc),
    Column("outcome", Text),
    Column("cleared_at", Utc),
    Column("cleared_by", Text, nullable=False),
)

pause = Table(
    "pause",
    metadata,
    _tenant(),
    _portal(key=True),
    _login(key=True),
    Column("until", Utc, nullable=False),
    Column("why", Text, nullable=False),
    Column("set_at", Utc, nullable=False),
)

permission = Table(
    "permission",
    metadata,
    _tenant(),
    _portal(key=True),
    Column("n", Integer, primary_key=True),
    Column("basis", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("recorded_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("revoked_by", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _tenant(),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Sealed("audit.detail"), nullable=False),
    Column("mac", MAC, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    _tenant(),
    Column("n", BigInteger, nullable=False),
    Column("mac", MAC, nullable=False),
    Column("at", Utc, nullable=False),
)
