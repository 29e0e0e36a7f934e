"""The practice's authorization requests, their files and the truth about them: held against the product's intake, on three worlds."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from payerbot import intake
from payerbot.authorization import AuthRequest
from payerbot.intake.authorizations import Proved
from payerbot.practice import Practice
from sandbox import truth, truth_auths
from sandbox.auths import AuthBook
from sandbox.availity.auth_rules import RULES
from sandbox.truth import Truth
from sandbox.truth_auths import disagreements
from sandbox.world import AS_OF, SEED, World
from sandbox.worldgen import requests, rows

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SEEDS = (SEED, 1, 7)
SENDABLE = ("plain", "part2_consent", "expedited", "program", "questionnaire", "shown_later", "dashboard", "extension", "by_phone")
ENDS = {
    **dict.fromkeys(SENDABLE, "sendable"),
    "approved_at_check": "decided_at_check",
    "not_required": "decided_at_check",
    "elsewhere": "elsewhere",
    "draft": "draft",
    "stands_pending": "stands",
    "stands_in_part": "stands",
    "twice": "same_as",
    "scan": "needs_person",
    "unknown_item": "needs_person",
    "unknown_member": "bad_data",
    "long_note": "bad_data",
}
REJECTED = {
    "approved_by_nobody": "approved_by",
    "therapy_notes": "contains_psychotherapy_notes",
    "part2_no_consent": "part2_consent_ref",
    "other_patient": "attachments",
    "page_count": "attachments",
    "expedited_by_nobody": "urgency",
    "ends_before_start": "end_date",
}


@cache
def world(seed: int = SEED, night: int = 0) -> World:
    return World.generate(seed, 40, 60).on_night(night)


class Office(NamedTuple):
    """One world's file and what is said of it."""

    seed: int
    folder: Path
    made: tuple[requests.Request, ...]
    truths: dict[int, Truth]
    read: Proved

    def row(self, case: str) -> dict[str, str]:
        return next(one.row for one in self.made if one.case == case)

    def truth(self, case: str, night: int = 0, book: AuthBook | None = None) -> Truth:
        return truth_auths.request(world(self.seed, night), self.row(case), self.folder, book)


@cache
def opened(seed: int, folder: Path) -> Office:
    here = world(seed)
    requests.write_files(here, folder)
    path = folder / "auth_requests.csv"
    rows.write(path, here.auth_request_rows(messy=True))
    read = intake.read_requests(path, Practice.load(EXAMPLES / "practice.yaml"), AS_OF, built=("availity",))
    return Office(seed, folder, requests.requests(here), truth.of_file(here, path), read)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {seed: tmp_path_factory.mktemp("office") for seed in SEEDS}


@pytest.fixture(params=SEEDS)
def office(request: pytest.FixtureRequest, folders: dict[int, Path]) -> Office:
    return opened(request.param, folders[request.param])


@pytest.fixture
def first(folders: dict[int, Path]) -> Office:
    return opened(SEED, folders[SEED])


def test_the_file_has_every_case_and_each_ends_as_it_is_meant(office: Office) -> None:
    assert {one.case: office.truths[n].outcome for n, one in enumerate(office.made, 1)} == ENDS | dict.fromkeys(REJECTED, "rejected")
    said = {one.case: office.truths[n].fields["columns"] for n, one in enumerate(office.made, 1) if one.case in REJECTED}
    assert said == REJECTED
    assert {one.row["payer_key"] for one in office.made} == set(RULES)


def test_the_products_intake_rejects_what_must_not_go_and_for_the_same_column(office: Office) -> None:
    said = {row.line: " ".join(sorted({reject.column for reject in row.rejects})) for row in office.read.sheet.rows}
    meant = {line: true.fields["columns"] if true.outcome == "rejected" else "" for line, true in office.truths.items()}
    assert said == meant


def test_a_file_that_no_program_can_read_goes_to_a_person_and_no_other(office: Office) -> None:
    scan = next(n for n, one in enumerate(office.made, 1) if one.case == "scan")
    assert office.read.files.for_a_person == {scan}


def test_what_is_read_is_what_the_clinician_approved(office: Office) -> None:
    asked = {row.line: row.ask for row in office.read.sheet.rows if isinstance(row.ask, AuthRequest)}
    assert set(asked) == {line for line, true in office.truths.items() if true.outcome != "rejected"}
    for line, one in enumerate(office.made, 1):
        if line not in asked:
            continue
        form = json.loads((office.folder / one.row["clinical_form_file"]).read_bytes())
        ask = asked[line]
        assert ask.note == form["note"]
        assert [each.model_dump() for each in ask.questionnaire] == form["questionnaire"]
        files = [cell.split("|") for cell in one.row["attachments"].split(";") if cell]
        assert [(each.kind, each.pages, each.media) for each in ask.attachments] == [(kind, int(pages), "pdf") for _, kind, pages in files]
        assert [each.size for each in ask.attachments] == [(office.folder / name).stat().st_size for name, _, _ in files]


