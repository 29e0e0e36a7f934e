"""selectors/<portal>.yaml: what the schema takes, what it refuses and with which place, and how a practice's overlay mends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from payerbot.browser import selectors
from payerbot.browser.selectors import Selectors, load
from payerbot.errors import UserError

BASE = """\
portal: cascade
seen: never
screens:
  search:
    landmark: {role: heading, name: Find a member, from: guide}
    member: {label: Member ID, from: guide}
    go:
      - {role: button, name: Search, from: guide}
      - {css: "#go", why: the older page has no button role, from: code}
  answer:
    frame: [page, {css: "iframe#body", why: answers may come in the frame, from: code}]
    landmark: {role: heading, name: Benefits, from: guide}
"""


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of selectors in place of the packaged one."""
    folder = tmp_path / "selectors"
    folder.mkdir()
    monkeypatch.setattr(selectors, "folder", lambda: folder)
    (folder / "cascade.yaml").write_text(BASE, encoding="utf-8")
    return folder


@pytest.fixture
def overlay(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a practice's overlay file and gives its folder."""

    def written(text: str) -> Path:
        folder = tmp_path / "overlay"
        folder.mkdir(exist_ok=True)
        (folder / "cascade.yaml").write_text(text, encoding="utf-8")
        return folder

    return written


def element(line: str) -> str:
    return BASE.replace("{label: Member ID, from: guide}", line)


def refused(packaged: Path, text: str) -> str:
    (packaged / "cascade.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as why:
        load("cascade")
    return str(why.value)


# --- what is taken -------------------------------------------------------------------------------------------------------------------


def test_an_element_is_one_way_or_a_list_of_ways_in_order(packaged: Path) -> None:
    found = load("cascade").screens["search"].elements
    assert [way.label for way in found["member"]] == ["Member ID"]
    assert [(way.kind, way.origin) for way in found["go"]] == [("role", "guide"), ("css", "code")]


def test_a_screen_says_on_which_frames_it_may_be(packaged: Path) -> None:
    screens = load("cascade").screens
    assert screens["search"].frames == (None,)
    assert [frame and frame.css for frame in screens["answer"].frames] == [None, "iframe#body"]


@pytest.mark.parametrize("seen", ["2026-11-01", '"2026-11-01"', "never"])
def test_a_day_may_stand_with_or_without_quotes(packaged: Path, seen: str) -> None:
    (packaged / "cascade.yaml").write_text(BASE.replace("seen: never", f"seen: {seen}"), encoding="utf-8")
    assert load("cascade").seen == seen.strip('"')


def test_a_file_saved_with_a_byte_order_mark_is_read(packaged: Path) -> None:
    (packaged / "cascade.yaml").write_text(BASE, encoding="utf-8-sig")
    assert load("cascade").portal == "cascade"


def test_every_packaged_file_is_read(pytestconfig: pytest.Config) -> None:
    files = sorted((pytestconfig.rootpath / "selectors").glob("*.yaml"))
    assert files
    assert [load(file.stem).portal for file in files] == [file.stem for file in files]


# --- what is refused, and where ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, said",
    [
        ("{from: guide}", "exactly one of"),
        ("{label: Member ID, css: '#m', why: no label, from: guide}", "found label, css"),
        ("{css: '#member', from: code}", "css needs a 'why'"),
        ("{css: '#member', why: '  ', from: code}", "at least 1 character"),
        ("{label: Member ID}", "from: Field required"),
        ("{label: Member ID, from: rumor}", "from: Input should be"),
        ("{label: '', from: guide}", "at least 1 character"),
        ("{label: 7, from: guide}", "valid string"),
        ("{label: Member ID, name: Member, from: guide}", "'name' goes with 'role' only"),
        ("{role: buton, name: Search, from: guide}", "'buton' is not a role"),
        ("{label: Member ID, xpath: //input, from: guide}", "Extra inputs"),
        ("{label: Member ID, within: form, from: guide}", "not an element of this screen"),
        ("{label: Member ID, within: member, from: guide}", "leads back to itself"),
        ("[]", "at least one way"),
        ("just text", "valid dictionary"),
    ],
)
def test_a_wrong_element_is_refused_with_its_place(packaged: Path, line: str, said: str) -> None:
    told = refused(packaged, element(line))
    assert said in told
    assert told.startswith(f"{packaged / 'cascade.yaml'}: line ")
    assert "search" in told


def test_the_refusal_names_the_line_of_the_element(packaged: Path) -> None:
    told = refused(packaged, element("{css: '#member', from: code}"))
    assert told.startswith(f"{packaged / 'cascade.yaml'}: line 6: search > member > 0:")


@pytest.mark.parametrize(
    "text, line, said",
    [
        (BASE.replace("landmark: {role: heading, name: Find a member, from: guide}", "title: {text: Hello, from: guide}"), 4, "'landmark'"),
        (BASE.replace("portal: cascade", "portal: rainier"), 1, "correct 'portal'"),
        (BASE + "notes: nothing\n", 13, "'notes' is not known here"),
        (BASE.replace("seen: never\n", ""), 1, "seen: Field required"),
        (BASE + "    landmark: {text: Other, from: guide}\n", 13, "landmark stands twice"),
        (
            BASE.replace('{css: "iframe#body", why: answers may come in the frame, from: code}', '{css: "iframe#body", from: code}'),
            11,
            "why",
        ),
        (BASE.replace("  search:\n", "  search: [\n"), 6, "not YAML"),
        ("- a list\n", 1, "needs 'portal', 'seen' and 'screens'"),
        ("", 1, "needs 'portal', 'seen' and 'screens'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(packaged: Path, text: str, line: int, said: str) -> None:
    told = refused(packaged, text)
    assert said in told
    assert f"cascade.yaml: line {line}:" in told


def test_a_file_that_is_not_text_is_refused(packaged: Path) -> None:
    (packaged / "cascade.yaml").write_bytes(BASE.encode() + b"\xff\xfe\x00")
    with pytest.raises(UserError, match="save it again as UTF-8"):
        load("cascade")


def test_a_portal_without_selectors_is_refused(packaged: Path) -> None:
    with pytest.raises(UserError, match=r"rainier\.yaml: the selectors cannot be read"):
        load("rainier")


# --- a practice's overlay ------------------------------------------------------------------------------------------------------------


def test_an_overlay_replaces_single_elements_and_leaves_the_others(packaged: Path, overlay: Callable[[str], Path]) -> None:
    mine = overlay("screens:\n  search:\n    member: {label: Subscriber ID, from: guide}\n")
    found = load("cascade", mine).screens["search"].elements
    assert [way.label for way in found["member"]] == ["Subscriber ID"]
    assert [way.kind for way in found["go"]] == ["role", "css"]
    assert load("cascade").screens["search"].elements["member"][0].label == "Member ID"


def test_an_overlay_may_say_that_a_screen_moved_to_a_frame(packaged: Path, overlay: Callable[[str], Path]) -> None:
    mine = overlay("screens:\n  search:\n    frame: {css: 'iframe#new', why: the screen moved, from: code}\n")
    assert [frame and frame.css for frame in load("cascade", mine).screens["search"].frames] == ["iframe#new"]


def test_an_overlay_folder_without_this_portal_changes_nothing(packaged: Path, tmp_path: Path) -> None:
    assert load("cascade", tmp_path) == load("cascade")


@pytest.mark.parametrize(
    "text, line, said",
    [
        ("screens:\n  login:\n    user: {label: User, from: guide}\n", 2, "no screen 'login'"),
        ("screens:\n  search:\n    member: {label: A, from: guide}\n    mumber: {label: M, from: guide}\n", 4, "no element 'mumber'"),
        ("screens:\n  search:\n    member: {css: '#m', from: code}\n", 3, "css needs a 'why'"),
        ("screens:\n  search: nothing\n", 2, "must hold elements by name"),
        ("portal: cascade\nscreens:\n  search:\n    member: {label: 'A, from: guide}\n", 5, "not YAML"),
        ("portal: rainier\nscreens: {}\n", 1, "correct 'portal'"),
        ("screen:\n  search: {}\n", 1, "needs 'portal', 'seen' and 'screens'"),
    ],
)
def test_a_broken_overlay_is_refused_with_its_own_file_and_line(
    packaged: Path, overlay: Callable[[str], Path], text: str, line: int, said: str
) -> None:
    mine = overlay(text)
    with pytest.raises(UserError) as why:
        load("cascade", mine)
    assert f"{mine / 'cascade.yaml'}: line {line}:" in str(why.value)
    assert said in str(why.value)


def test_a_broken_packaged_file_is_not_blamed_on_the_overlay(packaged: Path, overlay: Callable[[str], Path]) -> None:
    mine = overlay("screens:\n  search:\n    member: {label: Subscriber ID, from: guide}\n")
    (packaged / "cascade.yaml").write_text(element("{css: '#member', from: code}"), encoding="utf-8")
    with pytest.raises(UserError) as why:
        load("cascade", mine)
    assert str(why.value).startswith(f"{packaged / 'cascade.yaml'}: line 6:")


# --- where the files lie -------------------------------------------------------------------------------------------------------------


def test_in_a_clone_the_selectors_lie_at_its_top(pytestconfig: pytest.Config) -> None:
    assert selectors.folder() == pytestconfig.rootpath / "selectors"


def test_in_a_wheel_the_selectors_lie_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = tmp_path / "payerbot" / "_selectors"
    packaged.mkdir(parents=True)
    shutil.copyfile(Path(selectors.folder()) / "availity.yaml", packaged / "availity.yaml")
    monkeypatch.setattr(selectors, "__file__", str(tmp_path / "payerbot" / "browser" / "selectors.py"))
    assert selectors.folder() == packaged
    assert isinstance(load("availity"), Selectors)
