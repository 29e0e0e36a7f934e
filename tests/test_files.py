"""Files in and out through the browser, and Select2 lists: whatever way the file comes, and nothing of it stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.browser import files
from payerbot.browser.locate import Screen, Tab
from payerbot.errors import PageChanged, PortalSlow, ReadBackMismatch, RunError, StopAsked
from tests.browser_support import Desktop, started
from tests.small_site import Asked, Reply, Site, moved, select2

if TYPE_CHECKING:
    from playwright.sync_api import Page

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n\xff\x00"
)
AS_PDF = Reply(PDF, 200, {"Content-Type": "application/pdf"})
ATTACHED = Reply(PDF, 200, {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="DOE JANE EOB.pdf"'})
NAMED = "DOE"  # the portal's file names may hold a patient


class Office(Desktop):
    """One browser whose private folder can be looked into, and a second site that it may not reach."""

    folder: Path
    outside: Site
    mine: list[Page]

    def tab(self, *given: Any, **more: Any) -> Tab:
        """One page has one tab, as in a share: another tab is another page."""
        self.page = self.context.new_page()
        self.mine.append(self.page)
        return super().tab(*given, **more)

    def left(self) -> list[str]:
        """What lies in the run's folder, and the tabs that the page opened, once the browser had time to put away what came late."""
        for _ in range(100):
            if not (found := self._lies_about()):
                break
            self.page.wait_for_timeout(50)
        return found

    def _lies_about(self) -> list[str]:
        tabs = [page.url for page in self.context.pages if page not in self.mine]
        return [path.name for path in self.folder.rglob("*") if path.is_file()] + tabs


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("run")
    with Site() as site, Site() as outside, started(folder, [site.host()]) as context:
        office = Office(context, site)
        office.folder, office.outside, office.mine = folder, outside, [office.page]
        yield office


@pytest.fixture
def desk(shared: Office) -> Office:
    shared.clear()
    shared.site.pages |= {"/eob": AS_PDF, "/attached": ATTACHED}
    return shared


# --- a file by a click ---------------------------------------------------------------------------------------------------------------

FETCHED = "fetch('/eob').then(r => r.blob()).then(b => {{ const made = window.URL.createObjectURL(b); {then} }})"
WAYS = {
    "link that downloads": "<a id=go href=/eob download='DOE.pdf'>EOB</a>",
    "attachment in the page": "<a id=go href=/attached>EOB</a>",
    "attachment in a new tab": "<a id=go href=/attached target=_blank>EOB</a>",
    "form that answers with one": "<form method=post action=/attached><button id=go>EOB</button></form>",
    "made by script": f"""<button id=go onclick="{
        FETCHED.format(then="const a = document.createElement('a'); a.href = made; a.download = 'DOE.pdf'; a.click();")
    }">EOB</button>""",
    "blob in a new tab": f'<button id=go onclick="{FETCHED.format(then="window.open(made);")}">EOB</button>',
    "blob in a tab that waited": f"""<button id=go onclick="const w = window.open('about:blank'); {
        FETCHED.format(then="setTimeout(() => w.location = made, 300);")
    }">EOB</button>""",
    "blob in a tab of its own making": f"""<button id=go onclick="{
        FETCHED.format(then="const w = window.open('about:blank'); w.document.write(`<iframe src=${made}></iframe>`); w.document.close();")
    }">EOB</button>""",
    "blob from a frame": f"""<iframe id=f srcdoc="<button id=go onclick=&quot;{
        FETCHED.format(then="window.open(made);")
    }&quot;>EOB</button>"></iframe>""",
    "PDF in a new tab": "<a id=go href=/eob target=_blank>EOB</a>",
    "PDF in a tab that knows nothing of ours": "<a id=go href=/eob target=_blank rel='noopener noreferrer'>EOB</a>",
    "PDF after a page that says wait": "<a id=go href=/wait target=_blank>EOB</a>",
    "frame": "<button id=go onclick=\"f.src = '/eob'\">EOB</button><iframe id=f></iframe>",
    "blob in a frame": f'<button id=go onclick="{FETCHED.format(then="f.src = made;")}">EOB</button><iframe id=f></iframe>',
    "embedded": "<button id=go onclick=\"document.body.insertAdjacentHTML('beforeend', '<embed src=/eob>')\">EOB</button>",
}


def opened(desk: Office, html: str, *, seconds: float = 10.0) -> Screen:
    return desk.show(html, {"frame": ["page", {"css": "#f", "why": "x"}], "go": "#go", "never": "#never"}, seconds=seconds)


