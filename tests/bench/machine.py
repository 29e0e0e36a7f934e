"""On what it was measured: a figure without its machine says nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

import psutil
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from payerbot import host
from payerbot.settings import settings

GB = 1_073_741_824
BUSY = "\nThe machine was busy with other work: seconds and shares of seconds are not those the targets are meant for."


def facts() -> str:
    """Cores, memory, how busy it is, system, Python, Playwright and browser."""
    memory = psutil.virtual_memory()
    parts = (
        f"{os.cpu_count()} cores (load {psutil.getloadavg()[0]:.1f} when it began)",
        f"{memory.total / GB:.1f} GB memory ({memory.available / GB:.1f} free)",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"Playwright {version('playwright')}",
        _browser(),
    )
    return ", ".join(parts) + (BUSY if psutil.getloadavg()[0] > (os.cpu_count() or 1) else "")


def _browser() -> str:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=host.find_browser(settings().browser), chromium_sandbox=False)
        except BrowserError:
            return "no browser that starts"
        try:
            return f"Chromium {browser.version}"
        finally:
            browser.close()
