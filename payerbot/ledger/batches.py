"""Batches, their rows, and what stands in each row's line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Table, and_, bindparam, func, insert, or_, select, update

from payerbot.errors import UserError
from payerbot.ledger.audit import Audit
from payerbot.ledger.leases import Liveness
from payerbot.ledger.records import BatchInfo
from payerbot.ledger.tables import answer, attempt, batch, evidence, item, row
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Job, Outcome
from payerbot.rows import ANSWER, Ask, BatchReport, Line, NewRow, Reject, Sheet

ATTEMPTS = 3
ITS_TURN = "its turn"
_PREFIX = {Job.ELIGIBILITY: "visits", Job.CLAIM_STATUS: "claims", Job.EOBS: "eobs", Job.AUTHS: "auths"}
_CHUNK = 2_000
_TEXTS = TypeAdapter(tuple[str, ...])
_REJECTS = TypeAdapter(tuple[Reject, ...])
