"""What differs between operating systems: where a browser is, what a folder lies on, which processes are ours, how much room there is.

Nothing else in payerbot asks which system it runs on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from payerbot.errors import RunError, UserError

RUN_MARK = "PAYERBOT_RUN"  # every process of ours carries the id of its run in this variable
NO_BROWSER = (
    "No browser was found: install Google Chrome, Chromium or Microsoft Edge, or run 'playwright install chromium', "
    "or set PAYERBOT_BROWSER to the browser's program."
)
NETWORK_FILE_SYSTEMS = re.compile(
    r"9p|afpfs|afs|beegfs|ceph|cifs|coda|davfs2?|drvfs|fuse\.(ceph|davfs2|glusterfs|gvfsd-fuse|rclone|s3fs|sshfs)|gfs2|glusterfs|gpfs|lustre"
    r"|ncpfs|nfs[34]?|ocfs2|smb[23]|smbfs|vboxsf|vmhgfs|webdav"
)
_PROGRAMS = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "microsoft-edge-stable", "microsoft-edge")
_MAC_APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
_WINDOWS_APPS = (r"Google\Chrome\Application\chrome.exe", r"Chromium\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
_PLAYWRIGHT_BUILDS = (
    "chrome-linux*/chrome",
    "chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chrome-mac*/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
    "chrome-win*/chrome.exe",
)
_WRAPPER_SIZE = 10_000  # bytes; a browser is larger than the script that starts one
_SAME_START = 2  # seconds two readings of one start time may differ
_REMOTE_DRIVE = 4  # GetDriveTypeW's DRIVE_REMOTE
_ROOM_FOR_SOCKETS = 55  # characters: a socket's path has 103 (macOS) or 107, and the browser puts 45 behind its temporary folder


# --- the browser -------------------------------------------------------------------------------------------------------------------


def find_browser(setting: Path | None = None) -> Path | None:
    """The browser to start: the setting; one that Playwright has; the system's Chrome, Chromium or Edge; else None (say NO_BROWSER)."""
    if setting is not None:
        return _as_set(setting)
    return next(iter(browsers()), None)


def browsers() -> Iterator[Path]:
    """Every browser on this machine that Playwright can drive, the best first."""
    found = [*_of_playwright(), *_of_system()]
    yield from sorted(dict.fromkeys(found), key=_is_confined)


def _as_set(setting: Path) -> Path:
    named = setting.expanduser()
    path = named if named.is_file() else Path(shutil.which(str(setting)) or named)
    if not path.is_file() or not os.access(path, os.X_OK):
        raise UserError(f"PAYERBOT_BROWSER names {setting}, which is not a program; correct it or leave it empty.")
    return path


def _of_playwright() -> Iterator[Path]:
    folder = _playwright_folder()
    if folder is None:
        return
    wanted = _playwright_revision()
    builds = [build for build in folder.glob("chromium-*") if (build / "INSTALLATION_COMPLETE").exists()]
    for build in sorted(builds, key=lambda build: (build.name == f"chromium-{wanted}", build.name), reverse=True):
        for pattern in _PLAYWRIGHT_BUILDS:
            yield from (path for path in build.glob(pattern) if os.access(path, os.X_OK))


def _playwright_folder() -> Path | None:
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if chosen == "0":
        return _playwright_package() / ".local-browsers"
    if chosen:
        return Path(chosen)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "ms-playwright"


def _playwright_package() -> Path:
    from importlib.util import find_spec  # noqa: PLC0415  Playwright itself takes half a second to import

    spec = find_spec("playwright")
    return Path(spec.origin or "").parent / "driver" / "package" if spec else Path()


def _playwright_revision() -> str:
    try:
        known = json.loads((_playwright_package() / "browsers.json").read_text(encoding="utf-8"))["browsers"]
        return next(str(one["revision"]) for one in known if one["name"] == "chromium")
    except (OSError, ValueError, KeyError, StopIteration):
        return ""


