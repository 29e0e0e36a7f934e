"""The way to the database: opening it, reading and writing in one transaction each, the time, and troubles in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import psutil
from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, and_, create_engine, event, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from payerbot.errors import RunError
from payerbot.ledger import postgres, tables
from payerbot.ledger.columns import unlock
from payerbot.ledger.seal import Keys, Sealer, Unsealable, keyed

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

Clock = Callable[[], datetime]

_REMOTE = (
    "nfs", "cifs", "smb", "9p", "afpfs", "afs", "webdav", "davfs", "ncpfs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "orangefs",
    "virtiofs", "prl_fs", "vboxsf", "vmhgfs",
)  # fmt: skip
_REMOTE_FUSE = ("sshfs", "rclone", "s3fs", "gcsfuse", "gvfsd", "davfs", "curlftpfs", "glusterfs", "ceph", "vmhgfs", "smbnetfs", "onedriver")
_WRITE = {"payerbot_write": True}


class Store:
    """One practice's ledger in one database; the parts of the ledger are built on it."""

    def __init__(
        self, engine: Engine, *, tenant: str, keys: Keys, home: Path, shared: Path | None = None, clock: Clock | None = None
    ) -> None:
        self.engine = engine
        self.tenant = tenant
        self.home = home
        self.shared = shared or home  # what every machine on this ledger reaches
        self._keys = keys
        self._clock = clock
        unlock(engine.dialect, Sealer(keys.data))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the ledger."""
        options = {} if self._on_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with in_plain_words(self.engine.url), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing, and nobody else writes to this practice's ledger meanwhile."""
        with in_plain_words(self.engine.url), self.engine.connect().execution_options(**_WRITE) as connection, connection.begin():
            if not self._on_sqlite:
                postgres.one_writer(connection, self.tenant)
            yield connection

    @property
    def _on_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def time(self) -> datetime:
        """What time it is for everything that is due or ends: the same for all machines that share a ledger."""
        with self.reading() as connection:
            return self.now(connection)

    def now(self, connection: Connection) -> datetime:
        """The database's time on PostgreSQL, this machine's on SQLite; always UTC."""
        if self._clock is not None:
            return self._clock()
        if connection.dialect.name == "sqlite":
            return datetime.now(UTC)
        told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return told.astimezone(UTC)

    def name(self, purpose: str, *parts: str | bytes) -> bytes:
        """An HMAC that names content without telling it."""
        return keyed(self._keys.index, purpose, self.tenant, *parts)

    def mine(self, table: Table) -> ColumnElement[bool]:
        """This practice's rows of a table."""
        return table.c.tenant == self.tenant

    def at(self, table: Table, portal: str, login: str) -> ColumnElement[bool]:
        """The rows of one login at one portal."""
        return and_(self.mine(table), table.c.portal == portal, table.c.login == login)

    def check_keys(self) -> None:
        """Put this practice's proof of its keys in a new ledger, or refuse other keys."""
        proofs = {
            "index_check": keyed(self._keys.index, "index", self.tenant),
            "audit_check": keyed(self._keys.audit, "audit", self.tenant),
        }
        if (found := self._proofs()) is None:
            with suppress(IntegrityError), self.writing() as connection:  # another process may be first
                values = {"tenant": self.tenant, "data_check": self.tenant, "created_at": self.now(connection), **proofs}
                connection.execute(insert(tables.tenant).values(values))
            found = self._proofs()
        if found != {"data_check": self.tenant, **proofs}:
            raise _wrong_keys()

    def _proofs(self) -> dict[str, Any] | None:
        known = tables.tenant.c
        query = select(known.data_check, known.index_check, known.audit_check).where(known.tenant == self.tenant)
        try:
            with self.reading() as connection:
                found = connection.execute(query).mappings().first()
        except Unsealable:
            raise _wrong_keys() from None
        return None if found is None else {key: value if isinstance(value, str) else bytes(value) for key, value in found.items()}

    def lock_tenant(self, connection: Connection) -> None:
        """Make other writers of this practice wait where the next number of something is taken."""
        connection.execute(select(tables.tenant.c.tenant).where(tables.tenant.c.tenant == self.tenant).with_for_update())


def _wrong_keys() -> RunError:
    return RunError("The keys in the keyring do not belong to this ledger: put back the right ones with `payerbot keys import`.")