@pytest.mark.parametrize("way", WAYS)
def test_the_file_comes_whatever_way_it_comes_and_nothing_of_it_stays(desk: Office, way: str) -> None:
    desk.site.pages["/wait"] = "<p>Preparing your file</p><script>setTimeout(() => location = '/eob', 400)</script>"
    form = opened(desk, WAYS[way])
    assert form["go"].file() == PDF
    assert desk.left() == []


def test_the_second_file_is_not_the_first_one(desk: Office) -> None:
    count = iter(range(9))
    desk.site.pages["/attached"] = lambda _: ATTACHED._replace(body=PDF + str(next(count)).encode())
    form = opened(desk, WAYS["attachment in the page"])
    assert [form["go"].file(), form["go"].file()] == [PDF + b"0", PDF + b"1"]
    assert desk.site.paths().count("/attached") == 2


def test_a_web_page_in_the_files_place_is_given_as_it_is(desk: Office) -> None:
    desk.site.pages |= {"/eob": "<p>Please sign in</p>", "/attached": ATTACHED._replace(body="<p>Error</p>")}
    for way, words in (("PDF in a new tab", b"Please sign in"), ("attachment in the page", b"Error")):
        came = opened(desk, WAYS[way])["go"].file()
        assert came is not None
        assert words in came
    assert desk.left() == []


def test_a_click_that_brings_nothing_ends_and_is_made_once(desk: Office) -> None:
    form = opened(desk, "<button id=go onclick=\"fetch('/asked')\">EOB</button>")
    assert form["go"].file(within_ms=600) is None
    assert desk.site.paths().count("/asked") == 1


def test_a_tab_that_stays_empty_brings_nothing_and_is_closed(desk: Office) -> None:
    form = opened(desk, "<button id=go onclick=\"window.open('about:blank')\">EOB</button>")
    assert form["go"].file(within_ms=600) is None
    assert desk.left() == []


def _late(release: threading.Event) -> object:
    def answer(_: Asked) -> Reply:
        release.wait(20)
        return ATTACHED

    return answer


@pytest.mark.parametrize(
    "html",
    [
        "<a id=go href=/late>EOB</a>",
        "<a id=go href=/late target=_blank>EOB</a>",
        "<button id=go onclick=\"const w = window.open('/page'); setTimeout(() => w.location = '/late', 100)\">EOB</button>",
    ],
    ids=["page", "tab", "tab that went on"],
)
@pytest.mark.deep
def test_what_comes_too_late_is_put_away(desk: Office, html: str) -> None:
    release = threading.Event()
    desk.site.pages |= {"/late": _late(release), "/page": "<p>wait</p>"}  # type: ignore[dict-item]
    form = opened(desk, html)
    assert form["go"].file(within_ms=800) is None
    release.set()
    assert not form["never"].wait(1_000)
    assert desk.left() == []


@pytest.mark.deep
def test_a_stop_request_is_heard_while_a_file_is_waited_for(desk: Office) -> None:
    release, listened = threading.Event(), []

    def ear() -> None:
        listened.append(1)
        if len(listened) > 3:  # to open the page, to click, to wait
            raise StopAsked("asked to stop")

    desk.site.pages |= {"/": "<a id=go href=/late target=_blank>EOB</a>", "/late": _late(release)}  # type: ignore[dict-item]
    tab = desk.tab({"form": {"go": "#go"}}, pulse=ear, seconds=20)
    tab.goto(desk.site.url())
    try:
        with pytest.raises(StopAsked):
            tab.screen("form")["go"].file()
    finally:
        release.set()
    assert desk.left() == []


def test_a_download_that_breaks_off_is_the_portals_trouble(desk: Office) -> None:
    desk.site.pages["/attached"] = ATTACHED._replace(headers={**ATTACHED.headers, "Content-Length": "99999"})
    with pytest.raises(PortalSlow, match=r"form\.go: the download broke off"):
        opened(desk, WAYS["attachment in the page"])["go"].file()
    assert desk.left() == []


