"""Provider Express of Optum Behavioral Health: pages made by the server, behind One Healthcare ID."""

from __future__ import annotations

from collections.abc import Iterator

from payerbot.model import Request
from portals.provider_express.eligibility import Eligibility


class ProviderExpress(Eligibility):
    """Provider Express."""

    slug, title = "provider_express", "Provider Express (Optum Behavioral Health)"

    def tour(self, _ask: Request) -> Iterator[str]:
        """The shell."""
        self.arrive("shell")
        yield "shell"
