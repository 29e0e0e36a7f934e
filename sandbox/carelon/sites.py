"""The two ways in: the portal's own sign-in, and the single sign-on out of Availity's payer spaces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One address under which the pages are run."""

    portal: str
    host: str
    payer: str
    title: str
    by_ticket: bool  # entered with a ticket of Availity's, never by a password of its own


DIRECT = Place("carelon-direct", "www.valueoptions.localhost", "carelon_pa", "Carelon Health of Pennsylvania", by_ticket=False)
AVAILITY = Place("carelon-availity", "providerconnect.carelonbehavioralhealth.localhost", "carelon_direct", "Carelon", by_ticket=True)
PLACES = (DIRECT, AVAILITY)
