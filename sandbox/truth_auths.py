"""The right answer to every row of an authorizations file: what may go, what must not, and what the payer makes of it, night after night.

**What is never sent** (`rejected`, `fields["columns"]` names the columns): a cell that is needed and empty or cannot be read; an end before
the start; no `approved_by` or `approved_at`; therapy notes; `cancel`; expedited without a named clinician's statement in the form; a
substance-use record (flag Y, or a service type, a code or a level of care that says so) without a consent reference; a diagnosis of
substance use where the flag is empty; a file that is not there, has
another number of pages than the row says, lacks this patient's name or birth date, or carries anybody else's; a number that stands in the
file before. `wrong_portal` is a payer that another portal answers for.

**What a person looks at first** (`needs_person`): a file with a page that has no text; an item of the payer's questionnaire that the form
has no answer to, or one that the payer does not offer.

**What stands there** (`stands`): same payer, member, code and overlapping days, whoever asked and however it is spelled, unless it was
canceled; a denied one stands, too: to ask again is an appeal, or for a person to say. What an extension or a renewal names as the one
it adds to is not in its way. `portal_reference`, `auth_number` and `state` are those of the newest. Nothing is sent.

**What the payer says before Submit**, in the order of its form: `bad_data` (`field`: member_id where it knows nobody of that id and birth
date or covers them no more, subscriber_relation, note where the form would cut it off, and so on), `elsewhere` (it names another place),
`decided_at_check` (`state`; an approval there is a request that stands from then on). Else `draft` where only a draft is wanted (with a
number where the payer keeps drafts), or `sendable`: one approval by a person makes exactly one new request. A payer that stops second
requests stops an extension that overlaps what it extends, too: `stopped`, whatever is approved nothing new stands there.

**Twice in a file** (`same_as`): another row before it asks for the same care; of both together exactly one is sent, whichever a person
approves first.

**Later nights**: `sent` is the truth of a row whose request was taken on some night, as the payer shows it tonight; it `stands` then. A
payer that shows new requests only after a while has `not_shown` until then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber

from sandbox import truth
from sandbox.auths import AuthBook, Standing, Taken, as_of, shown_name
from sandbox.availity import auth_rules
from sandbox.availity.auth_rules import RULES, AuthRules
from sandbox.truth import Row, Truth
from sandbox.world import PAYERS, Found, World, same_id
from sandbox.worldgen.people import npi_passes

NEEDED = (
    "request_id", "patient_last", "patient_first", "patient_dob", "member_id", "request_type", "urgency", "level_of_care", "service_codes",
    "units", "unit_type", "start_date", "end_date", "dx", "requesting_npi", "servicing_npi", "pos", "contact_name", "contact_phone",
    "approved_by", "approved_at", "contains_psychotherapy_notes", "submit_mode",
)  # fmt: skip
DAYS = ("patient_dob", "start_date", "end_date")
NPIS = ("requesting_npi", "servicing_npi", "facility_npi", "billing_npi")
OPEN = frozenset({"pended", "contact"})  # the payer has not said its last word
WAITS = frozenset({"needs_person", "elsewhere", "sendable", "stopped", "same_as", "wrong_portal"})
_SUBSTANCES = re.compile(r"substance|alcohol|drug|addiction|detox", re.IGNORECASE)
_THERAPY_NOTES = re.compile(r"psychotherapy notes|process notes", re.IGNORECASE)
_SUBSTANCE_TYPES = frozenset({"AI", "AJ", "AK"})
_CODE = re.compile(r"\bH00(0[1-9]|1\d|2[0-2])", re.IGNORECASE)  # HCPCS: alcohol and drug services, H0015 among them
_DIAGNOSIS = re.compile(r"\bF1[0-689]")  # ICD-10: substance use but for nicotine


def request(world: World, row: Row, folder: Path, book: AuthBook | None = None) -> Truth:
    """How one row must end tonight, if nothing of it was sent yet; `book`: what the payers took besides what stands in the world."""
    payer = row.get("payer_key") or truth.NAMED.get(row.get("payer_name", "").casefold(), "")
    form = _form(folder, row)
    columns = _columns(row, payer, form)
    if payer in PAYERS and PAYERS[payer].portal not in truth.HERE:
        return _end("wrong_portal", "another portal answers for this payer")
    if columns:
        return _end("rejected", columns=" ".join(sorted(columns)))
    looks = [_file(folder, cell, row, world) for cell in row.get("attachments", "").split(";") if cell]
    if "rejected" in looks:
        return _end("rejected", columns="attachments")
    if "needs_person" in looks:
        return _end("needs_person", "a file that no program can read")
    return _at_payer(world, row, payer, form or {}, book or AuthBook())


def _end(outcome: str, why: str = "", *, answerable: bool = False, **fields: str) -> Truth:
    return Truth(outcome, answerable, fields, why)


# -- what the file says


def _columns(row: Row, payer: str, form: Mapping[str, Any] | None) -> set[str]:
    """The columns for which this row must not go."""
    wrong = {column for column in NEEDED if not row.get(column)}
    wrong |= {column for column in DAYS if row.get(column) and truth.parsed(row[column]) is None}
    wrong |= {column for column in NPIS if row.get(column) and not npi_passes(row[column])}
    wrong |= set() if payer in PAYERS else {"payer_key"}
    start, end = (truth.parsed(row.get(side, "")) for side in ("start_date", "end_date"))
    wrong |= {"end_date"} if start and end and end < start else set()
    return wrong | _gates(row, form)


def _gates(row: Row, form: Mapping[str, Any] | None) -> set[str]:
    shut = {"contains_psychotherapy_notes"} if row.get("contains_psychotherapy_notes", "").upper() != "N" else set()
    shut |= {"request_type"} if row.get("request_type") == "cancel" else set()
    if _substances(row):
        shut |= set() if row.get("part2_consent_ref") else {"part2_consent_ref"}
    elif not row.get("part2_flag") and _DIAGNOSIS.search(row.get("dx", "")):
        shut |= {"part2_flag"}
    shut |= {"clinical_form_file"} if form is None else set()
    stated = (form or {}).get("expedited") or {}
    return shut | ({"urgency"} if row.get("urgency") == "expedited" and not (stated.get("by") and stated.get("statement")) else set())


def _substances(row: Row) -> bool:
    kinds = " ".join(cell.split("|")[1] for cell in row.get("attachments", "").split(";") if "|" in cell)
    said = bool(_SUBSTANCES.search(f"{row.get('level_of_care', '')} {kinds}"))
    coded = row.get("service_type") in _SUBSTANCE_TYPES or bool(_CODE.search(row.get("service_codes", "")))
    return row.get("part2_flag") == "Y" or coded or said


def _form(folder: Path, row: Row) -> dict[str, Any] | None:
    """The clinical form, empty where the row names none; None where it is not there or names therapy notes."""
    name = row.get("clinical_form_file", "")
    if not name:
        return {}
    if not (folder / name).is_file():
        return None
    told: dict[str, Any] = json.loads((folder / name).read_bytes())
    return None if _THERAPY_NOTES.search(told.get("note", "")) else told


# -- its files


def _file(folder: Path, cell: str, row: Row, world: World) -> str:
    """What is to be done because of one attachment: `rejected`, `needs_person`, or nothing."""
    name, _, pages = cell.split("|")
    if not (folder / name).is_file():
        return "rejected"
    texts = _texts((folder / name).read_bytes())
    if len(texts) != int(pages) or any(map(_THERAPY_NOTES.search, [cell, *texts])):
        return "rejected"
    if not all(text.strip() for text in texts):
        return "needs_person"
    return "" if _about(texts, row, world) else "rejected"


@lru_cache(maxsize=64)
def _texts(data: bytes) -> tuple[str, ...]:
    """The text of each page."""
    with pdfplumber.open(BytesIO(data)) as document:
        return tuple(page.extract_text() or "" for page in document.pages)


def _about(texts: Sequence[str], row: Row, world: World) -> bool:
    """Whether the pages carry this patient's name and birth date and no other patient's."""
    born = truth.parsed(row["patient_dob"])
    said = "\n".join(texts).casefold()
    mine = (_called(row["patient_first"], row["patient_last"]), f"{born:%m/%d/%Y}" if born else "")
    others = {(_called(m.known_as.first, m.known_as.last), f"{m.known_as.birth_date:%m/%d/%Y}") for m in world.members} - {mine}
    return all(text in said for text in mine) and not any(name in said and day in said for name, day in others)


def _called(first: str, last: str) -> str:
    return f"{first} {last}".casefold()


# -- at the payer


def _at_payer(world: World, row: Row, payer: str, form: Mapping[str, Any], book: AuthBook) -> Truth:
    found = world.find_members(payer, member_id=row["member_id"], birth_date=truth.parsed(row["patient_dob"]), on=world.as_of)
    if not found:
        return _bad("member_id", "the payer has no such member")
    there = [s for s in book.standing(world, payer) if _same(s, row, found)]
    in_the_way = [s for s in there if not _added_to(s, row)]
    if in_the_way:
        return shown(in_the_way[0])
    true = _refused(world, row, payer, form, found) or _checked(row, RULES[payer], form)
    stopped = true.outcome == "sendable" and RULES[payer].stops_second and any(s.state != "denied" for s in there)
    return _end("stopped", "the payer takes it for a second one") if stopped else true


def _bad(field: str, why: str = "") -> Truth:
    return _end("bad_data", why, answerable=True, field=field)


def _same(one: Standing, row: Row, found: Iterable[Found]) -> bool:
    """Whether it stands there for the same care."""
    if one.state in ("cancelled", "not_required") or one.member_key not in {f.member.key for f in found}:
        return False
    return same_id(one.code_asked) in _codes(row) and _overlap(_span(row), (one.begin, one.end))


def _added_to(one: Standing, row: Row) -> bool:
    before = same_id(row.get("prior_auth_number", ""))
    return bool(before) and row["request_type"] in ("renewal", "extension") and before in {same_id(one.number), same_id(one.reference)}


def _codes(row: Row) -> set[str]:
    return {same_id(part.split("-")[0]) for part in row["service_codes"].split(";")}


def _span(row: Row) -> tuple[date, date]:
    begin, end = truth.parsed(row["start_date"]), truth.parsed(row["end_date"])
    if begin is None or end is None:
        raise ValueError("a row with days that cannot be read")
    return begin, end


def _overlap(mine: tuple[date, date], theirs: tuple[date, date]) -> bool:
    return mine[0] <= theirs[1] and theirs[0] <= mine[1]


def shown(one: Standing) -> Truth:
    """What the payer shows of a request that stands there."""
    fields = {"state": one.state, "portal_reference": one.reference, "auth_number": one.number or truth.NOT_SHOWN}
    if one.decided is not None and one.units_approved is not None:
        fields |= {"units_approved": str(one.units_approved), "decision_date": one.decided.isoformat()}
    return _end("stands", answerable=one.state not in OPEN, **fields)


def _refused(world: World, row: Row, payer: str, form: Mapping[str, Any], found: Sequence[Found]) -> Truth | None:
    """What the form does not take, in its own order."""
    if ";" in row["service_codes"]:
        return _bad("services")
    if len(form.get("note", "")) > auth_rules.NOTE_CAP:
        return _bad("note", "the form would cut it off")
    fits = [f for f in found if f.member.relation == (row.get("subscriber_relation") or "self")]
    if not fits:
        return _bad("subscriber_relation")
    if not fits[0].coverage.active_on(world.as_of):
        return _bad("member_id", "not covered now")
    return _not_offered(world, row, payer)


def _not_offered(world: World, row: Row, payer: str) -> Truth | None:
    code = next(iter(_codes(row)))
    offered = {
        "requesting_npi": row["requesting_npi"] in world.practice.npis or world.provider(row["requesting_npi"]),
        "service_type": (row.get("service_type") or "MH") in auth_rules.SERVICE_TYPES,
        "pos": row["pos"] in auth_rules.PLACES,
        "servicing_npi": row["servicing_npi"] in world.practice.npis or world.provider(row["servicing_npi"]),
        "diagnoses": all(_dotted(dx) in auth_rules.DIAGNOSES for dx in row["dx"].split(";")),
        "services": code in auth_rules.PROCEDURES,
    }
    missing = next((field for field, there in offered.items() if not there), "")
    if missing:
        return _bad(missing)
    return _end("elsewhere", RULES[payer].elsewhere[code]) if code in RULES[payer].elsewhere else None


def _dotted(dx: str) -> str:
    bare = dx.replace(".", "").strip().upper()
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > len("F41") else bare


def _checked(row: Row, how: AuthRules, form: Mapping[str, Any]) -> Truth:
    """From the payer's check on."""
    code = next(iter(_codes(row)))
    if code in how.at_check:
        return _end("decided_at_check", answerable=True, state=how.at_check[code])
    answers = {answer["question"]: answer["answer"] for answer in form.get("questionnaire", ())}
    if any(q.text not in answers or (q.options and answers[q.text] not in q.options) for q in how.questions.get(code, ())):
        return _end("needs_person", "an item of the questionnaire that nobody answered")
    if code in how.files_needed and not row.get("attachments"):
        return _bad("attachments", "the payer wants a file for this")
    if row["submit_mode"] == "draft_only":
        return _end("draft", "kept at the payer" if how.drafts else "this payer keeps no drafts", answerable=True, state="draft")
    return _end("sendable")


