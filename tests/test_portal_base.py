"""What every portal shares: its service hours, its pages' status, and what can come instead of any page."""

from __future__ import annotations

import time as time_module
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from payerbot.browser.locate import Tab
from payerbot.errors import (
    BotWall,
    CodeWanted,
    PageChanged,
    PasskeyWanted,
    PasswordExpired,
    PortalDown,
    PortalError,
    PortalSlow,
    ProfileWanted,
    QuestionWanted,
    ReadBackMismatch,
    SessionLost,
    SignedOutByPerson,
    TermsPage,
)
from portals.base import MEANS, Automation, Hours, Meaning, Pace, Portal, PortalConfig, SignIn
from tests.browser_support import Desktop, selectors, started
from tests.small_site import Asked, Reply, Site

WANTED: dict[Meaning, type[PortalError]] = {
    "session_lost": SessionLost,
    "down": PortalDown,
    "bot_wall": BotWall,
    "terms": TermsPage,
    "method": CodeWanted,
    "code": CodeWanted,
    "sent_code": CodeWanted,
    "password": PasswordExpired,
    "passkey": PasskeyWanted,
    "question": QuestionWanted,
    "profile": ProfileWanted,
}
CONFIG = PortalConfig(
    title="Cascade Health",
    base_url="https://portal.example/",
    hosts=("portal.example",),
    sign_in=SignIn(
        path="/",
        home="/",
        form=("session_lost",),
        signed_in="result",
        leave_shows="session_lost",
        words={"other_session": ("another device",)},
    ),
    leave="keep",
    anywhere={meaning: meaning for meaning in WANTED},
    pace=Pace(seconds=0),
    hours=Hours(zone="America/New_York"),
    automation=Automation(rule="permitted", source="a test's own portal", as_of=date(2026, 1, 1)),
)
SCREENS = selectors({name: {"landmark": f"#{name}"} for name in [*WANTED, "result", "error"]})


class Cascade(Portal):
    title = "Cascade Health"

    @classmethod
    def settings(cls) -> PortalConfig:
        return CONFIG


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    with Site() as site, started(tmp_path_factory.mktemp("run"), [site.host()]) as context:
        yield Desktop(context, site)


@pytest.fixture
def desktop(shared: Desktop) -> Desktop:
    shared.clear()
    return shared


def showing(desktop: Desktop, html: str | Reply, *, seconds: float = 5.0) -> Cascade:
    desktop.site.pages["/page"] = html
    portal = Cascade(Tab(desktop.page, SCREENS, step_seconds=seconds), base_url=desktop.site.url(""))
    portal.go("/page")
    return portal


# --- pages ---------------------------------------------------------------------------------------------------------------------------


def test_which_of_several_pages_came_is_said(desktop: Desktop) -> None:
    portal = showing(desktop, "<p id=error>no such member</p>")
    candidates = {name: portal.screen(name)["landmark"] for name in ("result", "error")}
    assert portal.expect(candidates) == "error"
    assert portal.arrive("error").name == "error"


def test_a_page_that_does_not_come_is_said_with_what_was_waited_for(desktop: Desktop) -> None:
    portal = showing(desktop, "<p>Meet our new look</p>", seconds=0.5)
    candidates = {name: portal.screen(name)["landmark"] for name in ("result", "error")}
    assert portal.came(candidates) is None
    with pytest.raises(PageChanged, match="benefits: none of result, error came"):
        portal.expect(candidates, what="benefits")
    with pytest.raises(PageChanged, match="result: none of result came"):
        portal.arrive("result")


def test_a_page_that_is_still_on_its_way_has_not_changed(desktop: Desktop) -> None:
    def slow(_asked: Asked) -> str:
        time_module.sleep(2)
        return "<p id=result>Active Coverage</p>"

    desktop.site.pages["/slow"] = slow
    portal = showing(desktop, "<p id=error>no such member</p><a id=code href=/slow>Benefits</a>", seconds=0.5)
    portal.screen("code")["landmark"].click()
    assert portal.tab.until(lambda: portal.tab.loading, 2_000, "code", meanwhile=True)
    with pytest.raises(PortalSlow, match="benefits: the page did not come in time"):
        portal.expect({"result": portal.screen("result")["landmark"]}, within_ms=300, what="benefits")
    assert portal.arrive("result", within_ms=5000).name == "result"


