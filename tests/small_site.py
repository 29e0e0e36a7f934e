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


# --- jQuery Select2 as version 4 draws it: the list hidden to one pixel, the box beside it, the search at the end of the body ----------

_SELECT2 = """
<style>.select2-hidden-accessible { clip: rect(0 0 0 0); height: 1px; overflow: hidden; padding: 0;
  position: absolute; width: 1px; white-space: nowrap }
  .select2-container { display: inline-block; min-width: 9em; border: 1px solid }</style>
<script>
  let drawn = 0, unfolded = null;
  const made = (tag, name, more) => Object.assign(document.createElement(tag), {className: name}, more);
  const fold = () => {
    if (unfolded) { unfolded.drop.remove(); unfolded.box.classList.remove('select2-container--open'); }
    unfolded = null;
  };
  const select2 = (list, {answers, late = 50, least = 1, keeps = true}) => {
    list.classList.add('select2-hidden-accessible'); list.tabIndex = -1; list.setAttribute('aria-hidden', 'true');
    const box = made('span', 'select2 select2-container select2-container--default');
    const selection = made('span', 'select2-selection select2-selection--single', {tabIndex: 0});
    const rendered = made('span', 'select2-selection__rendered', {textContent: 'Type to search'});
    selection.setAttribute('role', 'combobox'); selection.append(rendered); box.append(selection); list.after(box);
    const take = one => {
      list.replaceChildren(new Option(one, one, true, true)); rendered.textContent = one; fold();
      list.dispatchEvent(new Event('change', {bubbles: true}));
      if (!keeps) setTimeout(() => { list.replaceChildren(); rendered.textContent = 'Type to search'; }, 40);
    };
    const unfold = () => {
      fold();
      drawn += 1;
      const drop = made('span', 'select2-container select2-container--default select2-container--open');
      const field = made('input', 'select2-search__field', {type: 'search', id: `s2id_autogen${drawn}_search`, autocomplete: 'off'});
      const found = made('ul', 'select2-results__options', {id: `select2-${list.id}-results-${drawn}`});
      const line = (text, name = '') => made('li', `select2-results__option ${name}`, {textContent: text});
      let timer = 0;
      const search = () => {
        clearTimeout(timer);
        if (field.value.length < least) {
          found.replaceChildren(line(`Please enter ${least} or more characters`, 'select2-results__message')); return;
        }
        found.replaceChildren(line('Searching…', 'loading-results'), ...found.querySelectorAll('[role=option]'));
        timer = setTimeout(() => {
          const fit = answers.filter(one => one.toLowerCase().includes(field.value.toLowerCase()));
          found.replaceChildren(...(fit.length ? fit.map(one => {
            const item = line(one.replace(/^!/, '')); item.setAttribute('role', 'option');
            if (one.startsWith('!')) item.setAttribute('aria-disabled', 'true');
            else item.onmouseup = () => take(one);
            return item;
          }) : [line('No results found', 'select2-results__message')]));
        }, late);
      };
      field.onkeyup = event => { if (event.key === 'Escape') fold(); else search(); };
      drop.append(field, found); document.body.append(drop); box.classList.add('select2-container--open');
      unfolded = {drop, box}; search(); field.focus();
    };
    selection.onmousedown = event => { event.preventDefault(); if (unfolded && unfolded.box === box) fold(); else unfold(); };
  };
</script>"""


def select2(*lists: str) -> str:
    """A page's head with the imitation, and a call for each list: `select2(document.getElementById('a.b'), {answers: [...]})`."""
    return f"{_SELECT2}<script>addEventListener('DOMContentLoaded', () => {{ {';'.join(lists)} }})</script>"
