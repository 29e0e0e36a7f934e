from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from sandbox.world import AS_OF, AVAILITY, EVERYONE, PAYERS, PRACTICE, SEED, Claim, Member, Remit, World, same_id, same_name
from sandbox.worldgen import mixes, rows
from sandbox.worldgen.people import npi_passes

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
ZERO = Decimal(0)

PEOPLE_CASES = {
    "same_name_same_dob", "same_name_outdated_id", "hyphenated_name", "name_suffix", "nickname", "accented_name", "dependent", "subscriber",
    "member_id_prefix_changed", "two_active_plans", "plan_ended_yesterday", "retro_termination", "inactive", "coverage_ends_tonight",
    "not_yet_begun", "unknown_to_payer", "wrong_birth_date", "auth_unknown", "auth_blank", "auth_required", "limit_in_message",
    "used_over_limit", "limit_reached", "out_of_network_only", "carve_out_phone_only", "carve_out_named", "only_98", "copay_only_on_98",
    "only_30", "other_copay_on_30", "telehealth_not_covered", "family_amounts_only", "own_mh_deductible", "deductible_moves",
    "served_elsewhere",
}  # fmt: skip
CLAIM_CASES = {
    "split", "split_part", "combined", "combined_whole", "claim_number_missing", "two_claims_same_dos", "same_dos_same_charge",
    "same_dos_same_charge_known", "denied_line_1_paid_line_2", "paid_zero", "reversal_and_correction", "correction",
    "retro_termination_claim", "letter_request", "waits_for_patient", "on_hold", "finalized_no_835", "eob_scanned", "eob_40_claims",
    "plb_recoupment", "supervised_clinician", "claim_too_new", "lost", "other_group_npi", "dependent_claim", "outdated_id_claim",
    "nickname_claim", "forwarded", "rejected_npi", "paid_tomorrow", "denied_in_two_nights", "deductible_moves_claim", "auth_fewer_units",
    "auth_other_code", "auth_other_npi", "auth_decided_tomorrow", "served_elsewhere_claim",
}  # fmt: skip


@cache
def small(night: int = 0) -> World:
    return World.generate(SEED, 40, 60).on_night(night)


@cache
def large() -> World:
    return World.generate(11, 2000, 5000, payers=EVERYONE)


def the(case: str, night: int = 0) -> Claim:
    return next(c for c in small(night).claims if case in c.cases and (c.claim_id or case in ("split_part", "combined_whole")))


def someone(case: str, night: int = 0) -> Member:
    return next(m for m in small(night).members if case in m.cases)


def check_of(case: str) -> Remit:
    return next(r for r in small().remits if case in r.cases)


# -- same seed, same world


def test_the_same_seed_makes_the_same_world_whatever_the_hash_seed() -> None:
    script = "from sandbox.world import World; w = World.generate(5, 40, 60); print(w.fingerprint(), w.on_night(3).fingerprint())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(printed) == 1


def test_another_seed_or_day_makes_another_world() -> None:
    prints = {World.generate(*given).fingerprint() for given in ((5, 40, 60), (6, 40, 60), (5, 40, 61), (5, 40, 60, date(2026, 10, 2)))}
    assert len(prints) == 4


def test_the_fingerprint_sees_one_changed_cent() -> None:
    world = World.generate(5, 40, 60)
    before = world.fingerprint()
    object.__setattr__(world.claims[7], "charge", world.claims[7].charge + Decimal("0.01"))
    assert world.fingerprint() != before


def test_looking_at_a_later_night_leaves_the_first_one_as_it_was() -> None:
    world = World.generate(5, 40, 60)
    before = world.fingerprint()
    assert world.on_night(1).on_night(0).fingerprint() == before == world.on_night(0).fingerprint()


# -- every case


def test_a_small_world_has_every_case() -> None:
    assert set(small().cases()) >= PEOPLE_CASES | CLAIM_CASES


@pytest.mark.parametrize("payers", [("uhc", "optum"), ("medicaid_ri",), EVERYONE])
def test_a_world_of_other_payers_has_every_case_too(payers: tuple[str, ...]) -> None:
    world = World.generate(3, 40, 60, payers=payers)
    assert set(world.cases()) >= PEOPLE_CASES | CLAIM_CASES