def connect(url: str, *, busy_seconds: float, make: bool = True) -> Engine:
    """An engine for SQLite on a local disk or for PostgreSQL; a SQLite file is made, private, unless it is only to be looked at."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed, busy_seconds, make=make)
        if parsed.get_backend_name() == "postgresql":
            return postgres.connect(parsed, busy_seconds=busy_seconds)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise RunError(
            "The ledger's URL is not understood: use sqlite:///PATH or postgresql+psycopg://..., with its driver installed."
        ) from None
    raise RunError("The ledger's URL names another kind of database: use sqlite:///PATH or postgresql+psycopg://...")


class Seen(NamedTuple):
    """What a look at the database found, and whether nobody can listen in between or pretend to be it."""

    says: str
    safe: bool


def look_at(url: str) -> Seen:
    """Which database a ledger is in; RunError where it does not answer. A SQLite file is not made for the look."""
    engine = connect(url, busy_seconds=10, make=False)
    try:
        if (path := sqlite_path(engine.url)) is not None:
            return Seen(f"SQLite {sqlite3.sqlite_version}, {path}" + ("" if path.exists() else ", made at first use"), safe=True)
        with in_plain_words(engine.url), engine.connect() as connection:
            return Seen(*postgres.look(connection))
    finally:
        engine.dispose()


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite ledger; None where the database is a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _sqlite(url: URL, busy_seconds: float, *, make: bool) -> Engine:
    if url.database in {None, "", ":memory:"} or url.query.get("uri"):
        raise RunError("The ledger needs a file on a local disk: set its URL to sqlite:///PATH.")
    path = Path(str(url.database)).absolute()
    refuse_remote(path)
    url.get_dialect()  # a driver that is not there leaves no empty file
    if make:
        _make(url, path)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _make(url: URL, path: Path) -> None:
    with in_plain_words(url):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_remote(path)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("SQLite is used through Python's own driver")
    connection.isolation_level = None  # SQLAlchemy's "begin" event says which BEGIN
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise RunError("The ledger's disk cannot keep a write-ahead log: move PAYERBOT_HOME to a local disk.")
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("payerbot_write") else "BEGIN")


def refuse_remote(path: Path) -> None:
    """Refuse a ledger on a network share: SQLite's locks do not hold there."""
    if str(path).startswith(("\\\\", "//")):
        raise _not_local()
    kind, options = _disk(path.resolve())
    fuse = kind.removeprefix("fuse.") if kind.startswith("fuse") else ""
    if kind.startswith(_REMOTE) or fuse.startswith(_REMOTE_FUSE) or "remote" in options.split(","):
        raise _not_local()


def _not_local() -> RunError:
    return RunError("The ledger is on a network share, where it could be damaged: set PAYERBOT_HOME to a folder on a local disk.")


def _disk(path: Path) -> tuple[str, str]:
    """The file system kind and options of the disk a path is on; of two on one mount point the later one counts."""
    found = ("", ("", ""))
    for disk in psutil.disk_partitions(all=True):
        mount = disk.mountpoint
        if path.is_relative_to(mount) and len(mount) >= len(found[0]):
            found = (mount, (disk.fstype.lower(), disk.opts.lower()))
    return found[1]


_SAYINGS = (
    (
        ("locked", "busy"),
        "The ledger is held by another program: close what has it open (a backup, a database viewer), then run this again.",
    ),
    (("disk is full", "no space left"), "The disk is full: free some space where the ledger lies, then run this again; no answer is lost."),
    (
        ("readonly", "read-only", "permission denied", "unable to open", "authorization denied"),
        "The ledger cannot be written: give this user write access to its file and folder, then run this again.",
    ),
    (
        ("not a database", "malformed", "encrypted"),
        "The ledger's file is damaged or is no ledger: restore it from a backup, or set PAYERBOT_HOME to another folder.",
    ),
    (("disk i/o",), "The disk that holds the ledger reports an error: check the disk and its free space, then run this again."),
)


@contextmanager
def in_plain_words(url: URL) -> Iterator[None]:
    """Turn the database's and the disk's troubles into one sentence; no parameter of a statement is ever in it."""
    try:
        yield
    except IntegrityError:
        raise  # a second answer, a lost race: the caller's to judge; parameters are hidden
    except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
        raise _plain(error, url) from None


def _plain(error: Exception, url: URL) -> RunError:
    kind = url.get_backend_name()
    on_server = kind == "postgresql" and not isinstance(error, OSError)
    said = postgres.saying(error) if on_server else _said_by_file_or_disk(error)
    return RunError(said or f"The ledger ({kind}) could not be used ({type(error).__name__}): run `payerbot doctor`.")


def _said_by_file_or_disk(error: Exception) -> str:
    if isinstance(error, OSError):
        text = "disk is full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "read-only"
    else:
        text = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    return next((saying for words, saying in _SAYINGS if any(word in text for word in words)), "")
