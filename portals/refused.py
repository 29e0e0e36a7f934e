"""Portals that are not automated because their operator forbids it, why, and which official route serves instead."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml

from payerbot.model import Frozen


class Refused(Frozen):
    """One of them."""

    slug: str
    title: str
    rule: str  # what it forbids
    source: str
    as_of: date
    instead: str


@cache
def refused() -> tuple[Refused, ...]:
    """All of them, as portals/refused.yaml has them."""
    read = yaml.safe_load(Path(__file__).with_name("refused.yaml").read_text(encoding="utf-8"))
    return tuple(Refused.model_validate(one) for one in read)