def test_a_large_world_has_the_cases_more_often() -> None:
    assert len(large().cases()["split"]) > 1
    assert len(large().cases()["hyphenated_name"]) > 1


def test_a_small_world_has_about_forty_visits_and_sixty_open_claims() -> None:
    assert len(small().visits) == 40
    assert sum(c.open for c in small().claims) == 60


def test_two_people_share_a_name_and_a_birth_date() -> None:
    one, two = someone("same_name_same_dob"), someone("same_name_outdated_id")
    assert (one.person.last, one.person.first, one.person.birth_date) == (two.person.last, two.person.first, two.person.birth_date)
    assert one.coverages[0].member_id != two.coverages[0].member_id


def test_a_child_and_the_subscriber_share_a_member_id() -> None:
    child, head = someone("dependent"), someone("subscriber")
    assert child.coverages == head.coverages
    assert child.subscriber == head.person
    assert child.relation == "child"


def test_a_changed_prefix_keeps_the_rest_of_the_id() -> None:
    plan = someone("member_id_prefix_changed").coverages[0]
    assert plan.filed_id != plan.member_id
    assert plan.filed_id[3:] == plan.member_id[3:]


def test_two_active_plans_name_each_other() -> None:
    first, second = someone("two_active_plans").coverages
    assert first.payer != second.payer
    assert first.other_payers[0].member_id == second.member_id
    assert second.other_payers[0].member_id == first.member_id
    assert first.active_on(small().as_of)
    assert second.active_on(small().as_of)


def test_a_plan_ended_the_day_before_the_visit() -> None:
    member = someone("plan_ended_yesterday")
    visit = next(v for v in small().visits if v.member_key == member.key)
    assert member.coverages[0].end == visit.start.date() - timedelta(days=1)


def test_a_plan_was_ended_backwards_and_its_payment_taken_back() -> None:
    plan, claim = someone("retro_termination").coverages[0], the("retro_termination_claim")
    assert plan.end
    assert plan.termed_on
    assert plan.end < claim.dos_from < plan.termed_on
    assert claim.state == "reversed"
    assert len(claim.related) == 1


def test_the_visit_limit_can_stand_in_a_sentence_only() -> None:
    card = someone("limit_in_message").coverages[0].card("MH")
    assert not [line for line in card if line.kind == "limit"]
    assert [line for line in card if "20 VISITS" in line.text]


def test_a_carve_out_can_be_a_telephone_number_only() -> None:
    keeper = someone("carve_out_phone_only").coverages[0].carve_out
    assert keeper
    assert keeper.phone
    assert not keeper.name


def test_a_split_claim_names_its_parts_and_they_make_up_its_charge() -> None:
    whole = the("split")
    parts = [c for c in small().claims if "split_part" in c.cases]
    assert (whole.category, whole.state) == ("A5", "accepted_split")
    assert set(whole.related) == {part.payer_claim_no for part in parts}
    assert sum(part.charge for part in parts) == whole.charge
    assert {part.state for part in parts} == {"paid", "pending"}


def test_combined_claims_point_to_the_record_that_was_paid() -> None:
    whole = the("combined_whole")
    parts = [c for c in small().claims if "combined" in c.cases]
    assert {c.related for c in parts} == {(whole.payer_claim_no,)}
    assert sum(c.charge for c in parts) == whole.charge
    assert whole.state == "paid"
    assert set(whole.related) == {c.payer_claim_no for c in parts}


def test_a_claim_is_on_file_without_a_number() -> None:
    claim = the("claim_number_missing")
    assert claim.on_file
    assert not claim.payer_claim_no


def test_a_reversal_is_answered_by_a_correction() -> None:
    first, second = the("reversal_and_correction"), the("correction")
    back = next(c for c in small().claims if c.payer_claim_no == first.related[0])
    assert (first.state, second.state, second.frequency) == ("reversed", "paid", "7")
    assert first.related[1] == second.payer_claim_no
    assert second.related == (first.payer_claim_no,)
    assert back.charge == -first.charge
    assert first.paid is not None
    assert back.paid == -first.paid