# -- later nights


def sent(world: World, row: Row, *, on: int = 0) -> Truth:
    """What the payer shows tonight of a row that was sent, or approved at its check, on that night; the numbers are given out by turn."""
    taken = _taken(world.on_night(on), row)
    if world.night - on < RULES[taken.payer].lag_nights:
        return _end("not_shown", "the payer shows it later")
    true = shown(as_of(world, taken))
    given = {"portal_reference", "auth_number"}  # only the state tells whether there is a number
    return replace(true, fields={name: value for name, value in true.fields.items() if name not in given or value == truth.NOT_SHOWN})


def _taken(world: World, row: Row) -> Taken:
    payer, (begin, end) = row["payer_key"], _span(row)
    who = world.find_members(payer, member_id=row["member_id"], birth_date=truth.parsed(row["patient_dob"]), on=world.as_of)[0]
    code = next(iter(_codes(row)))
    how = RULES[payer]
    at_once = how.at_check.get(code) or how.at_submit.get(code)
    said = {"member_id": who.coverage.member_id, "name": shown_name(who.member), "units": int(row["units"]), "unit_type": row["unit_type"]}
    dates = {"begin": begin, "end": end, "night": world.night, "sent": world.as_of}
    return Taken("", payer, who.member.key, code=code, npi=row["servicing_npi"], fixed=at_once, **said, **dates)  # type: ignore[arg-type] # as they are named


