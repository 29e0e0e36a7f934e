"""Column types: sealed text and UTC times, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from payerbot.ledger.seal import Sealer

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_SEALERS: WeakKeyDictionary[Dialect, Sealer] = WeakKeyDictionary()


def unlock(dialect: Dialect, sealer: Sealer) -> None:
    """Let the sealed columns of one engine be read and written."""
    _SEALERS[dialect] = sealer


def sealer(dialect: Dialect) -> Sealer:
    """What the sealed columns of one engine are opened with."""
    return _SEALERS[dialect]


class Sealed(TypeDecorator[str]):
    """Text that stands encrypted in the database; the context is ``table.column``."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _SEALERS[dialect].seal(value.encode(), self.context)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401  the driver's own bytes type
        return None if value is None else _SEALERS[dialect].open(bytes(value), self.context).decode()


class Names(TypeDecorator[tuple[str, ...]]):
    """A short list of our own words or addresses; never anything about a patient."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:  # noqa: ARG002
        return json.dumps(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(json.loads(value)) if value else ()


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time in the ledger needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
