"""Patients and secrets stand in the ledger, the result files and the keyring, and nowhere else; a planted leak is found."""

from __future__ import annotations

import base64
import bz2
import contextlib
import gzip
import io
import json
import lzma
import shutil
import sqlite3
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.outlet import api
from tests.privacy import conftest as setting
from tests.privacy import papers
from tests.privacy.search import Person, Search, Seen

if TYPE_CHECKING:
    from tests.privacy.conftest import Night

pytestmark = pytest.mark.deep

PATIENT = Person("Núñez-Harrow", "Ottilie", date(1958, 3, 7), "W123-456-789")
SECRET = "Tr!al-Persimmon-77"
SEEKER = Search([PATIENT], [SECRET], ["918273"])
NAME = f"{PATIENT.last}, {PATIENT.first}"


# --- the search finds what is hidden ---------------------------------------------------------------------------------------------


def zipped(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("notes.txt", data)
    return out.getvalue()


def in_table(data: bytes, folder: Path, *, as_blob: bool = True) -> bytes:
    path = folder / "made.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as tables, tables:
        tables.execute("CREATE TABLE t (a)")
        tables.execute("INSERT INTO t VALUES (?)", (data if as_blob else data.decode(),))
    return path.read_bytes()


PLACES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16 the other way round": lambda data: data.decode().encode("utf-16-be"),
    "cp1252": lambda data: data.decode().encode("cp1252"),
    "decomposed": lambda data: data.replace("ñ".encode(), "n\u0303".encode()).replace("ú".encode(), "u\u0301".encode()),
    "base64": base64.b64encode,
    "base64, second alignment": lambda data: base64.b64encode(b"x" + data),
    "base64, third alignment": lambda data: base64.b64encode(b"xy" + data),
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 behind a word": lambda data: b"token" + base64.b64encode(data),
    "hex": lambda data: data.hex().encode(),
    "hex in capitals, odd": lambda data: b"a" + data.hex().upper().encode(),
    "URL": lambda data: urllib.parse.quote(data, safe="").encode(),
    "URL, plus for blank": lambda data: urllib.parse.quote_plus(data.decode()).encode(),
    "every byte in a URL": lambda data: "".join(f"%{byte:02x}" for byte in data).encode(),
    "JSON": lambda data: json.dumps({"a": data.decode()}).encode(),
    "every letter in JSON": lambda data: ('"' + "".join(f"\\u{ord(letter):04x}" for letter in data.decode()) + '"').encode(),
    "HTML": lambda data: "".join(f"&#{ord(letter)};" for letter in data.decode()).encode(),
    "gzip": gzip.compress,
    "gzip, cut off": lambda data: gzip.compress(data + bytes(range(256)))[:-40],
    "zlib": zlib.compress,
    "zlib behind other bytes": lambda data: b"head\x00\x01" + zlib.compress(data, 9),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
    "zip, stored": lambda data: zipped(data, zipfile.ZIP_STORED),
    "zip in base64": lambda data: base64.b64encode(zipped(data)),
    "base64 in JSON in gzip": lambda data: gzip.compress(json.dumps({"x": base64.b64encode(data).decode()}).encode()),
    "UTF-16 in hex": lambda data: data.decode().encode("utf-16-le").hex().encode(),
}
TOLD = {
    "last, first": NAME,
    "first last": f"{PATIENT.first} {PATIENT.last}",
    "capitals": NAME.upper(),
    "without accents": "Nunez-Harrow",
    "birth date, ISO": "born 1958-03-07",
    "birth date, US": "born 03/07/1958",
    "birth date, short": "born 3/7/1958",
    "birth date, in one": "born 19580307",
    "birth date, in words": "born March 7, 1958",
    "member id": PATIENT.member_id,
    "password": SECRET,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("told", TOLD)
def test_what_is_said_is_found_in_every_encoding(place: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "page.bin"
    path.write_bytes(b"\x00\xfe before " + PLACES[place](f"the page said: {TOLD[told]} and more".encode()) + b" after")
    assert SEEKER.folder(tmp_path)


@pytest.mark.parametrize("text", ["W123456789", "w123 456 789", "W-123456-789"])
def test_a_member_id_is_found_with_and_without_dashes(text: str) -> None:
    assert SEEKER.text(f"member {text}.", "")


@pytest.mark.parametrize("as_blob", [True, False])
def test_text_and_blobs_of_a_database_are_found(as_blob: bool, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(
        b"prefix" + in_table(gzip.compress(NAME.encode()) if as_blob else NAME.encode(), tmp_path, as_blob=as_blob)
    )
    (tmp_path / "made.sqlite").unlink()
    assert SEEKER.folder(tmp_path)


def test_a_long_value_that_the_database_splits_over_its_pages_is_found(tmp_path: Path) -> None:
    in_table(gzip.compress(b"".join(b"%d " % n for n in range(9000)) + NAME.encode()), tmp_path)
    assert any("cells" in found.where for found in SEEKER.folder(tmp_path))


def test_what_stands_only_in_the_write_ahead_log_is_found(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "live.sqlite")) as tables:
        tables.execute("PRAGMA journal_mode=WAL")
        tables.execute("CREATE TABLE t (a)")
        tables.commit()
        tables.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables.execute("INSERT INTO t VALUES (?)", (zlib.compress(NAME.encode()),))
        tables.commit()
        found = SEEKER.folder(tmp_path)
    assert {one.where for one in found} >= {"live.sqlite-wal", "live.sqlite (its cells)"}


def test_names_of_files_and_targets_of_links_are_searched(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.txt").touch()
    (tmp_path / "link").symlink_to(tmp_path.parent / "03-07-1958")
    assert {one.where for one in SEEKER.folder(tmp_path)} >= {f"the name of {NAME}.txt", "the target of link"}


def test_a_picture_in_the_open_is_reported_for_what_it_may_show(tmp_path: Path) -> None:
    (tmp_path / "screen").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert SEEKER.folder(tmp_path)


def test_a_one_time_code_is_found_as_a_number_of_its_own_only() -> None:
    assert SEEKER.text("typed: 918273,", "")
    assert not SEEKER.text("at 12:00:00.918273 or 1918273 or a918273f", "")


def test_what_says_nothing_is_not_reported(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(json.dumps({"event": "item", "item": "0f" * 16, "at": "2026-11-20T10:00:00Z"}) * 50)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(b"another day, 1958-03-08, and Harrow without the first half"))
    assert SEEKER.folder(tmp_path) == []


def test_only_the_contents_of_a_legitimate_file_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.csv").write_text(NAME)
    assert SEEKER.folder(tmp_path, legitimate=["results/*.csv"]) == []
    (tmp_path / "results" / f"{PATIENT.last}.csv").touch()
    assert SEEKER.folder(tmp_path, legitimate=["results/*.csv"])


# --- the night -------------------------------------------------------------------------------------------------------------------


def test_the_night_had_all_the_trouble_it_was_meant_to_have(night: Night) -> None:
    refused = [each["outcome"] for each in night.twin.records("sign_in") if each["user"] == setting.USERS[setting.REFUSED][0]]
    assert len(refused) == 1
    assert "ok" not in refused
    assert night.typed, "nobody was asked for the texted code"
    assert {"session-expiry", "error-503"} <= {each["fault"] for each in night.twin.records("fault")}
    log = [json.loads(line) for line in (night.home / "logs" / "payerbot.jsonl").read_text("utf-8").splitlines()]
    assert {"reader failed", "share failed", "trouble"} <= {line["event"] for line in log}
    assert {"SessionLost", "PageChanged", "ValueError", "RuntimeError"} <= {line.get("error") for line in log}
    assert any(line.get("error") == "PageChanged" and "cannot be read" not in line["where"] for line in log), "the changed page went by"
    assert {"Failed", "Waits"} <= {one["state"] for one in night.states if "state" in one}
    assert [one["error"] for one in night.states if "error" in one]


def test_every_patient_is_in_the_decrypted_ledger_with_both_name_parts_and_birth_date(night: Night) -> None:
    cells = [" | ".join(line.cells) for line in night.lines()]
    for person in setting.sentinels():
        born = person.birth_date.isoformat() if person.birth_date else person.born
        assert any(person.last in row and person.first in row and born in row and person.member_id in row for row in cells), person


def test_every_patient_is_in_a_result_file(night: Night) -> None:
    results = "\n".join(path.read_text("utf-8-sig") for path in (night.home / "results").glob("*.csv"))
    for person in setting.sentinels():
        assert person.last in results, person
        assert person.first in results, person
        assert (person.birth_date.isoformat() if person.birth_date else person.born) in results, person


def test_what_the_pages_showed_is_in_the_sealed_evidence(night: Night) -> None:
    from payerbot.ledger.evidence import Evidence

    with night.ledger() as ledger:
        store = Evidence(ledger, night.vault.ledger_keys())
        kept = [store.read(address) for line in night.lines() for address in line.evidence]
    assert any(b"winslow" in data.lower() and b"paloma" in data.lower() for data in kept)
    assert any(data.startswith(b"\x89PNG") for data in kept), "no picture of a page that was no plain answer"


def test_passwords_and_seeds_are_in_the_keyring(night: Night) -> None:
    user, password, seed = setting.USERS[setting.APP]
    assert tuple(night.vault.secrets(setting.PORTAL, setting.APP)) == (user, password, seed)
    assert night.vault.secrets(setting.PORTAL, setting.REFUSED).password == setting.TYPED_WRONG


def test_nothing_below_the_home_shows_a_patient_or_a_secret(night: Night) -> None:
    assert night.search.folder(night.home, legitimate=setting.LEGITIMATE) == []


def test_the_home_holds_what_was_searched(night: Night) -> None:
    names = {path.relative_to(night.home).as_posix() for path in night.home.rglob("*") if path.is_file()}
    assert {"ledger.sqlite", "prefect/prefect.db", "prefect/server.log", "logs/payerbot.jsonl"} <= names
    assert any(name.startswith("evidence/") for name in names)
    assert any(name.startswith("inbox/claim-status/loaded/claims-") for name in names)


def test_nothing_in_the_run_folder_while_it_worked_shows_a_patient_or_a_secret(night: Night) -> None:
    looks = {path.name.rpartition("-")[0] for path in night.watched.glob("*/*.*-*")}
    assert {"sign_in.clicked", "search.sent", "answer.read", "auth.read_back", "submit.pressed"} <= looks
    assert night.search.folder(night.watched, legitimate=setting.IN_WORK) == []


def test_no_process_prints_a_patient_or_a_secret(night: Night) -> None:
    assert (night.watched / "night.stdout").stat().st_size
    assert list(night.watched.glob("*/stdout"))
    assert list(night.watched.glob("*/stderr"))
    printed = [path for path in night.watched.rglob("*std*") if path.is_file()]
    assert [finding for path in printed for finding in night.search.file(path, path.name)] == []


def test_a_share_does_not_inherit_what_makes_its_browser_driver_talk(night: Night) -> None:
    shares = [one for one in night.seen.values() if b"PAYERBOT_RUN=" in one.environment]
    assert any(b"watched_share" in one.arguments for one in shares)
    assert not [one.process for one in shares if b"\0DEBUG=" in b"\0" + one.environment or b"PWDEBUG=" in one.environment]


def test_no_argument_and_no_environment_shows_a_patient_or_a_secret(night: Night) -> None:
    assert {"chrom", "node", "python"} <= {
        known for known in ("chrom", "node", "python") for one in night.seen.values() if known in one.process
    }
    assert night.search.processes(night.seen.values()) == []


def test_temporary_folders_are_left_without_a_patient_or_a_secret(night: Night) -> None:
    assert night.search.folder(night.temporary) == []


def test_the_words_of_errors_and_final_states_name_nobody(night: Night) -> None:
    words = json.dumps(night.states, ensure_ascii=False)
    assert [one["error"] for one in night.states if "error" in one]
    assert night.search.text(words, "states") == []


def test_the_keyring_itself_keeps_its_entries_sealed(night: Night) -> None:
    assert night.search.folder(night.bus.folder) == []


# --- payments, requests, answers to another system ---------------------------------------------------------------------------------


def logged(night: Night) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (night.home / "logs" / "payerbot.jsonl").read_text("utf-8").splitlines()]


def test_the_papers_had_all_the_trouble_they_were_meant_to_have(night: Night) -> None:
    held = [{found.what for found in night.search.folder(path)} for path in night.watched.glob("*/killed")]
    assert len(held) == 2
    assert any("document in the open" in what for seen in held for what in seen)
    assert [seen for seen in held if "name of Paloma Winslow" in seen], "a share was killed while a document came"
    assert [seen for seen in held if "name of Renata Hargrove" in seen], "a share was killed while a file went"
    failed = {line["item"] for line in logged(night) if line["event"] == "reader failed" and line["error"] == "ValueError"}
    assert len(failed) >= 3, "the schedule's, the EOB's and the form's"
    statuses = {line["status"] for line in logged(night) if line["event"] == "outbox"}
    assert {"refused (422)", "no answer in time", "taken (204)"} <= statuses
    assert [words for words in statuses if "no HTTP" in words], "it told what it was sent, and nothing else"
    assert [words for words in statuses if "trouble at the other side" in words]
    with night.ledger() as ledger:
        assert ledger.letters(state="dead", limit=9), "there is no dead letter"


def test_nothing_is_left_by_a_share_that_was_killed_not_even_until_the_next_start(night: Night) -> None:
    assert night.left == [[]] * len(night.left)
    told = [one for one in night.states if "threads" in one]
    assert len(told) >= 10
    assert [one for one in told if one["threads"] or one["processes"]] == []


def test_the_documents_are_in_the_ledger_the_lines_the_export_and_the_other_system(night: Night) -> None:
    from payerbot.ledger.evidence import Evidence
    from payerbot.remittance import EobResult

    answers = [line.answer for line in night.lines() if isinstance(line.answer, EobResult)]
    lines = "\n".join(path.read_text("utf-8-sig") for path in (night.home / "results").glob("eobs-*.eob_lines.csv"))
    bodies = b"\n".join(got.body for got in night.server.got).decode()
    assert len(answers) == len(papers.CHECKS)
    for claim, answer in zip(papers.paid(), answers, strict=True):
        assert answer.remittance is not None
        assert answer.remittance.claims[0].payer_claim_no == claim.payer_claim_no
        assert claim.payer_claim_no in lines
        assert claim.payer_claim_no in bodies
    with night.ledger() as ledger:
        store = Evidence(ledger, night.vault.ledger_keys())
        kept = {store.read(answer.eob_id) for answer in answers}
    assert {path.read_bytes() for path in (night.folder / "eobs").iterdir()} == kept
    assert {path.stat().st_mode & 0o777 for path in (night.folder / "eobs", *(night.folder / "eobs").iterdir())} == {0o700, 0o600}
    found = {finding.what for data in kept for finding in night.search.data(data, "")}
    assert found >= {f"name of {one.patient.first} {one.patient.last}" for one in papers.paid()}


def test_the_request_is_at_the_payer_word_for_word_and_was_shown_to_who_approved_it(night: Night) -> None:
    told = night.twin.auths()
    (taken,) = (one for one in told["taken"] if one["by"] == "portal")
    assert list(told["presses"].values()) == [1]
    assert papers.NOTE in taken["note"]
    assert papers.TO_LEARN in taken["answers"].values()
    assert [one["name"] for one in taken["attachments"]] == ["medical-record-1.pdf"], "no patient's name in a file's name"
    shown = [path.read_text("utf-8") for path in sorted(night.shown.glob("*.txt"))]
    assert len(shown) == 2
    for text in shown:
        assert papers.NOTE in text
        assert papers.TO_LEARN in text
    assert (night.shown / "page.png").read_bytes().startswith(b"\x89PNG")
    (asked, sent) = night.submissions()
    assert (asked.ask.note, asked.state) == (papers.NOTE, "new"), "its form fell over each time"
    assert (sent.ask.note, sent.state) == (papers.NOTE, "decided")
    assert next(one.answer for one in sent.ask.questionnaire) == papers.TO_LEARN


def test_commands_that_were_not_asked_to_show_a_patient_show_none(night: Night) -> None:
    assert {"eobs export", "auths prepare", "auths list", "auths follow", "outbox list", "outbox retry", "outbox send"} <= set(
        night.commands
    )
    printed = list(night.watched.glob("said-*.txt"))
    assert len(printed) >= 8
    assert [finding for path in printed for finding in night.search.file(path, path.name)] == []


def test_the_key_signs_and_is_never_sent(night: Night) -> None:
    assert night.vault.api_key() == papers.KEY.encode()
    assert {got.headers["payerbot-key"] for got in night.server.got} == {api.key_id(papers.KEY.encode())}
    for got in night.server.got:
        assert got.headers["payerbot-signature"] == api.signature(papers.KEY.encode(), got.headers["payerbot-timestamp"], got.body)
        assert night.search.text(json.dumps(dict(got.headers)), "") == []
    passwords = [part for user in setting.USERS.values() for part in user]
    assert not [word for word in (papers.KEY, *passwords, setting.TYPED_WRONG) for got in night.server.got if word.encode() in got.body]


# --- a planted leak is found -----------------------------------------------------------------------------------------------------


@pytest.fixture
def copied(night: Night, tmp_path: Path) -> Path:
    """The home as the night left it, to plant something in."""
    return Path(shutil.copytree(night.home, tmp_path / "home", symlinks=True))


def searched(night: Night, home: Path) -> list[str]:
    return [found.where for found in night.search.folder(home, legitimate=setting.LEGITIMATE)]


def test_a_log_line_through_a_broken_allow_list_is_found(night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from payerbot import logs

    monkeypatch.setattr(logs, "FIELDS", logs.FIELDS | {"patient"})
    try:
        path = logs.set_up(tmp_path)
        logs.log.info("item taken", patient=f"{setting.SEARCHED.first} {setting.SEARCHED.last}")
    finally:
        logs.file.close()
    assert searched(night, tmp_path) == [path.relative_to(tmp_path).as_posix()]


def test_a_file_named_after_a_patient_is_found(night: Night, tmp_path: Path) -> None:
    from payerbot.host import private_folder

    (private_folder(tmp_path / "evidence") / f"{setting.SEARCHED.last}.sealed").touch()
    assert searched(night, tmp_path) == [f"the name of evidence/{setting.SEARCHED.last}.sealed"]


@pytest.mark.parametrize("column", ["parameters", "name"])
def test_a_flow_parameter_and_a_run_name_that_tell_a_patient_are_found(night: Night, column: str, tmp_path: Path) -> None:
    told = json.dumps({"portal": "all", "patient": setting.SEARCHED.last}) if column == "parameters" else setting.SEARCHED.last
    (tmp_path / "prefect").mkdir()
    with contextlib.closing(
        sqlite3.connect(shutil.copyfile(night.home / "prefect" / "prefect.db", tmp_path / "prefect" / "prefect.db"))
    ) as tables:
        assert tables.execute(f"UPDATE flow_run SET {column} = ? WHERE rowid = (SELECT min(rowid) FROM flow_run)", (told,)).rowcount == 1  # noqa: S608
        tables.commit()
        assert any("prefect.db" in where for where in searched(night, tmp_path))


def test_a_secret_in_an_environment_is_found(night: Night) -> None:
    password = setting.USERS[setting.APP][1]
    planted = Seen("python 1", b"python\0-m\0x", f"HOME=/\0PASSWORD={password}\0".encode())
    assert [found.where for found in night.search.processes([*night.seen.values(), planted])] == ["environment of python 1"]


def test_evidence_that_is_kept_in_the_open_is_found(night: Night, copied: Path) -> None:
    (copied / "evidence" / "00").mkdir(exist_ok=True)
    (copied / "evidence" / "00" / "page.gz").write_bytes(gzip.compress(b"<p>PATIENT NAME</p> WINSLOW, PALOMA"))
    assert set(searched(night, copied)) == {"evidence/00/page.gz"}


def test_a_document_or_a_file_that_a_share_leaves_is_found(night: Night, copied: Path) -> None:
    for name, data in {"downloads/8d7f-41": next((night.folder / "eobs").iterdir()).read_bytes(), "attachments/x": papers.report()}.items():
        left = copied / "run" / "availity-app-login" / "1a2b" / name
        left.parent.mkdir(parents=True)
        left.write_bytes(data[8:])  # not known by its first letters
    assert {where.rpartition("/")[2] for where in searched(night, copied)} == {"8d7f-41", "x"}


@pytest.mark.parametrize("told", ["body", "note", "key", "check"])
def test_what_the_ledger_says_of_a_letter_and_the_count_of_presses_must_say_nothing(told: str, night: Night, copied: Path) -> None:
    body = next(got.body.decode() for got in night.server.got if papers.paid()[0].payer_claim_no.encode() in got.body)
    words = {"body": body, "note": papers.NOTE, "key": papers.KEY, "check": papers.CHECKS[0].lstrip("0")}[told]
    with contextlib.closing(sqlite3.connect(copied / "ledger.sqlite")) as tables, tables:
        assert tables.execute("UPDATE outbox SET last_status = ?", (words,)).rowcount
    assert any("ledger.sqlite" in where for where in searched(night, copied))
    shutil.copyfile(night.home / "ledger.sqlite", copied / "ledger.sqlite")
    (copied / "ledger.sqlite-wal").unlink(missing_ok=True)
    (copied / "presses.head").write_text(json.dumps({"privacy-practice": {"why": words}}))
    assert "presses.head" in searched(night, copied)


def test_a_key_and_a_note_in_a_share_are_found(night: Night) -> None:
    planted = [
        Seen("python 1", b"python\0-m\0x", f"PAYERBOT_API_KEY={papers.KEY}\0".encode()),
        Seen("python 2", f"python\0{papers.FILE}".encode(), b""),
    ]
    assert {found.where for found in night.search.processes(planted)} == {"environment of python 1", "arguments of python 2"}