def test_what_belongs_to_a_page_is_missed_soon(desktop: Desktop) -> None:
    portal = showing(desktop, "<p id=result>Active Coverage</p>", seconds=60)
    portal.must_have(portal.screen("result"), "landmark")
    with pytest.raises(PageChanged, match=r"error\.landmark: it is not there"):
        portal.must_have(portal.screen("error"), "landmark")


@pytest.mark.parametrize("anew", [lambda portal: portal.arrive("result"), lambda portal: portal.begin()])
def test_a_form_that_was_left_half_filled_is_not_asked_about_when_it_comes_anew(desktop: Desktop, anew: Callable[[Portal], None]) -> None:
    portal = showing(desktop, "<input id=result><input id=error>")
    form = portal.screen("result")
    form["landmark"].fill("W123456789")
    desktop.page.locator("#result").fill("")
    anew(portal)
    form.kept()
    form["landmark"].fill("W123456789")
    portal.arrive("error")  # another screen's coming says nothing about this one
    desktop.page.locator("#result").fill("")
    with pytest.raises(ReadBackMismatch):
        form.kept()


def test_a_new_question_begins_with_nothing_of_the_one_before(desktop: Desktop) -> None:
    portal = showing(desktop, "<p id=result>Active Coverage</p>")
    portal.keep()
    portal.begin("member_id")
    assert (portal.kept, portal.first_rung) == ([], "member_id")


@pytest.mark.parametrize("meaning", WANTED)
def test_what_comes_instead_of_any_page_raises_what_it_means(desktop: Desktop, meaning: Meaning) -> None:
    portal = showing(desktop, f"<p id={meaning}>this came unasked</p>")
    with pytest.raises(PortalError) as caught:
        portal.arrive("result", within_ms=300)
    assert type(caught.value) is WANTED[meaning]
    assert str(caught.value) == f"{meaning}: this screen came unasked"


def test_whatever_a_portal_may_declare_has_an_error() -> None:
    assert MEANS == WANTED


def test_a_session_that_a_person_ended_is_told_from_one_that_ran_out(desktop: Desktop) -> None:
    portal = showing(desktop, "<p id=session_lost>You have been signed out: your user ID was used on Another Device.</p>")
    with pytest.raises(SignedOutByPerson):
        portal.arrive("result", within_ms=300)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_page_with_an_error_status_is_an_outage(desktop: Desktop, status: int) -> None:
    with pytest.raises(PortalDown, match=f"the portal answers {status}"):
        showing(desktop, Reply("<p id=result>sorry</p>", status))


def test_a_page_that_is_not_there_is_judged_by_what_it_shows(desktop: Desktop) -> None:
    assert showing(desktop, Reply("<p id=result>here</p>", 404)).arrive("result").name == "result"


def test_evidence_is_kept_as_a_person_reads_it(desktop: Desktop) -> None:
    portal = showing(desktop, "<p id=result>Active Coverage</p>")
    assert portal.keep() == "Active Coverage"
    assert portal.keep("from elsewhere") == "from elsewhere"
    assert portal.kept == ["Active Coverage", "from elsewhere"]


# --- hours ---------------------------------------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    """A time in New York as UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


DAY = Hours(zone="America/New_York", opens=time(8), closes=time(18))
NIGHT = Hours(zone="America/New_York", opens=time(22), closes=time(6))
OFFICE = Hours(zone="America/New_York", opens=time(8), closes=time(18), holidays=False)
ALWAYS = Hours(zone="America/New_York")


