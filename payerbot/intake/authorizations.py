"""A row of an authorizations file becomes a request exactly as a clinician approved it; whatever must not be sent is rejected here.

The row's files lie beside it. They are read and checked; the request carries their hashes, and nothing in it is composed or altered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import Field, ValidationError

from payerbot.authorization import Answered, Attachment, AuthRequest, AuthService, UnitType
from payerbot.auths import attachments
from payerbot.auths.attachments import BadFile, Seen
from payerbot.intake import values
from payerbot.intake.reader import Reader
from payerbot.intake.values import BadValue
from payerbot.model import Frozen, Patient
from payerbot.rows import NewRow, Reject, Sheet

Value = TypeVar("Value")
FORM = "clinical form"
MOST_UNITS = 999
MOST_FILES = 10
_CODE = re.compile(r"[0-9A-Z]{5}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_DX = re.compile(r"[A-TV-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")
_PHONE = re.compile(r"[0-9]{10}")
_SUD_CODE = re.compile(r"H00(0[1-9]|1[0-9]|2[0-2]|47|50)|H203[4-6]|G20(6[7-9]|7[0-9]|80)|T10(0[6-9]|1[0-2])")  # HCPCS, alcohol and drug
_SUD_DX = re.compile(r"F1[0-689]")  # ICD-10 F10-F19 but nicotine
_SUD_TYPES = frozenset({"AI", "AJ", "AK", "CI", "CJ"})  # X12 service types
_SUD_WORDS = re.compile(r"substance|alcohol|drug|\bsud\b|addiction|detox", re.IGNORECASE)


class Statement(Frozen):
    """Why waiting would harm, in the words of the clinician who says so."""

    by: str = Field(min_length=1)
    statement: str = Field(min_length=1)


class ClinicalForm(Frozen):
    """The clinical part of a request as a JSON file: entered verbatim."""

    note: str = ""
    questionnaire: tuple[Answered, ...] = ()
    expedited: Statement | None = None


class Files:
    """What was read beside one input file: bytes and looks, by SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data: dict[str, bytes] = {}
        self.seen: dict[str, Seen] = {}
        self.requests: set[str] = set()  # the request numbers so far
        self.for_a_person: set[int] = set()  # lines with a file that no program can read

    def read(self, name: str) -> bytes:
        """A file that lies beside the input, or below."""
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise BadValue("names a file outside the folder of this file; give a path relative to it")
        target = self.folder / path
        try:
            if target.stat().st_size > attachments.MAX_BYTES:
                raise BadValue(f"names a file that is larger than {attachments.MAX_BYTES // 1_000_000} MB")
            return target.read_bytes()
        except OSError:
            raise BadValue("names a file that is not there or cannot be read") from None

    def attach(self, name: str, kind: str, pages: int | None) -> Attachment:
        """Read one file and say what it is."""
        data = self.read(name)
        digest = hashlib.sha256(data).hexdigest()
        try:
            seen = attachments.looked_at(data)
        except BadFile as bad:
            raise BadValue(f"names a file that {bad}") from None
        self.data[digest], self.seen[digest] = data, seen
        return attachments.attachment(data, seen, address="", sha256=digest, kind=kind, pages=pages)


def ask(reader: Reader) -> AuthRequest | None:
    """The request of a row; None where a gate is shut or something cannot be read."""
    files = reader.setting.beside
    if not isinstance(files, Files):
        raise TypeError("an authorizations file is read with the files beside it")
    _gates(reader)
    begin = reader.needed("start_date", lambda cell: values.near_date(cell, reader.setting.today))
    end = reader.needed("end_date", lambda cell: values.near_date(cell, reader.setting.today))
    if begin and end and end < begin:
        reader.reject("end_date", "lies before the start date")
    patient = reader.patient(begin, "start_date")
    asked, billing = reader.asked(begin), reader.billing()
    told = {**_care(reader), **_people(reader), **_clinical(reader, files)}
    _number_once(reader, files)
    if not (begin and end and patient and asked and billing) or reader.rejects:
        return None
    request = AuthRequest(
        **reader.about(asked, billing),
        **told,
        rendering_npi=told["servicing_npi"],
        patient_key=reader.optional("patient_key", values.key, ""),
        patient=patient,
        start_date=begin,
        end_date=end,
    )
    _needs_consent(reader, request)
    return None if reader.rejects else request


