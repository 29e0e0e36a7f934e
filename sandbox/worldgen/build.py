"""The half-made world: people, visits and claims are added to it one by one, the ordinary ones by the mixes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, Literal

from sandbox.world_model import Authorization, Claim, Coverage, Member, Person, Plb, Practice, Provider, ServiceLine, Visit
from sandbox.worldgen import cover, mixes, money, people
from sandbox.worldgen.calendar import DAY, back, business_days_after, forward
from sandbox.worldgen.dice import Dice
from sandbox.worldgen.lives import Life, changed

VISITS_A_DAY = 300  # 30 clinicians, 10 hours
FIRST_HOUR, HOURS, SLOT = 8, 11, 15
CLAIMS_PER_PERSON = 2
STALE_AFTER, LOST_AFTER = 30, 21  # days since the visit
OUTDATED = 900_000  # serials of member ids that no payer has given out
EACH_FOR_ONESELF = ("humana", "medicare", *cover.MEDICAID)  # these plans know no dependents
MODES: dict[str, Literal["video", "in_person"]] = {"10": "video", "02": "video"}


@dataclass
class Check:
    """A check in the making: its number and what is set off against it."""

    payer: str
    number: str
    day: date
    plbs: list[Plb] = field(default_factory=list)
    scanned: bool = False
    cases: frozenset[str] = frozenset()
    method: Literal["CHK", "ACH"] = "ACH"


@dataclass
class Builder:
    """The half-made world that the edge cases add to."""

    seed: int
    as_of: date  # the first night
    payers: tuple[str, ...]
    practice: Practice
    members: list[Member] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    authorizations: list[Authorization] = field(default_factory=list)  # as they are once decided
    pool: dict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))  # ordinary members by payer
    known: dict[str, Member] = field(default_factory=dict)  # the member made last for each case
    by_key: dict[str, Member] = field(default_factory=dict)
    _days: set[tuple[str, date]] = field(default_factory=set)  # member and visit day: one session a day
    _serial: Counter[str] = field(default_factory=Counter)
    _turn: Counter[str] = field(default_factory=Counter)
    _claim_ids: count[int] = field(default_factory=lambda: count(104001))

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed, *self.payers)
        self.providers: tuple[Provider, ...] = people.providers(Dice(self.seed, "providers"))
        self.prescribers = [p for p in self.providers if p.license in people.PRESCRIBERS]
        self.therapists = [p for p in self.providers if p.license not in people.PRESCRIBERS and not p.supervisor_npi]
        self.visit_day = forward(self.as_of + DAY)

    # -- people

    def serial(self, of: str) -> int:
        """The next number of its kind."""
        self._serial[of] += 1
        return self._serial[of]

    def plan(self, payer: str, **changes: Any) -> Coverage:  # noqa: ANN401 -- fields of a coverage, checked when it runs
        """An ordinary coverage with some things different."""
        return replace(cover.coverage(self.dice, payer, self.serial(payer), self.as_of), **changes)

    def outdated(self, written: str, payer: str) -> str:
        """An id the payer used to know this member by, or never did; no search finds anyone under it."""
        if payer in ("anthem", "carelon"):
            return people.filed(people.former_prefix(written))
        return people.filed(people.member_id(payer, OUTDATED + self.serial("outdated")))

    def add(
        self,
        *plans: Coverage,
        case: str = "",
        who: Person | None = None,
        known_as: Person | None = None,
        relation: Literal["self", "spouse", "child"] = "self",
        subscriber: Person | None = None,
    ) -> Member:
        """A new patient of the practice."""
        who = who or people.person(self.dice, self.as_of)
        key = f"P{10000 + self.serial('patient')}"
        member = Member(key, who, known_as or replace(who, middle=""), relation, subscriber or who, plans, frozenset({case} - {""}))
        self.members.append(member)
        self.by_key[key] = member
        if case:
            self.known[case] = member
        return member

    def ordinary(self, payer: str) -> Member:
        """A patient nothing is special about; one in six is covered through somebody else."""
        plan = self.plan(payer)
        if payer not in EACH_FOR_ONESELF and self.dice.chance(0.17):
            head = people.person(self.dice, self.as_of, (35, 60))
            if self.dice.chance(0.4):
                member = self.add(plan, who=people.person(self.dice, self.as_of, (30, 62), head.last), relation="spouse", subscriber=head)
            else:
                member = self.add(
                    plan, who=people.person(self.dice, self.as_of, people.CHILD, head.last), relation="child", subscriber=head
                )
        else:
            member = self.add(plan)
        self.pool[payer].append(member)
        return member

    def someone(self, payer: str) -> Member:
        """An ordinary member of this payer, each in turn."""
        if not self.pool[payer]:
            self.ordinary(payer)
        self._turn[payer] += 1
        return self.pool[payer][self._turn[payer] % len(self.pool[payer])]

    # -- visits

    def visit(self, member: Member, payer: str = "", **changes: Any) -> None:  # noqa: ANN401 -- fields of a visit, checked when it runs
        """Book a session for the next working day; the times are given out at the end."""
        cpt = self.dice.weighted(mixes.MAIN_CODES)
        pos = self.dice.weighted(mixes.PLACES)
        provider = self.dice.pick(self.prescribers if cpt in mixes.PRESCRIBER_CODES else self.therapists)
        visit = Visit(
            appointment_id=f"A{50000 + self.serial('visit')}",
            start=datetime.combine(self.visit_day, time(FIRST_HOUR)),
            minutes=mixes.MINUTES.get(cpt, mixes.USUAL_MINUTES),
            member_key=member.key,
            payer=payer or member.coverages[0].payer,
            rendering_npi=provider.npi,
            cpt=cpt,
            pos=pos,
            mode=MODES.get(pos, "in_person"),
            is_new=cpt in ("90791", "90792"),
            cases=member.cases,
        )
        self.visits.append(replace(visit, **changes))

    def give_times(self) -> None:
        """Spread the visits over the day, and over more days where one cannot hold them."""
        slots = HOURS * 60 // SLOT
        timed = []
        for i, visit in enumerate(self.visits):
            day = business_days_after(self.visit_day, i // VISITS_A_DAY)
            at = datetime.combine(day, time(FIRST_HOUR)) + timedelta(minutes=SLOT * self.dice.below(slots))
            timed.append(replace(visit, start=at))
        self.visits = sorted(timed, key=lambda v: (v.start, v.appointment_id))

    # -- claims

    def free_day(self, member: Member, age: int) -> date:
        """A working day about this many days ago on which this member has no session yet."""
        day = back(self.as_of - age * DAY)
        while (member.key, day) in self._days:
            day = back(day - DAY)
        self._days.add((member.key, day))
        return day

    def lines(self, dos: date, pos: str, *codes: str, units: int = 1) -> tuple[ServiceLine, ...]:
        """Service lines as the practice bills them."""
        remote = ("95",) if pos in mixes.TELEHEALTH_PLACES else ()
        out = []
        for number, code in enumerate(codes, start=1):
            apart = ("25",) if code in mixes.EM_CODES and len(codes) > 1 else ()
            out.append(ServiceLine(number, dos, code, (*apart, *remote), units, mixes.CHARGE[code] * units))
        return tuple(out)

    def claim(
        self,
        member: Member,
        age: int,
        *codes: str,
        case: str = "",
        payer: str = "",
        dos: date | None = None,
        sent: date | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> Life:
        """A claim as the practice sent it; nothing has happened to it yet."""
        plan = member.coverages[0] if not payer else next(c for c in member.coverages if c.payer == payer)
        dos = dos or self.free_day(member, age)
        pos = self.dice.weighted(mixes.PLACES)
        lines = self.lines(dos, pos, *codes)
        provider = self.dice.pick(self.prescribers if mixes.PRESCRIBER_CODES & set(codes) else self.therapists)
        bare = Claim(
            claim_id=f"HL{next(self._claim_ids)}",
            payer=plan.payer,
            member_key=member.key,
            member_id=plan.member_id,
            patient=member.person,
            dos_from=dos,
            dos_to=dos,
            charge=sum((line.charge for line in lines), cover.ZERO),
            lines=lines,
            billing_npi=self.practice.npis[0],
            billing_tin=self.practice.tin,
            rendering_npi=provider.npi,
            pos=pos,
            dx=self.dice.pick(mixes.DIAGNOSES),
            sent=sent or min(self.as_of, business_days_after(dos, self.dice.between(1, 3))),
            on_file=False,
            filed_member_id=plan.filed_id,
            cases=frozenset({case} - {""}),
        )
        return self.live(changed(bare, **changes) if changes else bare)

    def live(self, bare: Claim) -> Life:
        """Let a claim (or a record only the payer makes) begin its life."""
        life = Life(bare)
        self.lives.append(life)
        return life

    def number(self, payer: str, day: date) -> str:
        """A claim number as the payer gives them out."""
        return f"{payer[0].upper()}{day:%y%j}{self.serial('claim at ' + payer):05d}00"

    def arrive(self, life: Life, until: date | None, *, pend: tuple[str, str, str] | None = None, number: str | None = None) -> date:
        """The claim reaches the payer the working day after it was sent; returns that day."""
        day = business_days_after(life.bare.sent, 1)
        given = self.number(life.bare.payer, day) if number is None else number
        life.arrive(day, given, pend or ("P1", "40", ""), until)
        return day

    def pay(self, life: Life, day: date, *, check: str = "", settle: bool = True) -> None:
        """In process until that day, then paid at the contract rate and settled in the payer's next check run."""
        self.arrive(life, day)
        terms = cover.terms(self.coverage_of(life))
        first = life.bare.lines[0].number
        once = replace(terms, copay=cover.ZERO, percent=cover.ZERO) if terms.copay else terms  # a visit has one copay
        lines = tuple(money.paid(line, life.bare.payer, terms if line.number == first else once) for line in life.bare.lines)
        life.decide(day, lines)
        if settle:
            self.settle(life, day, check)

    def zero(self, life: Life, day: date) -> None:
        """In process until that day, then all of it goes to the deductible."""
        self.arrive(life, day)
        life.decide(day, tuple(money.owed_by_patient(line, life.bare.payer) for line in life.bare.lines))
        self.settle(life, day)

    def deny(self, life: Life, day: date, why: money.DENIAL) -> None:
        """In process until that day, then every line is denied."""
        self.arrive(life, day)
        life.decide(day, tuple(money.denied(line, why) for line in life.bare.lines), why)
        self.settle(life, day)

    def settle(self, life: Life, day: date, check: str = "") -> None:
        """Put it on the payer's next check after that day, or on a check of its own kind."""
        payer = life.bare.payer
        due = self._check_run(payer, day)
        key = f"{payer} {due}" if not check else f"{payer} {check}"
        if key not in self.checks:
            number = f"{self.dice.between(1000000, 99999999):010d}"
            self.checks[key] = Check(payer, number, due, method="ACH" if self.dice.chance(0.7) else "CHK")
        life.settle(self.checks[key].day, key, self.checks[key].number)

    def _check_run(self, payer: str, day: date) -> date:
        weekday = len(payer) % 5
        later = day + DAY
        while later.weekday() != weekday:
            later += DAY
        return later

    def coverage_of(self, life: Life) -> Coverage:
        """The coverage a claim was billed to."""
        member = self.by_key[life.bare.member_key]
        return next(c for c in member.coverages if c.payer == life.bare.payer)


