"""The four states: how each one signs in, what it calls a member, whether providers are chosen, how payments are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class State:
    """One state's portal."""

    code: str
    title: str
    payer: str
    user_label: str
    member_label: str = "Member ID"
    second: Literal["", "code", "question"] = ""  # what comes besides the password
    picks_provider: bool = False
    limited_plans: bool = False  # members can have plans besides that are not Medicaid
    locks_in: bool = False  # members can be referred to the list of those who are locked in to one provider
    bare_payment_ids: bool = False  # payments stand without the leading zeros of their checks

    @property
    def portal(self) -> str:
        return f"gainwell-{self.code}"

    @property
    def host(self) -> str:
        return f"{self.code}.gainwell.localhost"

    def payment_id(self, check_no: str) -> str:
        """A check's number as this portal writes it."""
        return check_no.lstrip("0") if self.bare_payment_ids else check_no


STATES = (
    State("ri", "Rhode Island Medicaid Healthcare Portal", "medicaid_ri", "User Name"),
    State("co", "Health First Colorado Provider Web Portal", "medicaid_co", "User Name", picks_provider=True, limited_plans=True),
    State("nv", "Nevada Medicaid Provider Web Portal", "medicaid_nv", "User Name", "Recipient ID", second="code"),
    State(
        "in",
        "IHCP Provider Healthcare Portal",
        "medicaid_in",
        "User ID",
        second="question",
        picks_provider=True,
        locks_in=True,
        bare_payment_ids=True,
    ),
)
