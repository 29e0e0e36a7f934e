"""Every edge case of the trade, at least once in each world: who is hard to find, which benefits are hard to read, which claims mislead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.world_model import Authorization, Benefit, CarveOut, Member, OtherPayer, Person, Plb
from sandbox.worldgen import cover, money, people
from sandbox.worldgen.build import Builder, Check, reverse
from sandbox.worldgen.calendar import DAY, back, business_days_after

MEMBERS_A_COPY, CLAIMS_A_COPY = 500, 1000  # in a large world the cases come back once for so many
ELSEWHERE = ("uhc", "cigna")
FORTY = 40
THE_USUAL = ("90837", "90834")

MakeCase = Callable[[Builder, str, str], None]  # the builder, the payer, the case's name
D = Decimal
DEDUCTIBLE = Benefit("30", "deductible", period="calendar_year", amount=D("1500.00"), remaining=D("612.40"))
OUT_OF_POCKET = Benefit("30", "out_of_pocket", period="calendar_year", amount=D("6000.00"), remaining=D("4210.75"))
PLAN_CARD = (DEDUCTIBLE, OUT_OF_POCKET)
COPAY = Benefit("MH", "copay", period="visit", amount=D("25.00"), text="Office visit")
NO_AUTH = Benefit("MH", "authorization", auth="N")
OUTSIDE = Benefit("MH", "coinsurance", "N", percent=cover.OUT_OF_NETWORK)
COPAY_98 = Benefit("98", "copay", period="visit", amount=D("40.00"), text="Office visit")
NO_AUTH_98 = replace(NO_AUTH, service_type="98")
URGENT_CARE = Benefit("30", "copay", period="visit", amount=cover.URGENT, text="Urgent care")
FAMILY_CARD = (replace(DEDUCTIBLE, level="FAM"), replace(OUT_OF_POCKET, level="FAM"))
OWN_DEDUCTIBLE = replace(DEDUCTIBLE, service_type="MH", amount=D("250.00"), remaining=D("75.50"))
NOT_INSIDE = Benefit("MH", "not_covered", text="Not covered in network")
DEDUCTIBLE_OUTSIDE = Benefit("MH", "deductible", "N", amount=D("3000.00"), remaining=D("2875.00"))
TWENTY_VISITS = Benefit("MH", "note", network="W", text="OUTPATIENT SESSIONS ARE LIMITED TO 20 VISITS PER CALENDAR YEAR")


# -- people and their coverage


def same_name_same_dob(b: Builder, payer: str, case: str) -> None:
    """Two people of one name and birth date; the practice has the right id of the one and an outdated id of the other."""
    who = people.person(b.dice, b.as_of)
    b.visit(b.add(b.plan(payer), case=case, who=replace(who, middle="A")))
    plan = b.plan(payer)
    other = replace(plan, filed_id=b.outdated(plan.member_id, payer))
    b.visit(b.add(other, case="same_name_outdated_id", who=replace(who, middle="J")))


def hyphenated_name(b: Builder, payer: str, case: str) -> None:
    """The payer writes a hyphen, the practice a blank, and the id in the practice's file is outdated."""
    who = people.person(b.dice, b.as_of, last="Sandoval-Brennan")
    plan = b.plan(payer)
    known_as = replace(who, last="Sandoval Brennan", middle="")
    b.visit(b.add(replace(plan, filed_id=b.outdated(plan.member_id, payer)), case=case, who=who, known_as=known_as))


def name_suffix(b: Builder, payer: str, case: str) -> None:
    """The practice has the suffix in the last name."""
    who = replace(people.person(b.dice, b.as_of), suffix="Jr")
    b.visit(b.add(b.plan(payer), case=case, who=who, known_as=replace(who, last=f"{who.last} Jr", suffix="", middle="")))


def nickname(b: Builder, payer: str, case: str) -> None:
    """The practice writes what the patient is called."""
    who = Person("Winslow", "Elizabeth", b.as_of - timedelta(days=14210), "F", middle="R")
    b.visit(b.add(b.plan(payer), case=case, who=who, known_as=replace(who, first="Liz", middle="")))