def test_one_line_is_denied_and_the_next_one_paid() -> None:
    claim = the("denied_line_1_paid_line_2")
    assert [line.status for line in claim.lines] == ["DENIED", "PAID"]
    assert claim.state == "partly_denied"
    assert claim.lines[0].paid == ZERO
    assert claim.lines[1].paid


def test_zero_is_paid_when_all_goes_to_the_deductible() -> None:
    claim = the("paid_zero")
    assert (claim.category, claim.state, claim.paid) == ("F1", "paid_zero", ZERO)
    assert claim.patient_resp == claim.allowed
    assert claim.carcs == ("CO-45", "PR-1")


def test_a_letter_asks_for_notes() -> None:
    claim = the("letter_request")
    assert (claim.category, claim.state) == ("P3", "pending_info")
    assert "letter" in claim.requested_info


def test_a_claim_is_paid_before_there_is_a_check() -> None:
    claim = the("finalized_no_835")
    assert claim.paid
    assert not claim.check_no
    assert claim.status_code == "3"
    assert claim not in [c for r in small().remits for c in r.claims]


def test_one_check_pays_forty_claims() -> None:
    check = check_of("eob_40_claims")
    assert len(check.claims) == 40
    assert [c.claim_id for c in check.claims if c.open] == [the("eob_40_claims").claim_id]


def test_a_check_is_smaller_by_what_was_paid_too_much_elsewhere() -> None:
    check = check_of("plb_recoupment")
    cause = next(c for c in small().claims if c.payer_claim_no == check.plbs[0].reference)
    assert check.plbs[0].code == "WO"
    assert check.plbs[0].amount == cause.paid
    assert check.amount == sum((c.paid or ZERO for c in check.claims), ZERO) - (cause.paid or ZERO)


def test_an_eob_is_a_picture() -> None:
    assert check_of("eob_scanned").scanned
    assert sum(r.scanned for r in small().remits) == 1


def test_a_trainee_is_billed_under_the_supervisor() -> None:
    claim = the("supervised_clinician")
    supervisors = {p.supervisor_npi for p in small().providers} - {""}
    assert claim.supervising_npi == claim.rendering_npi
    assert claim.rendering_npi in supervisors


def test_authorizations_cover_fewer_units_another_code_another_npi() -> None:
    by_case = {case: a for a in small().authorizations for case in a.cases}
    assert by_case["auth_fewer_units"].units_approved < by_case["auth_fewer_units"].units_asked
    assert by_case["auth_other_code"].code_approved != by_case["auth_other_code"].code_asked
    assert by_case["auth_other_npi"].npi_approved != by_case["auth_other_npi"].npi_asked
    assert [the(case).carcs for case in ("auth_fewer_units", "auth_other_code", "auth_other_npi")] == [
        ("CO-198",),
        ("CO-284",),
        ("CO-296",),
    ]


# -- money


@pytest.mark.parametrize("night", [0, 1, 2, 7, 40])
def test_every_line_claim_and_check_balances_to_the_cent(night: int) -> None:
    world = small(night)
    for claim in world.claims:
        assert claim.charge == sum((line.charge for line in claim.lines), ZERO)
        if claim.adjustments:
            for line in claim.lines:
                assert line.paid is not None
                assert line.charge == line.paid + sum((a.amount for a in line.adjustments), ZERO)
                assert line.patient_resp == sum((a.amount for a in line.adjustments if a.group == "PR"), ZERO)
            assert claim.charge == (claim.paid or ZERO) + sum((a.amount for a in claim.adjustments), ZERO)
            assert claim.allowed == sum((line.allowed or ZERO for line in claim.lines), ZERO)
        else:
            assert claim.paid is None
    for check in world.remits:
        assert check.amount == sum((c.paid or ZERO for c in check.claims), ZERO) - sum((p.amount for p in check.plbs), ZERO)
        assert check.amount >= 0


