"""What differs between systems, each on a machine made up for the test; processes are real ones."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from payerbot import host
from payerbot.errors import RunError, UserError

WAIT = "import sys; print('up', flush=True); sys.stdin.read()"
NAP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: time.sleep(60)"
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, stdin=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python programs that say a line when they are up; none outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        running.append(child)
        return child

    yield started
    for child in running:
        host.kill_tree(child.pid)
        child.communicate()


def program(path: Path, content: bytes = b"x" * 20_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


class TestTheBrowser:
    @pytest.fixture(autouse=True)
    def _bare(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
        monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)

    def built(self, folder: Path, revision: str, inside: str, *, whole: bool = True) -> Path:
        if whole:
            program(folder / f"chromium-{revision}" / "INSTALLATION_COMPLETE")
        return program(folder / f"chromium-{revision}" / inside)

    def test_a_bare_machine_has_none(self) -> None:
        assert host.find_browser() is None
        assert "PAYERBOT_BROWSER" in host.NO_BROWSER

    def test_the_setting_wins(self, tmp_path: Path) -> None:
        program(tmp_path / "bin" / "google-chrome")
        mine = program(tmp_path / "mine")
        assert host.find_browser(mine) == mine

    def test_the_setting_may_be_a_program_of_the_path(self, tmp_path: Path) -> None:
        mine = program(tmp_path / "bin" / "my-browser")
        assert host.find_browser(Path("my-browser")) == mine

    @pytest.mark.parametrize("mode", [None, 0o644])
    def test_a_setting_that_is_no_program_is_said(self, tmp_path: Path, mode: int | None) -> None:
        mine = tmp_path / "mine"
        if mode:
            program(mine).chmod(mode)
        with pytest.raises(UserError, match=r"PAYERBOT_BROWSER names .*mine, which is not a program"):
            host.find_browser(mine)

    def test_playwright_own_comes_before_the_system(self, tmp_path: Path) -> None:
        program(tmp_path / "bin" / "google-chrome")
        own = self.built(tmp_path / ".cache" / "ms-playwright", "1200", "chrome-linux64/chrome")
        assert host.find_browser() == own

    def test_of_several_the_revision_playwright_wants_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(host, "_playwright_revision", lambda: "1200")
        folder = tmp_path / ".cache" / "ms-playwright"
        self.built(folder, "1300", "chrome-linux/chrome")
        wanted = self.built(folder, "1200", "chrome-linux/chrome")
        assert host.find_browser() == wanted

    def test_the_revision_playwright_wants_is_read_from_playwright(self) -> None:
        assert host._playwright_revision().isdecimal()

    def test_a_download_that_broke_off_does_not_count(self, tmp_path: Path) -> None:
        self.built(tmp_path / ".cache" / "ms-playwright", "1200", "chrome-linux/chrome", whole=False)
        assert host.find_browser() is None

    def test_playwright_folder_can_be_moved(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "elsewhere"))
        own = self.built(tmp_path / "elsewhere", "1200", "chrome-linux/chrome")
        assert host.find_browser() == own
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "0")
        folder = host._playwright_folder()
        assert folder is not None
        assert folder.parts[-3:] == ("driver", "package", ".local-browsers")

    def test_a_snap_comes_last(self, tmp_path: Path) -> None:
        snap = program(tmp_path / "bin" / "chromium", b'#!/bin/sh\nexec /snap/bin/chromium "$@"\n')
        assert host.find_browser() == snap
        edge = program(tmp_path / "bin" / "microsoft-edge")
        assert host.find_browser() == edge

    def test_a_mac_has_them_among_its_applications(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        edge = program(tmp_path / "Applications" / "Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
        assert list(host.browsers()) == [edge]
        chrome = program(tmp_path / "Applications" / "Google Chrome.app/Contents/MacOS/Google Chrome")
        assert list(host.browsers()) == [chrome, edge]
        own = self.built(
            tmp_path / "Library/Caches/ms-playwright",
            "1200",
            "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
        )
        assert host.find_browser() == own

    def test_windows_has_them_among_its_programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(host, "_WINDOWS_APPS", tuple(app.replace("\\", "/") for app in host._WINDOWS_APPS))
        for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
            monkeypatch.setenv(name, str(tmp_path / name))
        edge = program(tmp_path / "ProgramFiles(x86)/Microsoft/Edge/Application/msedge.exe")
        assert list(host.browsers()) == [edge]
        own = self.built(tmp_path / "LOCALAPPDATA/ms-playwright", "1200", "chrome-win64/chrome.exe")
        assert list(host.browsers()) == [own, edge]


class TestProcesses:
    def test_a_tree_is_ended_with_all_that_is_below(self, start: Start) -> None:
        parent = start(PARENT, WAIT)
        child = int(line(parent))
        assert host.kill_tree(parent.pid) == []
        assert not alive(parent.pid)
        assert not alive(child)

    def test_what_does_not_hear_is_killed(self, start: Start) -> None:
        parent = start(PARENT, STUBBORN)
        child = int(line(parent))
        assert host.kill_tree(parent.pid, grace=0.2) == []
        assert not alive(child)

    def test_orphans_are_found_by_their_run_and_others_are_left(self, start: Start) -> None:
        parent = start(PARENT, NAP, PAYERBOT_RUN="run-a")
        orphan = int(line(parent))
        parent.kill()
        parent.wait()
        other = start(WAIT, PAYERBOT_RUN="run-b")
        line(other)
        assert [process.pid for process in host.marked("run-a")] == [orphan]
        assert host.kill_tree(parent.pid, run="run-a") == []
        assert not alive(orphan)
        assert alive(other.pid)

    def test_a_process_that_is_gone_is_no_error(self, start: Start) -> None:
        child = start("pass")
        child.wait()
        assert host.tree(child.pid) == []
        assert host.kill_tree(child.pid) == []

    def test_the_asking_process_is_never_among_the_marked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mine = psutil.Process()
        monkeypatch.setattr(psutil, "process_iter", lambda: iter([mine]))
        monkeypatch.setattr(psutil.Process, "environ", lambda _: {"PAYERBOT_RUN": "mine"})
        assert host.marked("mine") == []

    def test_a_process_is_known_by_its_id_and_its_start(self, start: Start) -> None:
        child = start(WAIT)
        began = host.started(child.pid)
        assert host.is_running(child.pid, began)
        assert not host.is_running(child.pid, began - 100)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not host.is_running(child.pid, began)
        child.wait()
        assert not host.is_running(child.pid, began)
        assert host.started() == psutil.Process().create_time()


class TestTheMachine:
    def test_a_host_is_named_the_same_from_every_process(self, start: Start) -> None:
        told = line(start("from payerbot import host; print(host.host_id(), host.boot_id())"))
        assert told.split() == [host.host_id(), host.boot_id()]

    def test_containers_of_one_image_are_told_apart_by_their_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here = host.host_id()
        monkeypatch.setattr(platform, "node", lambda: "another")
        assert host.host_id() != here

    def test_a_mac_is_named_by_its_board(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        told = types.SimpleNamespace(stdout='  "IOPlatformUUID" = "1234-ABCD"\n')
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: told)
        assert host._machine_id() == "1234-ABCD"

    def test_without_a_boot_id_the_time_of_the_start_stands_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Path, "read_text", refuse)
        monkeypatch.setattr(psutil, "boot_time", lambda: 1_764_000_012.4)
        assert host.boot_id() == str(round(1_764_000_012.4 / 60))

    def test_a_container_limit_counts(self, tmp_path: Path) -> None:
        (tmp_path / "memory.max").write_text("1000\n", encoding="ascii")
        (tmp_path / "memory.current").write_text("700\n", encoding="ascii")
        (tmp_path / "memory.stat").write_text("anon 400\ninactive_file 250\nactive_file 50\n", encoding="ascii")
        assert host._cgroup_free(tmp_path) == 550

    def test_no_limit_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
        with pytest.raises(ValueError, match="max"):
            host._cgroup_free(tmp_path)

    @pytest.mark.parametrize("limit, expected", [(-5, 0), (100, 100), (10**18, 4_000)])
    def test_free_memory_is_the_less_of_the_two(self, limit: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(available=4_000))
        monkeypatch.setattr(host, "_cgroup_free", lambda _: limit)
        assert host.memory_available() == expected

    def test_free_disk_is_told_for_a_folder_that_is_not_there_yet(self, tmp_path: Path) -> None:
        assert host.disk_free(tmp_path / "a" / "b") > 0


class TestFolders:
    def test_a_private_folder_is_for_its_owner_only(self, tmp_path: Path) -> None:
        folder = host.private_folder(tmp_path / "a" / "b")
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o755)
        assert host.private_folder(folder).stat().st_mode & 0o777 == 0o700

    def test_a_file_in_its_place_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch()
        with pytest.raises(UserError, match="PAYERBOT_HOME"):
            host.private_folder(tmp_path / "a")

    @pytest.mark.parametrize(
        "path, network",
        [
            ("/mnt/office/ledger", True),
            ("/mnt/office", True),
            ("/mnt/officer", False),
            ("/mnt/with blank/x", True),
            ("/mnt/office/local/x", False),
            ("/home/x", False),
        ],
    )
    def test_a_network_drive_is_known_by_its_mount(self, path: str, network: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        table = tmp_path / "mountinfo"
        table.write_text(
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
            "30 22 0:40 / /mnt/office rw shared:7 - cifs //server/share rw\n"
            "31 30 8:2 / /mnt/office/local rw - xfs /dev/sdb1 rw\n"
            "32 22 0:41 / /mnt/with\\040blank rw - nfs4 server:/x rw\n",
            encoding="utf-8",
        )
        monkeypatch.setattr(host, "_mounts", lambda: parsed(table))
        monkeypatch.setattr(host, "_existing", lambda given: given)
        assert host.is_network_path(Path(path)) is network

    def test_of_two_mounts_on_one_place_the_later_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(host, "_mounts", lambda: iter([("/", "ext4"), ("/data", "nfs"), ("/data", "ext4")]))
        monkeypatch.setattr(host, "_existing", lambda given: given)
        assert not host.is_network_path(Path("/data/x"))

    def test_without_a_mount_table_the_system_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        part = types.SimpleNamespace(mountpoint="/Volumes/office", fstype="smbfs")
        monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [part])
        assert list(host._mounts(tmp_path / "none")) == [("/Volumes/office", "smbfs")]

    def test_this_folder_is_on_a_local_disk(self, tmp_path: Path) -> None:
        assert not host.is_network_path(tmp_path / "not" / "there" / "yet")

    @pytest.mark.parametrize(
        "path, service",
        [
            ("/home/x/OneDrive - Practice/credentials.env", "OneDrive"),
            ("/home/x/Dropbox/a.env", "Dropbox"),
            ("/Users/x/Library/Mobile Documents/com~apple~CloudDocs/a.env", "iCloud Drive"),
            ("/Users/x/Library/CloudStorage/GoogleDrive-x@y.example/My Drive/a.env", "Google Drive"),
            ("/Users/x/Library/CloudStorage/Other/a.env", "a cloud drive"),
            ("/home/x/payerbot/a.env", ""),
        ],
    )
    def test_a_synced_folder_is_known_by_its_name(self, path: str, service: str) -> None:
        assert host.synced_by(Path(path)) == service

    def test_one_at_a_time_lets_one_in_and_says_so_when_it_takes_too_long(self, tmp_path: Path, start: Start) -> None:
        lock = tmp_path / "lock"
        script = (
            "import sys; from pathlib import Path; from payerbot import host\n"
            f"with host.one_at_a_time(Path({str(lock)!r})): print('in', flush=True); sys.stdin.read()"
        )
        holder = start(script)
        line(holder)
        with pytest.raises(RunError, match="Another payerbot holds lock"), host.one_at_a_time(lock, within=0):
            pytest.fail("two were let in")
        holder.kill()
        with host.one_at_a_time(lock):
            assert lock.exists()


def parsed(table: Path) -> Iterator[tuple[str, str]]:
    return ORIGINAL(table)


ORIGINAL = host._mounts


def refuse(*_: object, **__: object) -> str:
    raise OSError


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
