"""Evidence: encrypted, named by its content, kept for its time and no longer."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from payerbot.errors import RunError, UserError
from payerbot.ledger.book import Ledger
from payerbot.ledger.evidence import SIX_YEARS, Evidence
from tests.ledger_support import Place, fetch

PAGE = b"Ada Quimby, born 02/03/1990: claim paid" * 50


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


@pytest.fixture
def store(book: Ledger, place: Place) -> Evidence:
    return Evidence(book, place.keys)


def files(place: Place) -> list[Path]:
    return [path for path in (place.home / "evidence").rglob("*") if path.is_file()]


def test_what_was_kept_comes_back_also_in_a_later_run(store: Evidence, place: Place) -> None:
    address = store.keep("text", PAGE, item="claims-1.1")
    assert store.read(address) == PAGE
    assert Evidence(place.ledger(), place.keys).read(address) == PAGE


def test_the_same_content_has_one_address_and_one_file_for_all_its_items(store: Evidence, place: Place, book: Ledger) -> None:
    addresses = {store.keep("text", PAGE, item=f"claims-1.{n % 2}") for n in range(4)}
    assert len(addresses) == 1
    assert len(files(place)) == 1
    assert fetch(book, "SELECT item, size FROM evidence ORDER BY item") == [("claims-1.0", len(PAGE)), ("claims-1.1", len(PAGE))]
    assert store.keep("text", PAGE + b".", item="claims-1.0") not in addresses


def test_file_and_address_tell_nothing_without_the_keys(store: Evidence, place: Place, book: Ledger) -> None:
    address = store.keep("text", PAGE, item="claims-1.1")
    (path,) = files(place)
    assert path.parent.name == address[:2]
    assert path.parent.parent == place.home / "evidence"
    assert b"Quimby" not in path.read_bytes()
    other = Evidence(book, place.keys._replace(index=os.urandom(32)))
    assert other.keep("text", PAGE, item="claims-1.1") != address
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_another_key_does_not_open_it(store: Evidence, place: Place, book: Ledger) -> None:
    address = store.keep("text", PAGE, item="claims-1.1")
    with pytest.raises(RunError, match="does not open"):
        Evidence(book, place.keys._replace(data=os.urandom(32))).read(address)


def test_a_file_put_under_anothers_name_does_not_open(store: Evidence, place: Place) -> None:
    one, two = store.keep("text", b"one", item="x"), store.keep("text", b"two", item="x")
    paths = {path.name[:64]: path for path in files(place)}
    paths[one].write_bytes(paths[two].read_bytes())
    with pytest.raises(RunError, match="does not open"):
        store.read(one)


@pytest.mark.parametrize("address", ["", "../../ledger.sqlite", "ab", "G" * 64, "a" * 63 + "/"])
def test_what_is_no_address_is_refused(store: Evidence, address: str) -> None:
    with pytest.raises(UserError, match="no address"):
        store.read(address)


def test_an_address_that_was_never_kept_is_the_persons_to_put_right(store: Evidence) -> None:
    with pytest.raises(UserError, match="no evidence of that address"):
        store.read("a" * 64)


def test_evidence_is_kept_six_years_and_then_purged(store: Evidence, place: Place, book: Ledger) -> None:
    address = store.keep("text", PAGE, item="x")
    place.clock.forward(days=6 * 365)
    assert store.purge(place.clock.now) == 0
    assert store.read(address) == PAGE
    place.clock.forward(days=3)
    assert store.purge(place.clock.now) == 1
    assert files(place) == []
    assert fetch(book, "SELECT count(*) FROM evidence") == [(0,)]
    with pytest.raises(UserError):
        store.read(address)


def test_screenshots_may_go_earlier(book: Ledger, place: Place) -> None:
    store = Evidence(book, place.keys, screenshot_life=timedelta(days=90))
    page, picture = store.keep("page", PAGE, item="x"), store.keep("picture", b"picture", item="x")
    place.clock.forward(days=91)
    assert store.purge(place.clock.now) == 1
    assert store.read(page) == PAGE
    with pytest.raises(UserError):
        store.read(picture)


def test_what_another_item_still_needs_stays(store: Evidence, place: Place) -> None:
    address = store.keep("text", PAGE, item="old")
    place.clock.forward(days=1000)
    store.keep("text", PAGE, item="new")
    assert store.purge(place.clock.now + SIX_YEARS - timedelta(days=999)) == 0
    assert store.read(address) == PAGE


def test_keeping_again_what_was_purged_makes_a_new_file(store: Evidence, place: Place) -> None:
    address = store.keep("text", PAGE, item="x")
    store.purge(place.clock.now + SIX_YEARS)
    assert store.keep("text", PAGE, item="x") == address
    assert store.read(address) == PAGE


def test_a_file_that_a_crash_left_without_a_row_goes_after_a_day(store: Evidence, place: Place, book: Ledger) -> None:
    address = store.keep("text", PAGE, item="x")
    with book.writing() as connection:
        connection.exec_driver_sql("DELETE FROM evidence")
    assert store.purge(place.clock.now) == 0
    (path,) = files(place)
    os.utime(path, (0, 0))
    leftover = path.with_name(f".{address}.sealed.1.ab")
    leftover.write_bytes(b"half")
    os.utime(leftover, (0, 0))
    assert store.purge(place.clock.now) == 2
    assert files(place) == []


def test_what_lies_on_another_machine_is_not_called_purged(store: Evidence, place: Place, tmp_path: Path) -> None:
    address = store.keep("text", PAGE, item="claims-1.1")
    with Ledger.open(place.url, tenant="oak", keys=place.keys, home=tmp_path / "other", clock=place.clock) as elsewhere:
        there = Evidence(elsewhere, place.keys)
        with pytest.raises(UserError, match="machine that did the search"):
            there.read(address)
        with pytest.raises(UserError, match="purged"):
            there.read("0" * 64)
        assert there.purge(place.clock.now) == 0
    assert store.read(address) == PAGE


def test_machines_that_share_a_folder_read_each_others_evidence(place: Place, tmp_path: Path) -> None:
    shared, homes = tmp_path / "shared", [tmp_path / "one", tmp_path / "two"]
    books = [Ledger.open(place.url, tenant="oak", keys=place.keys, home=home, shared=shared, clock=place.clock) for home in homes]
    one, two = (Evidence(book, place.keys) for book in books)
    address = one.keep("text", PAGE, item="claims-1.1")
    assert two.keep("text", PAGE, item="claims-1.2") == address
    assert two.read(address) == PAGE
    assert len(list((shared / "evidence").rglob("*.sealed"))) == 1
    assert not [home for home in homes if (home / "evidence").exists()]
    place.clock.forward(days=SIX_YEARS.days + 1)
    assert (two.purge(place.clock.now), one.purge(place.clock.now)) == (1, 0)
    for book in books:
        book.close()
