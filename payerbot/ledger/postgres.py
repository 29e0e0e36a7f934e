"""The ledger on a PostgreSQL server: how it is reached, how long anything may wait there, and its troubles in plain words."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

from payerbot.errors import RunError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

CONNECT_SECONDS = 10

_BUSY = "The ledger is held by another run or program: run this again; if it stays so, see on the database server who holds it."
_GONE = "The ledger's database server does not answer: check PAYERBOT_LEDGER_URL and the server, then run this again."
_REFUSED = (
    "The ledger's database server refuses this user: check the name in PAYERBOT_LEDGER_URL and the password file (docs/deploy.md), "
    "then run this again."
)
_FALSE = (
    "The ledger's database server could not prove that it is the right one: check its certificate and sslrootcert in PAYERBOT_LEDGER_URL, "
    "and do not go on without."
)
_NOT_THERE = "There is no such database on the server: make it as docs/deploy.md says, or correct PAYERBOT_LEDGER_URL."
_NOT_OURS = "The database server does not let this user make or change the ledger's tables: give it a database of its own (docs/deploy.md)."
_COPY = "The database server is a read-only copy: let PAYERBOT_LEDGER_URL name the one that takes changes."
_FULL = "The database server's disk is full: free some space there, then run this again; no answer is lost."
_CROWDED = "The database server has no connection left: raise its max_connections or end what else uses it, then run this again."

_BY_STATE = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html; the words beside them may be in the server's language
    "55P03": _BUSY,
    "40P01": _BUSY,
    "40001": _BUSY,
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": _NOT_THERE,
    "3F000": _NOT_OURS,
    "42501": _NOT_OURS,
    "25006": _COPY,
    "53100": _FULL,
    "53300": _CROWDED,
}
_BY_WORD = (  # refused while connecting, there is no code
    (("certificate", "ssl"), _FALSE),
    (("password", "authentication", "pg_hba", "role "), _REFUSED),
    (("too many", "connection slots"), _CROWDED),
    (("does not exist",), _NOT_THERE),
)


def connect(url: URL, *, busy_seconds: float) -> Engine:
    """An engine for a server; nobody waits for a lock, or keeps one while doing nothing, for longer than `busy_seconds`."""
    if url.password is not None or "password" in url.query:
        raise RunError(
            "PAYERBOT_LEDGER_URL holds a password, and settings are no place for one: put it into PostgreSQL's password file "
            "(docs/deploy.md) and take it out of the URL."
        )
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_patience(url, busy_seconds))

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        _set_up(connection, round(busy_seconds * 1000))

    return engine


def _patience(url: URL, busy_seconds: float) -> dict[str, Any]:
    """A server that went away without a word is noticed; what the URL says itself goes first."""
    wanted = {
        "application_name": "payerbot",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": round(max(busy_seconds, 1.0) * 1000),
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def _set_up(connection: DBAPIConnection, busy_ms: int) -> None:
    """A machine that sleeps or drops off the network in the middle of a transaction must not keep the others waiting."""
    cursor = connection.cursor()
    for name, value in (("lock_timeout", busy_ms), ("idle_in_transaction_session_timeout", busy_ms), ("timezone", "UTC")):
        cursor.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
    cursor.close()
    connection.commit()  # else the pool's rollback takes it back


def one_writer(connection: Connection, tenant: str) -> None:
    """Wait until nobody else writes to this practice's ledger, as on SQLite; nobody does until this transaction ends.

    Every rule of the ledger ("no answer yet", "the next number") is then checked against what stands, and two writers never wait for each
    other.
    """
    number = int.from_bytes(blake2b(f"payerbot {tenant}".encode(), digest_size=8).digest(), signed=True)
    connection.execute(select(func.pg_advisory_xact_lock(number)))


def look(connection: Connection) -> tuple[str, bool]:
    """Which server and database this is and as whom, and whether the way there is safe: this machine, or TLS that proves the server."""
    who = "SELECT current_setting('server_version'), current_database(), current_user"
    version, database, user = connection.execute(text(who)).one()
    told: Any = connection.connection.driver_connection
    near = told.info.host.startswith("/") or told.info.host in {"", "localhost", "127.0.0.1", "::1"}
    proved = told.pgconn.ssl_in_use and told.info.get_parameters().get("sslmode") == "verify-full"
    where = "this machine" if near else told.info.host
    how = "" if near else ", encrypted and proved to be the right one" if proved else ", but nothing proves that it is the right server"
    return f"PostgreSQL {version.partition(' ')[0]} on {where}, database {database}, as {user}{how}", near or proved


def saying(error: Exception) -> str:
    """What a trouble of the server means for people; "" for one that is none of the server's or the network's."""
    if not isinstance(error, DBAPIError):
        return _CROWDED  # our own pool had no connection in time
    if known := _BY_STATE.get(getattr(error.orig, "sqlstate", None) or ""):
        return known
    words = str(error.orig).lower()
    if getattr(error.orig, "sqlstate", None) is None:
        for some, known in _BY_WORD:
            if any(word in words for word in some):
                return known
    return _GONE if error.connection_invalidated or type(error).__name__ in {"OperationalError", "InterfaceError"} else ""
