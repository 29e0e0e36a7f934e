from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from sandbox import truth
from sandbox.truth import NOT_SHOWN, Truth, disagreements
from sandbox.world import AVAILITY, EVERYONE, SEED, World

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


@cache
def small(night: int = 0) -> World:
    return World.generate(SEED, 40, 60).on_night(night)


@cache
def large() -> World:
    return World.generate(12, 700, 1500)


def visit_row(case: str) -> dict[str, str]:
    member = next(m for m in small().members if case in m.cases)
    return next(row for row in small().schedule_rows() if row["patient_key"] == member.key)


def claim_row(case: str) -> dict[str, str]:
    claim = next(c for c in small().claims if case in c.cases and c.claim_id)
    return next(row for row in small().open_claim_rows() if row["claim_id"] == claim.claim_id)


def of_visit(case: str, night: int = 0) -> Truth:
    return truth.visit(small(night), visit_row(case))


def of_claim(case: str, night: int = 0) -> Truth:
    return truth.claim(small(night), claim_row(case))


# -- coverage


@pytest.mark.parametrize(
    "case,outcome",
    [
        ("same_name_same_dob", "answered"),
        ("same_name_outdated_id", "ambiguous"),
        ("hyphenated_name", "answered"),
        ("name_suffix", "answered"),
        ("nickname", "answered"),
        ("accented_name", "answered"),
        ("dependent", "answered"),
        ("member_id_prefix_changed", "answered"),
        ("unknown_to_payer", "not_found"),
        ("wrong_birth_date", "bad_data"),
        ("served_elsewhere", "wrong_portal"),
        ("inactive", "answered"),
    ],
)
def test_who_is_found(case: str, outcome: str) -> None:
    assert of_visit(case).outcome == outcome


@pytest.mark.parametrize(
    "case,says",
    [
        ("plan_ended_yesterday", {"coverage": "inactive", "plan_end": "2026-11-22", "copay": NOT_SHOWN, "service_type": NOT_SHOWN}),
        ("retro_termination", {"coverage": "inactive", "plan_end": "2026-10-06"}),
        ("inactive", {"coverage": "inactive", "plan_end": "2026-06-30", "deductible": NOT_SHOWN, "auth": "unknown", "network": "unknown"}),
        ("not_yet_begun", {"coverage": "inactive", "plan_begin": "2026-12-01", "plan_end": NOT_SHOWN}),
        ("auth_unknown", {"coverage": "active", "auth": "unknown", "copay": "25.00", "network": "both"}),
        ("auth_blank", {"auth": "unknown"}),
        ("auth_required", {"auth": "required"}),
        (
            "limit_in_message",
            {"visits_allowed": "20", "visits_from": "message", "visits_used": NOT_SHOWN, "visits_left": NOT_SHOWN, "auth": "not_required"},
        ),
        ("used_over_limit", {"visits_allowed": "20", "visits_used": "22", "visits_left": "0", "visits_from": "field"}),
        ("limit_reached", {"visits_allowed": "30", "visits_used": "30", "visits_left": "0"}),
        (
            "out_of_network_only",
            {"network": "out", "copay": NOT_SHOWN, "coinsurance": NOT_SHOWN, "deductible": "1500.00", "service_type": "MH"},
        ),
        ("carve_out_phone_only", {"carve_out": "1-800-555-0142", "copay": NOT_SHOWN, "coverage": "active", "service_type": "30"}),
        ("carve_out_named", {"carve_out": "Carelon Behavioral Health, 1-800-555-0167, payer id BHOVO"}),
        ("only_98", {"copay": "40.00", "service_type": "98", "auth": "not_required", "network": "unknown", "deductible": "1500.00"}),
        ("copay_only_on_98", {"copay": "40.00", "service_type": "MH", "auth": "not_required", "network": "both"}),
        ("only_30", {"copay": NOT_SHOWN, "deductible": "1500.00", "deductible_left": "612.40", "auth": "unknown", "service_type": "30"}),
        ("other_copay_on_30", {"copay": NOT_SHOWN, "out_of_pocket": "6000.00", "out_of_pocket_left": "4210.75", "network": "in"}),
        ("telehealth_not_covered", {"telehealth": "not_covered", "copay_telehealth": NOT_SHOWN, "copay": "25.00"}),
        ("family_amounts_only", {"deductible": NOT_SHOWN, "deductible_left": NOT_SHOWN, "out_of_pocket": NOT_SHOWN}),
        ("own_mh_deductible", {"deductible": "250.00", "deductible_left": "75.50", "out_of_pocket": "6000.00"}),
    ],
)
def test_what_the_page_says(case: str, says: dict[str, str]) -> None:
    found = of_visit(case)
    assert found.outcome == "answered"
    assert {name: found.fields[name] for name in says} == says


