"""How long the quick round of tests took the last time `make test` ran it; nothing is run for it here."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.bench.figures import Figure, Options
from tests.bench.office import ROOT

REPORT = ROOT / "build" / "tests.xml"  # written by `make test`, for a run of all tests only
LIMIT = 600.0


def measure(_options: Options) -> list[Figure]:
    """Read from the report that the tests left."""
    what, target = "quick round of tests (make test)", f"under {LIMIT / 60:.0f} minutes"
    if not REPORT.exists():
        return [Figure(what, target, "not run", None, "`make test` leaves its duration")]
    suites = list(ET.parse(REPORT).iter("testsuite"))  # noqa: S314  our own file
    seconds = sum(float(one.get("time", 0)) for one in suites)
    tests, bad = (sum(int(one.get(name, 0)) for one in suites for name in names) for names in (("tests",), ("failures", "errors")))
    note = f"{tests} tests, {bad} of them failed, on {suites[0].get('timestamp', '')[:16]}"
    return [Figure(what, target, f"{seconds / 60:.1f} minutes", seconds < LIMIT and not bad, note)]
