"""Opening a ledger, keeping it private, bringing it up to date, its troubles in plain words. What is about a server only comes last."""

from __future__ import annotations

import base64
import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateIndex, CreateTable

from payerbot.errors import RunError
from payerbot.ledger import tables, upgrade
from payerbot.ledger.book import Keys, Ledger
from payerbot.ledger.columns import Sealed
from payerbot.ledger.files import write_whole
from payerbot.ledger.seal import Sealer, Unsealable, keyed
from payerbot.ledger.store import connect, refuse_remote
from payerbot.model import ClaimStatusResult, Outcome, Patient
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, answer_all, claim_ask, claims, fetch, sheet, states


@pytest.fixture
def place(home: Path) -> Iterator[Place]:
    found = Place(home)
    yield found
    found.close()


@pytest.fixture
def either(home: Path, database: str) -> Iterator[Place]:
    """A place whose database is empty, on SQLite and on a server."""
    found = Place(home, database, made=False)
    yield found
    found.remove()


def shut(place: Place) -> str:
    """A ledger that was used and closed; its batch."""
    with place.ledger() as book:
        return book.add(claims(3), business_date=DAY).batch


# Opening


def test_a_ledger_that_was_closed_is_there_when_opened_again(either: Place) -> None:
    batch = shut(either)
    assert states(either.ledger(), batch) == ["waiting"] * 3


@pytest.mark.parametrize("which", ["data", "index", "audit"])
def test_each_wrong_key_is_refused_with_a_sentence(either: Place, which: str) -> None:
    shut(either)
    with pytest.raises(RunError, match="payerbot keys import"):
        either.ledger(keys=either.keys._replace(**{which: os.urandom(32)}))


def test_a_key_of_the_wrong_length_is_refused(either: Place) -> None:
    with pytest.raises(RunError, match="32 bytes"):
        either.ledger(keys=either.keys._replace(data=b"short"))


def test_keys_show_nothing_of_themselves(place: Place) -> None:
    assert repr(place.keys) == str(place.keys) == "<Keys>"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folder private in another way")
def test_everything_in_the_home_is_its_owners_alone(place: Place) -> None:
    book = place.ledger()
    book.add(claims(1), business_date=DAY)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.home.iterdir()}
    assert {"ledger.sqlite", "ledger.sqlite-wal", "audit.head"} <= found.keys()
    assert set(found.values()) == {0o600}


