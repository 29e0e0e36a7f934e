"""Whether a share grows: the memory of its whole process tree at its last claims against that at its hundredth."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import psutil

from payerbot import share
from tests.bench.figures import Figure, Options
from tests.bench.office import LOGIN, PORTAL, Trouble, with_claims

if TYPE_CHECKING:
    from payerbot.model import Progress

SAMPLES = 20
EARLY = 100
FULL = 2_000
LIMIT = 1.10
MB = 1_048_576
FASTER = (31, 40)  # milliseconds a page takes to answer; it still shows its waiting page first


class Sampler:
    """Takes one sample a claim, at the early claims and at the last ones."""

    def __init__(self, claims: int) -> None:
        self.wanted = {EARLY: range(EARLY - SAMPLES + 1, EARLY + 1), claims: range(claims - SAMPLES + 1, claims + 1)}
        self.sampled: dict[int, list[float]] = {EARLY: [], claims: []}

    def __call__(self, told: Progress) -> None:
        if told.event != "item":
            return
        for at, claims in self.wanted.items():
            if told.done in claims:
                self.sampled[at].append(tree_megabytes())


def measure(options: Options) -> list[Figure]:
    """One share, as many claims as asked for."""
    claims = options.claims
    if claims < EARLY + SAMPLES:
        raise Trouble(f"--claims must be at least {EARLY + SAMPLES}")
    sampler = Sampler(claims)
    with with_claims(claims, staging_ms=FASTER) as (_, place, rows):
        batch = place.load(place.file(rows, "open-claims"))
        report = share.supervise(PORTAL, LOGIN, batch, progress=sampler)
        if report.ended != "done" or place.answered(batch) != claims:
            raise Trouble(f"the share answered {place.answered(batch)} of {claims} claims and ended as {report.ended}: {report.note}")
    early, late = (statistics.median(sampler.sampled[at]) for at in (EARLY, claims))
    what = f"memory of one share, claim {claims:,} against claim {EARLY}"
    note = "" if claims >= FULL else f"measured with {claims} claims; the target is meant for {FULL:,}: add --claims {FULL}"
    target = f"grows by under {(LIMIT - 1) * 100:.0f} %"
    return [Figure(what, target, f"{(late / early - 1) * 100:+.1f} % ({early:.0f} MB, {late:.0f} MB)", late < early * LIMIT, note)]


def tree_megabytes() -> float:
    """Proportional memory (PSS) of the share that runs below this process, its browser included."""
    shares = [child for child in psutil.Process().children() if "payerbot.share" in child.cmdline()]
    if len(shares) != 1:
        raise Trouble(f"{len(shares)} shares run, not one")
    return sum(_pss(process) for process in (shares[0], *shares[0].children(recursive=True))) / MB


def _pss(process: psutil.Process) -> int:
    try:
        told = process.memory_full_info()
    except psutil.NoSuchProcess:  # one of the browser's helpers ended meanwhile
        return 0
    except psutil.AccessDenied:
        raise Trouble("the system does not say how much memory the browser's processes have") from None
    if not hasattr(told, "pss"):
        raise Trouble("proportional memory (PSS) is known on Linux only")
    return int(told.pss)
