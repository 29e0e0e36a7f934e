"""The made-up world behind all simulated portals: same seed, same world, night after night.

It imports nothing of the product. A twin asks it with `find_members` and `find_claims`; what the right answer to a practice's row is,
`sandbox.truth` knows.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

import sandbox
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
from sandbox.worldgen import night, rows
from sandbox.worldgen.mixes import PAYER_MIX
from sandbox.worldgen.plan import Plan, build

__all__ = [
    "AS_OF",
    "AVAILITY",
    "BADGE",
    "CARDS",
    "EVERYONE",
    "PAYERS",
    "PRACTICE",
    "SEED",
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


def _of_twins() -> Iterator[Payer]:
    """The payers that a twin brings with it, in a module `answers_for` of its own."""
    for folder in pkgutil.iter_modules(sandbox.__path__):
        name = f"sandbox.{folder.name}.answers_for"
        if folder.ispkg and importlib.util.find_spec(name) is not None:
            yield from importlib.import_module(name).PAYERS


PAYERS: dict[str, Payer] = {
    p.key: p
    for p in (
        Payer("aetna", "AETNA (COMMERCIAL & MEDICARE)", "60054", "availity"),
        Payer("anthem", "ANTHEM BLUE CROSS BLUE SHIELD", "00423", "availity"),
        Payer("carelon", "ANTHEM - CARELON BEHAVIORAL HEALTH", "00423", "availity"),  # same payer id as Anthem: only the label differs
        Payer("humana", "HUMANA", "61101", "availity"),
        Payer("magellan", "MAGELLAN HEALTHCARE", "01260", "availity"),
        Payer("carelon_direct", "CARELON BEHAVIORAL HEALTH", "BHOVO", "carelon-availity"),  # listed at Availity, but leads to another site
        Payer("uhc", "UNITEDHEALTHCARE", "87726", "uhc"),
        Payer("optum", "OPTUM BEHAVIORAL HEALTH", "87726", "provider_express"),
        Payer("cigna", "CIGNA HEALTHCARE", "62308", "cigna-chcp"),
        Payer("evernorth", "EVERNORTH BEHAVIORAL HEALTH", "62308", "cigna-evernorth"),
        Payer("tricare_west", "TRICARE WEST (TRIWEST)", "99726", "tricare_west"),
        Payer("medicaid_ri", "RHODE ISLAND MEDICAID", "RIMCD", "gainwell-ri"),
        Payer("medicaid_co", "HEALTH FIRST COLORADO", "COMCD", "gainwell-co"),
        Payer("medicaid_nv", "NEVADA MEDICAID", "NVMCD", "gainwell-nv"),
        Payer("medicaid_in", "INDIANA HEALTH COVERAGE PROGRAMS", "INMCD", "gainwell-in"),
        Payer("medicare", "MEDICARE PART B", "10102", "noridian"),
        Payer("other", "REGIONAL EMPLOYERS TRUST", "REGET", ""),  # no portal at all
        *_of_twins(),
    )
}
for _payer in _of_twins():
    rows.NAMES.setdefault(_payer.key, _payer.label.title())  # as the practice's files name it
K = TypeVar("K")
V = TypeVar("V")
AVAILITY = ("aetna", "anthem", "carelon", "humana", "magellan")
EVERYONE = tuple(PAYER_MIX)


SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV"})
Case = Member | Claim | Remit | Authorization


def same_id(written: str) -> str:
    """An id as payers compare it: without dashes, blanks and case."""
    return "".join(c for c in written if c.isalnum()).upper()


def same_name(name: str) -> str:
    """A name as payers compare it: letters only, no accents, no suffix."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper().replace(".", " ")
    words = plain.replace("'", "").replace("-", " ").split()
    if len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    return "".join(c for c in "".join(words) if c.isalpha())


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
    authorizations: tuple[Authorization, ...]
    practice: Practice = PRACTICE
    plan: Plan | None = field(default=None, repr=False)  # what every night is read off

    @classmethod
    def generate(cls, seed: int, members: int, claims: int, as_of: date = AS_OF, *, payers: tuple[str, ...] = AVAILITY) -> World:
        """Make the world of a seed: about `members` visits and `claims` open claims, shared among these payers (EVERYONE: all there are).

        The edge cases are always all there, so a world is never smaller than about 40 visits and 50 claims.
        """
        return cls._seen(build(seed, members, claims, as_of, payers, PRACTICE), 0)

    def on_night(self, n: int) -> World:
        """The same world n nights after its first one: claims decided, deductibles used up, a coverage ended."""
        if self.plan is None:
            raise ValueError("only a generated world has nights")
        return World._seen(self.plan, n)

    @classmethod
    def _seen(cls, plan: Plan, n: int) -> World:
        day = plan.as_of + timedelta(days=n)
        claims = tuple(life.on(day) for life in plan.lives)
        return cls(
            seed=plan.seed,
            as_of=day,
            night=n,
            members=night.members(plan, day, claims),
            providers=plan.providers,
            visits=plan.visits,
            claims=claims,
            authorizations=tuple(night.authorization(a, day) for a in plan.authorizations),
            practice=plan.practice,
            plan=plan,
        )

    # -- what a twin asks

    def find_members(
        self, payer: str, *, member_id: str = "", birth_date: date | None = None, last: str = "", first: str = "", on: date
    ) -> list[Found]:
        """Everyone at this payer whom the given criteria fit, as a payer searches.

        A member id is compared without dashes, spaces and case, and is exact otherwise: an outdated id finds nobody. Names are compared
        only where no member id is given, by their letters (hyphens, blanks, accents, case and suffixes do not count; nicknames do). Of
        each member the plans in force on that day are listed, else the one that ended last.
        """
        if member_id:
            near = self._members_by_id.get((payer, same_id(member_id)), ())
        elif last:
            near = self._members_by_name.get((payer, same_name(last)), ())
        else:
            near = ()
        fit = [m for m in near if _is(m.person, birth_date, "" if member_id else last, "" if member_id else first)]
        return [Found(m, c) for m in fit for c in _plans(m, payer, member_id, on)]

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
        if payer_claim_no:
            near = self._claims_by_number.get((payer, same_id(payer_claim_no)), ())
        elif member_id:
            near = self._claims_by_member.get((payer, same_id(member_id)), ())
        elif last:
            near = self._claims_by_name.get((payer, same_name(last)), ())
        else:
            near = self._claims_by_payer.get(payer, ())
        fit = (
            c
            for c in near
            if (not member_id or same_id(c.member_id) == same_id(member_id))
            and _is(c.patient, birth_date, "" if member_id else last, "" if member_id else first)
            and (dos_from is None or c.dos_to >= dos_from)
            and (dos_to is None or c.dos_from <= dos_to)
            and (charge is None or c.charge == charge)
            and (not npi or c.billing_npi == npi)
        )
        return sorted(fit, key=lambda c: (-c.dos_from.toordinal(), c.payer_claim_no, c.claim_id))

    @cached_property
    def remits(self) -> tuple[Remit, ...]:
        """The checks that went out so far, oldest first."""
        return night.remits(self.plan, self.as_of) if self.plan else ()

    def member(self, key: str) -> Member:
        """The member with this patient key."""
        return self._members_by_key[key]

    def provider(self, npi: str) -> Provider | None:
        """The clinician with this NPI."""
        return next((p for p in self.providers if p.npi == npi), None)

    # -- what the practice's files hold

    def schedule_rows(self, *, messy: bool = False) -> list[dict[str, str]]:
        """The visits as rows of a schedule file; messy ones have the blemishes of a real export (see `sandbox.worldgen.rows`)."""
        clean = [rows.visit(visit, self.member(visit.member_key), self.provider(visit.rendering_npi)) for visit in self.visits]
        return rows.messy_visits(clean) if messy else clean

    def open_claim_rows(self, *, messy: bool = False) -> list[dict[str, str]]:
        """The open claims as rows of a claims file. They are the same on every night: what the practice knew on the first."""
        bare = [life.bare for life in self.plan.lives] if self.plan else list(self.claims)
        clean = [rows.claim(c, self.member(c.member_key)) for c in sorted(bare, key=lambda c: c.claim_id) if c.open]
        return rows.messy_claims(clean) if messy else clean

    def payment_rows(self, *, messy: bool = False, days: int | None = None) -> list[dict[str, str]]:
        """The payments that came so far as rows of a payments file: each check, and of each payer one claim whose check nobody wrote down.

        `days`: only checks that are at most so old, besides the cases; messy ones have blemishes and what matches nothing at the end.
        """
        first = self.as_of - timedelta(days=days) if days is not None else date.min
        checks = [r for r in self.remits if r.check_date >= first or r.cases & rows.KEPT_CASES]
        known = {r.payer: c for r in checks for c in r.claims if c.state == "paid" and c.billing_npi == r.claims[0].billing_npi}
        out = [rows.check(r, n, PAYERS[r.payer].payer_id) for n, r in enumerate(checks, start=1)]
        out += [self._claim_row(c, len(checks) + n) for n, c in enumerate(known.values(), start=1)]
        waiting = (c for c in self.claims if c.category == "P1" and c.payer in ("aetna", "anthem") and c.claim_id)
        unpaid = next(waiting, None)
        if not messy or unpaid is None:
            return out
        return rows.messy_payments(out, self._claim_row(unpaid, len(out) + 1))

    def auth_request_rows(self, *, messy: bool = False) -> list[dict[str, str]]:
        """The authorization requests as rows of a file; messy ones have blemishes, and at the end what cannot go as it is.

        The files that they name are written by `sandbox.worldgen.requests.write_files`.
        """
        from sandbox.worldgen import requests  # noqa: PLC0415 -- it stands on the payers' rules, and those on this module

        return requests.rows(self, messy=messy)

    def _claim_row(self, claim: Claim, number: int) -> dict[str, str]:
        return rows.paid_claim(claim, self.member(claim.member_key), number, PAYERS[claim.payer].payer_id)

    def cases(self) -> dict[str, tuple[Case, ...]]:
        """Every edge case, and whom or what it happened to."""
        found: dict[str, list[Case]] = defaultdict(list)
        things: tuple[Case, ...] = (*self.members, *self.claims, *self.remits, *self.authorizations)
        for thing in things:
            for case in sorted(thing.cases):
                found[case].append(thing)
        return {case: tuple(found[case]) for case in sorted(found)}

    def fingerprint(self) -> str:
        """A digest of everything in it: worlds with the same one are the same, on every machine."""
        everything = (self.members, self.providers, self.visits, self.claims, self.remits, self.authorizations)
        return hashlib.sha256(_spelled((self.seed, self.as_of, self.night, *everything)).encode()).hexdigest()

    # -- indexes

    @cached_property
    def _members_by_key(self) -> dict[str, Member]:
        return {m.key: m for m in self.members}

    @cached_property
    def _members_by_id(self) -> dict[tuple[str, str], list[Member]]:
        return _index(((c.payer, same_id(c.member_id)), m) for m in self.members for c in m.coverages if c.on_file)

    @cached_property
    def _members_by_name(self) -> dict[tuple[str, str], list[Member]]:
        return _index(((c.payer, same_name(m.person.last)), m) for m in self.members for c in m.coverages if c.on_file)

    @cached_property
    def _claims_by_number(self) -> dict[tuple[str, str], list[Claim]]:
        return _index(((c.payer, same_id(c.payer_claim_no)), c) for c in self.claims if c.on_file and c.payer_claim_no)

    @cached_property
    def _claims_by_member(self) -> dict[tuple[str, str], list[Claim]]:
        return _index(((c.payer, same_id(c.member_id)), c) for c in self.claims if c.on_file)

    @cached_property
    def _claims_by_name(self) -> dict[tuple[str, str], list[Claim]]:
        return _index(((c.payer, same_name(c.patient.last)), c) for c in self.claims if c.on_file)

    @cached_property
    def _claims_by_payer(self) -> dict[str, list[Claim]]:
        return _index((c.payer, c) for c in self.claims if c.on_file)