def _gates(reader: Reader) -> None:
    """What no request goes without."""
    for field in ("approved_by", "approved_at"):
        if not reader.text(field):
            reader.reject(field, "is empty: without a clinician's approval of the content nothing is sent")
    if (reader.text("contains_psychotherapy_notes") or "?").casefold() not in {"n", "no", "false"}:
        reader.reject("contains_psychotherapy_notes", "is not N; psychotherapy notes are never sent")
    if reader.text("request_type").casefold() == "cancel":
        reader.reject("request_type", "is cancel; a request is canceled at the portal or by phone, by a person")


def _number_once(reader: Reader, files: Files) -> None:
    number = reader.text("request_id")
    if number and number in files.requests:
        reader.reject("request_id", "stands in another row of this file too; give each request its own number")
    files.requests.add(number)


def _care(reader: Reader) -> dict[str, Any]:
    """What is asked for."""
    return {
        "request_id": reader.needed("request_id", values.key),
        "request_type": reader.needed("request_type", _one_of("initial", "renewal", "extension", "cancel")),
        "urgency": reader.needed("urgency", _one_of("standard", "expedited")),
        "level_of_care": reader.needed("level_of_care", values.checked),
        "service_type": reader.optional("service_type", values.service_type, "MH"),
        "services": _services(reader),
        "diagnoses": reader.needed("dx", _several(_diagnosis)),
        "pos": reader.needed("pos", _matching(re.compile(r"[0-9]{2}"), "is no place of service, like 11")),
        "prior_auth_number": reader.optional("prior_auth_number", values.identifier, ""),
        "submit_mode": reader.needed("submit_mode", _one_of("draft_only", "submit")),
    }


def _people(reader: Reader) -> dict[str, Any]:
    """Who asks, who treats, who approved it."""
    return {
        "requesting_npi": reader.needed("requesting_npi", values.npi),
        "servicing_npi": reader.needed("servicing_npi", values.npi),
        "facility_npi": reader.optional("facility_npi", values.npi, ""),
        "contact_name": reader.needed("contact_name", values.name),
        "contact_phone": reader.needed("contact_phone", _phone),
        "contact_fax": reader.optional("contact_fax", _phone, ""),
        "approved_by": reader.optional("approved_by", values.name, ""),
        "approved_at": reader.optional("approved_at", lambda cell: _moment(cell, reader), None),
        "part2_consent_ref": reader.optional("part2_consent_ref", values.key, ""),
        "client_reference": reader.optional("client_reference", values.key, ""),
    }


def _services(reader: Reader) -> tuple[AuthService, ...]:
    """Codes with their units, types and frequencies; a single one of these holds for every code."""
    codes = reader.needed("service_codes", _several(_service_code)) or ()
    units = reader.needed("units", _several(_units)) or ()
    kinds = reader.needed("unit_type", _several(_unit_type)) or ()
    often = reader.optional("frequency", _several(values.checked), ())
    for field, given in (("units", units), ("unit_type", kinds), ("frequency", often)):
        if len(given) not in {0, 1, len(codes)}:
            reader.reject(field, "must be one for all service codes or one for each, separated by ';'")
    if reader.rejects:
        return ()
    n = len(codes)
    rows = zip(codes, _spread(units, n), _spread(kinds, n), _spread(often or ("",), n), strict=True)
    return tuple(
        AuthService(code=code[0], modifiers=code[1:], units=unit, unit_type=kind, frequency=often) for code, unit, kind, often in rows
    )


def _spread(given: tuple[Value, ...], count: int) -> tuple[Value, ...]:
    return given * count if len(given) == 1 else given