def test_clean_rows_have_no_blemish(office: Office) -> None:
    clean = world(office.seed).auth_request_rows()
    ends = Counter(t.outcome for t in truth_auths.of_rows(world(office.seed), clean, office.folder))
    assert ends == Counter({"sendable": 9, "decided_at_check": 2, "stands": 2, "draft": 1, "elsewhere": 1})
    assert len({row["request_id"] for row in clean}) == len(clean)


def test_the_rows_and_files_are_the_same_on_every_night(office: Office) -> None:
    assert world(office.seed, 3).auth_request_rows(messy=True) == world(office.seed).auth_request_rows(messy=True)
    assert requests.files(world(office.seed, 3)) == requests.files(world(office.seed))


# -- at the payer


def test_what_was_pending_stands_and_is_decided_the_next_night(office: Office) -> None:
    tonight, tomorrow = (office.truth("stands_pending", night) for night in (0, 1))
    assert (tonight.fields["state"], tonight.answerable) == ("pended", False)
    assert (tomorrow.fields["state"], tomorrow.answerable) == ("approved", True)
    assert tomorrow.fields["auth_number"] in tomorrow.fields["portal_reference"]


def test_an_extension_is_sent_only_because_it_names_what_it_adds_to(office: Office) -> None:
    row = office.row("extension")
    for change in ({"prior_auth_number": ""}, {"request_type": "initial"}):
        assert truth_auths.request(world(office.seed), row | change, office.folder).outcome == "stands"


def test_a_payer_that_stops_a_second_one_stops_an_overlapping_extension(office: Office) -> None:
    fewer = office.row("stands_in_part") | {
        "request_type": "extension",
        "prior_auth_number": office.truth("stands_in_part").fields["auth_number"],
    }
    assert truth_auths.request(world(office.seed), fewer, office.folder).outcome == "stopped"
    apart = fewer | {"start_date": "2027-05-03", "end_date": "2027-07-30"}
    assert truth_auths.request(world(office.seed), apart, office.folder).outcome == "sendable"


def test_a_request_made_by_telephone_stands_however_it_is_spelled(office: Office) -> None:
    book, said = AuthBook(), asdict(requests.by_phone(world(office.seed)))
    said |= {side: said[side].isoformat() for side in ("begin", "end")}
    taken = book.by_phone(world(office.seed), said)
    assert taken.code != office.row("by_phone")["service_codes"]
    assert taken.member_id != office.row("by_phone")["member_id"] or not taken.member_id.isupper()
    true = office.truth("by_phone", book=book)
    assert (true.outcome, true.fields["portal_reference"], true.fields["state"]) == ("stands", taken.reference, "pended")


def test_days_that_do_not_touch_and_another_code_are_other_care(office: Office) -> None:
    row = office.row("stands_in_part")
    for change in ({"service_codes": "90834"}, {"start_date": "2027-05-03", "end_date": "2027-07-30"}):
        assert truth_auths.request(world(office.seed), row | change, office.folder).outcome == "sendable"


def test_the_last_word_comes_after_some_nights_and_stays(office: Office) -> None:
    nights = range(5)
    for case in SENDABLE:
        states = [truth_auths.sent(world(office.seed, night), office.row(case)).fields.get("state", "") for night in nights]
        assert states[-1] not in ("", "pended"), case
        assert states == sorted(states, key=lambda state: (state != "", state != "pended")), case
    at_once = truth_auths.sent(world(office.seed), office.row("part2_consent"))
    assert (at_once.fields["state"], at_once.answerable) == ("approved", True)
    later = [truth_auths.sent(world(office.seed, night), office.row("shown_later"), on=2).outcome for night in (2, 3)]
    assert later == ["not_shown", "stands"]


def test_what_is_sent_another_night_is_decided_as_much_later(office: Office) -> None:
    row = office.row("plain")
    first = [truth_auths.sent(world(office.seed, night), row).fields["state"] for night in range(4)]
    assert [truth_auths.sent(world(office.seed, night), row, on=2).fields["state"] for night in range(2, 6)] == first


# -- what must not go, one thing at a time


