"""An answer as one JSON object for the practice's own system, and the schema that says what is in it (docs/api.schema.json).

Money is text with two decimals, days are ISO, times are UTC, ids are text. Evidence is named, never sent.
Run as a program it prints the schema: `python -m payerbot.outlet.envelope`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from payerbot.authorization import AuthRequest
from payerbot.intake import columns
from payerbot.ledger.outbox import Contents
from payerbot.letters import LettersRequest
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Frozen, Job, Outcome
from payerbot.outlet import todo
from payerbot.outlet.cells import SHARES
from payerbot.outlet.onfile import OnFile
from payerbot.outlet.work import Work
from payerbot.practice import words
from payerbot.remittance import EobRequest
from payerbot.rows import ANSWER, Answer, Line

VERSION = 1
KEYS = ("appointment_id", "claim_id", "payment_id", "request_id", "patient_key")  # the practice's own names for a row
NOT_MONEY = SHARES | {"units", "units_requested", "units_approved", "units_used", "units_remaining"}
MONEY = {
    "type": "string",
    "pattern": r"^-?[0-9]+\.[0-9]{2}$",
    "description": "Dollars and cents, as text: never a floating point number.",
}
NUMBER = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "A number as text; a share of money is between 0 and 1 (0.2 is 20 %).",
}
UTC_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"


class Row(Frozen):
    """One row of the practice's file that this answers; a key that the file does not have is null."""

    line: int = Field(description="1 is the first record below the header")
    appointment_id: str | None = None
    claim_id: str | None = None
    payment_id: str | None = None
    request_id: str | None = None
    patient_key: str | None = None


class Envelope(Frozen):
    """One answer of a payer's portal. Fields and words may be added in this version: expect some that you do not know."""

    schema_version: Literal[1] = Field(default=1, description="raised when a field is removed or changes its meaning")
    id: str = Field(pattern="^[0-9a-f]{64}$", description="names this answer; the same at every try, as in the header Idempotency-Key")
    subject: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="names across batches what is answered: a claim, a payment, a request, a patient's coverage on a day, letters",
    )
    seq: int = Field(ge=1, description="the highest one of a subject is its latest answer, whatever came first")
    practice: str = Field(description="the practice's key: 'tenant' in its set-up file")
    job: Job
    batch: str
    item: str = Field(description="payerbot's own number of the question, as in a result file's item_key")
    portal: str
    payer_key: str = Field(description="the payer's key in the practice's set-up file")
    asked_about: date | None = Field(
        description="the day of the visit, the first day of service, the check's date, the first day asked for"
    )
    rows: tuple[Row, ...] = Field(description="every row of the file that asked the very same; empty only where the file is gone")
    outcome: Outcome
    to_do: str = Field(description="what staff are to do, as in a result file")
    why: str
    needs_person: bool = Field(description="true where nobody but a person gets this further")
    answered_at: Annotated[str, Field(pattern=UTC_TIME, description="UTC")]
    evidence: tuple[str, ...] = Field(description="addresses in payerbot's evidence store; what lies there is never sent")
    answer: Answer


def body(contents: Contents, key: str, practice: str, zone: ZoneInfo) -> bytes:
    """The answer as it is sent: the same bytes at every try of the same release."""
    work = _work(contents, zone)
    envelope = Envelope(
        id=key,
        practice=practice,
        payer_key=contents.ask.payer_key,
        asked_about=_day(contents),
        rows=tuple(_rows(contents)),
        outcome=contents.answer.outcome,
        to_do=work.to_do,
        why=work.why,
        needs_person=work.person,
        answered_at=_moment(contents.answered_at),
        **{name: getattr(contents, name) for name in ("subject", "seq", "job", "batch", "item", "portal", "evidence", "answer")},
    )
    return json.dumps(_plain(envelope), ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any, name: str = "") -> Any:  # noqa: ANN401  any field of any answer
    match value:
        case BaseModel():
            return {field: _plain(getattr(value, field), field) for field in type(value).model_fields}
        case Decimal():
            return f"{value.normalize():f}" if name in NOT_MONEY else f"{value:.2f}"
        case tuple():
            return [_plain(each, name) for each in value]
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _day(contents: Contents) -> date | None:
    match contents.ask:
        case EligibilityRequest():
            return contents.ask.service_date
        case ClaimStatusRequest():
            return contents.ask.dos_from
        case EobRequest():
            return contents.ask.check_date
        case AuthRequest():
            return contents.ask.start_date
        case LettersRequest():
            return contents.ask.since


def _rows(contents: Contents) -> Iterator[Row]:
    where = _where(contents)
    asked = {name: getattr(contents.ask, name, "") for name in KEYS}
    for line, cells in contents.rows:
        found = {name: cells[at].strip() for name, at in where.items() if at < len(cells)}
        yield Row(line=line, **{name: found.get(name) or asked[name] or None for name in KEYS})


def _where(contents: Contents) -> Mapping[str, int]:
    """The columns that hold the practice's own names for a row: as the file was read, else by the very name."""
    read = columns.where(contents.header, contents.job) if contents.job in columns.known().jobs else {}
    named = {words(shown): at for at, shown in reversed(list(enumerate(contents.header)))}
    found = {name: read.get(name, named.get(words(name))) for name in KEYS}
    return {name: at for name, at in found.items() if at is not None}


def _work(contents: Contents, zone: ZoneInfo) -> Work:
    first = contents.rows[0][1] if contents.rows else ()
    authorized = OnFile(contents.header, contents.job, zone).authorized(first)
    line = Line(line=1, cells=first, state="done", answer=contents.answer)
    return todo.work(line, contents.job, authorized=authorized)


# --- the schema -----------------------------------------------------------------------------------------------------------------------


class _Generator(GenerateJsonSchema):
    """Marks decimals, which become money or another number by the name of their field."""

    def decimal_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002  pydantic's own types
        return {"type": "string", "format": "decimal"}


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a body."""
    told = TypeAdapter(Envelope).json_schema(mode="serialization", schema_generator=_Generator)
    defs: dict[str, Any] = told.pop("$defs")
    for one in (told, *defs.values()):
        _open(one)
    told["allOf"] = [
        {
            "if": {"properties": {"job": {"const": job.value}}},
            "then": {"properties": {"answer": {"$ref": f"#/$defs/{kind.__name__}"}}},
        }
        for job, kind in ANSWER.items()
    ]
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"payerbot answer, version {VERSION}"}
    return {
        **about,
        **{name: value for name, value in told.items() if name != "title"},
        "$defs": {"Money": MONEY, "Number": NUMBER, **defs},
    }


def _open(one: dict[str, Any]) -> None:
    """Every field is always there, further ones may come, and a decimal is what its name says."""
    if "properties" not in one:
        return
    one.pop("additionalProperties", None)
    one["required"] = list(one["properties"])
    for name, field in one["properties"].items():
        field.pop("default", None)
        field.pop("title", None)
        one["properties"][name] = _numbered(field, "Number" if name in NOT_MONEY else "Money")


def _numbered(field: Any, kind: str) -> Any:  # noqa: ANN401  a part of a schema
    if isinstance(field, list):
        return [_numbered(each, kind) for each in field]
    if not isinstance(field, dict):
        return field
    if field.get("format") == "decimal":
        return {"$ref": f"#/$defs/{kind}"}
    return {name: _numbered(value, kind) for name, value in field.items()}


def schema_text() -> str:
    """The file docs/api.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
