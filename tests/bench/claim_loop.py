"""One claim look-up, asked by a real share and by a plain Playwright loop: same twin, same rows, in turns."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from payerbot import share
from tests.bench.figures import Figure, Options
from tests.bench.office import LOGIN, PORTAL, Office, Row, Trouble, with_claims
from tests.bench.plain_loop import PlainLoop, plain_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payerbot.model import Progress

WHAT = "claim look-up against a plain Playwright loop on the same twin, same evidence kept"
TARGET = "at most 15 % slower"
LIMIT = 1.15


def measure(options: Options) -> list[Figure]:
    """Seconds per claim, the median of each side; whoever went first in one round goes second in the next."""
    claims = options.rounds * options.per_round
    ours: list[float] = []
    plain: list[float] = []
    with (
        with_claims(claims, idle_seconds=3_600) as (twin, place, rows),
        plain_loop(twin.base_url(PORTAL), twin.users[1], place.folder / "evidence") as loop,
    ):
        for number in range(options.rounds):
            part = rows[number * options.per_round : (number + 1) * options.per_round]
            part = sorted(part, key=itemgetter("payer_key"))  # as the ledger hands them out
            if number % 2:
                plain += _plainly(loop, part)
            ours += _by_share(place, part, f"round-{number}")
            if not number % 2:
                plain += _plainly(loop, part)
    mine, theirs = statistics.median(ours), statistics.median(plain)
    measured = f"{(mine / theirs - 1) * 100:+.0f} % ({mine:.2f} s against {theirs:.2f} s)"
    note = f"{claims} claims each, in {options.rounds} turns; the sum is {sum(ours):.1f} s against {sum(plain):.1f} s"
    return [Figure(WHAT, TARGET, measured, mine <= theirs * LIMIT, note)]


def _by_share(place: Office, rows: Sequence[Row], name: str) -> list[float]:
    """Ask through a share; the time from each claim's filing to the next one's, the first from the sign-in on."""
    batch = place.load(place.file(rows, name))
    at: list[datetime] = []

    def heard(told: Progress) -> None:
        if told.event in {"signed_in", "item"}:
            at.append(told.at)

    report = share.supervise(PORTAL, LOGIN, batch, progress=heard)
    if report.ended != "done" or place.answered(batch) != len(rows):
        raise Trouble(f"the share answered {place.answered(batch)} of {len(rows)} claims and ended as {report.ended}: {report.note}")
    return [(later - earlier).total_seconds() for earlier, later in pairwise(at)]


def _plainly(loop: PlainLoop, rows: Sequence[Row]) -> list[float]:
    seconds = []
    began = time.monotonic()
    loop.begin()
    for row in rows:
        if not loop.claim(row):
            raise Trouble("the plain loop read another claim than it asked for")
        seconds.append(time.monotonic() - began)
        began = time.monotonic()
    return seconds
