"""Answers on their way to the practice's own system: nothing is lost, nothing is blocked, and what arrives is what the documents say."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from payerbot import logs, run
from payerbot.cli import app
from payerbot.errors import UserError
from payerbot.ledger import outbox as rules
from payerbot.ledger.book import Ledger
from payerbot.model import ClaimState, ClaimStatusResult, EligibilityResult, Job, Outcome
from payerbot.outlet import api, envelope
from payerbot.outlet.api import Sender, Target, backoff, judged
from payerbot.practice import Practice
from payerbot.rows import ANSWER, Answer
from payerbot.settings import outlet_url, settings
from payerbot.vault import vault_of
from tests.ledger_support import ANSWERED, LOGIN, NOT_FOUND, PORTAL, Place, claim_ask, fetch, sheet
from tests.outlet_support import Server, announced, answer, endless, example, filled, raw, reply

if TYPE_CHECKING:
    from tests.keyring_session import KeyringSession

TENANT = "harborlight"
KEY = b"0123456789abcdef0123456789abcdef"
DOCS = Path(__file__).resolve().parent.parent / "docs"
FINAL = [outcome for outcome in Outcome if outcome.final]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.let_go.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    running.clear()
    running.let_go.clear()
    yield running
    running.let_go.set()


@pytest.fixture
def place(home: Path) -> Iterator[Place]:
    found = Place(home)
    yield found
    found.remove()


@pytest.fixture
def either(home: Path, database: str) -> Iterator[Place]:
    found = Place(home, database)
    yield found
    found.remove()


def open_book(place: Place, *, clock: bool = True) -> Ledger:
    return place.ledger(tenant=TENANT, clock=clock)


@pytest.fixture
def book(place: Place) -> Ledger:
    return open_book(place)


def claims(book: Ledger, n: int = 1, *, digest: bytes = b"1" * 32, given: Answer = ANSWERED) -> str:
    return answer(book, Job.CLAIM_STATUS, dict.fromkeys(range(1, n + 1), given), digest=digest)


def send(book: Ledger, practice: Practice, url: str, since: datetime | None = None) -> api.Round:
    with Sender(book, practice, Target(url, since), KEY) as sender:
        return sender.round()


def table(book: Ledger) -> list[tuple[Any, ...]]:
    """Per row of the outbox: tries, whether it was sent, whether it is dead, what happened last."""
    query = "SELECT tries, sent_at IS NOT NULL, dead_at IS NOT NULL, last_status FROM outbox ORDER BY n"
    return [(row[0], bool(row[1]), bool(row[2]), row[3]) for row in fetch(book, query)]


def ids(server: Server) -> list[str]:
    return [got.json["id"] for got in server.got]


# --- what is in it -------------------------------------------------------------------------------------------------------------------


def closed(schema: Any) -> Any:
    """The schema without its openness for fields to come."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    return found | {"additionalProperties": False} if "properties" in found and "required" in found else found


CHECK = Draft202012Validator(
    closed(json.loads((DOCS / "api.schema.json").read_text("utf-8"))), format_checker=Draft202012Validator.FORMAT_CHECKER
)


def with_outcome(given: Answer, outcome: Outcome) -> Answer:
    return given.model_copy(update={"outcome": outcome})