def test_the_same_holds_for_a_large_world() -> None:
    decided = [c for c in large().claims if c.adjustments]
    assert len(decided) > 2000
    assert all(c.charge == (c.paid or ZERO) + sum((a.amount for a in c.adjustments), ZERO) for c in decided)
    assert all(line.charge.as_tuple().exponent == -2 for c in large().claims for line in c.lines)


def test_allowed_is_62_to_72_percent_of_the_charge() -> None:
    paid = [line for c in large().claims for line in c.lines if line.status == "PAID" and line.charge > 0]
    shares = [(line.allowed or ZERO) / line.charge for line in paid]
    assert Decimal("0.619") < min(shares)
    assert max(shares) < Decimal("0.721")


def test_a_claim_with_money_on_it_is_on_the_check_it_names() -> None:
    checks = {(r.payer, r.check_no): r for r in large().remits}
    named = [c for c in large().claims if c.check_no and c.state == "paid"]
    assert len(named) > 1000
    for claim in named:
        check = checks[claim.payer, claim.check_no]
        assert check.check_date == claim.check_date
        assert claim.payer_claim_no in {c.payer_claim_no for c in check.claims}


# -- mixes


def near(counted: Counter[str], wanted: dict[str, float], points: float) -> None:
    whole, sum_wanted = sum(counted.values()), sum(wanted.values())
    off = {key: (100 * counted[key] / whole, 100 * share / sum_wanted) for key, share in wanted.items()}
    assert not {key: pair for key, pair in off.items() if abs(pair[0] - pair[1]) > points}


def open_claims() -> list[Claim]:
    return [c for c in large().claims if c.open]


def test_payers_come_in_the_practices_mix() -> None:
    near(Counter(c.payer for c in open_claims()), dict(mixes.PAYER_MIX), 1.5)
    near(Counter(v.payer for v in large().visits), dict(mixes.PAYER_MIX), 2.5)


def test_codes_and_places_come_in_their_mix() -> None:
    lines = Counter(line.cpt for c in open_claims() for line in c.lines)
    near(lines, {"90837": 38, "90834": 24, "99214": 9, "99213": 6, "90791": 5, "90833": 5, "90853": 5, "90847": 4, "90832": 4}, 3)
    near(Counter(c.pos for c in open_claims()), {"10": 45, "11": 47, "02": 6, "53": 2}, 2.5)


