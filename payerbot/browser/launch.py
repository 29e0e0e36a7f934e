"""Starts the one browser of a share: its network closed but for the portal's hosts, its files in a private folder that is wiped.

The browser is given a dead proxy with a bypass list, so that whatever a page tries (redirects, frames, workers, downloads), nothing
but the portal's own hosts is reached: request routing cannot promise that, it leaks redirects.
"""

from __future__ import annotations

import json
import shlex
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from payerbot.browser import scripts
from payerbot.errors import RunError
from payerbot.settings import is_loopback

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

VIEWPORT = {"width": 1366, "height": 900}
CLOSED = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--disable-auto-reload",  # an error page loads itself again unasked; only the bot decides what is sent again
)
HTTPS = 443
NO_SANDBOX = "--no-sandbox"


@contextmanager
def dead_proxy() -> Iterator[str]:
    """An address on loopback that is taken and never listens, so that nothing else can come to listen there."""
    with socket.socket() as held:
        if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):  # Windows alone lets others bind a taken address
            held.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def browser(
    *,
    executable: Path | None,
    switches: str,
    hosts: Sequence[str],
    run_folder: Path,
    state: dict[str, Any] | None,
    time_zone: str,
    headed: bool = False,
) -> Iterator[BrowserContext]:
    """One browser with one context; `hosts` are host or host:port (443 where none is said), the only ones it may talk to.

    The engine's own sandbox is on, but for simulated portals and where the switches say --no-sandbox.
    """
    chosen = shlex.split(switches)
    with dead_proxy() as proxy, sync_playwright() as playwright:
        playwright.selectors.register("beside", scripts.BESIDE, content_script=True)
        try:
            started = playwright.chromium.launch(
                executable_path=executable,
                headless=not headed,
                args=[*CLOSED, names_known(hosts), *chosen],
                chromium_sandbox=NO_SANDBOX not in chosen and not all(is_loopback(_name(host)) for host in hosts),
                proxy={"server": proxy, "bypass": allowed(hosts)},
                downloads_path=run_folder / "downloads",
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except BrowserError as trouble:
            raise RunError(_why(trouble.message)) from None
        try:
            yield _context(started, state, time_zone)
        finally:
            with suppress(BrowserError):  # it is gone already, which is what was wanted
                started.close()


def names_known(hosts: Sequence[str]) -> str:
    """The switch by which no other name than these is even looked up; the proxy's own address must stay known."""
    return "--host-resolver-rules=" + ",".join(["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", *(f"EXCLUDE {_name(host)}" for host in hosts)])


def _name(host: str) -> str:
    return host.partition(":")[0]


def allowed(hosts: Sequence[str]) -> str:
    """What the dead proxy is passed by for; loopback is not, unless it is named."""
    return ",".join(["<-loopback>", *(host if ":" in host else f"{host}:{HTTPS}" for host in hosts)])


def _context(started: Browser, state: dict[str, Any] | None, time_zone: str) -> BrowserContext:
    held = dict(state or {})
    session = held.pop("sessionStorage", {})

    def context(kept: dict[str, Any] | None) -> BrowserContext:
        return started.new_context(
            viewport=VIEWPORT,  # type: ignore[arg-type]
            locale="en-US",
            timezone_id=time_zone,
            storage_state=kept,  # type: ignore[arg-type]
            accept_downloads=True,
        )

    try:
        found = context(held or None)
        if session:
            found.add_init_script(scripts.PUT_BACK % json.dumps(session))
    except BrowserError:
        return context(None)  # a state that this browser does not take counts as none
    return found


def _why(text: str) -> str:
    if "running as root" in text.lower():
        return "The browser does not start as the root user; run payerbot as an ordinary user, or set PAYERBOT_BROWSER_ARGS=--no-sandbox."
    if "no usable sandbox" in text.lower():
        return (
            "The browser cannot have its sandbox on this machine; install Chrome or Chromium from the system's packages, "
            "or set PAYERBOT_BROWSER_ARGS=--no-sandbox."
        )
    if "executable doesn't exist" in text.lower() or "enoent" in text.lower():
        return "The browser was not found; install Chrome, Chromium or Edge, or set PAYERBOT_BROWSER to its program."
    return "The browser did not start; run 'payerbot doctor' to see why."


def fresh(folder: Path) -> Path:
    """The share's private folder, emptied: temporary files, downloads, profile."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in (folder, folder / "tmp", folder / "downloads"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