def accented_name(b: Builder, payer: str, case: str) -> None:
    """The practice writes accents, the payer cannot."""
    who = Person("Nunez", "Ines", b.as_of - timedelta(days=11877), "F")
    b.visit(b.add(b.plan(payer), case=case, who=who, known_as=replace(who, last="Núñez", first="Inés")))


def dependent(b: Builder, payer: str, case: str) -> None:
    """A child under a parent's plan, both with the same member id; only the birth date tells them apart."""
    head = people.person(b.dice, b.as_of, (36, 55))
    plan = b.plan(payer)
    b.add(plan, case="subscriber", who=head)
    child = people.person(b.dice, b.as_of, people.CHILD, head.last)
    b.visit(b.add(plan, case=case, who=child, relation="child", subscriber=head))


def member_id_prefix_changed(b: Builder, payer: str, case: str) -> None:
    """The payer gave out new prefixes; only the name finds this member."""
    plan = b.plan(payer)
    b.visit(b.add(replace(plan, filed_id=people.filed(people.former_prefix(plan.member_id))), case=case))


def two_active_plans(b: Builder, payer: str, case: str) -> None:
    """Covered twice; each payer knows of the other."""
    second = "humana" if payer != "humana" else "aetna"
    one, two = b.plan(payer), b.plan(second)
    first = replace(one, other_payers=(OtherPayer(second.upper(), "secondary", two.member_id),))
    b.visit(b.add(first, replace(two, other_payers=(OtherPayer(payer.upper(), "primary", one.member_id),)), case=case))


def _ended(b: Builder, payer: str, case: str, end: date, termed_on: date) -> None:
    b.visit(b.add(b.plan(payer, end=end, termed_on=termed_on), case=case))


def plan_ended_yesterday(b: Builder, payer: str, case: str) -> None:
    """The last day of coverage is the day before the visit."""
    _ended(b, payer, case, b.visit_day - DAY, b.as_of - 9 * DAY)


def retro_termination(b: Builder, payer: str, case: str) -> None:
    """The payer ended the plan backwards, and takes back what it paid since."""
    _ended(b, payer, case, b.as_of - 45 * DAY, b.as_of - 6 * DAY)


def inactive(b: Builder, payer: str, case: str) -> None:
    """Ended long ago."""
    _ended(b, payer, case, date(b.as_of.year, 6, 30), date(b.as_of.year, 7, 2))


def coverage_ends_tonight(b: Builder, payer: str, case: str) -> None:
    """In force on the first night; by the next the payer has ended it."""
    _ended(b, payer, case, b.as_of, b.as_of + DAY)


def not_yet_begun(b: Builder, payer: str, case: str) -> None:
    """The plan begins after the visit."""
    b.visit(b.add(b.plan(payer, begin=b.visit_day + 8 * DAY), case=case))


def unknown_to_payer(b: Builder, payer: str, case: str) -> None:
    """The card shows an id and a name this payer has never heard of."""
    b.visit(b.add(b.plan(payer, on_file=False), case=case))


def wrong_birth_date(b: Builder, payer: str, case: str) -> None:
    """Day and month of the birth date are swapped in the practice's file."""
    who = replace(people.person(b.dice, b.as_of), birth_date=date(b.as_of.year - 34, 4, 9))
    swapped = replace(who, birth_date=date(b.as_of.year - 34, 9, 4), middle="")
    b.visit(b.add(b.plan(payer), case=case, who=who, known_as=swapped))


def served_elsewhere(b: Builder, _payer: str, case: str) -> None:
    """Payers that another portal answers for."""
    for other in ELSEWHERE:
        b.visit(b.add(b.plan(other), case=case))


def _with_card(*lines: Benefit, plan_card: tuple[Benefit, ...] = PLAN_CARD) -> MakeCase:
    """A member whose cards hold exactly these lines."""

    def make(b: Builder, payer: str, case: str) -> None:
        b.visit(b.add(b.plan(payer, benefits=(*lines, *plan_card)), case=case))

    return make


def _limit(allowed: int, used: int | None, left: int | None) -> Benefit:
    return Benefit("MH", "limit", period="calendar_year", visits_allowed=allowed, visits_used=used, visits_left=left)