def test_a_second_plan_is_named_with_its_order_and_id() -> None:
    other = next(m for m in small().members if "two_active_plans" in m.cases).coverages[1]
    assert of_visit("two_active_plans").fields["other_payers"] == f"HUMANA (secondary) member id {other.member_id}"


def test_a_member_whose_id_changed_is_answered_with_the_new_one() -> None:
    row = visit_row("member_id_prefix_changed")
    assert row["member_id"].startswith("ZOL")
    assert not of_visit("member_id_prefix_changed").fields["member_id"].startswith("ZOL")


def test_one_of_two_namesakes_is_answered_as_that_one() -> None:
    member = next(m for m in small().members if "same_name_same_dob" in m.cases)
    assert of_visit("same_name_same_dob").fields["member_id"] == member.coverages[0].member_id


def test_a_refused_field_is_named() -> None:
    assert of_visit("wrong_birth_date").fields == {"field": "birth_date"}


def test_coverage_changes_with_the_night() -> None:
    assert [of_visit("coverage_ends_tonight", night).fields["coverage"] for night in (0, 1)] == ["active", "inactive"]
    left = [of_visit("deductible_moves", night).fields["visits_left"] for night in (0, 1)]
    assert left == ["19", "18"]


def test_every_clean_row_is_answered_about_its_own_member() -> None:
    world = large()
    told = Counter[str]()
    for row in world.schedule_rows():
        found = truth.visit(world, row)
        told[found.outcome] += 1
        if found.outcome == "answered":
            plan = next(c for c in world.member(row["patient_key"]).coverages if c.payer == row["payer_key"])
            assert found.fields["member_id"] == plan.member_id
            assert found.fields["plan"] == plan.plan
    assert told == {"answered": 690, "ambiguous": 2, "not_found": 2, "bad_data": 2, "wrong_portal": 4}


# -- claims


@pytest.mark.parametrize(
    "case,says",
    [
        ("split", {"state": "accepted_split", "category": "A5", "charge": "285.00", "paid": NOT_SHOWN}),
        ("combined", {"state": "finalized", "status_code": "12", "paid": NOT_SHOWN}),
        ("claim_number_missing", {"state": "received", "payer_claim_no": NOT_SHOWN}),
        ("same_dos_same_charge_known", {"state": "paid"}),
        ("denied_line_1_paid_line_2", {"state": "partly_denied", "rarcs": "N519"}),
        ("paid_zero", {"state": "paid_zero", "paid": "0.00", "carcs": "CO-45; PR-1", "check_no": NOT_SHOWN}),
        ("reversal_and_correction", {"state": "reversed", "charge": "180.00"}),
        ("correction", {"state": "paid", "charge": "145.00"}),
        ("retro_termination_claim", {"state": "reversed"}),
        ("letter_request", {"state": "pending_info", "category": "P3"}),
        ("waits_for_patient", {"state": "pending_patient"}),
        ("on_hold", {"state": "pending_payer"}),
        ("finalized_no_835", {"state": "paid", "check_no": NOT_SHOWN, "check_date": NOT_SHOWN, "finalized_date": "2026-11-19"}),
        ("supervised_clinician", {"state": "denied", "carcs": "CO-185", "rarcs": "N767", "paid": "0.00"}),
        ("other_group_npi", {"state": "paid"}),
        ("dependent_claim", {"state": "paid"}),
        ("outdated_id_claim", {"state": "paid"}),
        ("nickname_claim", {"state": "paid"}),
        ("forwarded", {"state": "forwarded", "category": "A0"}),
        ("rejected_npi", {"state": "rejected", "category": "A7", "status_code": "562", "entity_code": "85", "finalized_date": NOT_SHOWN}),
        ("auth_fewer_units", {"state": "denied", "carcs": "CO-198"}),
    ],
)
def test_what_became_of_a_claim(case: str, says: dict[str, str]) -> None:
    found = of_claim(case)
    assert found.outcome == "answered"
    assert {name: found.fields[name] for name in says} == says


@pytest.mark.parametrize(
    "case,outcome",
    [
        ("same_dos_same_charge", "ambiguous"),
        ("claim_too_new", "not_yet"),
        ("lost", "not_found"),
        ("served_elsewhere_claim", "wrong_portal"),
    ],
)
def test_a_claim_that_is_not_answered(case: str, outcome: str) -> None:
    assert of_claim(case).outcome == outcome


