"""The practice's authorization requests and the files beside them: what a clinician approved, and what must not or cannot go as it is.

Each is about a member of the world whom the payer finds, but for the one whom no payer knows. Nobody exists; clinical words are our own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpdf import FPDF

from sandbox.availity.auth_rules import RULES, Question
from sandbox.worldgen.rows import NAMES, TENANT, US_DATE_EVERY, us_dates

if TYPE_CHECKING:
    from sandbox.world import World
    from sandbox.world_model import Authorization, Coverage, Member, Provider

Row = dict[str, str]
COLUMNS = (
    "tenant", "request_id", "patient_key", "patient_last", "patient_first", "patient_dob", "patient_sex", "subscriber_relation",
    "subscriber_last", "subscriber_first", "subscriber_dob", "payer_key", "payer_name", "payer_id", "member_id", "request_type", "urgency",
    "level_of_care", "service_type", "service_codes", "units", "unit_type", "frequency", "start_date", "end_date", "dx", "requesting_npi",
    "servicing_npi", "facility_npi", "billing_npi", "billing_tin", "pos", "clinical_form_file", "attachments", "contact_name",
    "contact_phone", "contact_fax", "approved_by", "approved_at", "prior_auth_number", "part2_flag", "part2_consent_ref",
    "contains_psychotherapy_notes", "client_reference", "submit_mode",
)  # fmt: skip
FOLDER = "attachments"
CARE = timedelta(days=90)
NOTE = "Weekly sessions; moderate symptoms that get in the way of work. Goals and measures are in the treatment plan."
PROGRAM = "Nine hours a week in three days; weekly sessions alone did not hold. PHQ-9 of 19 at the last review."
TESTING = "Testing is to tell two diagnoses apart; interviews and rating scales left it open."
URGENT = {"by": "", "statement": "Waiting a week would risk an admission: symptoms grew worse within days, and a safety plan is in place."}
LONG = "Course so far: " + "; ".join(f"week {n}: symptoms moderate, sleep poor, work missed on two days" for n in range(1, 7)) + "."
WORDS = {
    "treatment plan": "Goal: symptoms below the mild range within twelve weeks. Means: weekly sessions, practice between. Measure: PHQ-9.",
    "progress report": "Symptoms are moderate. Attendance is regular. The plan goes on; the next review is in four weeks.",
    "medical record": "History, course and present state as they were written down at the first visit and at each review since.",
}
PLAN, REPORT, RECORD = "treatment plan", "progress report", "medical record"


@dataclass(frozen=True)
class Request:
    """One row, and the files that it names."""

    case: str
    row: Row
    files: dict[str, bytes]  # by name, relative to the csv
    blemish: bool = False  # it is rejected, or ends at a person, or twice the same


@dataclass(frozen=True)
class ByPhone:
    """What somebody asked the payer for by telephone, as the control desk takes it (`sandbox.client.Twin.auth_by_phone`)."""

    payer: str
    member_key: str
    code: str
    begin: date
    end: date
    name: str
    member_id: str


def rows(world: World, *, messy: bool) -> list[Row]:
    """The requests as rows of auth_requests.csv; messy ones have dates as people type them, and at the end what cannot go as it is."""
    made = requests(world)
    if not messy:
        return [dict(one.row) for one in made if not one.blemish]
    dates = ("start_date", "end_date")
    return [us_dates(one.row, dates) if i % US_DATE_EVERY == 3 else dict(one.row) for i, one in enumerate(made)]  # noqa: PLR2004


def files(world: World) -> dict[str, bytes]:
    """Every file that the rows name, by its name relative to the csv."""
    return {name: data for one in requests(world) for name, data in one.files.items()}


def write_files(world: World, folder: Path) -> list[Path]:
    """Put these files below a folder."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, data in files(world).items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files(world)]


def by_phone(world: World) -> ByPhone:
    """The one request of the file that a clerk of the practice has asked for by telephone already; id and name as that clerk said them."""
    row = next(one.row for one in requests(world) if one.case == "by_phone")
    begin, end = (date.fromisoformat(row[side]) for side in ("start_date", "end_date"))
    shown = f"{row['patient_first'][:1]}. {row['patient_last']}"
    said = row["member_id"].lower()
    return ByPhone(row["payer_key"], row["patient_key"], f"{row['service_codes']} ", begin - timedelta(7), end, shown, said)