def carve_out_phone_only(b: Builder, payer: str, case: str) -> None:
    """Somebody else keeps the behavioral benefits: there is a telephone number and nothing more."""
    plan = b.plan(payer, benefits=PLAN_CARD, carve_out=CarveOut("", "1-800-555-0142"))
    b.visit(b.add(plan, case=case))


def carve_out_named(b: Builder, payer: str, case: str) -> None:
    """Somebody else keeps the behavioral benefits, and the page says who."""
    who = CarveOut("Carelon Behavioral Health", "1-800-555-0167", "BHOVO")
    b.visit(b.add(b.plan(payer, benefits=PLAN_CARD, carve_out=who), case=case))


MEMBER_CASES: tuple[tuple[str, str, MakeCase], ...] = (
    ("same_name_same_dob", "aetna", same_name_same_dob),
    ("hyphenated_name", "anthem", hyphenated_name),
    ("name_suffix", "humana", name_suffix),
    ("nickname", "aetna", nickname),
    ("accented_name", "anthem", accented_name),
    ("dependent", "anthem", dependent),
    ("member_id_prefix_changed", "anthem", member_id_prefix_changed),
    ("two_active_plans", "aetna", two_active_plans),
    ("plan_ended_yesterday", "anthem", plan_ended_yesterday),
    ("retro_termination", "aetna", retro_termination),
    ("inactive", "humana", inactive),
    ("coverage_ends_tonight", "aetna", coverage_ends_tonight),
    ("not_yet_begun", "anthem", not_yet_begun),
    ("unknown_to_payer", "anthem", unknown_to_payer),
    ("wrong_birth_date", "magellan", wrong_birth_date),
    ("auth_unknown", "anthem", _with_card(COPAY, Benefit("MH", "authorization", auth="U"), OUTSIDE)),
    ("auth_blank", "humana", _with_card(COPAY, OUTSIDE)),
    ("auth_required", "magellan", _with_card(COPAY, Benefit("MH", "authorization", auth="Y"), OUTSIDE)),
    ("limit_in_message", "anthem", _with_card(COPAY, NO_AUTH, TWENTY_VISITS, OUTSIDE)),
    ("used_over_limit", "aetna", _with_card(COPAY, NO_AUTH, _limit(20, 22, None), OUTSIDE)),
    ("limit_reached", "carelon", _with_card(COPAY, NO_AUTH, _limit(30, 30, 0), OUTSIDE)),
    ("out_of_network_only", "humana", _with_card(NOT_INSIDE, OUTSIDE, DEDUCTIBLE_OUTSIDE)),
    ("carve_out_phone_only", "aetna", carve_out_phone_only),
    ("carve_out_named", "anthem", carve_out_named),
    ("only_98", "anthem", _with_card(COPAY_98, NO_AUTH_98)),
    ("copay_only_on_98", "humana", _with_card(NO_AUTH, COPAY_98, OUTSIDE)),
    ("only_30", "magellan", _with_card()),
    ("other_copay_on_30", "aetna", _with_card(NO_AUTH, plan_card=(*PLAN_CARD, URGENT_CARE))),
    ("telehealth_not_covered", "carelon", _with_card(COPAY, Benefit("MH", "telehealth", telehealth=False), NO_AUTH)),
    ("family_amounts_only", "aetna", _with_card(COPAY, NO_AUTH, plan_card=FAMILY_CARD)),
    ("own_mh_deductible", "anthem", _with_card(OWN_DEDUCTIBLE, COPAY, NO_AUTH)),
    ("deductible_moves", "anthem", _with_card(COPAY, NO_AUTH, _limit(30, 11, 19), OUTSIDE)),
    ("served_elsewhere", "", served_elsewhere),
)