def test_two_claims_of_one_day_are_told_apart_by_the_charge() -> None:
    rows = [
        row
        for row in small().open_claim_rows()
        if row["claim_id"] in {c.claim_id for c in small().claims if "two_claims_same_dos" in c.cases}
    ]
    assert len({row["dos_from"] for row in rows}) == 1
    assert sorted((truth.claim(small(), row).fields["charge"], truth.claim(small(), row).fields["state"]) for row in rows) == [
        ("130.00", "pending"),
        ("145.00", "paid"),
    ]


def test_a_claim_changes_with_the_night() -> None:
    assert [of_claim("paid_tomorrow", night).fields["state"] for night in (0, 1)] == ["pending", "paid"]
    assert [of_claim("claim_too_new", night).outcome for night in (0, 1)] == ["not_yet", "answered"]


def test_a_claim_that_never_arrives_is_waited_for_five_working_days() -> None:
    row = {**claim_row("lost"), "first_sent_date": "2026-11-13"}
    assert truth.claim(small(), row).outcome == "not_yet"
    assert truth.claim(small(), {**row, "first_sent_date": "2026-11-12"}).outcome == "not_found"
    assert truth.claim(small(), {**row, "first_sent_date": ""}).outcome == "not_found"


def test_a_number_of_another_claim_does_not_find_this_one() -> None:
    other = of_claim("paid_zero").fields["payer_claim_no"]
    row = {**claim_row("letter_request"), "payer_claim_no": other}
    assert truth.claim(small(), row).fields["state"] == "pending_info"


def test_every_clean_claim_row_is_answered_about_its_own_claim() -> None:
    world = large()
    mine = {c.claim_id: c for c in world.claims if c.claim_id}
    told = Counter[str]()
    for row in world.open_claim_rows():
        found, claim = truth.claim(world, row), mine[row["claim_id"]]
        told[found.outcome] += 1
        if found.outcome == "answered":
            assert found.fields["payer_claim_no"] == (claim.payer_claim_no or NOT_SHOWN)
            assert found.fields["state"] == claim.state
        elif found.outcome in ("not_found", "not_yet"):
            assert not claim.on_file
    assert told["answered"] > 1350
    assert told["ambiguous"] == len(world.cases()["same_dos_same_charge"])
    assert told["not_found"] > 20


# -- rows that cannot be asked


@pytest.mark.parametrize(
    "change",
    [
        {"rendering_npi": "1999901280"},
        {"patient_dob": "1988-02-30"},
        {"patient_dob": "yesterday"},
        {"start_at": "11/31/2026"},
        {"payer_key": "", "payer_name": "Sunrise Mutual Aid"},
        {"payer_key": "sunrise"},
        {"patient_last": ""},
        {"member_id": ""},
    ],
)
def test_a_visit_row_that_cannot_be_asked_is_rejected(change: dict[str, str]) -> None:
    found = truth.visit(small(), {**visit_row("nickname"), **change})
    assert (found.outcome, found.answerable) == ("rejected", False)
    assert found.why.startswith("column ")


@pytest.mark.parametrize("change", [{"charge_amount": "a lot"}, {"charge_amount": ""}, {"dos_from": "2026-02-30"}, {"claim_id": ""}])
def test_a_claim_row_that_cannot_be_asked_is_rejected(change: dict[str, str]) -> None:
    assert truth.claim(small(), {**claim_row("paid_zero"), **change}).outcome == "rejected"


def test_a_payer_can_be_known_by_name_only() -> None:
    row = {**visit_row("nickname"), "payer_key": "", "payer_name": "AETNA"}
    assert truth.visit(small(), row).outcome == "answered"


def test_dates_are_read_as_practices_write_them() -> None:
    assert truth.parsed("2026-11-23T18:30:00-05:00") == date(2026, 11, 23)
    assert truth.parsed("3/9/1991") == date(1991, 3, 9)
    assert truth.parsed("2/30/1991") is None


def test_only_what_a_portal_answers_is_answerable() -> None:
    outcomes = {t.outcome: t.answerable for t in (of_visit("nickname"), of_visit("unknown_to_payer"), of_visit("served_elsewhere"))}
    assert outcomes == {"answered": True, "not_found": True, "wrong_portal": False}
    assert of_claim("claim_too_new").answerable is False
    assert of_visit("wrong_birth_date").answerable is True


