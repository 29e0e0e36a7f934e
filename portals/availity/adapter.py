"""Availity Essentials."""

from __future__ import annotations

from portals.base import Portal


class Availity(Portal):
    """Availity Essentials: one shell with one frame, many payers."""

    slug, title = "availity", "Availity Essentials"
