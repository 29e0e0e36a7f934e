"""Somebody who uses the Cigna and Evernorth twins with a browser of their own, and knows nothing of the adapter."""

from __future__ import annotations

from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, Any

from payerbot.browser import launch
from sandbox.client import PortalUser, Twin, running
from sandbox.world import AS_OF, SEED, World
from tests.browser_support import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

VISITS, CLAIMS = 40, 60
PAYERS = {"chcp": "cigna", "evernorth": "evernorth"}
ATTRIBUTE = {"chcp": "data-test-id", "evernorth": "data-test"}


class Person:
    """One browser at one of the two portals."""

    def __init__(self, twin: Twin, page: Page, place: str) -> None:
        self.twin = twin
        self.page = page
        self.place = place
        self.base = twin.base_url(f"cigna-{place}")
        self.user: PortalUser = twin.users[0]

    def test(self, name: str) -> str:
        """CSS for a test id of this generation."""
        return f"[{ATTRIBUTE[self.place]}='{name}']"

    def there(self, css: str) -> Locator:
        """What can be seen of this, once it can."""
        found = self.page.locator(css).filter(visible=True).first
        found.wait_for(timeout=10_000)
        return found

    def source(self) -> str:
        return unescape(self.page.content())

    # sign-in

    def begin(self) -> None:
        """The sign-in's first page, as somebody who was never here."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.base}/app/login")
        self.there(self.test("login-submit-button"))

    def give(self, password: str = "") -> None:
        """User and password, on one page or on two."""
        if self.place == "chcp":
            self.page.locator(self.test("login-submit-button")).click()
            self.there("#username").fill(self.user.user_id)
            self.page.get_by_role("button", name="Continue").click()
            self.there("#password").fill(password or self.user.password)
            self.page.get_by_role("button", name="Continue").click()
        else:
            self.there(self.test("username")).fill(self.user.user_id)
            self.page.locator(self.test("password")).fill(password or self.user.password)
            self.page.locator(self.test("login-submit-button")).click()

    def code(self, *, remember: bool = True) -> None:
        """The mailed code."""
        self.there("#code, [data-test='txt-verification-code']").fill(self.twin.sent_code(self.user.user_id))
        self.page.get_by_role("checkbox").set_checked(remember)
        self.page.locator("button[name=go]").click()

    def inside(self) -> None:
        self.page.get_by_role("link", name="Logout").wait_for(timeout=10_000)

    def sign_in(self) -> None:
        self.begin()
        self.give()
        self.code()
        self.inside()

    # the tools

    def open(self, path: str) -> None:
        """A tool's page as a load brings it."""
        self.page.goto(f"{self.base}/app/{path}")
        self.there("main h1")

    def search_patient(self, **values: str) -> None:
        """By the last parts of the fields' ids: id, dob, FN, LN."""
        self.open("patient/search")
        for name, value in values.items():
            self.page.locator(f"#patient_{name}_0").fill(value)
        self.page.locator(self.test("search-submit-button")).click()

    def search_claims(self, radio: str = "", **values: str) -> None:
        """By a radio's id, the default one where none is named, and the fields' ids."""
        self.open("claim/search")
        if radio:
            self.page.locator(f"#{radio}").check()
        for name, value in values.items():
            self.page.locator(f"#{name}").fill(value)
        self.page.locator(self.test("patient-search-button")).click()


@contextmanager
def somebody(folder: Path, place: str = "chcp", **more: Any) -> Iterator[tuple[Person, World]]:
    """A person at a twin with the example world."""
    payers = (PAYERS[place],)
    with running(seed=SEED, members=VISITS, claims=CLAIMS, as_of=AS_OF, payers=payers, staging_ms=(0, 1), **more) as twin:
        hosts = [twin.base_url(f"cigna-{place}").removeprefix("http://")]
        with started(launch.fresh(folder) / "browser", hosts) as context:
            page = context.new_page()
            page.set_default_timeout(10_000)
            yield Person(twin, page, place), World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=payers)
