"""Page text, pictures and documents kept for an answer: encrypted files, named by an HMAC of what is in them, with an end.

The name tells nothing without the key, and the same page kept twice is one file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, delete, func, insert, select, update

from payerbot.errors import UserError
from payerbot.ledger.book import Keys, Ledger
from payerbot.ledger.files import write_whole
from payerbot.ledger.seal import Sealer, keyed
from payerbot.ledger.store import in_plain_words
from payerbot.ledger.tables import evidence

SIX_YEARS = timedelta(days=6 * 365 + 2)  # 45 CFR 164.316(b)(2)(i)
_SUFFIX = ".sealed"
PURGED = "There is no evidence of that address any more: it was purged at the end of its time."
ELSEWHERE = (
    "The evidence of that address lies on the machine that did the search, or its file is gone: look there, "
    "or let PAYERBOT_SHARED name a folder that all machines reach."
)
_PICTURES = frozenset({"picture", "screenshot"})


class Evidence:
    """The evidence store of one practice: `evidence` in its home, or in the folder that its machines share."""

    def __init__(self, ledger: Ledger, keys: Keys, *, life: timedelta = SIX_YEARS, screenshot_life: timedelta | None = None) -> None:
        self._ledger = ledger
        self._keys = keys
        self._sealer = Sealer(keys.data)
        self._life = life
        self._screenshot_life = screenshot_life or life

    def __repr__(self) -> str:
        return "<Evidence>"

    def address(self, data: bytes) -> str:
        """Where these bytes stand once they are kept; without the key nobody can tell it."""
        return keyed(self._keys.index, "evidence", self._ledger.tenant, data).hex()

    def keep(self, kind: str, data: bytes, *, item: str) -> str:
        """Keep what was seen for an item (kind: text, screenshot, pdf, ...); its address."""
        address = self.address(data)
        with self._ledger.writing() as connection:
            self._ledger.lock_tenant(connection)  # a purge waits, so that it does not take the file away again
            path = self._path(address)
            if not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_whole(path, self._sealer.seal(data, _context(address)))
            now = self._ledger.now(connection)
            until = now + (self._screenshot_life if kind in _PICTURES else self._life)
            here = and_(self._ledger.mine(evidence), evidence.c.item == item, evidence.c.address == address)
            if connection.execute(update(evidence).where(here).values(expires_at=until)).rowcount == 0:
                key = {"tenant": self._ledger.tenant, "item": item, "address": address}
                connection.execute(insert(evidence).values(**key, kind=kind, size=len(data), created_at=now, expires_at=until))
        return address

    def read(self, address: str) -> bytes:
        """What stands at an address; UserError where it was never kept or its time is over."""
        path = self._path(address)
        with in_plain_words(self._ledger.engine.url):
            try:
                sealed = path.read_bytes()
            except FileNotFoundError:
                raise UserError(ELSEWHERE if self._is_kept(address) else PURGED) from None
        return self._sealer.open(sealed, _context(address))

    def _is_kept(self, address: str) -> bool:
        query = select(func.count()).where(self._ledger.mine(evidence), evidence.c.address == address)
        with self._ledger.reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def purge(self, now: datetime) -> int:
        """Remove what has expired, and files that a crash left without a row; how many files."""
        over = and_(self._ledger.mine(evidence), evidence.c.expires_at <= now)
        with self._ledger.writing() as connection:
            expired = set(connection.execute(select(evidence.c.address).where(over)).scalars())
            connection.execute(delete(evidence).where(over))
        return sum(self._drop_unused(path) for path in {*map(self._path, expired), *self._left_behind()})

    def _drop_unused(self, path: Path) -> bool:
        with self._ledger.writing() as connection:
            self._ledger.lock_tenant(connection)
            kept = select(func.count()).where(evidence.c.address == path.name.removesuffix(_SUFFIX))
            if connection.execute(kept).scalar_one() or not path.exists():
                return False
            path.unlink()
            return True

    def _left_behind(self) -> set[Path]:
        """Files without a row that are old enough for it to be there by now."""
        with self._ledger.reading() as connection:
            known = set(connection.execute(select(evidence.c.address)).scalars())
        old = (datetime.now(UTC) - timedelta(days=1)).timestamp()
        unknown = {path for path in (self._ledger.shared / "evidence").glob("??/*") if path.name.removesuffix(_SUFFIX) not in known}
        return {path for path in unknown if path.stat().st_mtime < old}

    def _path(self, address: str) -> Path:
        if len(address) != 64 or not set(address) <= set("0123456789abcdef"):  # noqa: PLR2004  an HMAC in hex, never a path
            raise UserError("That is no address of evidence: copy it from the result file.")
        return self._ledger.shared / "evidence" / address[:2] / f"{address}{_SUFFIX}"


def _context(address: str) -> str:
    return f"evidence:{address}"