def _clinical(reader: Reader, files: Files) -> dict[str, Any]:
    """The clinical words, verbatim, and the files."""
    name = reader.text("clinical_form_file")
    form, attached = ClinicalForm(), list[Attachment]()
    if name.casefold().endswith(".json"):
        form = reader.optional("clinical_form_file", lambda cell: _form(files.read(cell)), form)
    elif name:
        found = reader.optional("clinical_form_file", lambda cell: files.attach(cell, FORM, None), None)
        attached += [found] if found else []
    attached += reader.optional("attachments", _several(lambda cell: _attached(cell, files)), ())
    if len(attached) > MOST_FILES:
        reader.reject("attachments", f"are more than {MOST_FILES} files; send the most telling ones")
    if reader.text("urgency").casefold() == "expedited" and form.expedited is None:
        reader.reject("urgency", "is expedited without a named clinician's statement in the clinical form")
    told: dict[str, Any] = {"note": form.note, "questionnaire": form.questionnaire, "attachments": tuple(attached)}
    if form.expedited is not None:
        told |= {"expedited_by": form.expedited.by, "expedited_statement": form.expedited.statement}
    return told


def _form(raw: bytes) -> ClinicalForm:
    try:
        form = ClinicalForm.model_validate_json(raw)
    except ValidationError:
        raise BadValue("is no clinical form: JSON with note, questionnaire (question, answer) and expedited (by, statement)") from None
    if attachments.THERAPY_NOTES.search(form.note):
        raise BadValue("names psychotherapy notes; those are never sent")
    return form


def _attached(cell: str, files: Files) -> Attachment:
    """`path|kind|pages`."""
    parts = [part.strip() for part in cell.split("|")]
    if len(parts) != 3 or not all(parts) or not parts[2].isdecimal():  # noqa: PLR2004  path, kind, pages
        raise BadValue("must be written as path|kind|pages, several of them separated by ';'")
    if attachments.THERAPY_NOTES.search(parts[1]):
        raise BadValue("names psychotherapy notes; those are never sent")
    return files.attach(parts[0], values.checked(parts[1]), int(parts[2]))


def _needs_consent(reader: Reader, request: AuthRequest) -> None:
    """42 CFR Part 2: a substance-use record goes nowhere without a consent on file."""
    flag = reader.text("part2_flag").casefold()
    kinds = " ".join([request.level_of_care, *(one.kind for one in request.attachments)])
    sud = (
        flag in {"y", "yes", "true"}
        or request.service_type in _SUD_TYPES
        or any(_SUD_CODE.fullmatch(service.code) for service in request.services)
        or bool(_SUD_WORDS.search(kinds))
    )
    if sud and not request.part2_consent_ref:
        reader.reject("part2_consent_ref", "is empty, and this is a substance-use record: it needs the patient's consent on file")
    if not sud and not flag and any(_SUD_DX.match(code) for code in request.diagnoses):
        reader.reject("part2_flag", "is empty although a diagnosis is of substance use; say Y or N")


# --- the whole file ------------------------------------------------------------------------------------------------------------------


class Proved(NamedTuple):
    """A sheet whose files were held against its patients."""

    sheet: Sheet
    files: Files


def proved(sheet: Sheet, files: Files, others: Iterable[Patient]) -> Proved:
    """Hold every file against this patient and everybody else: those of this file and those the ledger knows."""
    everybody = [*others, *(row.ask.patient for row in sheet.rows if isinstance(row.ask, AuthRequest))]
    return Proved(sheet.model_copy(update={"rows": tuple(_proved(row, files, everybody) for row in sheet.rows)}), files)


