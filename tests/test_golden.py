"""Saved pages and their reviewed answers: what every portal's reader makes of text that really stood on a page.

Each portal has a folder; `<name>.page.json` is what the adapter hands to the reader, `<name>.answer.json` what a person found right, and
`reader.py` leads from the one to the other. A page without an answer gets one written beside it, and fails until somebody reviewed it.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.errors import PortalError

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent / "golden"
PAGES = sorted(HERE.glob("*/*.page.json"))


@cache
def _reader(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"golden_{folder.name}", folder / "reader.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(page: Path) -> Any:
    """The answer to a saved page, as it is saved: fields that the page does not show are left out."""
    try:
        answer = _reader(page.parent).read(json.loads(page.read_text(encoding="utf-8")))
    except PortalError as trouble:
        return {"raises": type(trouble).__name__, "says": str(trouble)}
    return answer if isinstance(answer, dict) else {"outcome": answer.outcome, **answer.model_dump(mode="json", exclude_defaults=True)}


def reviewed(page: Path) -> Any:
    """The reviewed answer; where there is none, what was read is written down, and the test fails."""
    path = page.with_name(page.name.replace(".page.json", ".answer.json"))
    if not path.exists():
        path.write_text(json.dumps(read(page), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail(f"{path.name} was written: please review")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name.removesuffix('.page.json')}")
def test_a_saved_page_is_read_as_it_was_reviewed(page: Path) -> None:
    assert read(page) == reviewed(page)


def test_a_page_without_an_answer_is_written_down_and_fails_until_it_is_reviewed(tmp_path: Path) -> None:
    source = PAGES[0]
    (tmp_path / "reader.py").write_text((source.parent / "reader.py").read_text(encoding="utf-8"), encoding="utf-8")
    page = tmp_path / "new.page.json"
    page.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="please review"):
        reviewed(page)
    assert reviewed(page) == reviewed(source)


@pytest.mark.parametrize("folder", sorted({page.parent for page in PAGES}), ids=lambda folder: folder.name)
def test_no_answer_is_left_over_and_pages_that_are_not_the_wanted_one_are_there_too(folder: Path) -> None:
    pages = {path.name.removesuffix(".page.json") for path in folder.glob("*.page.json")}
    answers = {path.name.removesuffix(".answer.json"): json.loads(path.read_text("utf-8")) for path in folder.glob("*.answer.json")}
    assert set(answers) == pages
    assert any("raises" in answer for answer in answers.values())
    assert {"answered", "not_found", "unreadable", "portal_down"} <= {answer.get("outcome") for answer in answers.values()}
