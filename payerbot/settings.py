"""Where things lie and how the browser is started: from PAYERBOT_* variables and a .env file. Never a secret.

Secrets live in the operating system's keyring and nowhere else (vault.py).
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from payerbot.errors import UserError

_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """All of them have a safe default; `payerbot doctor` prints what is in force."""

    model_config = SettingsConfigDict(env_prefix="PAYERBOT_", env_file=".env", extra="ignore")

    home: Path = Field(
        default_factory=lambda: user_data_path("payerbot", appauthor=False), description="ledger, evidence, state; on a local disk"
    )
    shared: Path | None = Field(
        default=None, description="of several machines: the folder all of them reach, for evidence, inbox and results; empty: home"
    )
    practice: Path = Field(default=Path("practice.yaml"), description="the practice set-up file")
    ledger_url: str = Field(default="", description="empty: SQLite in home; else a PostgreSQL URL")
    browser: Path | None = Field(default=None, description="the browser to start; empty: the first one found")
    browser_args: str = Field(default="", description="further command line switches for the browser, space-separated")
    selectors_overlay: Path | None = Field(default=None, description="folder whose <portal>.yaml files replace single elements")
    share_memory_mb: int = Field(default=500, description="what one share is reckoned to need")
    lease_seconds: float = Field(default=60.0, ge=3, description="life of a lease without a heartbeat")
    code_wait_seconds: float = Field(default=300.0, ge=0, description="how long a code page waits for a person")
    step_seconds: float = Field(default=30.0, gt=0, description="limit of one step on a page")
    item_seconds: float = Field(default=240.0, gt=0, description="limit of one item; the watchdog ends the share beyond it")
    staff: str = Field(default="", description="who is at the keyboard: a staff id of the practice file")
    api_url: str = Field(default="", description="where answers are sent; empty: as practice.yaml says, or nowhere")
    demo_vault: Path | None = Field(
        default=None, description="the demo's file of made-up passwords; only simulated portals are served from it"
    )
    dev_today: date | None = Field(default=None, description="the day it is for simulated portals; without them it is not heeded")
    dev_portals: str = Field(default="", description="twins: slug=http://host.localhost:port, comma-separated; only loopback is taken")

    @property
    def ledger(self) -> str:
        """The ledger's URL."""
        return self.ledger_url or f"sqlite:///{self.home / 'ledger.sqlite'}"

    @property
    def office(self) -> Path:
        """Where evidence, inbox and results lie: what every machine of the practice must find."""
        return self.shared or self.home

    def day(self, real: date) -> date:
        """The business day: the real one, unless simulated portals are told another."""
        return self.dev_today if self.dev_today is not None and self.dev_portals else real

    @property
    def twins(self) -> dict[str, str]:
        """Simulated portals that stand in for real ones: http on loopback only, anything else is a UserError."""
        found = {}
        for pair in filter(None, (part.strip() for part in self.dev_portals.split(","))):
            slug, _, url = (part.strip() for part in pair.partition("="))
            parts = urlsplit(url)
            if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
                raise UserError(f"PAYERBOT_DEV_PORTALS: a simulated portal must be http on loopback; correct the address of {slug}.")
            found[slug] = url.rstrip("/")
        return found


def is_loopback(host: str) -> bool:
    """True for names and addresses that cannot leave this machine."""
    return host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")


def outlet_url(text: str) -> str:
    """The address answers are sent to; ValueError, which never repeats it, where they could be read on the way or it holds a secret."""
    plain = text.strip()
    try:
        parts = urlsplit(plain)
        named = bool(parts.hostname) and parts.port != 0 and plain.isascii() and not set(plain) & set(" \\\t\r\n")
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https"):
        raise ValueError("must be an address like https://practice.example/payerbot")
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        raise ValueError("must begin with https://; without it patients' data could be read on the way")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must be without a user name, a password, '?' and '#': answers are signed with a key from the keyring instead")
    return plain


@cache
def settings() -> Settings:
    """The settings in force for this process."""
    return Settings()