def _of_system() -> Iterator[Path]:
    if sys.platform == "darwin":
        places = [
            root / f"{app}.app/Contents/MacOS/{app}" for app in _MAC_APPS for root in (Path("/Applications"), Path.home() / "Applications")
        ]
    elif sys.platform == "win32":
        roots = [os.environ[name] for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA") if name in os.environ]
        places = [Path(root) / app for app in _WINDOWS_APPS for root in roots]
    else:
        places = [Path(found) for found in map(shutil.which, _PROGRAMS) if found]
    yield from (place for place in places if place.is_file())


def _is_confined(browser: Path) -> bool:
    """A snap sees neither hidden folders nor the system's temporary folder, so it comes last."""
    if browser.is_relative_to("/snap") or browser.resolve().is_relative_to("/snap"):
        return True
    try:
        return browser.stat().st_size < _WRAPPER_SIZE and b"/snap/" in browser.read_bytes()
    except OSError:
        return False


# --- processes ---------------------------------------------------------------------------------------------------------------------


def marked(run: str) -> list[psutil.Process]:
    """Every process of this person that carries this run's mark, orphans included; never the asking process itself."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(RUN_MARK) == run:
                found.append(process)
    return found


def tree(pid: int) -> list[psutil.Process]:
    """The process and everything below it, the deepest last; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill_tree(pid: int, *, run: str = "", grace: float = 3.0) -> list[int]:
    """End a process, all below it and all that carry its run's mark; returns the ids still there (none, as a rule)."""
    return end([*tree(pid), *(marked(run) if run else [])], grace=grace)


def end(processes: Iterable[psutil.Process], *, grace: float = 3.0) -> list[int]:
    """Ask each process to end, kill what stays, reap what is ours; returns the ids that are still there."""
    left = list(dict.fromkeys(processes))
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, left = psutil.wait_procs(left, timeout=grace)
    for process in left:
        for one in (*_below(process), process):
            with contextlib.suppress(psutil.Error):
                one.kill()
    _, left = psutil.wait_procs(left, timeout=5)
    return [process.pid for process in left]


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def is_running(pid: int, started: float) -> bool:
    """Whether the process that had this id at that time (`started`: its create time) is still there; an id used again does not count."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < _SAME_START and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def started(pid: int | None = None) -> float:
    """When a process (this one, when none is named) began: together with its id it names one process for good."""
    return psutil.Process(pid).create_time()


def utc_now() -> datetime:
    """The time it is, with its zone."""
    return datetime.now(UTC)


# --- the machine -------------------------------------------------------------------------------------------------------------------


def host_id() -> str:
    """Names this machine, or this container: where the same process ids mean the same processes."""
    parts = [platform.node(), _machine_id()]
    with contextlib.suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def boot_id() -> str:
    """Names this start of the machine; another one means that every process noted before is gone."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(round(psutil.boot_time() / 60))


def _machine_id() -> str:
    if sys.platform == "win32":
        return _windows_machine_id()
    if sys.platform == "darwin":
        told = subprocess.run(["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"], capture_output=True, text=True, check=False)
        found = re.search(r'"IOPlatformUUID" = "([^"]+)"', told.stdout)
        return found[1] if found else hex(uuid.getnode())
    for place in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with contextlib.suppress(OSError):
            return Path(place).read_text(encoding="ascii").strip()
    return hex(uuid.getnode())


def _windows_machine_id() -> str:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415  only there on Windows

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    return ""


def memory_available() -> int:
    """Bytes that can be used without swapping, a container's limit included."""
    free = psutil.virtual_memory().available
    with contextlib.suppress(OSError, ValueError):
        free = min(free, _cgroup_free(Path("/sys/fs/cgroup")))
    return max(free, 0)


def _cgroup_free(root: Path) -> int:
    """What the container's limit leaves; file pages that can be dropped count as free. ValueError where there is no limit ("max")."""
    limit, used = (int((root / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
    cached = re.search(r"^inactive_file (\d+)$", (root / "memory.stat").read_text(encoding="ascii"), re.MULTILINE)
    return limit - used + (int(cached[1]) if cached else 0)


def disk_free(path: Path) -> int:
    """Bytes free where the path lies, or will lie."""
    return shutil.disk_usage(_existing(path)).free


# --- folders -----------------------------------------------------------------------------------------------------------------------


def private_folder(path: Path) -> Path:
    """The folder, made if need be, that only this person can look into."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) != stat.S_IRWXU:
            path.chmod(stat.S_IRWXU)
    except OSError:
        raise UserError(f"The folder {path} cannot be made private to you; set PAYERBOT_HOME to a folder of your own.") from None
    return path


@contextlib.contextmanager
def short_way(folder: Path, *, of: Path) -> Iterator[Path]:
    """The folder, or for as long as this lasts a short path to it: a browser puts a socket below, and a socket's path must be short.

    `of` is what the path is named after: whoever uses it has it alone.
    """
    if os.name != "posix" or len(os.fsencode(folder)) <= _ROOM_FOR_SOCKETS:
        yield folder
        return
    way = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp", f"payerbot-{hashlib.sha256(os.fsencode(of)).hexdigest()[:8]}")  # noqa: S108  a link
    if len(os.fsencode(way)) > _ROOM_FOR_SOCKETS:
        way = Path("/tmp", way.name)  # noqa: S108
    try:
        way.unlink(missing_ok=True)  # left by a run that was killed; nobody else's can be removed
        way.symlink_to(folder, target_is_directory=True)
    except OSError:
        raise UserError(f"The path {folder} is too long for a browser; set PAYERBOT_HOME to a folder with a shorter path.") from None
    try:
        yield way
    finally:
        with contextlib.suppress(OSError):
            way.unlink(missing_ok=True)


def is_network_path(path: Path) -> bool:
    """Whether the path lies, or will lie, on a network drive: no place for a ledger, whose locks would not hold."""
    place = _existing(path)
    if sys.platform == "win32":
        return _is_windows_network(place)
    return NETWORK_FILE_SYSTEMS.fullmatch(_file_system(place.resolve())) is not None


def _existing(path: Path) -> Path:
    path = path.expanduser().absolute()
    return next((place for place in (path, *path.parents) if place.exists()), path)


def _file_system(place: Path) -> str:
    depth, found = 0, ""
    for mount, kind in _mounts():
        if place.is_relative_to(mount) and len(Path(mount).parts) >= depth:
            depth, found = len(Path(mount).parts), kind
    return found


def _mounts(table: Path = Path("/proc/self/mountinfo")) -> Iterator[tuple[str, str]]:
    """Mount points and their file systems, those mounted later last."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        yield from ((part.mountpoint, part.fstype) for part in psutil.disk_partitions(all=True))
        return
    for line in lines:
        before, _, after = line.partition(" - ")
        yield re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), before.split(" ")[4]), after.split(" ")[0]


def _is_windows_network(place: Path) -> bool:
    drive = place.resolve().drive
    if drive.startswith("\\\\"):
        return True
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  the call is only there on Windows

        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _REMOTE_DRIVE)
    return False


def synced_by(path: Path) -> str:
    """The service that copies this path elsewhere (OneDrive, Dropbox, ...), or nothing."""
    parts = " ".join(part.lower() for part in path.expanduser().absolute().parts)
    for mark, service in _SYNCED.items():
        if mark in parts:
            return service
    return ""


_SYNCED = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "com~apple~clouddocs": "iCloud Drive",
    "icloud": "iCloud Drive",
    "mobile documents": "iCloud Drive",
    "cloudstorage": "a cloud drive",
    "nextcloud": "Nextcloud",
    "box sync": "Box",
}


@contextlib.contextmanager
def one_at_a_time(lock: Path, *, within: float = 20.0) -> Iterator[None]:
    """Let one process on this machine through; the system frees the lock when its holder dies."""
    deadline = time.monotonic() + within
    with lock.open("a+b") as held:
        while not _take(held.fileno()):
            if time.monotonic() > deadline:
                raise RunError(f"Another payerbot holds {lock.name} for more than {within:.0f} seconds; wait for it to end and try again.")
            time.sleep(0.05)
        try:
            yield
        finally:
            _give_back(held.fileno())


def _take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  only there on Windows

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  only there on POSIX

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _give_back(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  only there on Windows

        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl  # noqa: PLC0415  only there on POSIX

        fcntl.flock(descriptor, fcntl.LOCK_UN)
