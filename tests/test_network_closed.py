"""The browser talks to the portal's hosts and to nothing else: a second server on loopback stands for the outside and hears nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.browser import launch
from payerbot.browser.locate import Screen, Tab
from payerbot.errors import PageChanged, RunError
from tests.browser_support import ZONE, selectors, started
from tests.small_site import Asked, Reply, Site, moved

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

OUTSIDE = "outside.elsewhere"
DNS = ("DNS_TRANSACTION", "HOST_RESOLVER_SYSTEM_TASK", "HOST_RESOLVER_DNS_TASK")  # Chromium's names for asking the network for a name


class NetLog:
    """What Chromium wrote down about its own sockets and look-ups."""

    def __init__(self, file: Path) -> None:
        text = file.read_text(encoding="utf-8").rstrip().rstrip(",")
        log: dict[str, Any] = json.loads(text if text.endswith("}") and text.count("]") else text + "]}")
        kinds = {number: name for name, number in log["constants"]["logEventTypes"].items()}
        assert {"TCP_CONNECT_ATTEMPT", "UDP_BYTES_SENT", *DNS} <= set(kinds.values())
        events = [(kinds[event["type"]], event.get("params", {})) for event in log["events"]]
        tried = [params["address"] for kind, params in events if kind == "TCP_CONNECT_ATTEMPT" and "address" in params]
        self.connected = {int(address.rpartition(":")[2]) for address in tried if address.startswith(("127.0.0.1", "[::1]"))}
        assert len(tried) == sum(address.startswith(("127.0.0.1", "[::1]")) for address in tried)
        proxies = [str(params) for kind, params in events if kind == "PROXY_RESOLUTION_SERVICE_RESOLVED_PROXY_LIST"]
        self.proxy = next(int(said.rpartition("127.0.0.1:")[2].split("'")[0].split(";")[0]) for said in proxies if "127.0.0.1:" in said)
        self.asked_dns = " ".join(json.dumps(params) for kind, params in events if kind in DNS)
        self.packets = sum(kind == "UDP_BYTES_SENT" for kind, _ in events)


# --- browsers of their own, before the shared one: there can be one at a time --------------------------------------------------------


def test_the_browsers_own_log_shows_no_other_connection_name_or_packet(tmp_path: Path) -> None:
    with Site() as portal, Site() as outside:
        log = tmp_path / "net.json"
        with started(tmp_path / "run", [portal.host()], switches=f"--log-net-log={log}") as context:
            page = context.new_page()
            names = "".join(f"<link rel={rel} href=http://{rel}.example.com/>" for rel in ("dns-prefetch", "preconnect", "prefetch"))
            portal.pages["/"] = f"{names}<img src=http://pictures.example.com/x.png><p>x</p>"
            page.goto(portal.url())
            page.evaluate(f"fetch('{outside.url('/', OUTSIDE)}').catch(() => 0)")
            page.wait_for_timeout(1_000)
        seen = NetLog(log)
        assert portal.port in seen.connected
        assert {port for port in seen.connected if port != portal.port} <= {seen.proxy}
        assert "example.com" not in seen.asked_dns
        assert seen.packets == 0
        assert outside.asked == []


def test_a_browser_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    absent = launch.browser(
        executable=tmp_path / "chrome", switches="", hosts=["a.localhost"], run_folder=tmp_path, state=None, time_zone=ZONE
    )
    with pytest.raises(RunError, match="install Chrome, Chromium or Edge"), absent:
        pass


def test_a_browser_that_does_not_start_is_said_in_a_sentence(tmp_path: Path) -> None:
    program = tmp_path / "chrome"
    for words, said in (
        ("Running as root without --no-sandbox is not supported.", "run payerbot as an ordinary user"),
        ("No usable sandbox! If you are running on Ubuntu", "cannot have its sandbox on this machine"),
        ("segmentation fault", "run 'payerbot doctor'"),
    ):
        program.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n", encoding="utf-8")
        program.chmod(0o700)
        starting = launch.browser(
            executable=program, switches="", hosts=["portal.example"], run_folder=tmp_path, state=None, time_zone=ZONE
        )
        with pytest.raises(RunError, match=said), starting:
            pass


# --- one browser for the rest --------------------------------------------------------------------------------------------------------


class World:
    """The portal, the outside, and a browser that may talk to the portal only."""

    def __init__(self, portal: Site, outside: Site, context: BrowserContext) -> None:
        self.portal = portal
        self.outside = outside
        self.context = context
        self.late: list[Asked] = []  # what the outside heard after a test had looked

    def away(self, path: str) -> str:
        return self.outside.url(path, OUTSIDE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("run")
    with Site() as portal, Site() as outside:
        with started(folder, [portal.host()]) as context:
            world = World(portal, outside, context)
            yield world
        assert world.late + outside.asked == []


@pytest.fixture
def world(shared: World) -> World:
    shared.portal.pages.clear()
    shared.portal.asked.clear()
    shared.late += shared.outside.asked
    shared.outside.asked.clear()
    shared.outside.pages["/"] = "<p id=out>outside</p>"
    return shared


@pytest.fixture
def page(world: World) -> Page:
    return world.context.new_page()  # left open: closing one that still loads may hang


def tried(world: World, page: Page, html: str) -> list[str]:
    """Open a page that tries something and says so when it is over; returns what the portal was asked for after it."""
    world.portal.pages |= {"/try": html, "/over": ""}
    page.goto(world.portal.url("/try"))
    page.wait_for_function("window.over === true")
    return world.portal.paths()


def script(body: str) -> str:
    """A page whose script tries something; a refusal is what is wanted, and the portal still hears from it afterwards."""
    return f"""<body><script>
      const over = () => fetch('/over').then(() => {{ window.over = true; }});
      const made = (tag, more) => Object.assign(document.createElement(tag), more);
      const settled = act => new Promise(done => {{ act(done); setTimeout(done, 1500); }});
      (async () => {{ try {{ {body} }} catch (e) {{ window.why = String(e); }} await over(); }})();
    </script>"""


# --- what the browser itself is led to -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_outside_and_named_for_what_it_is(world: World, page: Page, status: int) -> None:
    world.portal.pages["/try"] = moved(world.away("/landed"), status)
    with pytest.raises(PageChanged, match="the page led to a host that is not the portal's"):
        Tab(page, selectors({"form": {}})).goto(world.portal.url("/try"))
    assert world.portal.paths() == ["/try"]
    assert world.outside.asked == []


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv=refresh content='0;url={away}'>",
        "<script>location.href = '{away}'</script>",
        "<script>setTimeout(() => location.replace('{away}'), 50)</script>",
        "<body onload='document.forms[0].submit()'><form method=post action='{away}'><input name=member value=7></form>",
        "<body onload='document.links[0].click()'><a href='{away}'>out</a>",
        "<body onload='document.links[0].click()'><a href='/bounce'>out by the portal</a>",
        "<body onload='document.links[0].click()'><a href='{away}' download='eob.pdf'>EOB</a>",
        "<body onload='document.links[0].click()'><a href='/bounce' download='eob.pdf'>EOB by the portal</a>",
    ],
    ids=["meta refresh", "script", "late script", "form post", "link", "link that redirects", "download", "download that redirects"],
)
def test_a_page_that_leaves_the_portal_is_named_for_what_it_is(world: World, page: Page, html: str) -> None:
    world.portal.pages |= {"/try": html.replace("{away}", world.away("/landed")), "/bounce": moved(world.away("/landed"))}
    tab = Tab(page, selectors({"form": {"answer": "#out"}}), step_seconds=15)
    with pytest.raises(PageChanged, match="the page led to a host that is not the portal's"):
        _opened(tab, world.portal.url("/try"))["answer"].wait()
    assert world.outside.asked == []


def _opened(tab: Tab, url: str) -> Screen:
    tab.goto(url)
    return tab.screen("form")


def test_a_host_is_allowed_on_its_own_port_only(world: World, page: Page) -> None:
    with pytest.raises(PageChanged, match="not the portal's"):
        Tab(page, selectors({"form": {}})).goto(world.outside.url("/", "portal"))
    assert world.outside.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "other.localhost"])
def test_loopback_by_another_name_is_outside(world: World, page: Page, host: str) -> None:
    for site in (world.portal, world.outside):
        with pytest.raises(PageChanged, match="not the portal's"):
            Tab(page, selectors({"form": {}})).goto(f"http://{host}:{site.port}/")
    assert world.portal.asked == world.outside.asked == []


# --- what a page tries by itself -----------------------------------------------------------------------------------------------------

TRIES = {
    "fetch": "await fetch('{away}', {mode: 'no-cors'})",
    "fetch that redirects": "await fetch('/bounce', {mode: 'no-cors'})",
    "fetch that is kept alive": "await fetch('{away}', {mode: 'no-cors', keepalive: true})",
    "XHR": "await settled(d => { const x = new XMLHttpRequest(); x.onloadend = d; x.open('POST', '{away}'); x.send('member=7'); })",
    "beacon": "navigator.sendBeacon('{away}', 'member=7'); await settled(() => 0)",
    "image": "await settled(d => { const i = new Image(); i.onload = i.onerror = d; i.src = '{away}'; })",
    "image that redirects": "await settled(d => { const i = new Image(); i.onload = i.onerror = d; i.src = '/bounce'; })",
    "frame": "await settled(() => { document.body.append(made('iframe', {src: '{away}'})); })",
    "frame that redirects": "await settled(() => { document.body.append(made('iframe', {src: '/bounce'})); })",
    "script": "await settled(d => { document.body.append(made('script', {src: '{away}', onerror: d})); })",
    "module": "await import('{away}')",
    "style": "await settled(d => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.onerror = d; l.href = '{away}';"
    " document.head.append(l); })",
    "style's import": "await settled(() => { const s = document.createElement('style'); s.textContent = '@import url({away}); body {"
    " background: url({away}) } @font-face { font-family: f; src: url({away}) } body { font-family: f }'; document.head.append(s); })",
    "hints": "await settled(() => { for (const rel of 'prefetch preconnect dns-prefetch preload modulepreload prerender'.split(' ')) {"
    " const l = document.createElement('link'); l.rel = rel; l.as = 'fetch'; l.href = '{away}'; document.head.append(l); } })",
    "speculation rules": "await settled(() => { const s = document.createElement('script'); s.type = 'speculationrules';"
    " s.textContent = JSON.stringify({prefetch: [{source: 'list', urls: ['{away}']}], prerender: [{source: 'list', urls: ['{away}']}]});"
    " document.head.append(s); })",
    "web socket": "await settled(d => { const w = new WebSocket('{away}'.replace('http', 'ws')); w.onclose = d; })",
    "event source": "await settled(d => { const e = new EventSource('{away}'); e.onerror = () => { e.close(); d(); }; })",
    "window": "await settled(() => window.open('{away}'))",
    "window that redirects": "await settled(() => window.open('/bounce'))",
    "form in a frame": "await settled(() => { document.body.insertAdjacentHTML('beforeend', '<iframe name=f></iframe><form method=post"
    " target=f action={away}><input name=member value=7></form>'); document.forms[0].submit(); })",
    "ping": "await settled(() => { document.body.insertAdjacentHTML('beforeend', '<a href=\"#x\" ping=\"{away}\">x</a>');"
    " document.links[0].click(); })",
    "object": "await settled(() => { document.body.insertAdjacentHTML('beforeend', '<object data={away}></object><embed src={away}>"
    "<video src={away} autoplay></video><audio src={away} autoplay></audio>'); })",
    "worker": "await settled(() => new Worker(URL.createObjectURL(new Blob([`fetch('{away}', {mode: 'no-cors'})`]))))",
}


@pytest.mark.parametrize("way", TRIES)
def test_nothing_a_page_tries_reaches_the_outside(world: World, page: Page, way: str) -> None:
    world.portal.pages["/bounce"] = moved(world.away("/landed"))
    paths = tried(world, page, script(TRIES[way].replace("{away}", world.away("/landed"))))
    assert paths[0] == "/try"
    assert paths[-1] == "/over"
    assert ("/bounce" in paths) == ("redirects" in way)
    assert world.outside.asked == []


def test_a_service_worker_fetches_nothing_from_outside(world: World, page: Page) -> None:
    worker = f"""
      self.addEventListener('install', e => e.waitUntil(fetch('{world.away("/installing")}', {{mode: 'no-cors'}}).catch(() => 0)));
      self.addEventListener('activate', e => e.waitUntil(clients.claim()));
      self.addEventListener('fetch', e => {{
        if (e.request.url.endsWith('/by-worker')) e.respondWith(fetch('{world.away("/by-worker")}', {{mode: 'no-cors'}})
          .catch(() => new Response('refused')));
      }});
      try {{ importScripts('{world.away("/imported")}'); }} catch (e) {{ /* refused */ }}"""
    world.portal.pages["/worker.js"] = Reply(worker, 200, {"Content-Type": "text/javascript"})
    world.portal.pages["/try"] = script(
        "await navigator.serviceWorker.register('/worker.js'); await navigator.serviceWorker.ready;"
        " if (!navigator.serviceWorker.controller) await new Promise(d => navigator.serviceWorker.oncontrollerchange = d);"
        " window.got = await (await fetch('/by-worker')).text();"
    )
    world.portal.pages["/over"] = ""
    page.goto(world.portal.url("/try"))
    page.wait_for_function("window.over === true", timeout=20_000)
    assert page.evaluate("window.got") == "refused"
    assert "/worker.js" in world.portal.paths()
    assert world.outside.asked == []


def test_a_call_between_browsers_sends_no_packet(world: World, page: Page) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear, socket.socket() as relay:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.2)
        relay.bind(("127.0.0.1", 0))
        relay.listen()
        relay.settimeout(0.2)
        servers = (
            f"{{urls: 'stun:127.0.0.1:{ear.getsockname()[1]}'}}, {{urls: 'stun:{OUTSIDE}.localhost:{ear.getsockname()[1]}'}},"
            f"{{urls: 'turn:127.0.0.1:{ear.getsockname()[1]}', username: 'u', credential: 'p'}},"
            f"{{urls: 'turn:127.0.0.1:{relay.getsockname()[1]}?transport=tcp', username: 'u', credential: 'p'}}"
        )
        tried(
            world,
            page,
            script(
                f"const p = new RTCPeerConnection({{iceServers: [{servers}]}}); p.createDataChannel('x'); window.found = [];"
                " p.onicecandidate = e => e.candidate && window.found.push(e.candidate.candidate);"
                " await p.setLocalDescription(await p.createOffer());"
                " await settled(d => { p.onicegatheringstatechange = () => p.iceGatheringState === 'complete' && d(); });"
            ),
        )
        assert page.evaluate("window.found.filter(one => /udp/i.test(one))") == []
        with pytest.raises(TimeoutError):
            ear.recv(1)
        with pytest.raises(TimeoutError):
            relay.accept()


# --- the parts it is made of ---------------------------------------------------------------------------------------------------------


def test_the_proxys_port_is_taken_and_refuses() -> None:
    with launch.dead_proxy() as proxy:
        port = int(proxy.rpartition(":")[2])
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0
        with socket.socket() as rival, pytest.raises(OSError, match="in use"):
            rival.bind(("127.0.0.1", port))


def test_a_host_without_a_port_is_allowed_on_its_secure_port_only() -> None:
    assert launch.allowed(["portal.example", "api.portal.example:8443"]) == "<-loopback>,portal.example:443,api.portal.example:8443"


def test_only_the_portals_names_are_known() -> None:
    assert launch.names_known(["portal.example", "twin.localhost:8080"]) == (
        "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE portal.example,EXCLUDE twin.localhost"
    )


def test_the_private_folder_is_wiped_and_nobody_elses(tmp_path: Path) -> None:
    folder = launch.fresh(tmp_path / "run")
    (folder / "downloads" / "eob.pdf").write_bytes(b"%PDF-")
    assert launch.fresh(folder) == folder
    assert sorted(path.name for path in folder.rglob("*")) == ["downloads", "tmp"]
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "tmp", folder / "downloads")] == [0o700] * 3