class TestBody:
    def test_the_schema_in_the_documents_is_the_codes(self) -> None:
        told = (DOCS / "api.schema.json").read_text("utf-8")
        assert told == envelope.schema_text(), "write it anew: python -m payerbot.outlet.envelope > docs/api.schema.json"
        Draft202012Validator.check_schema(json.loads(told))

    def test_every_jobs_answers_arrive_as_the_schema_says(self, server: Server, place: Place, practice: Practice) -> None:
        book = open_book(place)
        for job, kind in ANSWER.items():
            full = with_outcome(filled(kind), Outcome.ANSWERED)
            given = [full, *(kind(outcome=outcome) for outcome in FINAL)]
            answer(book, job, dict(enumerate(given, 1)))
        assert send(book, practice, server.url).sent == len(server.got) == len(ANSWER) * (1 + len(FINAL))
        for got in server.got:
            assert list(CHECK.iter_errors(got.json)) == []
            assert got.line == "POST /payerbot HTTP/1.1"
        assert {got.json["job"] for got in server.got} == {job.value for job in Job}
        assert [got.json["item"] for got in server.got if not (got.json["to_do"] and got.json["why"])] == []

    @pytest.mark.parametrize(
        "change",
        [
            {"seq": 0},
            {"outcome": "fine"},
            {"job": "eligibility"},
            {"answered_at": "2026-11-22T03:00:00"},
            {"evidence": None},
            {"rows": [{"line": 1}]},
            {"patient": "Ada"},
        ],
        ids=str,
    )
    def test_the_schema_refuses_what_is_not_so(self, change: dict[str, Any], server: Server, book: Ledger, practice: Practice) -> None:
        claims(book, given=with_outcome(filled(ClaimStatusResult), Outcome.ANSWERED))
        send(book, practice, server.url)
        assert CHECK.is_valid(server.got[0].json)
        assert not CHECK.is_valid(server.got[0].json | change)

    def test_money_and_shares_are_text(self, server: Server, book: Ledger, practice: Practice) -> None:
        given = EligibilityResult(outcome=Outcome.ANSWERED, copay="25", coinsurance="0.20", deductible_left="1E+2")
        answer(book, Job.ELIGIBILITY, {1: given})
        send(book, practice, server.url)
        told = server.got[0].json["answer"]
        assert [told[name] for name in ("copay", "coinsurance", "deductible_left", "deductible")] == ["25.00", "0.2", "100.00", None]
        assert not CHECK.is_valid(server.got[0].json | {"answer": told | {"copay": 25.0}})
        assert not CHECK.is_valid(server.got[0].json | {"answer": told | {"copay": "25"}})

    def test_the_practices_own_keys_come_with_each_row_that_asked(self, server: Server, book: Ledger, practice: Practice) -> None:
        asked = sheet(claim_ask(7), claim_ask(7), digest=b"2" * 32)
        rows = tuple(row.model_copy(update={"cells": (f"00{row.line}", "C7", "P7", "x")}) for row in asked.rows)
        file = asked.model_copy(update={"header": ("Appointment ID", "Claim Number", "Patient ID", "note"), "rows": rows})
        batch = book.add(file, business_date=date(2026, 11, 22)).batch
        with book.take_lease(PORTAL, LOGIN, life=60) as lease:
            item = book.claim(lease, batch)
            assert item is not None
            book.finish(lease, item, ANSWERED)
        send(book, practice, server.url)
        same = {"claim_id": "C7", "payment_id": None, "request_id": None, "patient_key": "P7"}
        assert server.got[0].json["rows"] == [{"line": n, "appointment_id": f"00{n}", **same} for n in (1, 2)]
        assert server.got[0].json["payer_key"] == "aetna"
        assert server.got[0].json["asked_about"] == "2026-09-01"

    def test_staffs_words_and_evidence_addresses_come_along(self, server: Server, book: Ledger, practice: Practice) -> None:
        claims(book, given=ClaimStatusResult(outcome=Outcome.ANSWERED, state=ClaimState.PAID, paid="85.2", check_no="0081"))
        send(book, practice, server.url)
        told = server.got[0].json
        assert (told["to_do"], told["why"], told["needs_person"]) == ("PAID", "paid $85.20 by check 0081", False)
        assert told["evidence"] == ["ab" * 32]
        assert told["answered_at"] == "2026-11-22T03:00:00.000000Z"


class TestHeaders:
    def test_a_signature_by_other_code_is_the_same(self, server: Server, book: Ledger, practice: Practice) -> None:
        claims(book)
        send(book, practice, server.url)
        got = server.got[0]
        stamp = got.headers["payerbot-timestamp"]
        assert abs(int(stamp) - time.time()) < 60
        by_hand = hmac.new(KEY, digestmod=hashlib.sha256)
        by_hand.update(stamp.encode())
        by_hand.update(b".")
        by_hand.update(got.body)
        assert got.headers["payerbot-signature"] == f"v1={by_hand.hexdigest()}"
        assert got.headers["payerbot-key"] == hashlib.sha256(b"payerbot api key\x00" + KEY).hexdigest()[:8]
        assert got.headers["idempotency-key"] == got.json["id"]
        assert (got.headers["payerbot-sequence"], got.headers["payerbot-schema"]) == ("1", "1")
        assert got.headers["content-type"] == "application/json"

    def test_names_tell_nothing_and_differ_from_practice_to_practice(self, server: Server, place: Place, practice: Practice) -> None:
        for tenant in (TENANT, "elsewhere"):
            book = place.ledger(tenant=tenant)
            claims(book)
            send(book, practice.model_copy(update={"tenant": tenant}), server.url)
        one, other = (got.json for got in server.got)
        assert one["item"] == other["item"].replace(other["batch"], one["batch"])
        assert one["id"] != other["id"]
        assert one["subject"] != other["subject"]


