"""A practice's own system as the tests have it: a real server on loopback that keeps what it is sent and misbehaves on demand."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from payerbot.authorization import AuthRequest, AuthService
from payerbot.ledger.book import Ledger
from payerbot.letters import LettersRequest
from payerbot.model import Job
from payerbot.remittance import EobRequest
from payerbot.rows import Answer, Ask
from tests.ledger_support import LOGIN, PORTAL, claim_ask, sheet, visit_ask

ROOT = Path(__file__).resolve().parent.parent
Behavior = Callable[[socket.socket], None]
_DAY = date(2026, 11, 22)
_VALUES: dict[Any, Any] = {
    str: '007 \u00fc \u2028 "quoted"',
    int: 3,
    bool: True,
    Decimal: Decimal("1234.5"),
    date: date(2026, 2, 9),
    datetime: datetime.fromisoformat("2026-02-09T10:11:12+00:00"),
}


class Got(NamedTuple):
    """One request as it came over the wire."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server(socketserver.ThreadingTCPServer):
    """Speaks just enough HTTP by hand that it can also speak it badly."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Got] = []
        self.script: deque[Behavior] = deque()
        self.always: Behavior = reply(204)
        self.let_go = threading.Event()  # ends what hangs

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/payerbot"

    def clear(self) -> None:
        self.got.clear()
        self.script.clear()
        self.always = reply(204)

    def hang(self, _connection: socket.socket) -> None:
        """Say nothing at all."""
        self.let_go.wait(30)

    def drip(self, connection: socket.socket) -> None:
        """A letter now and then: no single wait is long, the whole has no end."""
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 3_000:
            connection.sendall(bytes([letter]))
            if self.let_go.wait(0.02):
                return


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        try:
            while (got := _read(self.request)) is not None:
                server.got.append(got)
                behavior = server.script.popleft() if server.script else server.always
                behavior(self.request)
                if not getattr(behavior, "keeps", False):
                    return
        except OSError:
            return


def _read(connection: socket.socket) -> Got | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65_536)):
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    return Got(first, headers, body)


def raw(data: bytes, *, keeps: bool = False) -> Behavior:
    """Send exactly this and, unless the connection is kept, close."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(data)

    behave.keeps = keeps  # type: ignore[attr-defined]
    return behave


def reply(status: int, headers: str = "") -> Behavior:
    return raw(f"HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n{headers}\r\n".encode(), keeps=True)


def announced(event: threading.Event, behavior: Behavior) -> Behavior:
    """The same, and the test hears of it."""

    def behave(connection: socket.socket) -> None:
        event.set()
        behavior(connection)

    return behave


def endless(connection: socket.socket) -> None:
    """A reply without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")


def eob_ask(n: int) -> EobRequest:
    """A made-up question for a payment."""
    told = claim_ask(n).model_dump(include={"payer_key", "payer_label", "organization", "region", "billing_npi", "billing_tin"})
    return EobRequest(**told, check_no=f"00{n:06}")


def auth_ask(n: int) -> AuthRequest:
    """A made-up authorization request."""
    told = claim_ask(n).model_dump(exclude={"claim_id", "payer_claim_no", "dos_from", "dos_to", "charge", "first_sent"})
    return AuthRequest(
        **told,
        request_id=f"R{n:04}",
        level_of_care="outpatient",
        services=(AuthService(code="90837", units="12"),),
        start_date="2026-12-01",
        end_date="2027-02-28",
        diagnoses=("F41.1",),
        pos="11",
        requesting_npi="1234567893",
        servicing_npi="1234567893",
        contact_name="Robin Quay",
        contact_phone="5550100000",
        approved_by="Robin Quay",
        approved_at="2026-11-20T12:00:00Z",
    )


def letters_ask(n: int) -> LettersRequest:
    about = {"payer_key": f"payer{n}", "payer_label": "A PAYER", "organization": "", "region": "", "billing_npi": "1234567893"}
    return LettersRequest(**about, billing_tin="123456789", since="2026-10-01", until="2026-10-31")


ASKS: dict[Job, Callable[[int], Ask]] = {
    Job.ELIGIBILITY: visit_ask,
    Job.CLAIM_STATUS: claim_ask,
    Job.EOBS: eob_ask,
    Job.AUTHS: auth_ask,
    Job.LETTERS: letters_ask,
}


def answer(book: Ledger, job: Job, answers: Mapping[int, Answer], *, digest: bytes = b"1" * 32) -> str:
    """A batch whose questions, by number, are answered so; the batch."""
    report = book.add(sheet(*map(ASKS[job], answers), job=job, digest=digest), business_date=_DAY)
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        for given in answers.values():
            item = book.claim(lease, report.batch)
            assert item is not None
            book.finish(lease, item, given, evidence=("ab" * 32,))
    return report.batch


def filled(kind: Any) -> Any:
    """A value of that type in which nothing is left out, however deep."""
    if kind in _VALUES:
        return _VALUES[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return filled(next(part for part in parts if part is not NoneType))
    if origin is tuple:
        return (filled(parts[0]), filled(parts[0]))
    if origin is Literal:
        return parts[0]
    if issubclass(kind, Enum):
        return list(kind)[-1]
    assert issubclass(kind, BaseModel), kind
    return kind(**{name: filled(field.annotation) for name, field in kind.model_fields.items()})


def example(page: str, language: str) -> str:
    """The first code block of a language in a page of docs/."""
    found = re.search(rf"^```{language}\n(.*?)^```", (ROOT / "docs" / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]
