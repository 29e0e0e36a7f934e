"""A big practice's morning: 20,000 open claims into the ledger, and what is due found in it."""

from __future__ import annotations

import time

from payerbot import intake
from payerbot.model import Job
from payerbot.run import opened
from portals import KNOWN
from sandbox.world import AS_OF, SEED, World
from tests.bench.figures import Figure, Options
from tests.bench.office import Trouble, office

ROWS = 20_000
LOAD_LIMIT, PLAN_LIMIT = 10.0, 2.0
MEMBERS = 40


def measure(_options: Options) -> list[Figure]:
    """Reading and checking the file and writing its rows is one figure, finding the shares and the first claim the other."""
    rows = World.generate(SEED, MEMBERS, ROWS).open_claim_rows()[:ROWS]
    with office() as place:
        file, practice = place.file(rows, "open-claims"), place.practice
        with opened(practice) as ledger:
            began, worked = time.monotonic(), time.process_time()
            sheet = intake.read(file, Job.CLAIM_STATUS, practice, AS_OF, built=KNOWN)
            read = time.monotonic() - began
            report = ledger.add(sheet, business_date=AS_OF)
            loading, cpu = time.monotonic() - began, time.process_time() - worked
        with opened(practice) as ledger:
            began = time.monotonic()
            shares = ledger.shares(report.batch)
            with ledger.take_lease(*shares[0], life=60.0) as lease:
                first = ledger.claim(lease, report.batch)
                planning = time.monotonic() - began
    if first is None or report.added + report.rejected != len(rows):
        raise Trouble(f"{report.added} of {len(rows)} rows were added and {report.rejected} rejected")
    note = (
        f"{report.added:,} added, {report.rejected} rejected; reading and checking took {read:.1f} s of it; {cpu:.1f} s of processor time"
    )
    return [
        Figure(f"load {len(rows):,} open claims", f"under {LOAD_LIMIT:.0f} s", f"{loading:.1f} s", loading < LOAD_LIMIT, note),
        Figure("plan what is due", f"under {PLAN_LIMIT:.0f} s", f"{planning:.2f} s", planning < PLAN_LIMIT, f"{len(shares)} share(s)"),
    ]