@pytest.mark.parametrize(
    "change,column",
    [
        ({"approved_at": ""}, "approved_at"),
        ({"contains_psychotherapy_notes": ""}, "contains_psychotherapy_notes"),
        ({"request_type": "cancel"}, "request_type"),
        ({"servicing_npi": "1999900061"}, "servicing_npi"),
        ({"start_date": "02/30/2026"}, "start_date"),
        ({"payer_key": "", "payer_name": "Sunrise Mutual Aid", "payer_id": ""}, "payer_key"),
        ({"attachments": "attachments/none.pdf|treatment plan|1"}, "attachments"),
        ({"attachments": "attachments/AR80001-1.pdf|psychotherapy notes|2"}, "attachments"),
        ({"clinical_form_file": "attachments/none.json"}, "clinical_form_file"),
        ({"level_of_care": "alcohol treatment"}, "part2_consent_ref"),
        ({"service_codes": "H0015", "part2_flag": "N"}, "part2_consent_ref"),
        ({"dx": "F10.20"}, "part2_flag"),
        ({"attachments": "attachments/AR80005-1.pdf|progress report|1"}, "attachments"),
    ],
)
def test_one_thing_is_wrong_and_both_say_which(first: Office, change: dict[str, str], column: str) -> None:
    row = first.row("plain") | change
    true = truth_auths.request(world(first.seed), row, first.folder)
    assert (true.outcome, true.fields.get("columns")) == ("rejected", column)
    path = first.folder / "one.csv"
    rows.write(path, [row])
    (read,) = intake.read_requests(path, Practice.load(EXAMPLES / "practice.yaml"), AS_OF, built=("availity",)).sheet.rows
    assert {reject.column for reject in read.rejects} == {"payer_name" if column == "payer_key" else column}


@pytest.mark.parametrize(
    "change,field",
    [
        ({"patient_dob": "1950-01-01", "attachments": ""}, "member_id"),
        ({"subscriber_relation": "spouse"}, "subscriber_relation"),
        ({"servicing_npi": "1234567893"}, "servicing_npi"),
        ({"dx": "F41.1;Z63.0"}, "diagnoses"),
        ({"pos": "99"}, "pos"),
        ({"service_codes": "90832;90834"}, "services"),
    ],
)
def test_what_the_payers_form_does_not_take(first: Office, change: dict[str, str], field: str) -> None:
    true = truth_auths.request(world(first.seed), first.row("plain") | change, first.folder)
    assert (true.outcome, true.fields) == ("bad_data", {"field": field})


def test_a_payer_of_another_portal_is_not_for_this_one(first: Office) -> None:
    assert truth_auths.request(world(first.seed), first.row("plain") | {"payer_key": "cigna"}, first.folder).outcome == "wrong_portal"


def test_a_number_that_stands_there_before_is_rejected(first: Office) -> None:
    twice = truth_auths.of_rows(world(first.seed), [first.row("plain")] * 2, first.folder)
    assert [(t.outcome, t.fields) for t in twice] == [("sendable", {}), ("rejected", {"columns": "request_id"})]


# -- comparing


def test_an_answer_is_held_against_the_truth() -> None:
    approved = Truth("stands", answerable=True, fields={"state": "approved", "portal_reference": "RAU7", "auth_number": "AU7"})
    right = {"outcome": "answered", "payerbot_state": "approved", "portal_reference": "RAU7", "auth_number": "AU7"}
    assert disagreements(right, approved) == []
    assert disagreements(right | {"payerbot_state": "partial", "auth_number": ""}, approved) == ["state", "auth_number"]
    assert disagreements({"outcome": "not_yet"}, approved) == ["outcome"]
    pending = Truth("stands", answerable=False, fields={"state": "pended"})
    assert disagreements({"outcome": "not_yet"}, pending) == []
    assert disagreements({"outcome": "answered", "state": "pended"}, pending) == ["outcome"]


@pytest.mark.parametrize("outcome", ["sendable", "stopped", "same_as", "needs_person", "elsewhere", "not_shown"])
def test_what_waits_must_neither_be_answered_nor_rejected(outcome: str) -> None:
    true = Truth(outcome, answerable=False)
    assert disagreements({"outcome": "needs_person"}, true) == []
    assert [disagreements({"outcome": said}, true) for said in ("answered", "rejected", "bad_data")] == [["outcome"]] * 3


def test_a_rejected_row_and_bad_data_are_held_against_the_truth() -> None:
    assert disagreements({"outcome": "rejected"}, Truth("rejected", answerable=False, fields={"columns": "urgency"})) == []
    assert disagreements({"outcome": "needs_person"}, Truth("rejected", answerable=False)) == ["outcome"]
    note = Truth("bad_data", answerable=True, fields={"field": "note"})
    assert disagreements({"outcome": "bad_data", "field": "note"}, note) == []
    assert disagreements({"outcome": "bad_data", "field": "units"}, note) == ["field"]


# -- the examples


def test_the_example_file_is_of_this_world_and_its_files_are_small() -> None:
    with (EXAMPLES / "auth_requests.csv").open(encoding="utf-8", newline="") as lines:
        assert list(csv.DictReader(lines)) == world().auth_request_rows(messy=True)
    there = {f"{requests.FOLDER}/{path.name}" for path in (EXAMPLES / requests.FOLDER).iterdir()}
    assert there == set(requests.files(world()))
    assert sum(path.stat().st_size for path in (EXAMPLES / requests.FOLDER).iterdir()) < 300_000


def test_no_name_of_a_file_tells_whose_it_is() -> None:
    people = {name.casefold() for one in requests.requests(world()) for name in (one.row["patient_last"], one.row["patient_key"])}
    assert not any(name in path.casefold() for path in requests.files(world()) for name in people)
