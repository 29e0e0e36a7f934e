"""A link that leads to another site in a tab of its own, or in the same one: the bot goes on where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from payerbot.browser.locate import Screen, Tab
from payerbot.browser.selectors import ScreenSpec, Selectors
from payerbot.errors import PageChanged
from tests.browser_support import started
from tests.small_site import Site

LINKS = """<h1>Here</h1>
<button onclick="document.title = confirm('No document has been attached. Go on?')">ask</button>
<button onclick="document.title = confirm('Do you attest that all of this is so?')">attest</button>
<a href="/there" target="_blank">in a tab</a> <a href="/there">in place</a> <a href="#" onclick="return false">nowhere</a>
<a href="#" onclick="location.hash = 'on-its-way'; setTimeout(() => window.open('/there'), 100); return false">by and by</a>"""
THERE = """<h1>There</h1>
<div id=cover style="position:fixed;inset:0" hidden><button onclick="cover.hidden = true">No thanks</button></div>
<button onclick="document.title = 'pressed'">Go on</button><script>setTimeout(() => cover.hidden = false, 300)</script>"""
SCREENS: dict[str, Any] = {
    "here": {"landmark": {"role": "heading", "name": "Here", "from": "inferred"}, "link": {"text": "{words}", "from": "inferred"}},
    "never": {"landmark": {"role": "heading", "name": "Nowhere", "from": "inferred"}},
    "there": {
        "landmark": {"role": "heading", "name": "There", "from": "inferred"},
        "on": {"role": "button", "name": "Go on", "from": "inferred"},
    },
    "cover": {
        "landmark": {"css": "#cover", "why": "it has no role", "from": "inferred"},
        "close": {"role": "button", "name": "No thanks", "from": "inferred"},
    },
}


@pytest.fixture(scope="module")
def site(light_browser: None) -> Iterator[Site]:
    with Site({"/": LINKS, "/there": THERE}) as found:
        yield found


@pytest.fixture
def tab(site: Site, tmp_path: Path) -> Iterator[Tab]:
    screens = {name: ScreenSpec.model_validate(screen) for name, screen in SCREENS.items()}
    with started(tmp_path, [site.host()]) as context:
        found = Tab(context.new_page(), Selectors(portal="small", seen="never", screens=screens), step_seconds=3)
        cover = found.screen("cover")
        found.dismiss(cover["landmark"], cover["close"])
        found.goto(site.url())
        yield found


def follow(tab: Tab, words: str) -> bool:
    here: Screen = tab.screen("here")
    return tab.follow(here.element("link", words=words))


@pytest.mark.parametrize("words, opened", [("in a tab", True), ("in place", False), ("by and by", True)])
def test_the_bot_goes_on_where_the_link_leads(tab: Tab, words: str, opened: bool) -> None:
    assert follow(tab, words) is opened
    tab.screen("there").arrive()
    assert tab.url.endswith("/there")
    tab.pause(0.5)
    tab.screen("there")["on"].click()  # its pop-ups are put away there as well
    assert tab._page.title() == "pressed"
    assert "There" in tab.words()


def test_a_link_that_leads_nowhere_is_a_changed_page(tab: Tab) -> None:
    with pytest.raises(PageChanged):
        follow(tab, "nowhere")


def test_the_first_tab_stays_and_those_between_do_not(tab: Tab, site: Site) -> None:
    first = tab._page
    for _ in range(3):
        follow(tab, "in a tab")
        tab.goto(site.url())
    assert tab._page.context.pages == [first, tab._page]
    follow(tab, "in a tab")
    assert first.url == site.url()
    tab._page.evaluate("window.open('/there')")
    tab.pause(0.3)
    assert len(tab._page.context.pages) == 3, "what a person opens is left alone"


def test_only_dialogs_on_the_list_are_answered_and_any_other_is_a_changed_page(tab: Tab) -> None:
    tab.accept_dialogs("no document has been attached")
    here = tab.screen("here")
    here.element("link", words="ask").click()
    here.arrive()
    assert tab._page.title() == "true"
    here.element("link", words="attest").click()
    with pytest.raises(PageChanged, match="dialog that is not known") as said:
        tab.screen("never")["landmark"].wait(2_000)
    assert "attest" not in str(said.value)
    assert tab._page.title() == "false"
    assert tab.screen("never")["landmark"].wait(100) is False