# -- rows and files


def of_rows(world: World, rows: Sequence[Row], folder: Path, book: AuthBook | None = None) -> list[Truth]:
    """The truth of every row of one file, what stands in it twice included."""
    out: list[Truth] = []
    numbers: set[str] = set()
    for row in rows:
        true = request(world, row, folder, book)
        if row.get("request_id") in numbers:
            true = _end("rejected", columns="request_id")
        numbers.add(row.get("request_id", ""))
        first = next((r for r, t in zip(rows, out, strict=False) if t.outcome == "sendable" == true.outcome and _same_care(r, row)), None)
        out.append(true if first is None else _end("same_as", "another row asks for the same care", request_id=first["request_id"]))
    return out


def _same_care(one: Row, other: Row) -> bool:
    same = all(same_id(one[column]) == same_id(other[column]) for column in ("payer_key", "member_id"))
    same = same and truth.parsed(one["patient_dob"]) == truth.parsed(other["patient_dob"])
    return same and bool(_codes(one) & _codes(other)) and _overlap(_span(one), _span(other))


# -- comparing


def disagreements(result: Row, true: Truth) -> list[str]:
    """The names of the fields in which a line of a result file is wrong; an empty list is full agreement.

    What waits for a person, for a night, or for another place must not be answered, and a rejected row must be rejected. A request that the
    payer has not decided is not answered yet.
    """
    said = result.get("payerbot_outcome", result.get("outcome", ""))
    if true.outcome in WAITS | {"not_shown"} or (true.outcome == "stands" and not true.answerable):
        return ["outcome"] if said in truth.FINAL or said == "rejected" else []
    final = {"rejected": "rejected", "bad_data": "bad_data"}.get(true.outcome, "answered")
    told = {name: value for name, value in true.fields.items() if name != "columns"}
    return truth.disagreements(result, Truth(final, true.answerable, told))
