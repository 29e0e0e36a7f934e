"""Tabs are closed, also while they are on their way to another page: there the browser loses the order now and then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from payerbot.browser import tabs
from tests.browser_support import started
from tests.small_site import Site

ON_ITS_WAY = "<script>fetch('/gone').then(() => location = '/next')</script>"
TIMES = 40  # the plain way loses one in twenty


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/": ON_ITS_WAY, "/next": "<script>fetch('/gone')</script>there"}) as found:
        yield found


def test_a_tab_that_goes_elsewhere_meanwhile_is_closed_all_the_same(site: Site, tmp_path: Path) -> None:
    with started(tmp_path, [site.host()]) as context:
        kept = context.new_page()
        for ms in range(TIMES):
            tab = context.new_page()
            tab.goto(site.url(), wait_until="commit")
            tab.wait_for_timeout(ms % 20)
            tabs.close(tab)
            assert tab.is_closed()
        assert context.pages == [kept]
        tabs.close(tab)  # once more does no harm
