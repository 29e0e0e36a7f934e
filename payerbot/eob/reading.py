"""What was read out of one document, before anybody believes it."""

from __future__ import annotations

from typing import NamedTuple

from payerbot.remittance import Remittance


class Reading(NamedTuple):
    """A remittance as a document has it, and what speaks against it. The problems are our own words, without a patient."""

    remittance: Remittance
    problems: tuple[str, ...] = ()  # what is not shown, contradicts itself or does not add up
    pages: int | None = None
