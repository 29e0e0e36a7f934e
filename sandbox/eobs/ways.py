"""In which way a check's document is handed out at Availity; it depends on the payer. Invented, but for the ways themselves."""

from __future__ import annotations

from sandbox.world_model import Remit

DOWNLOAD, TAB, RADIOS = "download", "tab", "radios"
WAYS: dict[str, str] = {"aetna": DOWNLOAD, "anthem": TAB, "carelon": TAB, "humana": RADIOS, "magellan": TAB}
GATED = frozenset({"carelon"})  # nobody has managed the access to this payer's remittances yet


def way_of(remit: Remit) -> str:
    """Availity's own download, the payer's in a new tab, or the payer's behind radios."""
    return RADIOS if withheld(remit) else WAYS.get(remit.payer, TAB)


def withheld(remit: Remit) -> bool:
    """Whether every radio is dead: this payer prints no document for a notice without a payment."""
    return remit.payer == "magellan" and remit.method == "NON"
