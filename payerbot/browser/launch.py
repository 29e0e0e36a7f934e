"""Starts the one browser of a share: its network closed but for the portal's hosts, its files in a private folder that is wiped.

The browser is given a dead proxy with a bypass list, so that whatever a page tries (redirects, frames, workers, downloads), nothing
but the portal's own hosts is reached: request routing cannot promise that, it leaks redirects.
"""

from __future__ import annotations

import shlex
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from payerbot.errors import RunError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

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
)


@contextmanager
def dead_proxy() -> Iterator[str]:
    """An address on loopback that is taken and never listens, so that nothing else can come to listen there."""
    with socket.socket() as held:
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
    """One browser with one context; `hosts` are host or host:port, the only ones it may talk to."""
    with dead_proxy() as proxy, sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(
                executable_path=executable,
                headless=not headed,
                args=[*CLOSED, *shlex.split(switches)],
                proxy={"server": proxy, "bypass": ",".join(["<-loopback>", *hosts])},
                downloads_path=run_folder / "downloads",
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except BrowserError as trouble:
            raise RunError(_why(trouble.message)) from None
        try:
            context = started.new_context(
                viewport=VIEWPORT,  # type: ignore[arg-type]
                locale="en-US",
                timezone_id=time_zone,
                storage_state=state,  # type: ignore[arg-type]
                accept_downloads=True,
            )
            yield context
        finally:
            with suppress(BrowserError):  # it is gone already, which is what was wanted
                started.close()


def _why(text: str) -> str:
    if "running as root" in text.lower() or "no-sandbox" in text:
        return "The browser does not start as the root user; run payerbot as an ordinary user, or set PAYERBOT_BROWSER_ARGS=--no-sandbox."
    if "Executable doesn't exist" in text or "executable" in text.lower():
        return "The browser was not found; install Chrome, Chromium or Edge, or set PAYERBOT_BROWSER to its program."
    return "The browser did not start; run 'payerbot doctor' to see why."


def fresh(folder: Path) -> Path:
    """The share's private folder, emptied: temporary files, downloads, profile."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in (folder, folder / "tmp", folder / "downloads"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
