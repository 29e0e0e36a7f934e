"""The signed-in state of a login: sealed on disk, good for a time, and back again in the next browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from payerbot.browser.session import KEPT_FOR, SavedState
from payerbot.errors import PortalSlow
from payerbot.ledger.seal import Sealer
from tests.browser_support import started
from tests.small_site import Page, Reply, Site

KEY = bytes(range(32))
WHERE = "state|practice|cascade|front-desk"
TOKEN = "tok-5f1d-signed-in"

KEEP = f"""<script>
  localStorage.setItem('device', '{TOKEN}-local'); sessionStorage.setItem('shell', '{TOKEN}-session');
  const open = indexedDB.open('portal', 1);
  open.onupgradeneeded = () => open.result.createObjectStore('tokens');
  open.onsuccess = () => {{
    const put = open.result.transaction('tokens', 'readwrite');
    put.objectStore('tokens').put('{TOKEN}-indexed', 'refresh');
    put.oncomplete = () => {{ open.result.close(); document.title = 'kept'; }};
  }};
</script><iframe src="http://outside.localhost:9999/"></iframe>"""

READ = """<script>
  const early = sessionStorage.getItem('shell');
  const open = indexedDB.open('portal', 1);
  open.onsuccess = () => {
    const get = open.result.transaction('tokens').objectStore('tokens').get('refresh');
    get.onsuccess = () => {
      document.body.innerText = [document.cookie, localStorage.getItem('device'), early, get.result].join(' ');
      document.title = 'read';
    };
  };
</script><body></body>"""


@pytest.fixture
def site() -> Iterator[Site]:
    pages: dict[str, Page] = {"/in": Reply(KEEP, 200, {"Set-Cookie": f"sid={TOKEN}; Path=/; HttpOnly"}), "/read": READ, "/": "<p>x</p>"}
    with Site(pages) as site:
        yield site


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state" / "cascade-front-desk.bin"


def saved(file: Path, *, key: bytes = KEY, where: str = WHERE) -> SavedState:
    return SavedState(file, Sealer(key), where)


class Held:
    """A browser as far as saving asks one."""

    pages: tuple[Any, ...] = ()

    def storage_state(self, *, indexed_db: bool) -> dict[str, Any]:
        return {"cookies": [{"name": "sid", "value": TOKEN}], "origins": [{"indexed_db": indexed_db}]}


def put(file: Path) -> SavedState:
    state = saved(file)
    state.save(Held())  # type: ignore[arg-type]
    return state


def test_what_a_portal_keeps_in_the_browser_is_back_in_the_next_one(site: Site, file: Path, tmp_path: Path) -> None:
    with started(tmp_path / "run", [site.host()]) as context:
        page = context.new_page()
        page.goto(site.url("/in"))
        page.wait_for_function("document.title === 'kept'")
        saved(file).save(context)
    held = file.read_bytes()
    assert TOKEN.encode() not in held
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with started(tmp_path / "run", [site.host()], state=saved(file).load()) as context:
        page = context.new_page()
        page.goto(site.url("/read"))
        page.wait_for_function("document.title === 'read'")
        assert page.inner_text("body").split() == [f"{TOKEN}-local", f"{TOKEN}-session", f"{TOKEN}-indexed"]
    assert [one.cookies for one in site.asked if one.path == "/read"] == [f"sid={TOKEN}"]


def test_session_storage_comes_back_once_and_the_portals_own_changes_stand(site: Site, tmp_path: Path) -> None:
    state = {
        "cookies": [],
        "origins": [],
        "sessionStorage": {site.url("").rstrip("/"): {"shell": "old", "gone": "x"}, "http://other": {"a": "b"}},
    }
    site.pages["/"] = "<script>sessionStorage.removeItem('gone'); document.title = sessionStorage.getItem('shell')</script>"
    with started(tmp_path / "run", [site.host()], state=state) as context:
        page = context.new_page()
        page.goto(site.url())
        assert page.title() == "old"
        page.evaluate("sessionStorage.setItem('shell', 'new')")
        page.reload()
        assert page.title() == "new"
        assert page.evaluate("[sessionStorage.getItem('gone'), sessionStorage.getItem('a')]") == [None, None]


def test_a_state_that_the_browser_does_not_take_counts_as_none(site: Site, tmp_path: Path) -> None:
    state: dict[str, Any] = {"cookies": [{"name": "sid", "value": TOKEN, "domain": "", "path": 7}], "origins": []}
    with started(tmp_path / "run", [site.host()], state=state) as context:
        context.new_page().goto(site.url())
        assert context.cookies() == []
    assert site.paths() == ["/"]


def test_a_browser_that_went_away_is_said_without_what_it_held(site: Site, file: Path, tmp_path: Path) -> None:
    with started(tmp_path / "run", [site.host()]) as context:
        context.close()
        with pytest.raises(PortalSlow, match="signed-in state: the browser went away"):
            saved(file).save(context)
    assert not file.exists()


def test_a_state_is_good_for_its_time_and_not_longer(file: Path) -> None:
    state = put(file)
    assert state.load() == {
        "cookies": [{"name": "sid", "value": TOKEN}],
        "origins": [{"indexed_db": True}],
        "sessionStorage": {},
    }
    assert state.load(datetime.now(UTC) + KEPT_FOR - timedelta(minutes=1)) is not None
    assert state.load(datetime.now(UTC) + KEPT_FOR + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: held[:-1] + bytes([held[-1] ^ 1]),
        lambda held: held[: len(held) // 2],
        lambda _held: b"",
        lambda _held: b'{"until": "2999-01-01T00:00:00+00:00", "state": {}}',
        lambda _held: Sealer(KEY).seal(b"[]", WHERE),
        lambda _held: Sealer(KEY).seal(b"\xff\xfe", WHERE),
        lambda _held: Sealer(KEY).seal(b'{"until": "soon", "state": {}}', WHERE),
        lambda _held: Sealer(KEY).seal(b'{"until": "2999-01-01T00:00:00", "state": {}}', WHERE),
        lambda _held: Sealer(KEY).seal(b'{"until": "2999-01-01T00:00:00Z", "state": null}', WHERE),
    ],
    ids=["changed", "cut", "empty", "not sealed", "another shape", "not text", "no time", "time without zone", "no state"],
)
def test_a_damaged_or_foreign_file_counts_as_none(file: Path, spoil: Callable[[bytes], bytes]) -> None:
    state = put(file)
    file.write_bytes(spoil(file.read_bytes()))
    assert state.load() is None


def test_another_logins_state_or_another_key_counts_as_none(file: Path) -> None:
    put(file)
    assert saved(file, where="state|practice|cascade|billing").load() is None
    assert saved(file, key=bytes(32)).load() is None


def test_no_file_counts_as_none_also_after_it_was_forgotten(file: Path) -> None:
    state = saved(file)
    assert state.load() is None
    state.forget()
    put(file)
    state.forget()
    assert state.load() is None
    assert list(file.parent.iterdir()) == []


def test_a_file_left_half_written_with_wide_rights_is_replaced(file: Path) -> None:
    file.parent.mkdir(parents=True)
    left = file.with_suffix(".part")
    left.write_bytes(b"half")
    left.chmod(0o644)
    mask = os.umask(0)
    try:
        state = put(file)
    finally:
        os.umask(mask)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert state.load() is not None
