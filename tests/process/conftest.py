"""One simulated portal a file, one practice a test, and nothing of ours left after any of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.process import support

if TYPE_CHECKING:
    from payerbot.vault import KeyringVault
    from sandbox.client import Twin
    from tests.keyring_session import KeyringSession


@pytest.fixture(scope="module", autouse=True)
def _browser(request: pytest.FixtureRequest) -> None:
    """A light browser, but for documents: that one shows no PDF, and what users have does."""
    if not any(of in request.module.__name__ for of in ("eobs", "letters")):
        request.getfixturevalue("light_browser")


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    from sandbox.client import running
    from sandbox.world import SEED

    with running(seed=SEED, members=support.MEMBERS, claims=support.CLAIMS, staging_ms=(10, 30)) as found:
        yield found


@pytest.fixture(scope="session")
def _orphans_come_home() -> Iterator[None]:
    with support.orphans_come_home():
        yield


@pytest.fixture(autouse=True)
def _nothing_left(twin: Twin, keyring_session: KeyringSession, _orphans_come_home: None) -> Iterator[None]:
    """After every test, within 40 seconds, no process of ours is left."""
    before = support.below()
    yield
    support.gone(before)


@pytest.fixture
def office(home: Path, twin: Twin, vault: KeyringVault, monkeypatch: pytest.MonkeyPatch, _nothing_left: None) -> Iterator[support.Office]:
    """A practice of its own at a portal that has just been built."""
    from payerbot import share
    from payerbot.settings import settings

    twin.reset()
    monkeypatch.setenv("PAYERBOT_STEP_SECONDS", "20")
    found = support.Office(home, twin, vault, monkeypatch.setenv)
    monkeypatch.setattr(share, "COMMAND", (sys.executable, str(support.WRAPPER), str(found.wishes)))
    yield found
    settings.cache_clear()