# --- the documented receiver ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documented() -> SimpleNamespace:
    """The receiver of docs/api.md, as it stands there."""
    module: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(example("api.md", "python"), "docs/api.md", "exec"), module)  # noqa: S102  it is ours
    module["KEY"] = KEY
    return SimpleNamespace(**module, module=module)


class Headers(dict[str, str]):
    """As a server has them: whatever the case."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class TestDocumentedReceiver:
    def test_it_takes_what_is_sent_and_refuses_another_key(
        self, documented: SimpleNamespace, book: Ledger, practice: Practice, tmp_path: Path
    ) -> None:
        for n, state in enumerate((ClaimState.RECEIVED, ClaimState.PENDING, ClaimState.PAID)):
            claims(book, given=ClaimStatusResult(outcome=Outcome.ANSWERED, state=state), digest=bytes([n]) * 32)
        documented.Receiver.path_of_database = str(tmp_path / "answers.sqlite")
        with HTTPServer(("127.0.0.1", 0), documented.Receiver) as receiver:
            thread = threading.Thread(target=receiver.serve_forever, args=(0.02,))
            thread.start()
            url = f"http://127.0.0.1:{receiver.server_address[1]}/"
            with Sender(book, practice, Target(url, None), b"another key" * 4) as wrong:
                assert wrong.round() == api.Round(dead=3, away=True)
            assert book.send_again(None, by="dana") == 3
            assert send(book, practice, url) == api.Round(sent=3)
            receiver.shutdown()
            thread.join()
        database = documented.opened(tmp_path / "answers.sqlite")
        rows = database.execute("SELECT seq, body FROM latest").fetchall()
        database.close()
        assert [(seq, json.loads(body)["answer"]["state"]) for seq, body in rows] == [(3, "paid")]

    def test_an_answer_that_comes_late_does_not_hide_a_later_one(
        self, documented: SimpleNamespace, server: Server, place: Place, book: Ledger, practice: Practice
    ) -> None:
        for n, state in enumerate((ClaimState.RECEIVED, ClaimState.PENDING, ClaimState.PAID)):
            claims(book, given=ClaimStatusResult(outcome=Outcome.ANSWERED, state=state), digest=bytes([n]) * 32)
        server.script.extend([reply(503), reply(204), raw(b"")])
        assert send(book, practice, server.url) == api.Round(sent=1, later=2)
        place.clock.forward(minutes=1)
        assert send(book, practice, server.url) == api.Round(sent=2)
        database = documented.opened(":memory:")
        assert [got.json["seq"] for got in server.got][:3] == [1, 2, 3]
        for got in server.got[1:]:  # the receiver did store what it then failed to say
            assert documented.is_genuine(Headers(got.headers), got.body, time.time())
            documented.store(database, got.body)
        ((seq, body),) = database.execute("SELECT seq, body FROM latest").fetchall()
        database.close()
        assert (seq, json.loads(body)["answer"]["state"]) == (3, "paid")

    def test_an_old_or_changed_request_is_refused(self, documented: SimpleNamespace) -> None:
        body, now = b'{"seq": 1}', 1_764_150_000
        headers = {"Payerbot-Timestamp": str(now), "Payerbot-Signature": api.signature(KEY, str(now), body)}
        assert documented.is_genuine(headers, body, now + 299)
        assert not documented.is_genuine(headers, body, now + 301)
        assert not documented.is_genuine(headers, body + b" ", now)
        assert not documented.is_genuine({**headers, "Payerbot-Timestamp": str(now + 1)}, body, now)
        assert not documented.is_genuine({}, body, now)

    @given(st.permutations(range(1, 7)), st.lists(st.integers(1, 6), max_size=6))
    def test_in_whatever_order_they_come_the_last_answer_stays(
        self, documented: SimpleNamespace, order: list[int], twice: list[int]
    ) -> None:
        database = documented.opened(":memory:")
        for seq in (*order, *twice):
            told = {"subject": "s", "seq": seq, "answered_at": f"2026-11-22T03:0{seq}:00.000000Z", "n": seq}
            documented.store(database, json.dumps(told).encode())
        ((seq, body),) = database.execute("SELECT seq, body FROM latest").fetchall()
        database.close()
        assert (seq, json.loads(body)["n"]) == (6, 6)


# --- a system that misbehaves --------------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "TRY_SECONDS", 0.3)


class TestMisbehavior:
    def test_500_then_200_arrives_once_under_the_same_name(self, server: Server, place: Place, book: Ledger, practice: Practice) -> None:
        claims(book)
        server.script.append(reply(500))
        assert send(book, practice, server.url) == api.Round(later=1)
        assert send(book, practice, server.url) == api.Round(), "it is not due yet"
        place.clock.forward(seconds=api.FIRST_WAIT)
        assert send(book, practice, server.url) == api.Round(sent=1)
        first, second = server.got
        assert first.body == second.body
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
        assert table(book) == [(2, True, False, "taken (204)")]

    @pytest.mark.parametrize(
        "behavior",
        [
            pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), id="half a reply"),
            pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmuch more than that"), id="wrong length"),
            pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n<html>{{{\x00\xff"), id="nonsense"),
            pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nnot"), id="no gzip"),
            pytest.param(endless, id="endless"),
        ],
    )
    def test_any_2xx_is_taken_whatever_comes_with_it(
        self, behavior: Any, server: Server, impatient: None, book: Ledger, practice: Practice
    ) -> None:
        claims(book, 2)
        server.script.append(behavior)
        assert send(book, practice, server.url) == api.Round(sent=2)
        assert len(set(ids(server))) == 2

    @pytest.mark.parametrize(
        "behavior, status",
        [
            pytest.param("hang", "no answer in time", id="hangs"),
            pytest.param("drip", "no answer in time", id="drips"),
            pytest.param(raw(b"\x00\x01 what?\r\n\r\n"), "the connection broke off, or what came back is no HTTP", id="garbage"),
            pytest.param(raw(b"HTTP/1.1 20"), "the connection broke off, or what came back is no HTTP", id="half a head"),
            pytest.param(raw(b""), "the connection broke off, or what came back is no HTTP", id="closes"),
            pytest.param(reply(503), "trouble at the other side (503)", id="503"),
            pytest.param(reply(429), "asked to come back later (429)", id="429"),
        ],
    )
    def test_what_did_not_arrive_waits_and_holds_up_no_other(
        self, behavior: Any, status: str, server: Server, impatient: None, book: Ledger, practice: Practice
    ) -> None:
        claims(book, 2)
        server.script.append(getattr(server, behavior) if isinstance(behavior, str) else behavior)
        began = time.monotonic()
        assert send(book, practice, server.url) == api.Round(sent=1, later=1)
        assert time.monotonic() - began < 5
        assert table(book) == [(1, False, False, status), (1, True, False, "taken (204)")]

    def test_a_system_that_is_down_loses_nothing(self, place: Place, book: Ledger, server: Server, practice: Practice) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
            claims(book, 5)
            assert send(book, practice, f"http://127.0.0.1:{taken.getsockname()[1]}/") == api.Round(later=3, away=True)
        assert book.outbox_counts().waiting == 5
        place.clock.forward(hours=1)
        assert send(book, practice, server.url) == api.Round(sent=5)

    def test_a_refused_answer_is_dead_at_once_and_the_next_ones_are_sent(self, server: Server, book: Ledger, practice: Practice) -> None:
        claims(book, 6)
        server.script.extend([reply(400), reply(422), reply(413), reply(409)])
        assert send(book, practice, server.url) == api.Round(sent=2, dead=4)
        assert [row[3] for row in table(book)][:2] == ["refused (400)", "refused (422)"]

    @pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405])
    def test_a_wrong_address_or_key_does_not_kill_a_whole_nights_answers(
        self, status: int, server: Server, place: Place, book: Ledger, practice: Practice
    ) -> None:
        claims(book, 5)
        server.always = reply(status, f"Location: {server.url}/elsewhere\r\n")
        assert send(book, practice, server.url) == api.Round(dead=3, away=True)
        assert {got.line for got in server.got} == {"POST /payerbot HTTP/1.1"}, "a redirect is not followed"
        server.always = reply(204)
        assert book.send_again(None, by="dana") == 3
        assert send(book, practice, server.url) == api.Round(sent=5)

    def test_retry_after_is_kept_within_limits(self, server: Server, place: Place, book: Ledger, practice: Practice) -> None:
        claims(book)
        server.script.append(reply(503, "Retry-After: 600\r\n"))
        send(book, practice, server.url)
        place.clock.forward(seconds=599)
        assert send(book, practice, server.url) == api.Round()
        place.clock.forward(seconds=2)
        assert send(book, practice, server.url) == api.Round(sent=1)

    def test_a_certificate_that_nobody_trusts_gets_nothing(self, book: Ledger, practice: Practice, tmp_path: Path) -> None:
        claims(book)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        came: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def serve() -> None:
                connection, _ = listening.accept()
                with connection:
                    try:
                        with context.wrap_socket(connection, server_side=True) as secure:
                            came.append(secure.recv(1))
                    except OSError:
                        return

            thread = threading.Thread(target=serve)
            thread.start()
            send(book, practice, f"https://127.0.0.1:{listening.getsockname()[1]}/")
            thread.join()
        assert table(book) == [(1, False, False, "its certificate is not one that this computer trusts")]
        assert came in ([], [b""])

    def test_no_proxy_is_taken_from_the_environment(
        self, server: Server, book: Ledger, practice: Practice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        claims(book)
        assert send(book, practice, server.url) == api.Round(sent=1)

    def test_an_answer_that_cannot_be_read_blocks_no_other(self, server: Server, book: Ledger, practice: Practice) -> None:
        claims(book, 2)
        with book.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE answer SET result = x'00' WHERE item LIKE '%.1'")
        assert send(book, practice, server.url) == api.Round(sent=1, dead=1)
        assert table(book)[0][3] == "payerbot cannot read this answer: run 'payerbot doctor'"


def self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    cert = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + cert.public_bytes(serialization.Encoding.PEM))
    return file


class TestRules:
    @pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
    def test_2xx_is_sent(self, code: int) -> None:
        assert judged(code).ended == "sent"

    @pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599, 700])
    def test_these_come_again(self, code: int) -> None:
        assert judged(code).ended == "later"

    @pytest.mark.parametrize("code", [300, 302, 304, 308, 400, 401, 404, 410, 418, 451, 499])
    def test_these_are_dead(self, code: int) -> None:
        assert judged(code).ended == "dead"

    @pytest.mark.parametrize(
        "said, seconds",
        [("120", 120), ("0", 1), ("999999999999", 21_600), ("soon", None), ("-5", None), ("", None), ("Wed, 99 Foo", None), ("\u0662", 2)],
    )
    def test_retry_after_in_seconds(self, said: str, seconds: float | None) -> None:
        assert judged(503, said).wait == seconds

    def test_retry_after_as_a_date(self) -> None:
        wait = judged(429, format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)).wait
        assert wait is not None
        assert 85 < wait <= 90
        assert judged(429, "Wed, 21 Oct 2015 07:28:00 GMT").wait == 1

    @given(st.integers(1, 10_000))
    def test_waits_grow_and_have_an_end(self, tries: int) -> None:
        least = min(30 * 2 ** min(tries - 1, 20), 21_600) / 2
        assert least <= backoff(tries) <= least * 2

    @pytest.mark.parametrize(
        "url",
        ["https://practice.example/x", "https://practice.example:8443", "http://127.0.0.1:8080/a", "http://localhost/", "http://[::1]:80/"],
    )
    def test_an_address_that_will_do(self, url: str) -> None:
        assert outlet_url(f" {url} ") == url

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "practice.example",
            "ftp://practice.example",
            "http://practice.example/x",
            "http://127.0.0.1.practice.example/",
            "http://x.localhost/",
            "https://user:secret@practice.example/",
            "https://practice.example/?token=secret",
            "https://practice.example/#secret",
            "http://localhost\\@practice.example/",
            "http://localhost /",
            "https://[::1",
            "https://:443/",
            "https://practice.example:99999/",
        ],
    )
    def test_an_address_that_will_not(self, url: str) -> None:
        with pytest.raises(ValueError) as refused:
            outlet_url(url)
        assert "secret" not in str(refused.value)


# --- the outbox, on both databases ---------------------------------------------------------------------------------------------------


class TestOutbox:
    def test_two_senders_at_once_send_each_answer_once(self, server: Server, either: Place, practice: Practice) -> None:
        first = open_book(either)
        claims(first, 24)
        books = [first, open_book(either)]
        threads = [threading.Thread(target=send, args=(book, practice, server.url)) for book in books]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids(server)) == len(set(ids(server))) == 24
        assert first.outbox_counts().sent == 24
        assert first.verify_audit() == []
        assert fetch(first, "SELECT count(*) FROM audit WHERE action = 'send'") == [(24,)]

    def test_a_sender_killed_after_the_post_sends_again_under_the_same_name(
        self, server: Server, either: Place, practice: Practice, practice_file: Path
    ) -> None:
        book = open_book(either, clock=False)
        claims(book)
        script = (
            "from payerbot.outlet.api import Sender, Target\nfrom payerbot.practice import Practice\n"
            f"book = place.ledger(tenant={TENANT!r}, clock=False)\n"
            "with Sender(book, Practice.load(Path(sys.argv[1])), Target(sys.argv[2], None), sys.argv[3].encode()) as sender:\n"
            "    sender.round()\n"
        )
        child = either.child(script, str(practice_file), server.url, KEY.decode())

        def kill(_connection: socket.socket) -> None:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()

        server.script.append(kill)
        assert child.wait(60) == -signal.SIGKILL
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            pipe.close()
        assert table(book) == [(1, False, False, "")]
        assert send(book, practice, server.url) == api.Round(), "its minute is not over"
        either.clock.now = datetime.now(UTC) + rules.HELD
        later = open_book(either)
        assert send(later, practice, server.url) == api.Round(sent=1)
        assert len(ids(server)) == 2
        assert len(set(ids(server))) == 1
        assert server.got[0].body == server.got[1].body

    def test_it_is_given_up_after_many_tries_or_many_days(self, either: Place) -> None:
        book = open_book(either)
        claims(book, 2)
        for _ in range(rules.MOST_TRIES):
            letter = book.take_letter()
            assert letter is not None
            book.postpone(letter, "no connection", timedelta(0))
            with book.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE outbox SET next_try_at = NULL WHERE n = 2")
        assert table(book)[0] == (40, False, True, "given up after 40 tries: no connection")
        assert book.take_letter() is None
        assert book.send_again(2, by="dana") == 1
        letter = book.take_letter()
        assert letter is not None
        book.postpone(letter, "no connection", rules.LONGEST + timedelta(seconds=1))
        assert table(book)[1] == (1, False, True, "given up after 1 tries: no connection")

    def test_who_was_overtaken_does_not_disturb_who_overtook(self, either: Place) -> None:
        book = open_book(either)
        claims(book)
        slow = book.take_letter()
        either.clock.forward(seconds=61)
        quick = book.take_letter()
        assert slow is not None
        assert quick is not None
        book.bury(slow, "refused (400)")
        book.postpone(slow, "no answer in time", timedelta(hours=5))
        assert table(book) == [(2, False, False, "")]
        book.sent(slow, book.contents(slow), "taken (200)")
        book.bury(quick, "refused (400)")
        assert table(book) == [(2, True, False, "taken (200)")]

    def test_the_sequence_counts_per_claim_and_the_number_per_practice(self, either: Place) -> None:
        book = open_book(either)
        for n in range(3):
            claims(book, 2, digest=bytes([n]) * 32, given=NOT_FOUND)
        assert sorted(fetch(book, "SELECT n, seq FROM outbox")) == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)]

    def test_older_ones_stay_where_a_day_is_named(self, server: Server, either: Place, practice: Practice) -> None:
        book = open_book(either)
        claims(book, 2)
        either.clock.forward(days=1)
        claims(book, 1, digest=b"2" * 32)
        since = either.clock.now - timedelta(hours=1)
        assert send(book, practice, server.url, since) == api.Round(sent=1)
        counts = book.outbox_counts(since)
        assert (counts.waiting, counts.sent, counts.left_out) == (0, 1, 2)

    def test_a_number_that_is_not_there_or_was_sent_is_a_sentence(self, server: Server, either: Place, practice: Practice) -> None:
        book = open_book(either)
        claims(book)
        send(book, practice, server.url)
        for n in (1, 99):
            with pytest.raises(UserError, match=f"no answer {n} that is still to be sent"):
                book.send_again(n, by="dana")


# --- beside a run, and by hand -------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(home: Path, practice: Practice, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The ledger of a practice whose system is the test's server; its vault is the demo's, which needs no keyring."""
    vault_file = tmp_path / "vault.json"
    vault_file.write_text(json.dumps({"api/signing": KEY.decode()}))
    for name, value in {"DEMO_VAULT": str(vault_file), "API_URL": server.url}.items():
        monkeypatch.setenv(f"PAYERBOT_{name}", value)
    settings.cache_clear()
    monkeypatch.setattr(api, "LOOKS_EVERY", 0.01)
    with Ledger.open(settings().ledger, tenant=TENANT, keys=vault_of(TENANT).ledger_keys(), home=home) as book:
        yield book
    logs.file.close()