def test_ages_come_in_their_mix() -> None:
    def bucket(claim: Claim) -> str:
        return str(min(120, (large().as_of - claim.dos_from).days - 1) // 30)

    near(Counter(map(bucket, open_claims())), {"0": 76, "1": 14, "2": 5.5, "3": 2.4, "4": 2.1}, 4)


def test_claims_end_as_claims_do() -> None:
    words = {"paid_zero": "zero", "denied": "denied", "rejected": "rejected", "reversed": "reversed", "paid": "paid"}
    later = large().on_night(90)
    ends = Counter("lost" if not c.on_file else words.get(c.state, "") for c in later.claims if c.open)
    near(ends, dict(mixes.OUTCOMES), 3.5)


def test_denials_have_the_reasons_of_the_trade() -> None:
    groups = {
        "197 198 284 296 302": 18, "16": 17, "27 26 31 200": 12, "18": 8, "22": 8, "B7 185 170 299": 8, "96 204": 6, "29": 5,
        "97 236 B15": 5, "109 300 301": 4, "4 5": 4, "119 B1 151": 3, "50 150 252": 2,
    }  # fmt: skip
    of = {carc: group for group in groups for carc in group.split()}
    later = large().on_night(90)
    counted = Counter(of[c.adjustments[0].carc] for c in later.claims if c.state == "denied" and c.open)
    assert sum(counted.values()) > 350
    near(counted, {key: float(value) for key, value in groups.items()}, 5)


# -- nights


def test_the_next_night_claims_were_decided_and_a_new_one_is_on_file() -> None:
    assert (the("paid_tomorrow").state, the("paid_tomorrow", 1).state) == ("pending", "paid")
    assert [the("denied_in_two_nights", night).state for night in (0, 1, 2)] == ["pending", "pending", "denied"]
    assert [the("claim_too_new", night).on_file for night in (0, 1)] == [False, True]


def test_the_next_night_a_deductible_is_smaller_and_a_visit_used() -> None:
    owed = the("deductible_moves_claim", 1).patient_resp
    before, after = (someone("deductible_moves", night).coverages[0] for night in (0, 1))
    left = [next(line.remaining for line in plan.card("30") if line.kind == "deductible") for plan in (before, after)]
    used = [next(line.visits_used for line in plan.card("MH") if line.kind == "limit") for plan in (before, after)]
    assert owed
    assert left[0] is not None
    assert left[1] == max(ZERO, left[0] - owed)
    assert used == [11, 12]


def test_the_next_night_a_coverage_has_ended() -> None:
    visit = date(2026, 11, 23)
    assert [someone("coverage_ends_tonight", night).coverages[0].active_on(visit) for night in (0, 1)] == [True, False]


def test_the_next_night_an_authorization_was_decided() -> None:
    def status(night: int) -> str:
        return next(a.status for a in small(night).authorizations if "auth_decided_tomorrow" in a.cases)

    assert [status(0), status(1)] == ["pending", "approved"]


def test_every_night_something_changes_and_everything_keeps_its_name() -> None:
    for night in range(1, 8):
        before, after = small(night - 1), small(night)
        assert [c.claim_id for c in before.claims] == [c.claim_id for c in after.claims]
        assert [m.key for m in before.members] == [m.key for m in after.members]
        assert [c.charge for c in before.claims] == [c.charge for c in after.claims]
        given = [
            (a.payer_claim_no, b.payer_claim_no) for a, b in zip(before.claims, after.claims, strict=True) if a.on_file and a.payer_claim_no
        ]
        assert all(a == b for a, b in given)
        assert after.as_of == before.as_of + timedelta(days=1)
        assert before.claims != after.claims


def test_a_decision_stands_unless_it_is_taken_back() -> None:
    later = {c.claim_id: c for c in large().on_night(5).claims if c.claim_id}
    for claim in open_claims():
        if claim.state in ("paid", "paid_zero", "denied", "partly_denied"):
            assert later[claim.claim_id].state in (claim.state, "reversed")


def test_the_practices_files_are_the_same_on_every_night() -> None:
    assert small(3).open_claim_rows() == small().open_claim_rows()
    assert small(3).schedule_rows() == small().schedule_rows()


# -- searching


def by_reading(world: World, payer: str, wanted: object, key: Callable[[Member, str], object]) -> set[str]:
    return {m.key for m in world.members for c in m.coverages if c.payer == payer and c.on_file and key(m, c.member_id) == wanted}


def id_of(_member: Member, member_id: str) -> object:
    return same_id(member_id)


def name_of(member: Member, _member_id: str = "") -> object:
    who = member.person
    return same_name(who.last), same_name(who.first), who.birth_date


def test_member_searches_find_what_reading_everything_finds() -> None:
    world = large()
    for member in world.members[::17]:
        plan, who = member.coverages[0], member.person
        by_id = world.find_members(plan.payer, member_id=plan.member_id, on=world.as_of)
        assert {f.member.key for f in by_id} == by_reading(world, plan.payer, same_id(plan.member_id), id_of)
        by_name = world.find_members(plan.payer, last=who.last, first=who.first, birth_date=who.birth_date, on=world.as_of)
        assert {f.member.key for f in by_name} == by_reading(world, plan.payer, name_of(member), name_of)


def test_claim_searches_find_what_reading_everything_finds() -> None:
    world = large()
    for claim in open_claims()[::29]:
        first, last = claim.dos_from - timedelta(days=7), claim.dos_from + timedelta(days=7)
        on_file = [c for c in world.claims if c.on_file and c.payer == claim.payer]
        mine = [c for c in on_file if c.member_id == claim.member_id]
        near_then = [c for c in mine if first <= c.dos_from <= last or first <= c.dos_to <= last]
        assert ids(world.find_claims(claim.payer, member_id=claim.member_id)) == ids(mine)
        assert ids(world.find_claims(claim.payer, member_id=claim.member_id, dos_from=first, dos_to=last)) == ids(near_then)
        by_day = [c for c in on_file if c.dos_from <= claim.dos_to and c.dos_to >= claim.dos_from and c.charge == claim.charge]
        found = world.find_claims(claim.payer, dos_from=claim.dos_from, dos_to=claim.dos_to, charge=claim.charge, npi=PRACTICE.npis[0])
        assert ids(found) == ids([c for c in by_day if c.billing_npi == PRACTICE.npis[0]])


def ids(claims: list[Claim]) -> list[tuple[str, str, Decimal]]:
    return sorted((c.claim_id, c.payer_claim_no, c.charge) for c in claims)


def test_a_claim_number_finds_one_claim_of_that_payer_only() -> None:
    claim = the("paid_zero")
    assert [c.claim_id for c in small().find_claims(claim.payer, payer_claim_no=claim.payer_claim_no.lower())] == [claim.claim_id]
    assert small().find_claims("magellan", payer_claim_no=claim.payer_claim_no) == []


def test_a_claim_that_is_not_on_file_is_not_found() -> None:
    for case in ("lost", "claim_too_new"):
        claim = the(case)
        assert claim.claim_id not in {c.claim_id for c in small().find_claims(claim.payer, member_id=claim.member_id)}


def test_the_newest_day_of_service_comes_first() -> None:
    member = Counter(c.member_id for c in small().claims if c.payer == "aetna").most_common(1)[0][0]
    days = [c.dos_from for c in small().find_claims("aetna", member_id=member)]
    assert len(days) > 5
    assert days == sorted(days, reverse=True)


def test_an_outdated_id_finds_nobody_and_the_name_does() -> None:
    member = someone("hyphenated_name")
    plan, who = member.coverages[0], member.known_as
    assert small().find_members(plan.payer, member_id=plan.filed_id, on=AS_OF) == []
    found = small().find_members(plan.payer, last=who.last, first=who.first, birth_date=who.birth_date, on=AS_OF)
    assert [f.member for f in found] == [member]


def test_an_id_is_found_without_its_dashes() -> None:
    plan = next(m for m in small().members if m.coverages[0].payer == "humana").coverages[0]
    assert "-" in plan.member_id
    assert small().find_members("humana", member_id=plan.member_id.replace("-", " ").lower(), on=AS_OF)


@pytest.mark.parametrize(
    "payer_has,practice_has,same",
    [
        ("Sandoval-Brennan", "sandoval brennan", True),
        ("Miller", "Miller Jr.", True),
        ("O'Neil", "ONEIL", True),
        ("Nunez", "Núñez", True),
        ("Elizabeth", "Liz", False),
        ("Ii", "Ii", True),
    ],
)
def test_names_are_compared_by_their_letters(payer_has: str, practice_has: str, same: bool) -> None:
    assert (same_name(payer_has) == same_name(practice_has)) is same


def test_names_do_not_count_where_an_id_is_given() -> None:
    member = someone("nickname")
    plan = member.coverages[0]
    found = small().find_members(plan.payer, member_id=plan.member_id, last="Somebody", first="Else", on=AS_OF)
    assert [f.member for f in found] == [member]
    assert small().find_members(plan.payer, last=member.known_as.last, first=member.known_as.first, on=AS_OF) == []


def test_one_id_of_a_family_is_told_apart_by_the_birth_date() -> None:
    child = someone("dependent")
    plan = child.coverages[0]
    assert len(small().find_members(plan.payer, member_id=plan.member_id, on=AS_OF)) == 2
    found = small().find_members(plan.payer, member_id=plan.member_id, birth_date=child.person.birth_date, on=AS_OF)
    assert [f.member for f in found] == [child]


def test_nobody_is_found_at_another_payer_or_without_a_criterion() -> None:
    member = someone("nickname")
    assert small().find_members("magellan", member_id=member.coverages[0].member_id, on=AS_OF) == []
    assert small().find_members("aetna", on=AS_OF) == []


def test_the_cards_a_page_shows_depend_on_what_was_asked() -> None:
    both = someone("copay_only_on_98").coverages[0]
    assert [both.cards_for(asked) for asked in ("MH", "98", "30")] == [("MH", "30"), ("98", "30"), ("MH", "98", "30")]
    assert [someone("only_98").coverages[0].cards_for(asked) for asked in ("MH", "98", "30")] == [("30",), ("98", "30"), ("98", "30")]
    assert someone("only_30").coverages[0].cards_for("MH") == ("30",)


# -- size


@pytest.mark.deep
def test_twenty_thousand_claims_have_names_of_their_own() -> None:
    world = World.generate(1, 300, 20_000)
    wanted = [c for c in world.claims if c.open]
    assert len(wanted) == 20_000
    assert len({c.claim_id for c in wanted}) == 20_000
    numbers = [(c.payer, c.payer_claim_no) for c in world.claims if c.payer_claim_no and c.on_file]
    assert len(set(numbers)) == len(numbers)
    plans = {(c.payer, c.member_id) for m in world.members for c in m.coverages}
    assert len(plans) >= len(world.members) - 2 * len(world.cases()["dependent"])
    assert len(world.open_claim_rows()) == 20_000
    assert {c.payer for c in wanted} - {"uhc", "cigna"} == set(AVAILITY)


# -- the practice's files


def test_the_committed_examples_are_what_the_generator_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.world", "examples", "--seed", "20261122", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in ("schedule.csv", "open_claims.csv", "payments.csv", "auth_requests.csv"):
        assert (EXAMPLES / name).read_bytes() == (tmp_path / name).read_bytes()
    written, kept = ({path.name: path.read_bytes() for path in (folder / "attachments").iterdir()} for folder in (tmp_path, EXAMPLES))
    assert written == kept


def test_example_rows_are_about_this_world() -> None:
    with (EXAMPLES / "schedule.csv").open(encoding="utf-8", newline="") as lines:
        schedule = list(csv.DictReader(lines))
    with (EXAMPLES / "open_claims.csv").open(encoding="utf-8", newline="") as lines:
        claims = list(csv.DictReader(lines))
    assert schedule == small().schedule_rows(messy=True)
    assert claims == small().open_claim_rows(messy=True)
    assert len(schedule) == 43
    assert len(claims) == 64


def test_the_example_visits_are_on_the_monday_after() -> None:
    assert {row["start_at"][:10] for row in small().schedule_rows()} == {"2026-11-23"}
    assert {row["start_at"][-6:] for row in small().schedule_rows()} == {"-05:00"}


def test_clean_rows_have_no_blemish() -> None:
    assert all(npi_passes(row["rendering_npi"]) for row in [*small().schedule_rows(), *small().open_claim_rows()])
    assert len({row["appointment_id"] for row in small().schedule_rows()}) == len(small().visits)


def test_messy_rows_look_like_an_export() -> None:
    schedule, claims = small().schedule_rows(messy=True), small().open_claim_rows(messy=True)
    assert sum("/" in row["patient_dob"] for row in schedule) >= 3
    assert sum("/" in row["dos_from"] for row in claims) >= 3
    assert sum(not npi_passes(row["rendering_npi"]) for row in schedule) == 1
    assert sum(not npi_passes(row["rendering_npi"]) for row in claims) == 1
    assert len({tuple(row.items()) for row in schedule}) == len(schedule) - 1
    assert [row["payer_name"] for row in claims if not row["payer_key"]] == ["Sunrise Mutual Aid"]
    assert any(row["member_id"].startswith("00") for row in schedule)
    assert not any("-" in row["member_id"] for row in schedule)


def test_a_mistyped_npi_never_passes() -> None:
    assert not any(npi_passes(rows.mistyped(p.npi)) for p in large().providers)


def test_many_visits_spread_over_working_days() -> None:
    days = {v.start.date() for v in large().visits}
    assert len(days) == 7
    assert all(day.weekday() < 5 for day in days)


def test_every_payer_has_a_name_in_the_files_and_a_label_in_the_pickers() -> None:
    assert set(rows.NAMES) | {"carelon_direct"} == set(PAYERS)
    assert len({p.label for p in PAYERS.values()}) == len(PAYERS)
    assert PAYERS["carelon"].payer_id == PAYERS["anthem"].payer_id
