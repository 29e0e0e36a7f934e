"""Puts a world together: every edge case, and around them ordinary people and claims by the mixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.world_model import Authorization, Member, Practice, Provider, Visit
from sandbox.worldgen import cases, mixes, posted
from sandbox.worldgen.build import CLAIMS_PER_PERSON, Builder, Check, ordinary_claim
from sandbox.worldgen.dice import shares
from sandbox.worldgen.lives import Life


@dataclass(frozen=True)
class Plan:
    """A built world before anyone looks at it: every night can be read off it."""

    seed: int
    as_of: date
    practice: Practice
    providers: tuple[Provider, ...]
    members: tuple[Member, ...]
    visits: tuple[Visit, ...]
    lives: tuple[Life, ...]
    checks: dict[str, Check]
    authorizations: tuple[Authorization, ...]


def build(seed: int, members: int, claims: int, as_of: date, payers: Sequence[str], practice: Practice) -> Plan:
    """Make the plan of a world."""
    b = Builder(seed, as_of, tuple(payers), practice)
    mix = {p: mixes.PAYER_MIX.get(p, mixes.RARE) for p in payers}
    cases.add_members(b, members)
    for payer in _mixed(b, members - len(b.visits), mix):
        b.visit(b.ordinary(payer))
    for payer in _mixed(b, claims // CLAIMS_PER_PERSON - len(b.members), mix):
        b.ordinary(payer)
    cases.add_claims(b, claims)
    for payer in _mixed(b, claims - sum(life.bare.open for life in b.lives), mix):
        ordinary_claim(b, payer)
    b.give_times()
    posted.add_checks(b)
    return Plan(seed, as_of, practice, b.providers, tuple(b.members), tuple(b.visits), tuple(b.lives), b.checks, tuple(b.authorizations))


def _mixed(b: Builder, total: int, mix: dict[str, float]) -> list[str]:
    """So many payers in the proportions of the mix, in mixed order."""
    many = [payer for payer, n in shares(max(0, total), mix).items() for _ in range(n)]
    b.dice.shuffle(many)
    return many
