"""A share that is watched: what it prints, where it connects to, what lies in its run folder meanwhile. Started like payerbot.share.

The folder that it is given may hold `<login>.broken`: then a reader and the ledger raise errors full of what they were given; and
`<login>.breaks`, which says what else falls over with all it was given (eob, form), and in the middle of what the share dies (die).
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn, TextIO

ROOT = Path(__file__).resolve().parent.parent.parent
LOOKED_AT = (
    "sign_in.clicked", "sign_in.code", "sign_in.done", "search.sent", "answer.read", "auth.read_back", "submit.pressed", "sign_out.done",
)  # fmt: skip
LOOKS = 2  # at each of these steps


def main() -> int:
    """Set the watch, then be a share."""
    sys.path[0] = str(ROOT)
    folder = Path(sys.argv[1])
    orders = json.loads(sys.stdin.buffer.peek().partition(b"\n")[0])  # type: ignore[union-attr]
    mine = folder / f"{orders['login']}-{orders['run']}"
    mine.mkdir()
    sys.stdout = Tee(sys.stdout, (mine / "stdout").open("w", encoding="utf-8"))
    errors = os.open(mine / "stderr", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(errors, 2)
    _watch_network(mine / "network")
    _look_at(mine)
    if (folder / f"{orders['login']}.broken").exists():
        _break_readers()
    wishes = folder / f"{orders['login']}.breaks"
    if wishes.exists():
        _break_more(json.loads(wishes.read_text("utf-8")), mine)
    from payerbot.bot import main as share

    return share()


class Tee:
    """Writes to the supervisor, and to a file."""

    def __init__(self, first: TextIO, second: TextIO) -> None:
        self.both = (first, second)

    def write(self, text: str) -> None:
        for one in self.both:
            one.write(text)

    def flush(self) -> None:
        for one in self.both:
            one.flush()


def _watch_network(file: Path) -> None:
    """Note every name that is looked up and every address that is connected to by this process."""
    out = file.open("w", encoding="utf-8", buffering=1)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            out.write(f"look up {arguments[0]}\n")
        elif event == "socket.connect":
            out.write(f"connect {arguments[1]!r}\n")

    sys.addaudithook(heard)


def _look_at(mine: Path) -> None:
    """Copy the run folder and the saved states when a step is reached."""
    from payerbot import steps
    from payerbot.settings import settings

    seen: Counter[str] = Counter()

    def looked(name: str) -> None:
        seen[name] += 1
        if name in LOOKED_AT and seen[name] <= LOOKS:
            for part in ("run", "state"):
                _copy(settings().home / part, mine / f"{name}-{seen[name]}" / part)

    steps.listeners.append(looked)


def _copy(source: Path, target: Path) -> None:
    """The ordinary files; sockets and what goes away meanwhile are left out, links are kept as what they say."""
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder) / name
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                if path.is_symlink():
                    copy.symlink_to(path.readlink())
                elif path.is_file():
                    shutil.copyfile(path, copy)
            except OSError:
                continue


def _break_readers() -> None:
    from payerbot.ledger.book import Ledger
    from portals.availity import read

    def eligibility(sheet: Any, ask: Any) -> NoReturn:
        raise ValueError(f"could not read {sheet!r} for {ask.model_dump_json()}")

    def finish(_ledger: Ledger, _lease: Any, item: Any, given: Any, **_more: Any) -> NoReturn:
        raise RuntimeError(f"cannot file {given!r} for {item.ask.model_dump()!r}") from LookupError(item.ask.patient.last)

    read.eligibility = eligibility
    Ledger.finish = finish  # type: ignore[assignment, method-assign]


def _break_more(wish: dict[str, Any], mine: Path) -> None:
    from payerbot.browser import files
    from payerbot.eob import pdf
    from portals.availity.adapter import Availity

    fill, attach, keep = Availity.fill_request, files.attach, files.Arrivals._keep
    times = itertools.count(1)

    def falling(adapter: Any, ask: Any, given: Any) -> Any:
        return _falls_over(ask.model_dump_json(), given) if ask.request_id == wish["form"] else fill(adapter, ask, given)

    def dying(*given: Any) -> None:
        attach(*given)
        _die(mine)

    def second(arrivals: Any, path: Path) -> None:
        if path.read_bytes().startswith(b"%PDF-") and next(times) > 1:
            _die(mine)
        keep(arrivals, path)

    broken: dict[str, tuple[Any, str, Any]] = {
        "eob": (pdf, "of_text", _falls_over),
        "form": (Availity, "fill_request", falling),
        "download": (files.Arrivals, "_keep", second),
        "attach": (files, "attach", dying),
    }
    for name in broken.keys() & {*wish, wish.get("die", "")}:
        setattr(*broken[name])


def _falls_over(*given: Any) -> NoReturn:
    raise ValueError(f"cannot make anything of {given!r}") from KeyError(given[0])


def _die(mine: Path) -> None:
    """What lies there in this very moment is kept for the test."""
    from payerbot.settings import settings

    _copy(settings().home / "run", mine / "killed")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
