"""What these pages can show of the truth.

Eligibility shows no group, network, deductible or yearly maximum, and of a managed care plan no payer id. A claim shows no dates of its
history, no member's share and no sentence; its status words tell neither what a claim waits for nor where it lies.
"""

from __future__ import annotations

import re
from datetime import date

from sandbox.truth import NOT_SHOWN
from sandbox.world import Claim, Coverage

lag = 5  # one state names the next business day, the others nothing

UNSHOWN = ("group_no", "deductible", "deductible_left", "out_of_pocket", "out_of_pocket_left")
UNTOLD = (
    "category", "status_code", "entity_code", "received_date", "finalized_date", "patient_resp", "requested_info",
    "portal_text", "related",
)  # fmt: skip
SAME_WORD = {
    "received": "pending",
    "accepted": "pending",
    "accepted_split": "pending",
    "forwarded": "pending",
    "pending_info": "pending",
    "pending_patient": "pending",
    "pending_payer": "pending",
}


def coverage(fields: dict[str, str], _plan: Coverage, _on: date) -> dict[str, str]:
    """A coverage as the sections show it."""
    keeper = re.sub(r"(^|, )payer id \S+", "", fields["carve_out"]) or NOT_SHOWN
    return {**fields, **dict.fromkeys(UNSHOWN, NOT_SHOWN), "network": "unknown", "carve_out": keeper}


def status(fields: dict[str, str], _claim: Claim) -> dict[str, str]:
    """A claim as its page shows it."""
    return {**fields, **dict.fromkeys(UNTOLD, NOT_SHOWN), "state": SAME_WORD.get(fields["state"], fields["state"])}