@lru_cache(maxsize=8)
def requests(world: World) -> tuple[Request, ...]:
    """All of them, the same on every night."""
    made = _Desk(world.on_night(0) if world.plan else world)
    made.plain()
    made.there_already()
    made.blemished()
    return tuple(made.done)


class _Desk:
    """Somebody of the practice, who writes one request after the other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: list[Request] = []
        self._turn: Counter[str] = Counter()
        taken = {a.member_key for a in world.authorizations}
        self._people = {payer: [m for m in world.members if m.key not in taken and findable(world, m, payer)] for payer in RULES}

    # -- what is asked for

    def plain(self) -> None:
        """What each payer takes, decides at its check, keeps as a draft or sends elsewhere."""
        self.add("plain", "aetna", "90837", attach=[(PLAN, 2)])
        self.add(
            "part2_consent", "aetna", "90853", dx="F10.20", service_type="AI", part2_flag="Y", part2_consent_ref="CONSENT-2026-0117",
            level_of_care="outpatient substance use", attach=[(PLAN, 1)],
        )  # fmt: skip
        self.add("approved_at_check", "aetna", "90847", units="10", dx="F33.1;F41.1")
        self.add("not_required", "humana", "90834", units="16")
        self.add("expedited", "anthem", "90834", urgency="expedited", units="24", statement=True, attach=[(REPORT, 1)])
        self.add(
            "program", "anthem", "S9480", units="18", unit_type="DY", frequency="3 per week", level_of_care="intensive outpatient",
            dx="F33.2", pos="22", note=PROGRAM, attach=[(REPORT, 1), (RECORD, 3)],
        )  # fmt: skip
        self.add("elsewhere", "anthem", "90867", units="36", dx="F33.2", note=PROGRAM)
        self.add(
            "questionnaire", "carelon", "96130", units="4", unit_type="FL", frequency="", dx="F90.0", note=TESTING,
            level_of_care="psychological testing", attach=[(RECORD, 1)], answers=RULES["carelon"].questions["96130"],
        )  # fmt: skip
        self.add("shown_later", "humana", "90847", units="8", pos="10", modifier="95")
        self.add("draft", "magellan", "90834", submit_mode="draft_only", attach=[(PLAN, 1)])
        self.add(
            "dashboard", "magellan", "H0035", units="15", unit_type="DY", frequency="5 per week", level_of_care="partial hospitalization",
            dx="F31.81", pos="52", facility_npi=self.world.practice.npis[1], note=PROGRAM, attach=[(PLAN, 1)],
        )  # fmt: skip

    def there_already(self) -> None:
        """What stands at the payer: pending under another spelling, overlapping in part, to be extended, made by telephone."""
        pending, extended, fewer = (self._old(case) for case in ("auth_decided_tomorrow", "auth_other_npi", "auth_fewer_units"))
        if pending:
            spelled = _spaced(self._filed(pending))
            self.add("stands_pending", pending.payer, "90837", who=self._of(pending), modifier="95", pos="10", member_id=spelled)
        if extended:
            start = extended.end - timedelta(days=20)
            self.add(
                "extension", extended.payer, "90837", who=self._of(extended), request_type="extension", prior_auth_number=extended.number,
                start_date=start.isoformat(), end_date=(start + CARE).isoformat(), attach=[(REPORT, 1)],
            )  # fmt: skip
        if fewer:
            start = fewer.end - timedelta(days=40)
            until = start + CARE
            self.add(
                "stands_in_part", fewer.payer, "90837", who=self._of(fewer), start_date=start.isoformat(), end_date=until.isoformat()
            )  # fmt: skip
        self.add("by_phone", "aetna", "90846", units="6")

    def blemished(self) -> None:
        """What must not be sent as it is, what no program can decide, and one request a second time."""
        self.again("program")
        self.add("approved_by_nobody", "anthem", "90837", blemish=True, approved_by="")
        self.add("therapy_notes", "carelon", "90837", blemish=True, contains_psychotherapy_notes="Y", attach=[(REPORT, 1)])
        self.add("part2_no_consent", "humana", "90853", blemish=True, dx="F10.20", service_type="AI", part2_flag="Y")
        other = self._of_done("plain")
        self.add("other_patient", "anthem", "90846", blemish=True, attach=[(REPORT, 2)], second_page=other)
        self.add("scan", "carelon", "90834", blemish=True, attach=[(RECORD, 0)])
        self.add("page_count", "anthem", "90847", blemish=True, attach=[(PLAN, 1)], counted=3)
        self.add("expedited_by_nobody", "magellan", "90867", blemish=True, urgency="expedited", attach=[(REPORT, 1)])
        self.add("unknown_item", "humana", "90870", blemish=True, units="9", dx="F33.2", answers=RULES["humana"].questions["90870"][:1])
        unknown = next((m for m in self.world.members if "unknown_to_payer" in m.cases), None)
        if unknown is not None:
            self.add("unknown_member", unknown.coverages[0].payer, "90837", blemish=True, who=unknown)
        day = self.world.as_of + timedelta(days=2)
        self.add("ends_before_start", "aetna", "90834", blemish=True, end_date=day.isoformat())
        self.add("long_note", "aetna", "90832", blemish=True, note=LONG)

    # -- one of them

    def add(
        self,
        case: str,
        payer: str,
        code: str,
        *,
        who: Member | None = None,
        blemish: bool = False,
        modifier: str = "",
        note: str = NOTE,
        statement: bool = False,
        answers: Iterable[Question] = (),
        attach: Iterable[tuple[str, int]] = (),
        counted: int = 0,
        second_page: Member | None = None,
        **changes: str,
    ) -> None:
        """Write one request: the row with these cells, its form, and its attachments (kind and pages; no pages: a scan)."""
        number = f"AR{80001 + len(self.done)}"
        member, by = who or self._next(payer), self.world.providers[len(self.done) % len(self.world.providers)]
        made: dict[str, bytes] = {}
        named: list[str] = []
        for at, (kind, pages) in enumerate(attach, start=1):
            name = f"{FOLDER}/{number}-{at}.pdf"
            made[name] = self._pdf(kind, pages, member, by, second_page)
            named.append(f"{name}|{kind}|{counted or pages or 1}")
        form = f"{FOLDER}/{number}-form.json"
        made[form] = _form(note, answers, {**URGENT, "by": _name(by)} if statement else None)
        cells = {
            **self._usual(member, payer, by),
            "request_id": number,
            "service_codes": f"{code}-{modifier}" if modifier else code,
            "clinical_form_file": form,
            "attachments": ";".join(named),
        }
        self.done.append(Request(case, cells | changes, made, blemish))

    def again(self, case: str) -> None:
        """A request that the file has already, under a number of its own and typed by somebody else."""
        row = next(one.row for one in self.done if one.case == case)
        typed = {name: row[name].upper() for name in ("patient_last", "patient_first", "level_of_care")}
        typed |= {name: row[name].lower() for name in ("member_id", "service_codes")}
        self.done.append(Request("twice", row | typed | {"request_id": f"AR{80001 + len(self.done)}"}, {}, blemish=True))

    def _usual(self, member: Member, payer: str, by: Provider) -> Row:
        from sandbox.world import PAYERS  # noqa: PLC0415 -- it stands on this module

        who, start, practice = member.known_as, self.world.as_of + timedelta(days=3), self.world.practice
        head = None if member.relation == "self" else member.subscriber
        known = {
            "tenant": TENANT,
            "patient_key": member.key,
            "patient_last": who.last,
            "patient_first": who.first,
            "patient_dob": who.birth_date.isoformat(),
            "patient_sex": who.sex,
            "subscriber_relation": member.relation,
            "subscriber_last": head.last if head else "",
            "subscriber_first": head.first if head else "",
            "subscriber_dob": head.birth_date.isoformat() if head else "",
            "payer_key": payer,
            "payer_name": NAMES[payer],
            "payer_id": PAYERS[payer].payer_id,
            "member_id": _plan(member, payer).filed_id,
        }
        asked = {
            "request_type": "initial",
            "urgency": "standard",
            "level_of_care": "outpatient",
            "service_type": "MH",
            "units": "12",
            "unit_type": "VS",
            "frequency": "1 per week",
            "start_date": start.isoformat(),
            "end_date": (start + CARE).isoformat(),
            "dx": "F41.1",
            "requesting_npi": practice.npis[0],
            "servicing_npi": by.npi,
            "billing_npi": practice.npis[0],
            "billing_tin": practice.tin,
            "pos": "11",
            "contact_name": "Dana Whitfield",
            "contact_phone": "804-555-0142",
            "contact_fax": "804-555-0143",
            "approved_by": _name(by),
            "approved_at": f"{datetime.combine(self.world.as_of - timedelta(days=1), time(15)).isoformat()}-05:00",
            "contains_psychotherapy_notes": "N",
            "submit_mode": "submit",
        }
        return dict.fromkeys(COLUMNS, "") | known | asked

    # -- whose

    def _next(self, payer: str) -> Member:
        """Each in turn."""
        people = self._people[payer]
        self._turn[payer] += 1
        return people[(self._turn[payer] - 1) % len(people)]

    def _old(self, case: str) -> Authorization | None:
        """What stood at a payer before; None where this world has nothing of the kind."""
        found = (a for a in self.world.authorizations if case in a.cases and a.payer in RULES)
        return next((a for a in found if findable(self.world, self._of(a), a.payer)), None)

    def _of(self, known: Authorization) -> Member:
        return self.world.member(known.member_key)

    def _of_done(self, case: str) -> Member:
        return self.world.member(next(one.row["patient_key"] for one in self.done if one.case == case))

    def _filed(self, known: Authorization) -> str:
        return _plan(self._of(known), known.payer).filed_id

    # -- files

    def _pdf(self, kind: str, pages: int, member: Member, by: Provider, second: Member | None) -> bytes:
        made = FPDF(format="letter")
        made.set_compression(False)  # not every machine's zlib writes the same bytes
        made.set_creation_date(datetime.combine(self.world.as_of, time(6), UTC))
        made.set_producer("made up")
        if not pages:
            _scanned(made)
        for page in range(1, pages + 1):
            made.add_page()
            made.set_font("helvetica", size=11)
            whose = second if second and page > 1 else member
            made.multi_cell(0, 6, "\n".join(self._page(kind, page, pages, whose, by)))
        return bytes(made.output())

    def _page(self, kind: str, page: int, pages: int, member: Member, by: Provider) -> list[str]:
        who = member.known_as
        return [
            self.world.practice.name,
            f"{kind.capitalize()}, page {page} of {pages}",
            f"Patient: {who.first} {who.last}   Date of birth: {who.birth_date:%m/%d/%Y}",
            f"Clinician: {by.license}, NPI {by.npi}",
            "",
            WORDS[kind],
        ]


def findable(world: World, member: Member, payer: str) -> bool:
    """Whether this payer finds this member alone under the practice's id and name, with a plan in force."""
    plan = member.coverage_at(payer)
    if plan is None or not plan.on_file or not plan.active_on(world.as_of) or plan.end or member.relation == "other":
        return False
    same = (member.known_as.last, member.known_as.birth_date) == (member.person.last, member.person.birth_date)
    hits = world.find_members(payer, member_id=plan.filed_id, birth_date=member.known_as.birth_date, on=world.as_of)
    return same and {found.member.key for found in hits} == {member.key}


def _plan(member: Member, payer: str) -> Coverage:
    return next(c for c in member.coverages if c.payer == payer)


def _name(who: Provider) -> str:
    return f"{who.first} {who.last}, {who.license}"


def _spaced(member_id: str) -> str:
    """As it stands on some cards: in groups of four."""
    return " ".join(member_id[at : at + 4] for at in range(0, len(member_id), 4))


def _form(note: str, answers: Iterable[Question], statement: dict[str, str] | None) -> bytes:
    told: dict[str, Any] = {"note": note, "questionnaire": [{"question": q.text, "answer": _answer(q)} for q in answers]}
    if statement:
        told["expedited"] = statement
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


_FREE: dict[str, str] = {"Most recent PHQ-9 total score": "17"}


def _answer(question: Question) -> str:
    if question.options:
        return question.options[1]
    return _FREE.get(question.text, "Whether attention or mood explains the trouble at school and at work.")


def _scanned(made: FPDF) -> None:
    """A page as a scanner leaves it: strokes where lines of writing were, and no text."""
    made.add_page()
    made.set_fill_color(120)
    for line in range(30):
        made.rect(20, 25 + 7 * line, 150 - 11 * (line % 4), 1.6, style="F")
