"""The made-up world behind all simulated portals: same seed, same world, night after night.

It imports nothing of the product. A twin asks it with `find_members` and `find_claims`; what the right answer to a practice's row is,
`sandbox.truth` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.world_model import (
    BADGE,
    CARDS,
    Adjustment,
    Authorization,
    Benefit,
    CarveOut,
    Claim,
    ClaimState,
    Coverage,
    Found,
    Member,
    OtherPayer,
    Payer,
    Person,
    Plb,
    Practice,
    Provider,
    Remit,
    ServiceLine,
    Visit,
)

__all__ = [
    "AS_OF",
    "AVAILITY",
    "BADGE",
    "CARDS",
    "PAYERS",
    "PRACTICE",
    "Adjustment",
    "Authorization",
    "Benefit",
    "CarveOut",
    "Claim",
    "ClaimState",
    "Coverage",
    "Found",
    "Member",
    "OtherPayer",
    "Payer",
    "Person",
    "Plb",
    "Practice",
    "Provider",
    "Remit",
    "ServiceLine",
    "Visit",
    "World",
]

AS_OF = date(2026, 11, 20)  # a Friday; the example visits are on Monday
SEED = 20261122

PRACTICE = Practice("Harborlight Counseling Group", tin="004719283", npis=("1999900016", "1999900024"), state="VA")

PAYERS: dict[str, Payer] = {
    p.key: p
    for p in (
        Payer("aetna", "AETNA (COMMERCIAL & MEDICARE)", "60054", "availity"),
        Payer("anthem", "ANTHEM BLUE CROSS BLUE SHIELD", "00423", "availity"),
        Payer("carelon", "ANTHEM - CARELON BEHAVIORAL HEALTH", "00423", "availity"),  # same payer id as Anthem: only the label differs
        Payer("humana", "HUMANA", "61101", "availity"),
        Payer("magellan", "MAGELLAN HEALTHCARE", "01260", "availity"),
        Payer("carelon_direct", "CARELON BEHAVIORAL HEALTH", "BHOVO", "carelon"),  # listed at Availity, but leads to another site
        Payer("uhc", "UNITEDHEALTHCARE", "87726", "uhc"),
        Payer("optum", "OPTUM BEHAVIORAL HEALTH", "87726", "provider_express"),
        Payer("cigna", "CIGNA HEALTHCARE", "62308", "cigna"),
        Payer("evernorth", "EVERNORTH BEHAVIORAL HEALTH", "62308", "cigna"),
        Payer("tricare_west", "TRICARE WEST (TRIWEST)", "99726", "tricare_west"),
        Payer("medicaid_ri", "RHODE ISLAND MEDICAID", "RIMCD", "gainwell"),
        Payer("medicare", "MEDICARE PART B", "10102", "noridian"),
    )
}
AVAILITY = ("aetna", "anthem", "carelon", "humana", "magellan")


@dataclass(frozen=True, eq=False)
class World:
    """Everything the payers and the practice know on one night."""

    seed: int
    as_of: date
    night: int
    members: tuple[Member, ...]
    providers: tuple[Provider, ...]
    visits: tuple[Visit, ...]
    claims: tuple[Claim, ...]
    remits: tuple[Remit, ...]
    authorizations: tuple[Authorization, ...]
    practice: Practice = PRACTICE

    @classmethod
    def generate(cls, seed: int, members: int, claims: int, as_of: date = AS_OF, *, payers: tuple[str, ...] = AVAILITY) -> World:
        """Make the world of a seed: about `members` visits and `claims` open claims, shared among these payers."""
        raise NotImplementedError

    def on_night(self, n: int) -> World:
        """The same world n nights after the first one: claims decided, deductibles used up, a coverage ended."""
        raise NotImplementedError

    def find_members(
        self, payer: str, *, member_id: str = "", birth_date: date | None = None, last: str = "", first: str = "", on: date
    ) -> list[Found]:
        """Everyone at this payer whom the given criteria fit, as a payer searches.

        A member id is compared without dashes, spaces and case, and is exact otherwise: an outdated id finds nobody. Names are compared
        only where no member id is given, by their letters (hyphens, blanks, case and suffixes do not count; nicknames do). Of each
        member the plans in force on that day are listed, else the one that ended last.
        """
        raise NotImplementedError

    def find_claims(
        self,
        payer: str,
        *,
        payer_claim_no: str = "",
        member_id: str = "",
        birth_date: date | None = None,
        last: str = "",
        first: str = "",
        dos_from: date | None = None,
        dos_to: date | None = None,
        charge: Decimal | None = None,
        npi: str = "",
    ) -> list[Claim]:
        """All claims on file at this payer that fit every criterion given; newest service date first.

        Ids and names are compared as in `find_members`. A claim fits the dates if any of its days lies between them. `npi` is the billing
        NPI of the claim.
        """
        raise NotImplementedError
