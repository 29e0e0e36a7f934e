"""Bringing a ledger to this release: under a lock, with a backup first, and never a newer one down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from payerbot.errors import RunError
from payerbot.ledger.files import alone
from payerbot.ledger.store import connect, in_plain_words, sqlite_path

REVISION = "0001"
MIGRATIONS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 7_202_611  # any number that no other program's advisory lock on this database uses


def bring_up_to_date(engine: Engine) -> Path | None:
    """Migrate a ledger that needs it; the backup's path where one was made."""
    with in_plain_words(engine.url):
        if _revision(engine) == REVISION:
            return None
        with _alone(engine):
            return _upgrade(engine)


def holds(url: str, tenant: str) -> bool:
    """True where a database has this practice's ledger already; nothing is made or changed."""
    engine = connect(url, busy_seconds=10)
    try:
        with in_plain_words(engine.url):
            if not _revision(engine):
                return False
            with engine.connect() as connection:
                found = connection.execute(text("SELECT count(*) FROM tenant WHERE tenant = :tenant"), {"tenant": tenant})
                return bool(found.scalar_one())
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> Path | None:
    found = _revision(engine)
    if found == REVISION:  # another process did it while this one waited
        return None
    _refuse_newer(found)
    backup = _back_up(engine, found) if found else None
    with engine.connect().execution_options(payerbot_write=True) as connection, connection.begin():
        _run(connection)
    return backup


def _revision(engine: Engine) -> str:
    """The ledger's revision, "" for an empty database; another program's database is refused."""
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        if "alembic_version" in names and "audit_head" in names:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if names:
        raise RunError("The ledger's file is the database of another program: set PAYERBOT_HOME or PAYERBOT_LEDGER_URL to another place.")
    return ""


def _refuse_newer(found: str) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415  Alembic takes 0.3 s, and only an upgrade needs it

    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found and found not in known:
        raise RunError("The ledger was written by a newer payerbot: install that release, or restore the backup made before its upgrade.")


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  as above
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    if path := sqlite_path(engine.url):
        with alone(path.with_name(f"{path.name}.upgrade")):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # no transaction that could be idle for too long
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _ADVISORY_LOCK})


def _back_up(engine: Engine, found: str) -> Path | None:
    """Copy a SQLite ledger beside itself; a server's database is backed up by its owner (docs say so)."""
    path = sqlite_path(engine.url)
    if path is None:
        return None
    copy = path.with_name(f"{path.name}.before-upgrade-from-{found}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
