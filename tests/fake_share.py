"""A share that signs in nowhere: it says that it has started, waits for its stop request, and leaves marks of both. Run as a program."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path


def tell(event: str, outcome: str = "") -> None:
    """One line to the supervisor."""
    line = {"event": event, "at": datetime.now(UTC).isoformat(), "portal": "cascade", "outcome": outcome}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(marks: Path) -> None:
    """Leave `started-PID`, and `signed-out-PID` when asked to stop."""
    sys.stdin.readline()
    tell("started")
    (marks / f"started-{os.getpid()}").touch()
    sys.stdin.readline()
    (marks / f"signed-out-{os.getpid()}").touch()
    tell("ended", "stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
