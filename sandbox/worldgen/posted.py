"""Checks that the practice has long had: every payer's remittances hold what remittances hold. Their claims are closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sandbox.world_model import Adjustment, Member, Plb, ServiceLine
from sandbox.worldgen import cover, money
from sandbox.worldgen.build import Builder, reverse
from sandbox.worldgen.calendar import DAY, back
from sandbox.worldgen.dice import Dice
from sandbox.worldgen.lives import Life

PEOPLE = 4
OLDEST, STEP = 60, 3  # days since the first visit, and between two
INTEREST, FEE = Decimal("3.42"), Decimal("5.00")
TWO_PERCENT = Decimal("0.02")
UNAPPROVED: money.DENIAL = ("CO", "197", ("N54",), "84", "")
INCOMPLETE: money.DENIAL = ("CO", "16", ("M51", "MA130"), "454", "")
NOT_COVERED: money.DENIAL = ("PR", "204", (), "104", "")
MODIFIER: money.DENIAL = ("CO", "4", ("N519",), "453", "")


def add_checks(b: Builder) -> None:
    """For every payer the same kinds of checks, about people who have nothing else; nothing that was made before changes."""
    dice, b.dice = b.dice, Dice(b.seed, "posted", *b.payers)
    for payer in b.payers:
        made = _Posted(b, payer)
        made.mixed(back(b.as_of - 9 * DAY))
        made.corrected(back(b.as_of - 16 * DAY))
        made.recouped(back(b.as_of - 23 * DAY))
        made.carried_forward(back(b.as_of - 37 * DAY), back(b.as_of - 30 * DAY))
        made.nothing_paid(back(b.as_of - 10 * DAY))
    b.dice = dice


class _Posted:
    """One payer's checks."""

    def __init__(self, b: Builder, payer: str) -> None:
        self.b, self.payer, self.claims = b, payer, 0
        self.people: list[Member] = [b.ordinary(payer) for _ in range(PEOPLE)]

    def sent(self, *codes: str) -> Life:
        """A closed claim of the next one of them, a little older than the one before."""
        self.claims += 1
        who = self.people[self.claims % PEOPLE]
        return self.b.claim(who, OLDEST + STEP * self.claims, *codes, case="posted", open=False)

    def paid(self, day: date, check: str, *codes: str) -> Life:
        life = self.sent(*codes)
        self.b.pay(life, day, check=check)
        return life

    def plb(self, check: str, code: str, amount: Decimal, reference: str) -> None:
        made = self.b.checks[f"{self.payer} {check}"]
        made.plbs.append(Plb(code, amount, reference))  # type: ignore[arg-type] # one of the few codes there are
        made.cases |= {f"posted_{code}"}

    def mixed(self, day: date) -> None:
        """A little of everything, and interest on top."""
        b, check = self.b, "posted mixed"
        first = self.paid(day, check, "90837")
        self.paid(day, check, "99214", "90833")
        self.sequestered(day, check)
        self.zero(day, check)
        for why in (UNAPPROVED, INCOMPLETE, NOT_COVERED):
            self.denied(day, check, why)
        self.partly(day, check)
        self.plb(check, "L6", -INTEREST, first.on(b.as_of).payer_claim_no)

    def sequestered(self, day: date, check: str) -> None:
        """Paid, with two reasons of one group on its line."""
        life, b = self.sent("90834"), self.b
        b.arrive(life, day)
        terms = cover.terms(b.coverage_of(life))
        life.decide(day, tuple(_two_percent_less(money.paid(line, self.payer, terms)) for line in life.bare.lines))
        b.settle(life, day, check)

    def zero(self, day: date, check: str) -> None:
        life = self.sent("90837")
        self.b.arrive(life, day)
        life.decide(day, tuple(money.owed_by_patient(line, self.payer) for line in life.bare.lines))
        self.b.settle(life, day, check)

    def denied(self, day: date, check: str, why: money.DENIAL) -> None:
        life = self.sent("90834")
        self.b.arrive(life, day)
        life.decide(day, tuple(money.denied(line, why) for line in life.bare.lines), why)
        self.b.settle(life, day, check)

    def partly(self, day: date, check: str) -> None:
        life, b = self.sent("99214", "90833"), self.b
        b.arrive(life, day)
        first, second = life.bare.lines
        lines = (money.denied(first, MODIFIER), money.paid(second, self.payer, cover.terms(b.coverage_of(life))))
        life.decide(day, lines, MODIFIER)
        b.settle(life, day, check)

    def corrected(self, day: date) -> None:
        """A payment is taken back and made anew on one check."""
        b, check = self.b, "posted corrected"
        wrong = self.paid(back(day - 20 * DAY), "posted wrong", "90837")
        reverse(b, wrong, day, check)
        right = b.claim(
            b.by_key[wrong.bare.member_key],
            0,
            "90834",
            case="posted",
            dos=wrong.bare.dos_from,
            sent=back(day - 8 * DAY),
            frequency="7",
            open=False,
        )
        b.pay(right, day, check=check)
        self.paid(day, check, "90837")
        self.paid(day, check, "90834")

    def recouped(self, day: date) -> None:
        """The payer keeps back what it had paid too much."""
        b, check = self.b, "posted recouped"
        over = self.paid(back(day - 20 * DAY), "posted over", "90834")
        for code in ("90837", "90837", "90834"):
            self.paid(day, check, code)
        before = over.on(b.as_of)
        self.plb(check, "WO", before.paid or cover.ZERO, before.payer_claim_no)

    def carried_forward(self, day: date, later: date) -> None:
        """A check of nothing because of a reversal; what it lacks is taken off the next one."""
        b, check = self.b, "posted after carrying"
        wrong = self.paid(back(day - 20 * DAY), "posted carried cause", "90834")
        record = reverse(b, wrong, day, "posted carried")
        for code in ("90837", "99214"):
            self.paid(later, check, code)
        self.plb(check, "FB", -(record.bare.paid or cover.ZERO), record.bare.payer_claim_no)
        self.plb(check, "CS", FEE, "")

    def nothing_paid(self, day: date) -> None:
        """A notice without a payment: the patient's deductible, and denials."""
        check = "posted nothing"
        self.zero(day, check)
        self.denied(day, check, UNAPPROVED)


def _two_percent_less(line: ServiceLine) -> ServiceLine:
    """Two percent less, as a law has it."""
    less = money.cents((line.paid or cover.ZERO) * TWO_PERCENT)
    return replace(line, paid=(line.paid or cover.ZERO) - less, adjustments=(*line.adjustments, Adjustment("CO", "253", less)))