def _index(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        kept = found.setdefault(key, [])
        if not kept or kept[-1] is not value:  # two plans of one member are one member
            kept.append(value)
    return found


def _spelled(thing: object) -> str:
    """Like repr, but a set is in order."""
    if isinstance(thing, frozenset):
        return "{" + ", ".join(sorted(map(str, thing))) + "}"
    if isinstance(thing, tuple):
        return "(" + ", ".join(map(_spelled, thing)) + ")"
    if is_dataclass(thing):
        return type(thing).__name__ + _spelled(tuple(getattr(thing, f.name) for f in fields(thing)))
    return repr(thing)


def _is(person: Person, birth_date: date | None, last: str, first: str) -> bool:
    return (
        (birth_date is None or person.birth_date == birth_date)
        and (not last or same_name(person.last) == same_name(last))
        and (not first or same_name(person.first) == same_name(first))
    )


def _plans(member: Member, payer: str, member_id: str, on: date) -> list[Coverage]:
    here = [c for c in member.coverages if c.payer == payer and c.on_file and (not member_id or same_id(c.member_id) == same_id(member_id))]
    return [c for c in here if c.active_on(on)] or sorted(here, key=lambda c: (c.end or date.max, c.begin))[-1:]


if __name__ == "__main__":
    sys.exit(rows.main(sys.argv[1:], World.generate, SEED, AS_OF))