def ordinary_claim(b: Builder, payer: str) -> None:
    """One open claim by the mixes of age, code and outcome."""
    dice = b.dice
    outcome = dice.weighted(mixes.OUTCOMES)
    low, high = dice.weighted(mixes.AGES)
    age = dice.between(low, high)
    if outcome == "lost":
        age = max(age, LOST_AFTER)
    main = dice.weighted(mixes.MAIN_CODES)
    extra = dice.weighted(mixes.ADD_ONS) if main in mixes.EM_CODES else ""
    life = b.claim(b.someone(payer), age, *((main, extra) if extra else (main,)))
    if outcome == "rejected":
        day = business_days_after(life.bare.sent, 1)
        life.reject(day, "", dice.weighted(mixes.REJECTIONS))
    elif outcome != "lost":
        _decided(b, life, outcome, age)


def _decided(b: Builder, life: Life, outcome: str, age: int) -> None:
    mean = mixes.ANSWER_DAYS.get(life.bare.payer, mixes.USUAL_ANSWER_DAYS)
    day = forward(life.bare.sent + DAY * max(5, mean - 9 + sum(b.dice.between(0, 6) for _ in range(3))))
    if age > STALE_AFTER and b.dice.chance(0.3):
        _stays(b, life)
        return
    if outcome != "denied" and day < b.as_of - 9 * DAY:
        day = back(b.as_of - b.dice.between(0, 9) * DAY)  # it took the payer long: else it would be posted by now
    if outcome == "denied":
        b.deny(life, day, b.dice.weighted(mixes.DENIALS))
    elif outcome == "zero":
        b.zero(life, day)
    else:
        b.pay(life, day)
        if outcome == "reversed":
            reverse(b, life, forward(day + 8 * DAY))
    if day < b.as_of and b.dice.chance(0.5):
        life.change(filed_claim_no=life.on(day).payer_claim_no)


