"""A sweep that lists claims and opens what changed, against one look-up per claim: the same claims at the same portal on two nights."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from payerbot import share
from payerbot.capability import ListsClaims
from payerbot.model import Progress
from payerbot.settings import settings
from portals import KNOWN
from sandbox.client import running
from sandbox.world import AS_OF, PAYERS, SEED, World
from tests.bench.figures import Figure, Options
from tests.bench.office import EDGES, LOGIN, MEMBERS, Office, Trouble, everyday, office

WHAT = "list-first sweep against one look-up per claim"
TARGET = "10 times the claims per minute"
TIMES = 10
CLAIMS = 100


def measure(_options: Options) -> list[Figure]:
    """The first night every claim is new and looked up; the second most have not changed."""
    portal = next((slug for slug, adapter in sorted(KNOWN.items()) if issubclass(adapter, ListsClaims)), None)
    if portal is None:
        return [Figure(WHAT, TARGET, "not in this release", None, "no portal here can list claims yet")]
    payers = tuple(key for key, payer in PAYERS.items() if payer.portal == portal)
    size = CLAIMS * 3 // 2 + EDGES
    rows = everyday(World.generate(SEED, MEMBERS, size, payers=payers), CLAIMS, portal)
    with running(seed=SEED, members=MEMBERS, claims=size, as_of=AS_OF, payers=payers) as twin, office(twin, portal) as place:
        file = place.file(rows, "open_claims")
        looked_up = _night(place, portal, place.load(file))
        later = AS_OF + timedelta(days=1)
        twin.night(1)
        os.environ["PAYERBOT_DEV_TODAY"] = later.isoformat()  # put back with the office's other settings
        settings.cache_clear()
        opened = len(twin.records("opened"))
        listed = _night(place, portal, place.load(file, later))
        opened = len(twin.records("opened")) - opened
    rate, before = CLAIMS * 60 / listed, CLAIMS * 60 / looked_up
    note = f"{CLAIMS} claims at {portal}; on the second night {opened} of them were opened"
    return [Figure(WHAT, TARGET, f"{rate / before:.1f} times ({rate:.0f} a minute against {before:.0f})", rate >= TIMES * before, note)]


def _night(place: Office, portal: str, batch: str) -> float:
    """Seconds from the sign-in until every claim was answered."""
    began: list[float] = []

    def heard(told: Progress) -> None:
        if told.event == "signed_in":
            began.append(time.monotonic())

    report = share.supervise(portal, LOGIN, batch, progress=heard)
    if report.ended != "done" or place.answered(batch) != CLAIMS or not began:
        raise Trouble(f"the share answered {place.answered(batch)} of {CLAIMS} claims and ended as {report.ended}: {report.note}")
    return time.monotonic() - began[0]
