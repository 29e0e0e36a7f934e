"""The first ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and the triggers that keep the audit append-only."""
    _tables()
    if op.get_context().dialect.name == "postgresql":
        _triggers_postgresql()
    else:
        _triggers_sqlite()


def _triggers_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )


def _triggers_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute("CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_append_only()")
    op.execute("CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()")


def _tables() -> None:

    op.create_table(
        "audit",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "n", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_audit_head"),
    )
    op.create_table(
        "batch",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_batch"),
        sa.UniqueConstraint("tenant", "job", "business_date", "digest", "copy", name="uq_batch_job"),
    )
    op.create_table(
        "evidence",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "item", "address", name="pk_evidence"),
    )
    op.create_index("ix_evidence_address", "evidence", ["tenant", "address"])
    op.create_index("ix_evidence_expires_at", "evidence", ["tenant", "expires_at"])
    op.create_table(
        "handoff",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("ways", sa.LargeBinary(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifts_bar", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verb", sa.Text(), nullable=True),
        sa.Column("replied_by", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "n", name="pk_handoff"),
    )
    op.create_index("ix_handoff_state", "handoff", ["tenant", "state"])
    op.create_table(
        "lease",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("pid_started", sa.Text(), nullable=False),
        sa.Column("life", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by", sa.Text(), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "portal", "login", name="pk_lease"),
    )
    op.create_table(
        "pause",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "portal", "login", name="pk_pause"),
    )
    op.create_table(
        "permission",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "portal", "n", name="pk_permission"),
    )
    op.create_table(
        "signin",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "portal", "login", "n", name="pk_signin"),
    )
    op.create_table(
        "submission",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.LargeBinary(length=32), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=True),
        sa.Column("review", sa.LargeBinary(), nullable=True),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("standing", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("intended_on", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "handoff"], ["handoff.tenant", "handoff.n"], name="fk_submission_handoff"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_submission"),
        sa.UniqueConstraint("tenant", "content_key", name="uq_submission_content_key"),
    )
    op.create_index("ix_submission_member", "submission", ["tenant", "member"])
    op.create_index("ix_submission_person", "submission", ["tenant", "person"])
    op.create_index("ix_submission_request", "submission", ["tenant", "request"])
    op.create_table(
        "approval",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "submission"], ["submission.tenant", "submission.id"], name="fk_approval_submission"),
        sa.PrimaryKeyConstraint("tenant", "submission", "n", name="pk_approval"),
    )
    op.create_table(
        "intent",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("approval", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "submission"], ["submission.tenant", "submission.id"], name="fk_intent_submission"),
        sa.PrimaryKeyConstraint("tenant", "submission", "approval", name="pk_intent"),
        sa.UniqueConstraint("tenant", "seq", name="uq_intent_seq"),
    )
    op.create_table(
        "press_head",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("earlier", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_press_head"),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("data_check", sa.LargeBinary(), nullable=False),
        sa.Column("index_check", sa.LargeBinary(length=32), nullable=False),
        sa.Column("audit_check", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenant"),
    )
    op.create_table(
        "item",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ask", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("sent_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant", "batch"], ["batch.tenant", "batch.id"], name="fk_item_batch"),
        sa.ForeignKeyConstraint(["tenant", "handoff"], ["handoff.tenant", "handoff.n"], name="fk_item_handoff"),
        sa.ForeignKeyConstraint(["tenant", "parent"], ["item.tenant", "item.id"], name="fk_item_parent"),
        sa.ForeignKeyConstraint(["tenant", "sent_to"], ["item.tenant", "item.id"], name="fk_item_sent_to"),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_item"),
        sa.UniqueConstraint("tenant", "batch", "question", name="uq_item_batch"),
    )
    op.create_index("ix_item_claim", "item", ["tenant", "batch", "portal", "login", "state", "due", "payer", "place"])
    op.create_index("ix_item_handoff", "item", ["tenant", "handoff"])
    op.create_index("ix_item_login", "item", ["tenant", "portal", "login", "state"])
    op.create_table(
        "answer",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "batch"], ["batch.tenant", "batch.id"], name="fk_answer_batch"),
        sa.ForeignKeyConstraint(["tenant", "item"], ["item.tenant", "item.id"], name="fk_answer_item"),
        sa.PrimaryKeyConstraint("tenant", "item", name="pk_answer"),
    )
    op.create_index("ix_answer_batch", "answer", ["tenant", "batch"])
    op.create_index("ix_answer_portal", "answer", ["tenant", "portal", "job", "payer", "answered_at"])
    op.create_index("ix_answer_subject", "answer", ["tenant", "subject", "answered_at"])
    op.create_table(
        "attempt",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "item"], ["item.tenant", "item.id"], name="fk_attempt_item"),
        sa.PrimaryKeyConstraint("tenant", "item", "n", name="pk_attempt"),
    )
    op.create_table(
        "row",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("rejects", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant", "batch"], ["batch.tenant", "batch.id"], name="fk_row_batch"),
        sa.ForeignKeyConstraint(["tenant", "item"], ["item.tenant", "item.id"], name="fk_row_item"),
        sa.PrimaryKeyConstraint("tenant", "batch", "line", name="pk_row"),
    )
    op.create_index("ix_row_item", "row", ["tenant", "item"])
    op.create_table(
        "outbox",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant", "item"], ["answer.tenant", "answer.item"], name="fk_outbox_answer"),
        sa.PrimaryKeyConstraint("tenant", "subject", "seq", name="pk_outbox"),
        sa.UniqueConstraint("tenant", "item", name="uq_outbox_item"),
        sa.UniqueConstraint("tenant", "n", name="uq_outbox_n"),
    )
    op.create_index("ix_outbox_next_try_at", "outbox", ["tenant", "next_try_at"])