def _proved(row: NewRow, files: Files, everybody: Iterable[Patient]) -> NewRow:
    if not isinstance(row.ask, AuthRequest):
        return row
    rejects = []
    for one in row.ask.attachments:
        column = "clinical_form_file" if one.kind == FORM else "attachments"
        try:
            if not attachments.checked(files.seen[one.sha256], one.kind, one.pages, row.ask.patient, everybody):
                files.for_a_person.add(row.line)
        except BadFile as bad:
            rejects.append(Reject(column=column, reason=f"names a file that {bad}"))
    return row if not rejects else NewRow(line=row.line, cells=row.cells, rejects=tuple(rejects))


def addressed(found: Proved, address: Callable[[bytes], str]) -> Sheet:
    """The sheet with each attachment's address in the evidence store."""
    return found.sheet.model_copy(update={"rows": tuple(_addressed(row, found.files, address) for row in found.sheet.rows)})


def _addressed(row: NewRow, files: Files, address: Callable[[bytes], str]) -> NewRow:
    if not isinstance(row.ask, AuthRequest) or not row.ask.attachments:
        return row
    known = tuple(one.model_copy(update={"address": address(files.data[one.sha256])}) for one in row.ask.attachments)
    return row.model_copy(update={"ask": row.ask.model_copy(update={"attachments": known})})


# --- cells ---------------------------------------------------------------------------------------------------------------------------


def _one_of(*known: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = values.checked(cell).casefold().replace(" ", "_")
        if text not in known:
            raise BadValue(f"must be one of {', '.join(known)}")
        return text

    return read


def _several(parse: Callable[[str], Value]) -> Callable[[str], tuple[Value, ...]]:
    return lambda cell: tuple(parse(part.strip()) for part in cell.split(";") if part.strip())


def _matching(pattern: re.Pattern[str], otherwise: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = values.checked(cell).upper()
        if not pattern.fullmatch(text):
            raise BadValue(otherwise)
        return text

    return read


def _service_code(cell: str) -> tuple[str, ...]:
    """`90837` or `90837-95`: a code and its modifiers."""
    code, *modifiers = re.split(r"[-: ]+", values.checked(cell).upper())
    if not _CODE.fullmatch(code) or not all(map(_MODIFIER.fullmatch, modifiers)):
        raise BadValue("is no service code, like 90837 or 90837-95")
    return (code, *modifiers)


def _units(cell: str) -> Decimal:
    try:
        units = Decimal(values.checked(cell))
    except InvalidOperation:
        raise BadValue("is no number of units") from None
    if not 0 < units <= MOST_UNITS:
        raise BadValue(f"must be more than 0 and at most {MOST_UNITS}")
    return units.normalize() if units != units.to_integral() else units.quantize(Decimal(1))


_UNIT_WORDS: dict[str, UnitType] = {"visit": "VS", "day": "DY", "hour": "HS", "minute": "MN", "unit": "FL", "session": "VS"}


def _unit_type(cell: str) -> UnitType:
    text = values.checked(cell)
    known: dict[str, UnitType] = {one: one for one in get_args(UnitType)}
    found = known.get(text.upper()) or _UNIT_WORDS.get(text.casefold().removesuffix("s"))
    if found is None:
        raise BadValue(f"must be one of {', '.join(known)}")
    return found


def _diagnosis(cell: str) -> str:
    text = values.checked(cell).upper()
    if not _DX.fullmatch(text):
        raise BadValue("is no ICD-10 code, like F41.1")
    return text.replace(".", "")


def _phone(cell: str) -> str:
    digits = re.sub(r"[^0-9]", "", values.checked(cell)).removeprefix("1")
    if not _PHONE.fullmatch(digits):
        raise BadValue("is no phone number of ten digits")
    return digits


def _moment(cell: str, reader: Reader) -> datetime:
    """When the clinician approved it: not in the future; without an offset it is meant on the practice's clock."""
    try:
        at = datetime.fromisoformat(values.checked(cell))
    except ValueError:
        raise BadValue("is no time; write it like 2026-11-20T15:00-05:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=reader.setting.practice.zone)
    if at.astimezone(reader.setting.practice.zone).date() > reader.setting.today:
        raise BadValue("lies in the future")
    return at
