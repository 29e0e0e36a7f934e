"""`payerbot new-portal`: what it writes runs at once, in a clone that is left alone otherwise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from payerbot.commands import new_portal
from payerbot.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("payerbot", "portals", "flows", "sandbox", "selectors", "tests", "examples", "tools")
PLACES = ("portals/oak_ridge", "sandbox/oak_ridge", "selectors/oak_ridge.yaml", "tests/golden/oak_ridge")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """What makes a folder a clone."""
    for name in ("portals/base.py", "sandbox/server.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    return tmp_path


def made(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def test_four_places_are_written_and_no_mark_is_left_in_them(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(made(bare))
    assert new_portal.write("oak_ridge", title="Oak Ridge Health", clone=bare) == 0
    written = {name: text for name, text in made(bare).items() if name not in before}
    assert all(name.startswith(PLACES) for name in written)
    assert {place for place in PLACES if any(name.startswith(place) for name in written)} == set(PLACES)
    assert not any(re.search(r"@\w+@", text) for text in written.values())
    assert 'slug, title = "oak_ridge", "Oak Ridge Health"' in written["portals/oak_ridge/adapter.py"]
    assert set(capsys.readouterr().out.split()) >= set(written)


@pytest.mark.parametrize("slug", ["Oak", "oak-ridge", "9oak", "oak__ridge", "../oak", "_oak", ""])
def test_a_name_that_cannot_be_a_folder_and_a_module_is_refused(bare: Path, slug: str) -> None:
    with pytest.raises(UserError, match="lower-case letters"):
        new_portal.write(slug, title="", clone=bare)


def test_what_is_there_already_is_left_alone(bare: Path) -> None:
    new_portal.write("oak_ridge", title="", clone=bare)
    before = made(bare)
    with pytest.raises(UserError, match="is there already"):
        new_portal.write("oak_ridge", title="Another", clone=bare)
    assert made(bare) == before


def test_outside_of_a_clone_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no clone of payerbot here"):
        new_portal.write("oak_ridge", title="", clone=tmp_path)
    assert made(tmp_path) == {}


# --- in a clone


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """This one, with a further portal."""
    folder = tmp_path_factory.mktemp("clone")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    done = run(folder, "-m", "payerbot", "new-portal", "oak_ridge", "--title", "Oak Ridge Health")
    assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in that clone, whichever one is installed here."""
    mine = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, *words], cwd=folder, env=mine, capture_output=True, text=True, check=False)


def last_line(folder: Path, *words: str) -> str:
    """The last line of a test run."""
    done = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words)
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.deep
@pytest.mark.parametrize("words", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy", "portals", "sandbox")])
def test_the_skeleton_keeps_to_the_house_rules(clone: Path, words: tuple[str, ...]) -> None:
    done = run(clone, "-m", *words)
    assert done.returncode == 0, done.stdout


@pytest.mark.deep
def test_the_skeleton_answers_as_the_truth_has_it_and_heeds_the_contract(clone: Path) -> None:
    said = last_line(clone, "tests/contract/test_eligibility_contract.py", "-k", "oak_ridge")
    assert "failed" not in said
    assert "error" not in said
    assert int(said.split()[0]) > 20, said


@pytest.mark.deep
def test_its_golden_pages_fail_until_their_answers_are_reviewed(clone: Path) -> None:
    first = last_line(clone, "tests/test_golden.py", "-k", "oak_ridge")
    assert "failed" in first
    again = last_line(clone, "tests/test_golden.py", "-k", "oak_ridge")
    assert "failed" not in again
    assert "passed" in again
