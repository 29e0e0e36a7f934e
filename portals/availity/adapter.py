"""Availity Essentials: one shell with one frame, in which every app runs; many payers, each with tabs and words of its own.

*Notes.* Pickers look filled when they are not: whatever the form then refuses is picked anew and sent again, for asking is harmless.
A form can come back empty, or do nothing until it is loaded anew. Result regions show the answer before while they load, so an
answer is believed only when its busy mark is gone and it echoes this search. The same plan can be listed twice, and only one entry works.
"""

from __future__ import annotations

from portals.availity.claims import Claims


class Availity(Claims):
    """Availity Essentials."""

    slug, title = "availity", "Availity Essentials"