@pytest.mark.parametrize(
    "hours, now, opens",
    [
        (DAY, "2026-11-23T12:00:00-05:00", None),
        (DAY, "2026-11-23T08:00:00-05:00", None),
        (DAY, "2026-11-23T18:00:00.900-05:00", None),
        (DAY, "2026-11-23T07:59:59-05:00", "2026-11-23T08:00:00-05:00"),
        (DAY, "2026-11-23T18:00:01-05:00", "2026-11-24T08:00:00-05:00"),
        (DAY, "2026-03-07T20:00:00-05:00", "2026-03-08T08:00:00-04:00"),  # the clocks go forward in between
        (DAY, "2026-10-31T20:00:00-04:00", "2026-11-01T08:00:00-05:00"),  # and back
        (NIGHT, "2026-11-23T23:00:00-05:00", None),
        (NIGHT, "2026-11-23T05:00:00-05:00", None),
        (NIGHT, "2026-11-23T12:00:00-05:00", "2026-11-23T22:00:00-05:00"),
        (OFFICE, "2026-11-26T12:00:00-05:00", "2026-11-27T08:00:00-05:00"),  # Thanksgiving
        (OFFICE, "2026-07-02T19:00:00-04:00", "2026-07-05T08:00:00-04:00"),  # the 4th, a Saturday, and the 3rd for it
        (DAY, "2026-11-26T12:00:00-05:00", None),
        (ALWAYS, "2026-11-23T23:59:59.700-05:00", None),
        (ALWAYS, "2026-11-23T00:00:00-05:00", None),
    ],
)
def test_service_hours_are_kept_in_the_portals_own_zone(hours: Hours, now: str, opens: str | None) -> None:
    assert hours.next_open(at(now)) == (opens and at(opens))


# --- one set of pages in several places


SITES = """
title: Maple Medicaid
base_url: https://portal.maple.example
hosts: [portal.maple.example]
sign_in:
  {path: /, home: /home, form: sign_in, signed_in: home, leave_shows: sign_in, words: {refused: [not recognized]}, after: {code: code}}
leave: sign_out
pace: {seconds: 4}
hours: {zone: America/New_York}
automation: {rule: unknown, source: nobody asked, as_of: 2026-01-01}
sites:
  ri: {title: Rhode Island, base_url: "https://ri.maple.example", hosts: [ri.maple.example]}
  nv:
    title: Nevada
    base_url: https://nv.maple.example
    hosts: [nv.maple.example]
    sign_in: {form: [user_page, password_page], words: {locked: [locked]}}
    automation: {rule: forbidden}
"""


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Portal]]:
    """Two places that a portal's settings name."""
    (tmp_path / "portal.yaml").write_text(SITES, encoding="utf-8")
    monkeypatch.setattr(Portal, "settings_file", classmethod(lambda _: tmp_path / "portal.yaml"))
    monkeypatch.setattr(Portal, "known", {})
    type("Maple", (Portal,), {"slug": "maple", "title": "Maple Medicaid"})
    return Portal.known


def test_each_place_is_a_portal_of_its_own_with_its_own_rules(sites: dict[str, type[Portal]]) -> None:
    assert {slug: (one.title, one.family, one.site) for slug, one in sites.items()} == {
        "maple-ri": ("Rhode Island", "maple", "ri"),
        "maple-nv": ("Nevada", "maple", "nv"),
    }
    ri, nv = sites["maple-ri"].settings(), sites["maple-nv"].settings()
    assert (ri.title, ri.base_url, ri.hosts) == ("Rhode Island", "https://ri.maple.example", ("ri.maple.example",))
    assert (ri.sign_in.form, nv.sign_in.form) == (("sign_in",), ("user_page", "password_page"))
    assert (ri.automation.rule, nv.automation.rule) == ("unknown", "forbidden")


def test_what_a_place_adds_stands_beside_what_holds_for_all(sites: dict[str, type[Portal]]) -> None:
    said = sites["maple-nv"].settings().sign_in
    assert said.words == {"refused": ("not recognized",), "locked": ("locked",)}
    assert (said.path, said.after) == ("/", {"code": "code"})