def test_a_payer_of_another_portal_is_never_answered_here() -> None:
    world = World.generate(5, 300, 10, payers=EVERYONE)
    outcomes = Counter((truth.visit(world, row).outcome == "wrong_portal", row["payer_key"] in AVAILITY) for row in world.schedule_rows())
    assert set(outcomes) == {(True, False), (False, True)}


# -- comparing with a result file


def line(found: Truth, **changes: str) -> dict[str, str]:
    return {"outcome": found.outcome, **found.fields, **changes}


def test_a_right_line_agrees() -> None:
    for case in ("nickname", "used_over_limit", "carve_out_named", "two_active_plans", "inactive", "wrong_birth_date"):
        assert disagreements(line(of_visit(case)), of_visit(case)) == []
    for case in ("paid_zero", "split", "reversal_and_correction", "lost"):
        assert disagreements(line(of_claim(case)), of_claim(case)) == []


@pytest.mark.parametrize("name", sorted(truth.coverage(small().members[0].coverages[0], date(2026, 11, 23))))
def test_a_wrong_figure_of_a_coverage_is_named(name: str) -> None:
    found = of_visit("nickname")
    assert disagreements(line(found, **{name: "17.77"}), found) == [name]


@pytest.mark.parametrize("name", sorted(truth.status(small().claims[0])))
def test_a_wrong_figure_of_a_claim_is_named(name: str) -> None:
    found = of_claim("paid_zero")
    assert disagreements(line(found, **{name: "17.77"}), found) == [name]


def test_what_no_page_shows_must_not_be_filled_and_what_it_shows_not_be_empty() -> None:
    found = of_visit("only_30")
    assert disagreements(line(found, copay="75.00"), found) == ["copay"]
    assert disagreements(line(found, deductible_left=NOT_SHOWN), found) == ["deductible_left"]
    assert disagreements(line(found, copay=""), found) == []


def test_a_missing_column_is_wrong() -> None:
    found = of_visit("nickname")
    result = line(found)
    del result["copay"]
    assert disagreements(result, found) == ["copay"]


def test_a_wrong_outcome_is_the_one_thing_named() -> None:
    found = of_visit("nickname")
    assert disagreements(line(found, outcome="not_found", copay="1.00"), found) == ["outcome"]
    assert disagreements({"outcome": "answered", "coverage": "active"}, of_visit("unknown_to_payer")) == ["outcome"]


def test_the_products_own_column_wins_over_the_inputs() -> None:
    found = of_visit("member_id_prefix_changed")
    result = {**line(found), "member_id": visit_row("member_id_prefix_changed")["member_id"]}
    assert disagreements(result, found) == ["member_id"]
    assert disagreements({**result, "payerbot_member_id": found.fields["member_id"]}, found) == []


def test_another_spelling_of_the_same_is_the_same() -> None:
    found = of_claim("denied_line_1_paid_line_2")
    assert disagreements(line(found, carcs=", ".join(reversed(found.fields["carcs"].split("; ")))), found) == []
    bare = "; ".join(code.partition("-")[2] for code in found.fields["carcs"].split("; "))
    assert disagreements(line(found, carcs=bare), found) == []
    assert disagreements(line(found, paid=found.fields["paid"].rstrip("0") + "0000"), found) == []
    assert disagreements(line(found, category="", status_code=NOT_SHOWN), found) == []


def test_a_row_of_another_portal_may_wait_or_be_rejected_but_not_be_answered() -> None:
    found = of_visit("served_elsewhere")
    assert disagreements({"outcome": "rejected"}, found) == []
    assert disagreements({"outcome": "waiting"}, found) == []
    assert disagreements({"outcome": "not_found"}, found) == ["outcome"]


# -- files


def test_the_truth_of_a_file_goes_to_another_process_and_back() -> None:
    command = [sys.executable, "-m", "sandbox.truth", "--seed", "20261122", "--night", "1", str(EXAMPLES / "open_claims.csv")]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert next(iter(json.loads(printed))) == "1"
    assert truth.from_json(printed) == truth.of_file(small(1), EXAMPLES / "open_claims.csv")


def test_the_example_files_hold_what_they_should() -> None:
    schedule = Counter(t.outcome for t in truth.of_file(small(), EXAMPLES / "schedule.csv").values())
    claims = Counter(t.outcome for t in truth.of_file(small(), EXAMPLES / "open_claims.csv").values())
    assert schedule == {"answered": 36, "wrong_portal": 2, "rejected": 2, "bad_data": 1, "not_found": 1, "ambiguous": 1}
    assert claims == {"answered": 55, "rejected": 3, "not_yet": 2, "wrong_portal": 2, "ambiguous": 1, "not_found": 1}
