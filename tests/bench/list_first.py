"""A sweep that lists many claims in one search; no portal of this release can list claims."""

from __future__ import annotations

from payerbot import capability
from portals import KNOWN
from tests.bench.figures import Figure, Options
from tests.bench.office import Trouble

WHAT = "list-first sweep against one look-up per claim"
TARGET = "10 times the claims per minute"


def measure(_options: Options) -> list[Figure]:
    """Nothing is made up where nothing can be measured."""
    lists = getattr(capability, "ListsClaims", None)
    able = [slug for slug, adapter in KNOWN.items() if lists is not None and issubclass(adapter, lists)]
    if able:
        raise Trouble(f"{', '.join(able)} can list claims now: this measurement is still to be written")
    return [Figure(WHAT, TARGET, "not in this release", None, "no portal here can list claims yet")]
