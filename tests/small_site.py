"""A small web site on loopback for tests of the browser: its pages are functions or texts, and it remembers every request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    host: str  # without the port
    port: int
    path: str  # without the query
    query: dict[str, str]
    form: dict[str, str]
    cookies: str
    body: str


class Reply(NamedTuple):
    """What is sent back."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = {}


Page = str | Reply | Callable[[Asked], "str | Reply"]


def moved(to: str, status: int = 302) -> Reply:
    return Reply("", status, {"Location": to})


class Site:
    """Serves `pages` under every *.localhost name; a path that is not among them is 404."""

    def __init__(self, pages: Mapping[str, Page] | None = None) -> None:
        self.pages: dict[str, Page] = dict(pages or {})
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def host(self, name: str = "portal") -> str:
        return f"{name}.localhost:{self.port}"

    def url(self, path: str = "/", name: str = "portal") -> str:
        return f"http://{self.host(name)}{path}"

    def paths(self, method: str = "") -> list[str]:
        """What was asked for, in order, without the browser's own favicon."""
        return [one.path for one in self.asked if one.path != "/favicon.ico" and method in ("", one.method)]

    def answer(self, asked: Asked) -> Reply:
        page = self.pages.get(asked.path, Reply("not here", 404))
        told = page(asked) if callable(page) else page
        return told if isinstance(told, Reply) else Reply(told)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
            asked = Asked(
                self.command,
                str(self.headers.get("Host", "")).partition(":")[0],
                site.port,
                parts.path,
                _flat(parts.query),
                _flat(body),
                str(self.headers.get("Cookie", "")),
                body,
            )
            site.asked.append(asked)
            reply = site.answer(asked)
            held = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            usual = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Length": str(len(held))}
            for name, value in {**usual, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(held)

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def handle(self) -> None:
            with suppress(ConnectionError):  # the page went on before the answer came, or the test hangs up
                super().handle()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is inherited
            pass

    return Handler


def _flat(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
