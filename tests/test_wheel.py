"""The wheel: built from the clone, installed elsewhere, run there; what the product needs must be in it, and the clone must not."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network: its builder is among our own packages."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked by pip into a folder of its own; only its dependencies come from here."""
    target = tmp_path_factory.mktemp("installed")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return target


def python(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed wheel in front and the clone nowhere on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYERBOT_")}
    environment = {
        **kept,
        "PYTHONPATH": str(installed),
        "PYTHONSAFEPATH": "1",
        "PAYERBOT_HOME": str(cwd / "home"),
        "PREFECT_HOME": str(cwd),
    }
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_the_product_and_nothing_of_the_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    portals = {PurePosixPath(name).parts[1] for name in names if name.endswith("/adapter.py")}
    assert portals
    for portal in portals:
        assert {f"portals/{portal}/read.py", f"portals/{portal}/portal.yaml", f"payerbot/_selectors/{portal}.yaml"} <= set(names)
    tops = {PurePosixPath(name).parts[0] for name in names if ".dist-info" not in name}
    assert tops == {"payerbot", "portals", "flows", "sandbox"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert [name for name in names if name.endswith((".pyc", ".env", ".sqlite"))] == []


def test_what_runs_is_the_wheel_and_not_the_clone(installed: Path, tmp_path: Path) -> None:
    script = (
        "import payerbot, portals, flows, sandbox; print(payerbot.__file__, portals.__file__, flows.__file__, sandbox.__file__, sep='\\n')"
    )
    told = python(installed, tmp_path, "-c", script)
    assert told.returncode == 0, told.stderr
    assert all(Path(line).is_relative_to(installed) for line in told.stdout.splitlines())


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["portals", "--help"], ["run", "--help"]])
def test_commands_work_from_the_wheel(installed: Path, tmp_path: Path, command: list[str]) -> None:
    told = python(installed, tmp_path, "-m", "payerbot", *command)
    assert told.returncode == 0, told.stderr
    assert told.stdout


def test_every_portals_settings_and_selectors_load_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = (
        "from payerbot.browser.selectors import load; from portals import KNOWN\n"
        "for slug, adapter in KNOWN.items():\n    print(slug, adapter.title, len(load(adapter.family).screens))"
    )
    told = python(installed, tmp_path, "-c", script)
    assert told.returncode == 0, told.stderr
    assert [line.split()[0] for line in told.stdout.splitlines()]


def test_the_routes_and_the_ledgers_migrations_come_with_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = "from payerbot.practice import starter_routes; import payerbot.ledger.migrations as m, pathlib; "
    script += "print(len(starter_routes()), len(list(pathlib.Path(m.__file__).parent.glob('versions/rev_*.py'))))"
    told = python(installed, tmp_path, "-c", script)
    assert told.returncode == 0, told.stderr
    assert all(int(number) for number in told.stdout.split())


def test_the_deployments_can_be_listed_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    told = python(installed, tmp_path, "-m", "flows.deployments", "America/Chicago")
    assert told.returncode == 0, told.stderr
    assert told.stdout == (ROOT / "prefect.yaml").read_text().replace("America/New_York", "America/Chicago")