def _stays(b: Builder, life: Life) -> None:
    """Pending far beyond the usual time; paid some nights from now."""
    day = forward(b.as_of + b.dice.between(2, 15) * DAY)
    life_pend = b.dice.weighted(mixes.PENDS)
    b.arrive(life, day, pend=life_pend)
    life.decide(day, tuple(money.paid(line, life.bare.payer, cover.terms(b.coverage_of(life))) for line in life.bare.lines))
    b.settle(life, day)


def reverse(b: Builder, life: Life, day: date, check: str = "") -> Life:
    """Take a payment back: the payer makes a record with every sign turned round, and points from one to the other."""
    paid = life.on(day)
    number = paid.payer_claim_no[:-2] + "01"
    word = f"This claim was reversed on {day:%m/%d/%Y}."
    life.add(day, state="reversed", category="F3", status_code="101", portal_text=word, related=(number,))
    lines = tuple(money.reversed_(line) for line in paid.lines)
    back_out = changed(
        paid,
        claim_id="",
        on_file=False,
        charge=-paid.charge,
        payer_claim_no=number,
        received=day,
        finalized=day,
        related=(paid.payer_claim_no,),
        open=False,
        filed_claim_no="",
        check_no="",
        check_date=None,
        status_code="101",
        category="F3",
        state="reversed",
        portal_text=word,
        **money.totals(lines),
    )
    record = b.live(back_out)
    record.decision = {"paid": back_out.paid, "state": back_out.state, "status_code": back_out.status_code}
    record.add(day, on_file=True)
    b.settle(record, day, check or f"reversal {number}")
    return record