def add_members(b: Builder, members: int) -> None:
    """All cases of people and coverage, once or, in a large world, again and again."""
    for _ in range(1 + members // MEMBERS_A_COPY):
        for i, (case, payer, make) in enumerate(MEMBER_CASES):
            make(b, payer if payer in b.payers else b.payers[i % len(b.payers)], case)


# -- claims


def split(b: Builder, payer: str, case: str) -> None:
    """Accepted as two: the record sent keeps the charge and names its parts, one paid, one still pending."""
    life = b.claim(b.someone(payer), 19, "99214", "90833", case=case)
    day = b.arrive(life, None)
    numbers = [b.number(payer, day) for _ in life.bare.lines]
    fate = {"category": "A5", "status_code": "0", "state": "accepted_split", "portal_text": "This claim was split."}
    life.add(day + 5 * DAY, related=tuple(numbers), **fate)
    for i, (line, number) in enumerate(zip(life.bare.lines, numbers, strict=True)):
        part = b.live(replace(life.bare, claim_id="", lines=(line,), charge=line.charge, open=False, cases=frozenset({"split_part"})))
        part.arrive(day + 5 * DAY, number, ("P1", "40", ""), back(b.as_of - 3 * DAY) if i == 0 else None)
        part.change(related=(life.on(day).payer_claim_no,))
        if i == 0:
            part.decide(back(b.as_of - 3 * DAY), (money.paid(line, payer, cover.terms(b.coverage_of(life))),))
            b.settle(part, back(b.as_of - 3 * DAY))


def combined(b: Builder, payer: str, case: str) -> None:
    """Two claims of one week are paid as one record; each of the two points to it."""
    member = b.someone(payer)
    lives = [b.claim(member, age, "90837", case=case) for age in (25, 24)]
    both = sorted((life.bare.lines[0] for life in lives), key=lambda line: line.dos)
    day = back(b.as_of - 12 * DAY)
    number = b.number(payer, day)
    for life in lives:
        b.arrive(life, day)
        words = "This claim was combined with another claim."
        life.add(day, category="F0", status_code="12", state="finalized", finalized=day, portal_text=words, related=(number,))
    lines = tuple(replace(line, number=i) for i, line in enumerate(both, start=1))
    charge = both[0].charge + both[1].charge
    bare = replace(lives[0].bare, claim_id="", dos_from=both[0].dos, dos_to=both[1].dos, lines=lines, charge=charge, open=False)
    whole = b.live(replace(bare, cases=frozenset({"combined_whole"})))
    whole.arrive(day, number, ("P1", "40", ""), day)
    whole.change(related=tuple(life.on(day).payer_claim_no for life in lives))
    whole.decide(day, tuple(money.paid(line, payer, cover.terms(b.coverage_of(whole))) for line in lines))
    b.settle(whole, day)


def claim_number_missing(b: Builder, payer: str, case: str) -> None:
    """Received, but the payer has given it no number yet."""
    life = b.claim(b.someone(payer), 6, "90834", case=case, sent=business_days_after(b.as_of - 7 * DAY, 2))
    day = business_days_after(life.bare.sent, 1)
    life.arrive(day, "", ("P1", "40", ""), None)
    life.phases = life.phases[:1]  # it stays received


def two_claims_same_dos(b: Builder, payer: str, case: str) -> None:
    """A therapy session and a medication visit on one day: only the charge tells them apart."""
    member = b.someone(payer)
    first = b.claim(member, 16, "90834", case=case)
    second = b.claim(member, 16, "99213", case=case, dos=first.bare.dos_from)
    b.pay(first, back(b.as_of - 2 * DAY))
    b.arrive(second, None)


def same_dos_same_charge(b: Builder, payer: str, case: str) -> None:
    """The same session sent twice: the practice knows the payer's number of the one only."""
    member = b.someone(payer)
    first = b.claim(member, 23, "90837", case="same_dos_same_charge_known")
    second = b.claim(member, 23, "90837", case=case, dos=first.bare.dos_from)
    b.pay(first, back(b.as_of - 8 * DAY))
    b.deny(second, back(b.as_of - 4 * DAY), ("OA", "18", ("N522",), "54", ""))
    first.change(filed_claim_no=first.on(b.as_of).payer_claim_no)


def denied_line_1_paid_line_2(b: Builder, payer: str, case: str) -> None:
    """Paid, but not all of it."""
    life = b.claim(b.someone(payer), 21, "99214", "90833", case=case)
    day = back(b.as_of - 10 * DAY)
    b.arrive(life, day)
    why: money.DENIAL = ("CO", "4", ("N519",), "453", "")
    first, second = life.bare.lines
    life.decide(day, (money.denied(first, why), money.paid(second, payer, cover.terms(b.coverage_of(life)))), why)
    b.settle(life, day)


def paid_with_nothing(b: Builder, payer: str, case: str) -> None:
    """Finalized as paid with $0: all of it is the deductible."""
    b.zero(b.claim(b.someone(payer), 18, "90837", case=case), back(b.as_of - 4 * DAY))


def reversal_and_correction(b: Builder, payer: str, case: str) -> None:
    """Paid, taken back, and paid again after the practice corrected the code."""
    life = b.claim(b.someone(payer), 62, "90837", case=case)
    b.pay(life, back(b.as_of - 47 * DAY))
    day = back(b.as_of - 17 * DAY)
    life.change(filed_claim_no=life.on(b.as_of).payer_claim_no)
    record = reverse(b, life, day)
    new = b.claim(
        b.by_key[life.bare.member_key], 0, "90834", case="correction", dos=life.bare.dos_from, sent=back(b.as_of - 25 * DAY), frequency="7"
    )
    b.pay(new, day)
    number = new.on(b.as_of).payer_claim_no
    life.phases[-1][1]["related"] = (record.bare.payer_claim_no, number)
    new.change(related=(life.on(b.as_of).payer_claim_no,))


def retro_termination_claim(b: Builder, payer: str, case: str) -> None:
    """Paid for a day on which, as the payer says now, there was no coverage; taken back without a new decision."""
    life = b.claim(b.known.get("retro_termination") or b.someone(payer), 38, "90837", case=case)
    b.pay(life, back(b.as_of - 22 * DAY))
    life.change(filed_claim_no=life.on(b.as_of).payer_claim_no)
    reverse(b, life, back(b.as_of - 5 * DAY))


def letter_request(b: Builder, payer: str, case: str) -> None:
    """Pending for notes the payer asked for by letter."""
    b.arrive(b.claim(b.someone(payer), 33, "90837", case=case), None, pend=("P3", "297", "85"))


def waits_for_patient(b: Builder, payer: str, case: str) -> None:
    """Pending until the patient answers about other insurance."""
    b.arrive(b.claim(b.someone(payer), 29, "90834", case=case), None, pend=("P4", "171", "IL"))


def on_hold(b: Builder, payer: str, case: str) -> None:
    """On hold while a premium is overdue."""
    b.arrive(b.claim(b.someone(payer), 27, "90834", case=case), None, pend=("P5", "734", "IL"))


def finalized_no_835(b: Builder, payer: str, case: str) -> None:
    """Approved for payment; the check has not been cut."""
    b.pay(b.claim(b.someone(payer), 15, "90837", case=case), b.as_of - DAY, settle=False)


def eob_scanned(b: Builder, payer: str, case: str) -> None:
    """Paid by a check whose EOB is a picture."""
    _on_check_of_its_own(b, payer, case, f"scanned {b.serial(case)}", back(b.as_of - 11 * DAY)).scanned = True


def eob_40_claims(b: Builder, payer: str, case: str) -> None:
    """One of forty claims on one check; the others were posted long ago."""
    day = back(b.as_of - 52 * DAY)
    check = f"forty {b.serial(case)}"
    for i in range(FORTY - 1):
        old = b.claim(b.someone(payer), 68 + i, THE_USUAL[i % 2], case=f"{case}_part", open=False)
        b.pay(old, day, check=check)
    _on_check_of_its_own(b, payer, case, check, day, age=70)


def plb_recoupment(b: Builder, payer: str, case: str) -> None:
    """Paid, but the check is smaller: the payer keeps back what it paid too much on another claim."""
    over = b.claim(b.someone(payer), 95, "90834", case=f"{case}_cause", open=False)
    b.pay(over, back(b.as_of - 80 * DAY))
    reverse(b, over, back(b.as_of - 30 * DAY))
    before = over.on(b.as_of)
    day = back(b.as_of - 10 * DAY)
    name = f"recoup {b.serial(case)}"
    for i in range(2):
        b.pay(b.claim(b.someone(payer), 41 + i, "90837", case=f"{case}_part", open=False), day, check=name)
    check = _on_check_of_its_own(b, payer, case, name, day)
    check.plbs.append(Plb("WO", before.paid or cover.ZERO, before.payer_claim_no))


def _on_check_of_its_own(b: Builder, payer: str, case: str, check: str, day: date, age: int = 26) -> Check:
    b.pay(b.claim(b.someone(payer), age, "90837", case=case), day, check=check)
    made = b.checks[f"{payer} {check}"]
    made.cases = frozenset({case})
    return made


def supervised_clinician(b: Builder, payer: str, case: str) -> None:
    """Seen by a clinician in training, billed under the supervisor, denied because the payer wants it otherwise."""
    junior = next(p for p in b.providers if p.supervisor_npi)
    life = b.claim(b.someone(payer), 31, "90837", case=case, rendering_npi=junior.supervisor_npi, supervising_npi=junior.supervisor_npi)
    b.deny(life, back(b.as_of - 13 * DAY), ("CO", "185", ("N767",), "91", "82"))


def too_new(b: Builder, payer: str, case: str) -> None:
    """Sent the day before: the payer shows it from tomorrow."""
    life = b.claim(b.someone(payer), 2, "90837", case=case, sent=back(b.as_of - DAY))
    life.arrive(b.as_of + DAY, b.number(payer, b.as_of), ("P1", "40", ""), None)


def lost(b: Builder, payer: str, case: str) -> None:
    """Sent weeks ago and never arrived."""
    b.claim(b.someone(payer), 36, "90834", case=case)


def other_group_npi(b: Builder, payer: str, case: str) -> None:
    """Billed under the practice's other group NPI."""
    life = b.claim(b.someone(payer), 22, "90837", case=case, billing_npi=b.practice.npis[1])
    b.pay(life, back(b.as_of - 8 * DAY))


def of_member(of: str, age: int) -> MakeCase:
    """A plain paid claim of a member who is hard to find."""

    def make(b: Builder, payer: str, case: str) -> None:
        member = b.known.get(of) or b.someone(payer)
        b.pay(b.claim(member, age, "90837", case=case), back(b.as_of - 3 * DAY))

    return make


def forwarded(b: Builder, payer: str, case: str) -> None:
    """Passed on to the plan that keeps the behavioral benefits."""
    life = b.claim(b.someone(payer), 14, "90837", case=case)
    day = b.arrive(life, None)
    words = "This claim was forwarded to the member's behavioral health plan."
    life.add(day + 5 * DAY, category="A0", status_code="16", entity_code="PR", state="forwarded", portal_text=words)


def rejected_npi(b: Builder, payer: str, case: str) -> None:
    """Turned away: the payer does not know the billing NPI it was sent with."""
    life = b.claim(b.someone(payer), 13, "90834", case=case)
    life.reject(business_days_after(life.bare.sent, 1), "", ("A7", "562", "85"))


def paid_tomorrow(b: Builder, payer: str, case: str) -> None:
    """In process tonight, paid on the next night."""
    b.pay(b.claim(b.someone(payer), 17, "90837", case=case), b.as_of + DAY)


def denied_in_two_nights(b: Builder, payer: str, case: str) -> None:
    """In process tonight and tomorrow, denied on the night after."""
    b.deny(b.claim(b.someone(payer), 17, "90837", case=case), b.as_of + 2 * DAY, ("CO", "27", ("N30",), "88", "IL"))


def deductible_moves(b: Builder, payer: str, case: str) -> None:
    """Decided on the next night: the patient's deductible is smaller afterwards."""
    member = b.known.get("deductible_moves") or b.someone(payer)
    b.zero(b.claim(member, 16, "90837", case=case), b.as_of + DAY)


def auth_trouble(carc: str, **approved: object) -> MakeCase:
    """An authorization that does not cover what was billed, and the denial that follows."""

    def make(b: Builder, payer: str, case: str) -> None:
        member = b.someone(payer)
        life = b.claim(member, 34, "90837", case=case)
        b.deny(life, back(b.as_of - 15 * DAY), ("CO", carc, (), "674" if carc == "198" else "252", ""))
        b.authorizations.append(replace(_authorization(b, member, payer, case), **approved))  # type: ignore[arg-type] # checked when it runs

    return make


def _authorization(b: Builder, member: Member, payer: str, case: str) -> Authorization:
    start = b.as_of - 70 * DAY
    npi = b.therapists[0].npi
    return Authorization(
        number=f"AU{b.serial('authorization') + 70000}",
        payer=payer,
        member_key=member.key,
        code_asked="90837",
        code_approved="90837",
        units_asked=20,
        units_approved=20,
        units_used=6,
        npi_asked=npi,
        npi_approved=npi,
        begin=start,
        end=start + 180 * DAY,
        status="approved",
        decided=start + 5 * DAY,
        cases=frozenset({case}),
    )


def auth_decided_tomorrow(b: Builder, payer: str, case: str) -> None:
    """Asked for, and decided on the next night."""
    decided = _authorization(b, b.known.get("auth_required") or b.someone(payer), payer, case)
    b.authorizations.append(replace(decided, begin=b.visit_day, units_used=0, decided=b.as_of + DAY))


def elsewhere_claims(b: Builder, payer: str, case: str) -> None:  # noqa: ARG001 -- its payers are others
    """Claims at payers that another portal answers for."""
    for member in [m for m in b.members if "served_elsewhere" in m.cases][-len(ELSEWHERE) :]:
        b.pay(b.claim(member, 20, "90837", case=case), back(b.as_of - 4 * DAY))


OTHER_NPI = people.npi(199)
CLAIM_CASES: tuple[tuple[str, str, MakeCase], ...] = (
    ("split", "aetna", split),
    ("combined", "anthem", combined),
    ("claim_number_missing", "humana", claim_number_missing),
    ("two_claims_same_dos", "aetna", two_claims_same_dos),
    ("same_dos_same_charge", "anthem", same_dos_same_charge),
    ("denied_line_1_paid_line_2", "anthem", denied_line_1_paid_line_2),
    ("paid_zero", "anthem", paid_with_nothing),
    ("reversal_and_correction", "aetna", reversal_and_correction),
    ("retro_termination_claim", "aetna", retro_termination_claim),
    ("letter_request", "anthem", letter_request),
    ("waits_for_patient", "carelon", waits_for_patient),
    ("on_hold", "anthem", on_hold),
    ("finalized_no_835", "humana", finalized_no_835),
    ("eob_scanned", "magellan", eob_scanned),
    ("eob_40_claims", "aetna", eob_40_claims),
    ("plb_recoupment", "anthem", plb_recoupment),
    ("supervised_clinician", "anthem", supervised_clinician),
    ("claim_too_new", "aetna", too_new),
    ("lost", "anthem", lost),
    ("other_group_npi", "humana", other_group_npi),
    ("dependent_claim", "anthem", of_member("dependent", 12)),
    ("outdated_id_claim", "anthem", of_member("member_id_prefix_changed", 20)),
    ("nickname_claim", "aetna", of_member("nickname", 13)),
    ("forwarded", "anthem", forwarded),
    ("rejected_npi", "carelon", rejected_npi),
    ("paid_tomorrow", "anthem", paid_tomorrow),
    ("denied_in_two_nights", "aetna", denied_in_two_nights),
    ("deductible_moves_claim", "anthem", deductible_moves),
    ("auth_fewer_units", "anthem", auth_trouble("198", units_approved=6, status="partly_approved")),
    ("auth_other_code", "aetna", auth_trouble("284", code_approved="90834", status="partly_approved")),
    ("auth_other_npi", "magellan", auth_trouble("296", npi_approved=OTHER_NPI)),
    ("auth_decided_tomorrow", "magellan", auth_decided_tomorrow),
    ("served_elsewhere_claim", "", elsewhere_claims),
)


def add_claims(b: Builder, claims: int) -> None:
    """All cases of claims, once or, in a large world, again and again."""
    for _ in range(1 + claims // CLAIMS_A_COPY):
        for i, (case, payer, make) in enumerate(CLAIM_CASES):
            make(b, payer if payer in b.payers else b.payers[i % len(b.payers)], case)
