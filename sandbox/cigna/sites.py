"""The two places: who signs in there, and in which of the two generations of the pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One of the two portals."""

    code: str
    title: str
    payer: str
    host: str
    newer: bool  # the generation of the sign-in and of the test attributes

    @property
    def portal(self) -> str:
        return f"cigna-{self.code}"

    @property
    def attribute(self) -> str:
        """Where test ids stand."""
        return "data-test-id" if self.newer else "data-test"


PLACES = (
    Place("chcp", "Cigna for Health Care Professionals", "cigna", "cignaforhcp.cigna.localhost", newer=True),
    Place("evernorth", "Evernorth Provider", "evernorth", "provider.evernorth.localhost", newer=False),
)