def payerbot(*arguments: str) -> Any:
    done = CliRunner().invoke(app, arguments, prog_name="payerbot")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


class TestBesideARun:
    def test_answers_are_sent_while_it_goes_on_and_at_its_end(self, office: Ledger, practice: Practice, server: Server) -> None:
        arrived = threading.Event()
        server.always = announced(arrived, reply(204))
        with run.answers_sent(practice):
            claims(office)
            assert arrived.wait(10)
            claims(office, 3, digest=b"2" * 32)
        assert len(set(ids(server))) == 4
        assert office.outbox_counts().sent == 4

    def test_a_run_of_a_batch_sends_what_waits(self, office: Ledger, practice: Practice, server: Server) -> None:
        batch = claims(office, 2)
        assert run.run_batch(practice, batch).exit_code == run.EXIT_OK
        assert len(server.got) == 2

    def test_a_flow_and_the_service_send_as_well(
        self, office: Ledger, practice: Practice, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import flows.serve
        from flows.shares import run_batch
        from payerbot.commands import service

        batch = claims(office, 1)
        assert run_batch(practice, batch, "all").exit_code == run.EXIT_OK
        assert len(server.got) == 1
        arrived = threading.Event()
        server.always = announced(arrived, reply(204))
        claims(office, 1, digest=b"2" * 32)
        monkeypatch.setattr(flows.serve, "serve_all", lambda _practice: arrived.wait(10))
        assert service.serve() == service.OK
        assert arrived.is_set()
        assert office.outbox_counts().sent == 2

    def test_a_system_that_hangs_does_not_hold_the_run_up(
        self, office: Ledger, practice: Practice, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(api, "LAST_SECONDS", 0.2)
        begun = threading.Event()
        server.always = announced(begun, server.hang)
        with run.answers_sent(practice):
            claims(office, 2)
            assert begun.wait(10)
            began = time.monotonic()
        assert time.monotonic() - began < 5
        counts = office.outbox_counts()
        assert (counts.waiting, counts.sent, counts.dead) == (2, 0, 0)

    def test_a_stop_sends_nothing_more(self, office: Ledger, practice: Practice, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "LOOKS_EVERY", 60.0)
        claims(office)
        with pytest.raises(KeyboardInterrupt), run.answers_sent(practice):
            raise KeyboardInterrupt
        assert server.got == []
        assert office.outbox_counts().waiting == 1

    def test_without_a_key_or_with_a_wrong_address_the_run_goes_on(
        self, office: Ledger, practice: Practice, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"API_URL": "http://practice.example/", "DEMO_VAULT": str(settings().home / "empty.json")}.items():
            (settings().home / "empty.json").write_text("{}")
            monkeypatch.setenv(f"PAYERBOT_{name}", value)
            settings.cache_clear()
            with run.answers_sent(practice):
                pass
            monkeypatch.setenv("PAYERBOT_API_URL", server.url)
        assert server.got == []

    def test_nothing_is_sent_and_nothing_imported_where_no_system_is_named(self, home: Path, practice: Practice) -> None:
        assert practice.api is None
        assert api.target_of(practice) is None
        with run.answers_sent(practice):
            assert "outbox" not in {thread.name for thread in threading.enumerate()}


class TestCommands:
    def test_what_is_dead_is_told_without_a_patient_and_can_be_sent_again(self, office: Ledger, server: Server) -> None:
        claims(office, 3)
        server.script.append(reply(422))
        sent = payerbot("outbox", "send")
        assert (sent.exit_code, sent.stdout) == (3, "2 sent; 0 wait, 1 dead.\n")
        shown = payerbot("outbox")
        assert shown.exit_code == 3
        assert "0 wait, 2 sent, 1 dead." in shown.stdout
        assert "refused (422)" in shown.stdout
        told = json.loads(payerbot("outbox", "list", "--json").stdout)
        assert (told["sends"], told["dead"][0]["n"], told["dead"][0]["last_status"]) == (True, 1, "refused (422)")
        for text in (shown.stdout, json.dumps(told), (settings().home / "logs" / "payerbot.jsonl").read_text("utf-8")):
            assert not [word for word in ("Quimby", "C000001", "W000001", 'P1"', KEY.decode()) if word in text]
        assert payerbot("outbox", "retry", "1").stdout.startswith("1 to be sent again")
        assert json.loads(payerbot("outbox", "send", "--json").stdout)["sent"] == 1
        assert payerbot("outbox", "list").exit_code == 0

    def test_nothing_gets_through_is_a_failure_that_says_so(self, office: Ledger, server: Server) -> None:
        claims(office, 4)
        server.always = reply(404)
        done = payerbot("outbox", "send")
        assert done.exit_code == 1
        assert "Nothing gets through" in done.stderr
        assert json.loads(payerbot("outbox", "retry", "--all", "--json").stdout) == {"again": 3}

    def test_wrong_usage_is_a_sentence(self, office: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        for arguments in (("retry",), ("retry", "1", "--all"), ("retry", "7")):
            assert payerbot("outbox", *arguments).exit_code == 2
        monkeypatch.setenv("PAYERBOT_API_URL", "")
        settings.cache_clear()
        done = payerbot("outbox", "send")
        assert done.exit_code == 2
        assert "PAYERBOT_API_URL" in done.stderr

    def test_doctor_says_where_answers_go_or_what_is_missing(self, office: Ledger, practice: Practice) -> None:
        from payerbot import doctor

        claims(office)
        found = list(doctor._outbox(practice, vault_of(TENANT)))
        assert [(one.state, one.says) for one in found] == [("ok", "answers go to 127.0.0.1, signed; 0 sent, 1 wait.")]
        vault = vault_of(TENANT, {})
        assert [(one.state, one.says) for one in doctor._outbox(practice, vault)] == [("bad", api.NO_KEY)]

    def test_the_key_is_made_handed_over_once_and_checked(
        self, home: Path, practice: Practice, os_keyring: KeyringSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PAYERBOT_API_URL", "https://practice.example/")
        settings.cache_clear()
        assert "MISSING: run 'payerbot keys set-api'" in payerbot("keys", "check").stdout
        file = tmp_path / "key.txt"
        made = payerbot("keys", "set-api", "--new", str(file))
        key = file.read_text("utf-8").strip()
        assert made.exit_code == 0
        assert len(key) == 64
        assert key not in made.stdout
        assert file.stat().st_mode & 0o077 == 0
        assert vault_of(TENANT).api_key() == key.encode()
        assert "Key that signs answers: there." in payerbot("keys", "check").stdout
        assert json.loads(payerbot("keys", "check", "--json").stdout)[-1] == {"portal": "api", "login": "signing", "key": True}
        assert payerbot("keys", "set-api", "--new", str(file)).exit_code == 2, "the file is there"
        typed = CliRunner().invoke(app, ["keys", "set-api"], input="too short\n")
        assert typed.exit_code == 2
        assert "too short" not in typed.stderr
        assert CliRunner().invoke(app, ["keys", "set-api"], input=f"{'k' * 40}\n").exit_code == 0
        assert vault_of(TENANT).api_key() == b"k" * 40
        logs.file.close()


def test_the_practice_file_names_the_system(practice_file: Path) -> None:
    plain = practice_file.read_text("utf-8")
    practice_file.write_text(plain + "\napi:\n  url: https://practice.example/payerbot\n  since: 2026-11-23\n", "utf-8")
    target = api.target_of(Practice.load(practice_file))
    assert target == Target("https://practice.example/payerbot", datetime(2026, 11, 23, 5, tzinfo=UTC))
    practice_file.write_text(plain + "\napi:\n  url: http://practice.example/payerbot\n", "utf-8")
    with pytest.raises(UserError, match=r"api url: must begin with https://"):
        Practice.load(practice_file)