def test_the_file_is_written_ahead_in_full_with_foreign_keys_on(place: Place) -> None:
    book = place.ledger()
    pragmas = {name: fetch(book, f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_processes_that_open_a_new_ledger_together_all_get_in(either: Place) -> None:
    script = """
sys.stdin.readline()
with place.ledger() as book:
    print(len(book.verify_audit()))
"""
    children = [either.child(script) for _ in range(2)]
    ends = [child.communicate("go\n", timeout=60) for child in children]
    assert [out.strip() for out, _ in ends] == ["0", "0"]
    assert either.ledger().verify_audit() == []


# Troubles


def test_a_file_that_is_no_database_is_refused_and_left_alone(place: Place) -> None:
    place.file.write_text("Dear payer, " * 500, "utf-8")
    with pytest.raises(RunError, match="is no ledger"):
        place.ledger()
    assert place.file.read_text("utf-8").startswith("Dear payer")


def test_another_programs_database_is_refused_and_left_alone(place: Place) -> None:
    with closing(sqlite3.connect(place.file)) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(RunError, match="another program"):
        place.ledger()
    with closing(sqlite3.connect(place.file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]


def test_a_ledger_held_by_another_program_is_a_sentence_and_nothing_is_lost(place: Place) -> None:
    batch = shut(place)
    book = place.ledger(busy_seconds=0.1)
    with closing(sqlite3.connect(place.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunError, match="held by another program"):
            book.take_lease(PORTAL, LOGIN, life=60)
        assert states(book, batch) == ["waiting"] * 3, "reading goes on"
    assert answer_all(book, batch) == 3


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(place: Place) -> None:
    batch = shut(place)
    book = place.ledger()
    pages = fetch(book, "PRAGMA page_count")[0][0]
    book.close()
    event.listen(book.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(RunError, match="disk is full"):
        book.add(claims(2_000), business_date=DAY, again=True)
    assert [info.id for info in book.batches()] == [batch]
    assert answer_all(place.ledger(), batch) == 3


def test_a_disk_that_fills_up_beside_the_database_is_the_same_sentence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    book = place.ledger()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="disk is full"):
        book.log("Robin", "export")
    monkeypatch.undo()
    assert book.verify_audit() == []


def test_a_ledger_that_cannot_be_written_is_a_sentence(place: Place) -> None:
    shut(place)
    book = place.ledger()
    book.close()
    event.listen(book.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    with pytest.raises(RunError, match="write access"):
        book.add(claims(1), business_date=DAY, again=True)


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    keys = Keys(*(os.urandom(32) for _ in range(3)))
    with pytest.raises(RunError, match="write access"):
        Ledger.open(f"sqlite:///{tmp_path}/file/home/ledger.sqlite", tenant="oak", keys=keys, home=tmp_path / "file" / "home")


@pytest.mark.parametrize(
    "kind, options",
    [
        ("nfs4", "rw"),
        ("cifs", "rw"),
        ("smbfs", "rw"),
        ("smb3", "rw"),
        ("fuse.sshfs", "rw"),
        ("9p", "rw"),
        ("fuse.rclone", "rw"),
        ("NTFS", "rw,remote"),
    ],
)
def test_a_network_share_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch, kind: str, options: str) -> None:
    disks = [
        SimpleNamespace(mountpoint="/", fstype="ext4", opts="rw"),
        SimpleNamespace(mountpoint=str(place.home.resolve()), fstype=kind, opts=options),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: disks)
    with pytest.raises(RunError, match="network share"):
        place.ledger()
    assert not place.file.exists()


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "apfs", "fuseblk", "overlay", "zfs", "NTFS"])
def test_a_local_disk_below_a_network_share_is_taken(place: Place, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    disks = [
        SimpleNamespace(mountpoint="/", fstype="nfs", opts="rw"),
        SimpleNamespace(mountpoint=str(place.home.resolve().parent), fstype=kind, opts="rw"),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: disks)
    refuse_remote(place.file)


def test_a_folder_whose_name_only_begins_like_a_share_is_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    disks = [SimpleNamespace(mountpoint="/", fstype="ext4", opts="rw"), SimpleNamespace(mountpoint="/data", fstype="nfs", opts="rw")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: disks)
    refuse_remote(Path("/database/ledger.sqlite"))
    with pytest.raises(RunError, match="network share"):
        refuse_remote(Path("/data/ledger.sqlite"))


def test_a_windows_share_by_name_is_refused() -> None:
    with pytest.raises(RunError, match="network share"):
        refuse_remote(Path("\\\\server\\share\\ledger.sqlite"))


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://host/x", "nonsense", "sqlite+nonsense:///x", "sqlite:///file:x?uri=true"]
)
def test_another_kind_of_database_is_refused_with_a_sentence(
    place: Place, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(RunError, match="sqlite:///PATH"):
        Ledger.open(url, tenant="oak", keys=place.keys, home=place.home)
    assert list(here.iterdir()) == []


def test_a_database_server_that_does_not_answer_is_a_sentence(place: Place) -> None:
    with pytest.raises(RunError) as caught:
        Ledger.open("postgresql+psycopg://ops@127.0.0.1:9/ledger", tenant="oak", keys=place.keys, home=place.home)
    assert "does not answer" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://ops:geheim@127.0.0.1:9/ledger", "postgresql+psycopg://127.0.0.1:9/ledger?password=geheim"]
)
def test_a_password_in_the_ledgers_url_is_refused_and_not_repeated(place: Place, url: str) -> None:
    with pytest.raises(RunError, match="holds a password") as caught:
        Ledger.open(url, tenant="oak", keys=place.keys, home=place.home)
    assert "geheim" not in str(caught.value)


# Privacy


def spellings(text: str) -> list[bytes]:
    plain = text.encode()
    return [plain, plain.lower(), plain.upper(), text.encode("utf-16-le"), plain.hex().encode(), base64.b64encode(plain)[:-4]]


def found_in(place: Place, text: str) -> list[str]:
    files = [path for path in place.home.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word in path.read_bytes() for word in spellings(text)) or text in str(path)]


def test_nothing_about_a_patient_is_readable_in_the_file_or_its_log(place: Place) -> None:
    who = Patient(last="Sentinelson", first="Quirina", birth_date="1987-06-05", member_id="ZQX777123")
    asked = claim_ask(1, patient=who, patient_key="KEY-SENTINEL", claim_id="CLM-SENTINEL", payer_claim_no="ICN-SENTINEL")
    told = sheet(asked, None)
    rows = tuple(row.model_copy(update={"cells": ("Sentinelson, Quirina", "06/05/1987")}) for row in told.rows)
    book = place.ledger()
    batch = book.add(told.model_copy(update={"rows": rows, "header": ("HEADER-SENTINEL", "dob")}), business_date=DAY).batch
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        item = book.claim(lease, batch)
        assert item is not None
        book.finish(lease, item, ClaimStatusResult(outcome=Outcome.ANSWERED, seen_as="WORDING-SENTINEL", check_no="CHECK-SENTINEL"))
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin", ways=["text message to WAY-SENTINEL"])
    book.reply(n, by="Robin", verb="code", secret="CODE-SENTINEL")
    book.log("Robin", "look", "SUBJECT-SENTINEL", "DETAIL-SENTINEL")
    assert (place.home / "ledger.sqlite-wal").stat().st_size > 0
    for secret in ("Sentinelson", "Quirina", "1987-06-05", "06/05/1987", "ZQX777123", "SENTINEL", "MemberFieldNobodyWrote"):
        assert found_in(place, secret) == [], secret
    assert found_in(place, LOGIN), "what is not about a patient is found, so the search works"
    line = next(book.lines(batch))
    assert line.cells[0] == "Sentinelson, Quirina"
    assert line.answer is not None
    assert line.answer.seen_as == "WORDING-SENTINEL"
    assert book.batch(batch).header[0] == "HEADER-SENTINEL"
    assert book.questions()[0].ways == ("text message to WAY-SENTINEL",)


def test_a_trouble_of_the_database_tells_no_parameter_and_no_statement(place: Place) -> None:
    book = place.ledger()
    batch = book.add(claims(1), business_date=DAY).batch
    lease = book.take_lease(PORTAL, LOGIN, life=60)
    item = book.claim(lease, batch)
    assert item is not None
    with closing(sqlite3.connect(place.file)) as other:
        other.execute("DROP TABLE outbox")
    with pytest.raises(RunError) as caught:
        book.finish(lease, item, ClaimStatusResult(outcome=Outcome.ANSWERED, seen_as="SENTINEL"))
    assert caught.value.__cause__ is None
    assert "SENTINEL" not in str(caught.value)
    assert "INSERT" not in str(caught.value)


def test_every_sealed_column_is_tied_to_its_own_place() -> None:
    sealed = {
        str(column): column.type.context
        for table in tables.metadata.tables.values()
        for column in table.c
        if isinstance(column.type, Sealed)
    }
    assert sealed == {name: name for name in sealed}
    assert {"item.ask", "answer.result", "row.cells", "handoff.secret", "batch.header"} <= sealed.keys()


def test_every_table_has_the_practice_first_in_its_key() -> None:
    assert {table.name: next(iter(table.primary_key)).name for table in tables.metadata.tables.values()} == dict.fromkeys(
        tables.metadata.tables, "tenant"
    )


def test_a_sealed_value_opens_only_with_its_key_in_its_place_and_whole() -> None:
    sealer, data = Sealer(b"k" * 32), b"Ada Quimby"
    sealed = sealer.seal(data, "item.ask")
    assert sealer.open(sealed, "item.ask") == data
    assert sealer.seal(data, "item.ask") != sealed
    broken = [sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b"", b"\x02" + sealed[1:]]
    for other, where, what in [
        (Sealer(b"K" * 32), "item.ask", sealed),
        (sealer, "answer.result", sealed),
        *((sealer, "item.ask", bad) for bad in broken),
    ]:
        with pytest.raises(Unsealable):
            other.open(what, where)


def test_a_keyed_name_depends_on_the_key_and_on_where_each_part_ends() -> None:
    assert keyed(b"k", "ab", "c") != keyed(b"k", "a", "bc")
    assert keyed(b"k", "ab") != keyed(b"K", "ab")
    assert keyed(b"k", "ab") == keyed(b"k", b"ab")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "state"
    write_whole(target, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OSError, match="full"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


# Migrations


class NextRelease:
    """A made-up next release, whose ledger has one more column."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        shutil.copytree(upgrade.MIGRATIONS, folder)
        self.migration = folder / "versions" / "rev_0002.py"
        self.migration.write_text(
            """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    with op.batch_alter_table("item") as item:
        item.add_column(sa.Column("color", sa.Text))
""",
            "utf-8",
        )

    def install(self) -> None:
        self.patch.setattr(upgrade, "MIGRATIONS", self.folder)
        self.patch.setattr(upgrade, "REVISION", "0002")

    def remove(self) -> None:
        self.patch.undo()


@pytest.fixture
def next_release(tmp_path: Path) -> Iterator[NextRelease]:
    with pytest.MonkeyPatch.context() as patch:
        yield NextRelease(tmp_path / "migrations", patch)


def columns(place: Place, table: str) -> set[str]:
    engine = connect(place.url, busy_seconds=30)
    try:
        return {column["name"] for column in inspect(engine).get_columns(table)}
    finally:
        engine.dispose()


def test_an_existing_ledger_is_backed_up_and_brought_up_to_date(place: Place, next_release: NextRelease) -> None:
    batch = shut(place)
    next_release.install()
    assert states(place.ledger(), batch) == ["waiting"] * 3
    assert "color" in columns(place, "item")
    (backup,) = place.home.glob("ledger.sqlite.before-upgrade-from-0001-*")
    with closing(sqlite3.connect(backup)) as other:
        assert "color" not in {row[1] for row in other.execute("PRAGMA table_info(item)")}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as other:
        assert other.execute("SELECT count(*) FROM row").fetchone() == (3,)


def test_a_ledger_of_a_newer_release_is_refused_and_left_alone(either: Place, next_release: NextRelease) -> None:
    next_release.install()
    shut(either)
    next_release.remove()
    with pytest.raises(RunError, match="newer payerbot"):
        either.ledger()
    assert "color" in columns(either, "item")


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(either: Place, next_release: NextRelease) -> None:
    batch = shut(either)
    told = next_release.migration.read_text("utf-8")
    next_release.migration.write_text(told + '    raise OSError("the machine went away")\n', "utf-8")
    next_release.install()
    with pytest.raises(RunError):
        either.ledger()
    next_release.remove()
    assert "color" not in columns(either, "item")
    assert answer_all(either.ledger(), batch) == 3


def test_a_new_ledger_needs_no_backup(place: Place) -> None:
    shut(place)
    assert list(place.home.glob("*.before-upgrade*")) == []


def test_the_migrations_lead_to_exactly_these_tables(either: Place) -> None:
    book = either.ledger()
    with book.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == upgrade.REVISION


def test_the_revision_that_opens_without_alembic_is_the_last_one() -> None:
    assert ScriptDirectory(str(upgrade.MIGRATIONS)).get_current_head() == upgrade.REVISION


def test_the_tables_can_be_made_on_postgresql_too() -> None:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables.metadata.sorted_tables]
    made += [str(CreateIndex(index).compile(dialect=dialect)) for table in tables.metadata.sorted_tables for index in table.indexes]
    assert not [sql for sql in made if "BLOB" in sql or "DATETIME" in sql]
    assert any("TIMESTAMP WITH TIME ZONE" in sql for sql in made)


def test_times_without_a_zone_are_a_mistake(either: Place) -> None:
    book = either.ledger()
    with pytest.raises(StatementError, match="zone"):
        book.pause(PORTAL, LOGIN, until=either.clock.now.replace(tzinfo=None), why="a slip")


# A server


@pytest.fixture
def served(home: Path, database_server: str) -> Iterator[Place]:
    """A place on a PostgreSQL server."""
    found = Place(home, database_server)
    yield found
    found.remove()


def told(place: Place, statement: str) -> None:
    """What the server's owner does, past the product."""
    engine = create_engine(place.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def cut_off(book: Ledger, happens: Callable[[], object], then: str = "SELECT 1") -> None:
    """Begin to write, let something happen, and go on."""
    with book.writing() as connection:
        happens()
        connection.execute(text(then))


def test_an_upgrade_on_a_server_keeps_what_stands(served: Place, next_release: NextRelease) -> None:
    batch = shut(served)
    next_release.install()
    assert states(served.ledger(), batch) == ["waiting"] * 3
    assert "color" in columns(served, "item")


def test_processes_that_upgrade_together_all_get_in(either: Place, next_release: NextRelease) -> None:
    batch = shut(either)
    script = """
from payerbot.ledger import upgrade
upgrade.MIGRATIONS, upgrade.REVISION = Path(sys.argv[2]), "0002"
with place.ledger() as book:
    print(*states(book, sys.argv[1]))
"""
    children = [either.child(script, batch, str(next_release.folder)) for _ in range(2)]
    assert [child.communicate(timeout=60)[0].split() for child in children] == [["waiting"] * 3] * 2
    assert "color" in columns(either, "item")


def test_another_programs_tables_on_a_server_are_left_alone(home: Path, database_server: str) -> None:
    place = Place(home, database_server, made=False)
    told(place, "CREATE TABLE recipe (name text)")
    with pytest.raises(RunError, match="another program"):
        place.ledger()
    place.remove()


def test_a_ledger_can_lie_in_a_schema_of_its_own_beside_anothers_tables(home: Path, database_server: str) -> None:
    place = Place(home, database_server, made=False)
    told(place, "CREATE TABLE recipe (name text)")
    told(place, "CREATE SCHEMA payerbot")
    beside, place.url = place.url, place.url + "&options=-csearch_path%3Dpayerbot"
    batch = shut(place)
    assert answer_all(place.ledger(), batch) == 3
    place.url = beside
    with pytest.raises(RunError, match="another program"):
        place.ledger()
    place.remove()


def test_a_server_that_ends_the_connections_is_a_sentence_and_the_next_call_gets_in(served: Place) -> None:
    batch = shut(served)
    book = served.ledger()
    with pytest.raises(RunError, match="does not answer"):
        cut_off(book, lambda: told(served, OTHERS))
    assert answer_all(book, batch) == 3
    told(served, OTHERS)  # those in the pool as well
    assert states(book, batch) == ["done"] * 3


def test_who_sleeps_in_the_middle_of_a_transaction_keeps_nobody_waiting(served: Place) -> None:
    batch = shut(served)
    sleeper = served.ledger(busy_seconds=0.3)
    with pytest.raises(RunError, match="does not answer"):
        cut_off(sleeper, lambda: answer_all(served.ledger(), batch))
    assert states(sleeper, batch) == ["done"] * 3, "the server had ended the sleeper's transaction"


def test_a_writer_waits_for_the_one_before_it_only_so_long(served: Place) -> None:
    shut(served)
    impatient, book = served.ledger(busy_seconds=0.1), served.ledger()
    with book.writing(), pytest.raises(RunError, match="held by another run"):
        impatient.log("Robin", "look")
    impatient.log("Robin", "look")
    assert book.verify_audit() == []


def test_practices_on_one_server_do_not_wait_for_each_other(served: Place) -> None:
    oak, elm = served.ledger(tenant="oak"), served.ledger(tenant="elm", busy_seconds=0.5)
    with oak.writing():
        elm.log("Kim", "look")
    assert elm.verify_audit() == []


def test_a_server_says_what_it_refuses_in_plain_words(served: Place, database_server: str) -> None:
    url = make_url(database_server)
    for changed, words in [
        (url.set(username="nobody"), "refuses this user"),
        (url.set(query={"passfile": str(served.home / "none")}), "refuses this user"),
        (url.set(database="nowhere"), "no such database"),
        (url.set(query={**url.query, "sslmode": "require"}), "prove that it is the right one"),
        (make_url(served.url).update_query_dict({"options": "-c search_path=nowhere"}), "let this user make"),
    ]:
        with pytest.raises(RunError, match=words):
            Ledger.open(changed.render_as_string(hide_password=False), tenant="oak", keys=served.keys, home=served.home)


def test_a_server_that_is_a_read_only_copy_is_a_sentence(served: Place) -> None:
    book = served.ledger()
    with pytest.raises(RunError, match="read-only copy"), book.reading() as connection:
        connection.execute(text("DELETE FROM lease"))


def test_nothing_about_a_patient_is_readable_on_the_server(served: Place) -> None:
    who = Patient(last="Sentinelson", first="Quirina", birth_date="1987-06-05", member_id="ZQX777123")
    book = served.ledger()
    batch = book.add(sheet(claim_ask(1, patient=who, claim_id="CLM-SENTINEL")), business_date=DAY).batch
    assert answer_all(book, batch) == 1
    everything = "\n".join(str(row) for table in tables.metadata.tables for row in fetch(book, f'SELECT * FROM "{table}"'))  # noqa: S608
    assert LOGIN in everything, "what is not about a patient is found, so the search works"
    for secret in ("Sentinelson", "Quirina", "1987-06-05", "ZQX777123", "SENTINEL"):
        assert not [word for word in spellings(secret) if word.decode("latin-1") in everything], secret


def test_the_time_for_what_is_due_is_the_servers_and_in_utc(served: Place) -> None:
    book = served.ledger(clock=False)
    assert fetch(book, "SHOW timezone") == [("UTC",)], "whatever the server's own is"
    theirs = fetch(book, "SELECT extract(epoch FROM clock_timestamp())")[0][0]
    assert 0 <= book.time().timestamp() - float(theirs) < 5
    assert book.time().tzinfo is UTC
