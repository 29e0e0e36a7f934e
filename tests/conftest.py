"""What most tests need: a home of their own, a real keyring, a practice, a ledger, and a browser that starts here.

Every import of ours is inside its fixture, so that a test file costs only what it uses.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.deep import deep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payerbot.ledger.book import Ledger
    from payerbot.practice import Practice
    from payerbot.vault import KeyringVault
    from tests.keyring_session import KeyringSession
    from tests.ledger_support import Place

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge-stable")
LIGHT = "chromium-headless-shell"  # Debian's name of the same engine without windows; it starts and works at half the cost
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_KEYRING = "keyring.backends.fail.Keyring"
TENANT = "test-practice"


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a shell; what the tests start must hear Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of several workers each takes whole files; of the contract, which holds for every portal, one portal's part of a file."""
    from xdist.scheduler import LoadFileScheduling

    folders = (folder.name for folder in (ROOT / "portals").iterdir() if (folder / "portal.yaml").exists())
    portal = re.compile(rf"(?<=[\[-])(?:{'|'.join(folders)})(?:-[a-z]+)?(?=[\]-])")

    class ByFileAndPortal(LoadFileScheduling):  # type: ignore[misc] # it has no types
        def _split_scope(self, nodeid: str) -> str:
            named = portal.search(nodeid) if "contract" in nodeid else None
            return f"{super()._split_scope(nodeid)} {named[0] if named else ''}"

    return ByFileAndPortal(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def _machine() -> Iterator[None]:
    """Keep the person's own settings and keyring out of the tests, and name the browser to start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("PAYERBOT_")]:
            patch.delenv(name)
        patch.setenv("PYTHON_KEYRING_BACKEND", NO_KEYRING)
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        if found := next(filter(None, map(shutil.which, BROWSERS)), None):
            patch.setenv("PAYERBOT_BROWSER", found)
        patch.setenv("PAYERBOT_BROWSER_ARGS", " ".join(browser_switches()))
        yield


def browser_switches() -> tuple[str, ...]:
    """What Chromium needs to start in the tests; as root it cannot have its sandbox."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ("--no-sandbox", *QUIET) if as_root else QUIET


def quickest_browser() -> str | None:
    """For tests of what is around a browser: the light one where there is one, else any."""
    return next(filter(None, map(shutil.which, (LIGHT, *BROWSERS))), None)


@pytest.fixture(scope="module")
def light_browser() -> Iterator[None]:
    """The light one is in force in a whole file, where there is one."""
    with pytest.MonkeyPatch.context() as patch:
        if found := quickest_browser():
            patch.setenv("PAYERBOT_BROWSER", found)
        yield


@pytest.fixture(scope="session")
def keyring_session() -> Iterator[KeyringSession]:
    """A private session bus with gnome-keyring on it, in force for this process and its children until the end."""
    import keyring.backend
    import keyring.core

    from tests.keyring_session import KeyringSession

    with KeyringSession() as session, pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
        for name, value in session.environment.items():
            patch.setenv(name, value)
        vars(keyring.backend.get_all_keyring).pop("saved_result", None)  # found before there was a bus
        patch.setattr(keyring.core, "_keyring_backend", None)
        yield session


@pytest.fixture
def os_keyring(keyring_session: KeyringSession) -> Iterator[KeyringSession]:
    """The keyring, empty before and after."""
    keyring_session.wipe()
    yield keyring_session
    keyring_session.wipe()


@pytest.fixture
def vault(os_keyring: KeyringSession) -> KeyringVault:
    """The product's vault on the real keyring."""
    from payerbot.vault import KeyringVault

    return KeyringVault(TENANT)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A private data folder, in force as PAYERBOT_HOME."""
    from payerbot.settings import settings

    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("PAYERBOT_HOME", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def practice_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example practice, in force as PAYERBOT_PRACTICE."""
    from payerbot.settings import settings

    copy = tmp_path / "practice.yaml"
    shutil.copyfile(ROOT / "examples" / "practice.yaml", copy)
    monkeypatch.setenv("PAYERBOT_PRACTICE", str(copy))
    settings.cache_clear()
    return copy


@pytest.fixture
def practice(practice_file: Path) -> Practice:
    """The example practice, loaded."""
    from payerbot.practice import Practice

    return Practice.load(practice_file)


@pytest.fixture
def ledger(home: Path) -> Iterator[Ledger]:
    """An empty ledger in `home`, with keys that are thrown away."""
    from payerbot.ledger.book import Keys, Ledger

    keys = Keys(data=os.urandom(32), index=os.urandom(32), audit=os.urandom(32))
    book = Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}", tenant=TENANT, keys=keys, home=home)
    yield book
    book.close()


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of the tests' own, one for all of pytest's workers."""
    from tests.postgres_support import server

    mine = tmp_path_factory.getbasetemp()
    with server(mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) as url:
        yield url


@pytest.fixture(params=["sqlite", *deep("postgresql")])
def database(request: pytest.FixtureRequest) -> str:
    """Each kind of database the ledger can be in: "" for SQLite, else the URL of a server. What is about a server asks for one itself."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("database_server"))


@pytest.fixture
def place(home: Path, database: str) -> Iterator[Place]:
    """Where a ledger can be opened again and again, on each kind of database."""
    from tests.ledger_support import Place

    found = Place(home, database)
    yield found
    found.remove()