@pytest.mark.parametrize("way", ["attachment in the page", "PDF in a new tab", "blob in a new tab"])
@pytest.mark.deep
def test_a_file_without_end_is_not_taken(desk: Office, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LIMIT_BYTES", 100)
    with pytest.raises(PageChanged, match=r"form\.go: the file is larger than payerbot takes"):
        opened(desk, WAYS[way])["go"].file()
    assert desk.left() == []


@pytest.mark.parametrize(
    "html",
    [
        "<a id=go href='{away}' target=_blank>EOB</a>",
        "<a id=go href='/bounce' target=_blank>EOB</a>",
        "<button id=go onclick=\"window.open('{away}')\">EOB</button>",
        "<a id=go href='{away}' target=_blank rel=noopener>EOB</a>",
        "<a id=go href='{away}'>EOB</a>",
    ],
)
def test_a_tab_that_leaves_the_portal_reaches_nothing_and_is_named_for_what_it_is(desk: Office, html: str) -> None:
    away = desk.outside.url("/eob", "outside.elsewhere")
    desk.site.pages["/bounce"] = moved(away)
    with pytest.raises(PageChanged, match="led to a host that is not the portal's"):
        opened(desk, html.replace("{away}", away))["go"].file()
    assert desk.outside.asked == []
    assert desk.left() == []


def test_a_frame_that_is_refused_its_own_page_is_not_the_files_trouble(desk: Office) -> None:
    away = desk.outside.url("/ad", "outside.elsewhere")
    form = opened(
        desk,
        f"<button id=go onclick=\"ad.src = '{away}'; setTimeout(() => location = '/attached', 300)\">EOB</button><iframe id=ad></iframe>",
    )
    assert form["go"].file() == PDF
    assert desk.outside.asked == []


@pytest.mark.deep
def test_a_tab_that_nobody_waited_for_is_closed_once_files_were_asked_for(desk: Office) -> None:
    form = opened(desk, "<button id=go onclick=\"window.open('/page')\">News</button>")
    desk.site.pages["/page"] = "<p>news</p>"
    form["go"].click()
    assert not form["never"].wait(500)
    assert desk.left() == [desk.site.url("/page")]  # it may be a person's, who signs in
    desk.context.pages[-1].close()
    form["go"].file(within_ms=300)
    form["go"].click()
    assert not form["never"].wait(500)
    assert (desk.site.paths().count("/page"), desk.left()) == (3, [])


# --- files that go in ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "attachment-1.pdf", tmp_path / "attachment-2.pdf"]
    for path in made:
        path.write_bytes(PDF)
    return made


HIDDEN_FIELD = """<section hidden><input type=file id=filePicker-1></section>
<section><button>Add files</button><input type=file id=filePicker-1 style='display:none' multiple></section>"""
EMPTIED_FIELD = """<label>Add <input type=file id=filePicker-1 multiple></label><ul id=list></ul><script>
  const field = document.querySelector('input');
  field.onchange = () => { for (const one of field.files) list.insertAdjacentHTML('beforeend', `<li>${one.name}</li>`); field.value = ''; };
</script>"""


@pytest.mark.parametrize(
    "html", ["<input type=file id=filePicker-1 multiple>", HIDDEN_FIELD, EMPTIED_FIELD], ids=["plain", "hidden", "emptied"]
)
def test_files_are_attached_and_seen_to_be_there(desk: Office, papers: list[Path], html: str) -> None:
    form = desk.show(html, {"files": "input#filePicker-1"})
    form["files"].attach(papers)
    form.kept()
    held = "[...document.querySelectorAll('input')].flatMap(field => [...field.files].map(file => file.name))"
    said = desk.page.evaluate(f"{held}.join(' ') || document.body.innerText")
    assert all(path.name in said for path in papers)
    assert (
        desk.page.evaluate("document.querySelectorAll('section[hidden] input').length && document.querySelector('input').files.length") == 0
    )


def test_a_field_that_does_not_keep_its_files_is_a_mismatch(desk: Office, papers: list[Path]) -> None:
    form = desk.show("<input type=file id=i multiple onchange=\"this.value = ''\">", {"files": "#i"}, seconds=1)
    with pytest.raises(ReadBackMismatch, match=r"form\.files: the field does not keep the files"):
        form["files"].attach(papers)


def test_a_file_that_is_gone_a_field_for_one_and_no_field_are_said(desk: Office, papers: list[Path]) -> None:
    form = desk.show("<input type=file id=i>", {"files": "#i", "none": "#none"}, seconds=1)
    with pytest.raises(RunError, match="is not there any more") as gone:
        form["files"].attach([Path("DOE.pdf")])
    assert NAMED not in str(gone.value)
    with pytest.raises(ReadBackMismatch, match="one file only"):
        form["files"].attach(papers)
    with pytest.raises(PageChanged, match="no one field for files"):
        form["none"].attach(papers)


def test_files_that_vanish_later_are_missed_before_the_form_is_sent(desk: Office, papers: list[Path]) -> None:
    form = desk.show("<input type=file id=i multiple><button onclick=\"i.value = ''\">Back</button>", {"files": "#i", "back": "button"})
    form["files"].attach(papers)
    form["back"].click()
    with pytest.raises(ReadBackMismatch, match="no longer shows"):
        form.kept()


# --- Select2 -------------------------------------------------------------------------------------------------------------------------

CODES = [
    "F33.1 - Depression, recurrent, moderate",
    "F33.10 - Other",
    "F41.1 - Anxiety",
    "!F99 - Not for this payer",
    "Z00 - One",
    "Z00 - One",
]
PICKERS = (
    "<section hidden><select id=diagnosis.0.code></select></section>"
    "<section><select id=diagnosis.0.code></select><select id=procedure.0.code></select></section>"
)
EACH = (
    "for (const one of document.querySelectorAll('[id=\"diagnosis.0.code\"]'))"
    " select2(one, {{answers: {codes}, late: {late}, keeps: {keeps}}})"
)
OTHER = "select2(document.getElementById('procedure.0.code'), {answers: ['90837', '90834'], least: 3})"
LISTS = {"diagnosis": '[id="diagnosis.0.code"]', "procedure": '[id="procedure.0.code"]'}


def pickers(desk: Office, *, late: int = 50, keeps: bool = True, seconds: float = 6.0) -> Screen:
    head = select2(EACH.format(codes=CODES, late=late, keeps=str(keeps).lower()), OTHER)
    return desk.show(head + PICKERS, LISTS, seconds=seconds)


def held(desk: Office) -> list[str]:
    return [str(one) for one in desk.page.evaluate("[...document.querySelectorAll('select')].map(list => list.value)")]


@pytest.mark.parametrize("late", [0, 700])
def test_an_option_is_searched_for_clicked_and_read_back_from_the_hidden_list(desk: Office, late: int) -> None:
    form = pickers(desk, late=late)
    assert form.select2("diagnosis").chosen() == ""
    assert form.select2("diagnosis").pick("F33.1 - Depression, recurrent, moderate", typed="F33.1")
    assert form.select2("procedure").pick("90837")
    assert held(desk) == ["", "F33.1 - Depression, recurrent, moderate", "90837"]
    assert form.select2("diagnosis").pick("f41.1", exact=False)
    assert form.select2("diagnosis").chosen() == "F41.1 - Anxiety"
    assert form.select2("procedure").chosen() == "90837"
    form.kept()


def test_what_the_search_offers_is_said_without_choosing(desk: Office) -> None:
    diagnosis = pickers(desk).select2("diagnosis")
    assert diagnosis.offered("F33.1") == ["F33.1 - Depression, recurrent, moderate", "F33.10 - Other"]
    assert diagnosis.offered("F99") == []
    assert (held(desk), desk.page.locator(".select2-search__field").count()) == (["", "", ""], 0)


def test_typed_text_that_the_list_does_not_have_is_no_choice(desk: Office) -> None:
    form = pickers(desk, seconds=1.5)
    assert not form.select2("diagnosis").pick("F33", typed="F33")
    assert not form.select2("diagnosis").pick("F99 - Not for this payer", typed="F99")
    assert not form.select2("diagnosis").pick("Z00 - One", nth=2)
    assert held(desk) == ["", "", ""]
    assert form.select2("diagnosis").pick("Z00 - One", nth=1)


def test_a_choice_that_is_taken_back_is_a_mismatch(desk: Office) -> None:
    with pytest.raises(ReadBackMismatch, match=r"form\.diagnosis: the choice does not stick"):
        pickers(desk, keeps=False).select2("diagnosis").pick("F41.1 - Anxiety")


def test_a_choice_that_vanishes_later_is_missed_before_the_form_is_sent(desk: Office) -> None:
    form = pickers(desk)
    assert form.select2("diagnosis").pick("F41.1 - Anxiety")
    desk.page.evaluate("document.querySelectorAll('select').forEach(list => list.replaceChildren())")
    with pytest.raises(ReadBackMismatch, match="no longer shows"):
        form.kept()


def test_a_list_whose_box_does_not_show_is_not_there(desk: Office) -> None:
    form = pickers(desk)
    desk.page.evaluate("document.querySelectorAll('section').forEach(part => { part.hidden = true; })")
    assert not form.select2("diagnosis").visible()
    desk.page.evaluate("document.querySelectorAll('section').forEach(part => { part.hidden = false; })")
    assert form.select2("procedure").count() == 1
