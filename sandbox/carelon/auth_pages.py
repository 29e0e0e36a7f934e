"""The pages of the wizard: the fields of each, what is wrong with what was put in, and everything once more before it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import Any

from sandbox.carelon import auth_rules as rules
from sandbox.carelon.coverage import RELATIONS, full_name
from sandbox.carelon.frame import Drift, button, choice, grid, pairs
from sandbox.carelon.frame import field as row
from sandbox.carelon.words import parsed_day, us
from sandbox.world import PRACTICE, Found, Provider, World
from sandbox.worldgen.people import npi_passes

PAGES = ("member", "demographics", "address", "header", "diagnosis", "medications", "treatment", "submit")
TITLES = {
    "member": "Search a Member",
    "demographics": "Member Demographics",
    "address": "Select a Service Address",
    "header": "Requested Services Header",
    "diagnosis": "Diagnosis",
    "medications": "Medications",
    "treatment": "Requested Services",
    "submit": "Submit Request",
}
CLINICAL = ("diagnosis", "medications", "treatment", "submit")  # where a draft can be kept
ADDRESS_COLUMNS = ("Select", "Provider Name", "NPI", "Tax ID", "Service Address")
DOCUMENT_COLUMNS = ("Document", "Document Type", "Size")
STREETS = ("Broad St", "Cary St", "Main St", "Grace St", "Franklin St")
OLD_TINS = ("00-4719999", "00-5520417", "00-3390112")
NO_ADDRESS = "No service address was found for this provider."
CHOOSE_ADDRESS = "Select a service address."
NO_DOCUMENT = "No document has been attached. Click OK to continue without attaching a document."
EARLIEST, LONGEST = timedelta(days=90), timedelta(days=366)
LABELS: dict[str, dict[str, str]] = {
    "address": {
        "providerNpi": "Provider NPI",
        "requestingNpi": "Requesting Provider NPI",
        "facilityNpi": "Facility NPI",
        "contactName": "Contact Name",
        "contactPhone": "Contact Phone",
        "contactFax": "Contact Fax",
    },
    "header": {
        "startDate": "Requested Start Date",
        "levelOfService": "Level of Service",
        "typeOfService": "Type of Service",
        "levelOfCare": "Level of Care",
        "typeOfCare": "Type of Care",
        "requestKind": "Type of Request",
        "priorAuth": "Prior Authorization Number",
        "urgent": "Urgent Request",
        "urgentBy": "Clinician Stating the Urgency",
        "urgentWhy": "Statement of Urgency",
    },
    "medications": {"medications": "Current Medications"},
    "treatment": {
        "procedure": "Procedure Code",
        "modifiers": "Modifiers",
        "units": "Units Requested",
        "throughDate": "Requested Through Date",
        "summary": "Clinical Summary",
    },
}
NEEDED = {  # with an asterisk
    "address": ("requestingNpi", "contactName", "contactPhone"),
    "header": ("startDate", "levelOfService", "typeOfService", "levelOfCare", "typeOfCare", "requestKind"),
    "treatment": ("procedure", "units", "throughDate"),
}
# Choosing one list makes those that depend on it anew, and empty.
DEPENDENT = """<script>
const CARE = %s;
function renew(name, options) {
  const old = document.getElementById(name), made = old.cloneNode(false);
  for (const one of ['', ...options]) made.add(new Option(one));
  if (name === 'levelOfCare') made.onchange = levelChosen;
  old.replaceWith(made);
}
function typeChosen() { renew('levelOfCare', document.getElementById('typeOfService').value ? CARE.levels : []); renew('typeOfCare', []); }
function levelChosen() { renew('typeOfCare', CARE.types[document.getElementById('levelOfCare').value] || []); }
document.getElementById('typeOfService').onchange = typeChosen;
document.getElementById('levelOfCare').onchange = levelChosen;
</script>"""


@dataclass
class Wizard:
    """One request under way."""

    nonce: str
    page: str = "member"
    found: Found | None = None
    values: dict[str, str] = field(default_factory=dict)
    addresses: list[dict[str, str]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""

    @property
    def care(self) -> str:
        return self.values.get("typeOfCare", "")

    @property
    def code(self) -> str:
        return self.values.get("procedure", "").partition(" - ")[0]


# what each page holds


def inside(wizard: Wizard, drift: Drift) -> str:
    """The fields of the page in hand."""
    made: dict[str, Callable[[Wizard, Drift], str]] = {
        "member": _member,
        "demographics": lambda one, _: pairs(_about(one), "authMember"),
        "address": _address,
        "header": _header,
        "diagnosis": lambda one, _: f"<table>{''.join(_diagnoses(one))}</table>",
        "medications": lambda one, _: f"<table>{_area(LABELS['medications']['medications'], 'medications', one.values)}</table>",
        "treatment": _treatment,
        "submit": _review,
    }
    return made[wizard.page](wizard, drift)


def _member(wizard: Wizard, drift: Drift) -> str:
    name = "subscriberKey" if drift.changed else "memberId"
    label = "Identification Number" if drift.renamed else "Member ID"
    member = row(label, name, wizard.values.get("memberId", ""), required=True)
    born = row("Date of Birth", "dateOfBirth", wizard.values.get("dateOfBirth", ""), required=True, hint="MMDDYYYY")
    return f"<table>{born}{member}</table>" if drift.moved else f"<table>{member}{born}</table>"


def _about(wizard: Wizard) -> list[tuple[str, str]]:
    if wizard.found is None:
        return []
    member, plan = wizard.found.member, wizard.found.coverage
    return [
        ("Member ID", plan.member_id),
        ("Member Name", full_name(member)),
        ("Date of Birth", us(member.person.birth_date)),
        ("Relationship to Subscriber", RELATIONS[member.relation]),
        ("Benefit Plan", plan.plan),
    ]


def _address(wizard: Wizard, _drift: Drift) -> str:
    """The practice's places are found by NPI first; only one of them is the practice's own."""
    values = wizard.values
    find = f"<table>{row('Provider NPI', 'providerNpi', values.get('providerNpi', ''))}</table>{button('Find Addresses', 'find')}"
    if not wizard.addresses:
        return find
    rows = [
        (f'<input type="radio" name="address" value="{n}">', *(escape(one[key]) for key in ("name", "npi", "tin", "address")))
        for n, one in enumerate(wizard.addresses)
    ]
    asked = ("requestingNpi", "facilityNpi", "contactName", "contactPhone", "contactFax")
    boxes = "".join(row(LABELS["address"][name], name, values.get(name, ""), required=name in NEEDED["address"]) for name in asked)
    return f"{find}{grid('serviceAddresses', ADDRESS_COLUMNS, rows)}<table>{boxes}</table>"


def _header(wizard: Wizard, drift: Drift) -> str:
    """Level of Service comes with the rest only once it is chosen; choosing it makes the form anew, and what was put in is gone."""
    values, labels = wizard.values, LABELS["header"]
    label, name = "Start" if drift.renamed else labels["startDate"], "startKey" if drift.changed else "startDate"
    start = row(label, name, values.get("startDate", ""), required=True, hint="MMDDYYYY")
    again = " onchange=\"this.form.elements['rebuild'].value = 'yes'; this.form.submit()\""
    level = choice(
        labels["levelOfService"],
        "levelOfService",
        ("", *rules.LEVELS_OF_SERVICE),
        values.get("levelOfService", ""),
        required=True,
        more=again,
    )
    hidden = '<input type="hidden" name="rebuild" value="">'
    if not values.get("levelOfService"):
        return f"{hidden}<table>{start}{level}</table>"
    rest = _dependent(values) + _conditional(values)
    fields = f"{rest}{level}{start}" if drift.moved else f"{start}{level}{rest}"
    return f"{hidden}<table>{fields}</table>{_documents(wizard)}{_script(values)}"


def _dependent(values: Mapping[str, str]) -> str:
    levels = rules.LEVELS_OF_CARE[values["levelOfService"]] if values.get("typeOfService") else ()
    lists = {
        "typeOfService": rules.TYPES_OF_SERVICE,
        "levelOfCare": levels,
        "typeOfCare": rules.TYPES_OF_CARE.get(values.get("levelOfCare", ""), ()),
        "requestKind": rules.REQUEST_KINDS,
    }
    return "".join(
        choice(LABELS["header"][name], name, ("", *offered), values.get(name, ""), required=True) for name, offered in lists.items()
    )


def _conditional(values: Mapping[str, str]) -> str:
    labels = LABELS["header"]
    prior = row(labels["priorAuth"], "priorAuth", values.get("priorAuth", ""))
    urgent = choice(labels["urgent"], "urgent", ("No", "Yes"), values.get("urgent", "No"))
    by = row(labels["urgentBy"], "urgentBy", values.get("urgentBy", ""))
    return prior + urgent + by + _area(labels["urgentWhy"], "urgentWhy", values)


def _documents(wizard: Wizard) -> str:
    file = '<tr class="pair"><td><label for="document">Document</label></td><td><input type="file" id="document" name="document"></td></tr>'
    kinds = choice("Document Type", "documentKind", ("", *rules.DOCUMENT_KINDS))
    rows = [(escape(one["name"]), one["kind"], f"{one['size']:,} bytes") for one in wizard.files]
    listed = grid("attachedDocuments", DOCUMENT_COLUMNS, rows) if rows else ""
    return f"<h2>Attach a Document</h2><table>{kinds}{file}</table>{button('Attach Document', 'attach')}{listed}"


def _script(values: Mapping[str, str]) -> str:
    care = {"levels": rules.LEVELS_OF_CARE[values["levelOfService"]], "types": rules.TYPES_OF_CARE}
    return DEPENDENT % json.dumps(care)


def _diagnoses(wizard: Wizard) -> Iterator[str]:
    for n in range(1, rules.MOST_DIAGNOSES + 1):
        label = "Primary Diagnosis Code" if n == 1 else f"Diagnosis Code {n}"
        yield row(label, f"diagnosis{n}", wizard.values.get(f"diagnosis{n}", ""), required=n == 1)


def _treatment(wizard: Wizard, drift: Drift) -> str:
    values, labels = wizard.values, LABELS["treatment"]
    offered = [f"{code} - {said}" for code, (kind, said) in rules.PROCEDURES.items() if kind == rules.kind_of(wizard.care)]
    code = choice(labels["procedure"], "procedure", ("", *offered), values.get("procedure", ""), required=True)
    label, name = "Quantity" if drift.renamed else labels["units"], "unitsKey" if drift.changed else "units"
    units = row(label, name, values.get("units", ""), required=True, hint=rules.unit_name(wizard.care))
    through = row(labels["throughDate"], "throughDate", values.get("throughDate", ""), required=True, hint="MMDDYYYY")
    rest = row(labels["modifiers"], "modifiers", values.get("modifiers", "")) + _area(labels["summary"], "summary", values)
    asked = "".join(_question(one, values.get(one.key, "")) for one in rules.questions(wizard.care))
    fields = f"{through}{units}{code}{rest}" if drift.moved else f"{code}{units}{through}{rest}"
    return f"<table>{fields}</table>{asked}"


def _question(one: rules.Question, value: str) -> str:
    label = f'<label for="{one.key}">{escape(one.text)}</label> '
    if not one.options:
        return f'<div class="question">{label}<input type="text" id="{one.key}" name="{one.key}" value="{escape(value)}"></div>'
    listed = "".join(f"<option{' selected' if name == value else ''}>{name}</option>" for name in ("", *one.options))
    return f'<div class="question">{label}<select id="{one.key}" name="{one.key}">{listed}</select></div>'


def _area(label: str, name: str, values: Mapping[str, str]) -> str:
    box = f'<textarea id="{name}" name="{name}" rows="4" cols="70" maxlength="{rules.NOTE_CAP}">{escape(values.get(name, ""))}</textarea>'
    return f'<tr class="pair"><td><label for="{name}">{label}</label></td><td>{box}</td></tr>'


def _review(wizard: Wizard, drift: Drift) -> str:
    told = list(review(wizard))
    return pairs(told[::-1] if drift.moved else told, "summaryTable" if drift.changed else "reviewTable")


def review(wizard: Wizard) -> Iterator[tuple[str, str]]:
    """Everything that was put in, label by label; what is empty is left out."""
    yield from _about(wizard)[:3]
    chosen = wizard.addresses[int(wizard.values["address"])]
    yield from (("Provider NPI", chosen["npi"]), ("Tax ID", chosen["tin"]), ("Service Address", chosen["address"]))
    told = [(label, wizard.values.get(name, "")) for name, label in LABELS["address"].items() if name != "providerNpi"]
    told += [(label, wizard.values.get(name, "")) for name, label in LABELS["header"].items()]
    told += [(f"Document {n}", f"{one['name']} ({one['kind']}, {one['size']:,} bytes)") for n, one in enumerate(wizard.files, 1)]
    told += [("Primary Diagnosis Code" if n == 1 else f"Diagnosis Code {n}", code) for n, code in enumerate(diagnoses(wizard), 1)]
    told += [("Current Medications", wizard.values.get("medications", ""))]
    told += [(label, wizard.values.get(name, "")) for name, label in LABELS["treatment"].items()]
    told += [("Unit Type", rules.unit_name(wizard.care))]
    told += [(one.text, wizard.values.get(one.key, "")) for one in rules.questions(wizard.care)]
    yield from ((label, " ".join(value.split())) for label, value in told if value)


def diagnoses(wizard: Wizard) -> list[str]:
    """Those that were put in, in order, with their dots."""
    named = (wizard.values.get(f"diagnosis{n}", "") for n in range(1, rules.MOST_DIAGNOSES + 1))
    return [dotted(code) for code in named if code]


def dotted(code: str) -> str:
    """F41.1, also for F411."""
    bare = re.sub(r"\W", "", code).upper()
    return bare if len(bare) <= len("F41") else f"{bare[:3]}.{bare[3:]}"


# what is wrong with it


def wrong_with(wizard: Wizard, world: World) -> str:
    """The first thing that is wrong with the page that was sent, as the page says it."""
    checks: dict[str, Callable[[Wizard, World], Iterator[str]]] = {
        "address": _wrong_address,
        "header": _wrong_header,
        "diagnosis": _wrong_diagnosis,
        "treatment": _wrong_treatment,
    }
    page, values = wizard.page, wizard.values
    missing = (f"{LABELS[page][name]} is required." for name in NEEDED.get(page, ()) if not values.get(name))
    return next(missing, "") or (next(checks[page](wizard, world), "") if page in checks else "")


def _wrong_address(wizard: Wizard, world: World) -> Iterator[str]:
    if not wizard.values.get("address", "").isdigit():
        yield CHOOSE_ADDRESS
    for name in ("requestingNpi", "facilityNpi"):
        if wizard.values.get(name) and not provider_name(world, wizard.values[name]):
            yield f"{LABELS['address'][name]} is not on file."


def _wrong_header(wizard: Wizard, world: World) -> Iterator[str]:
    values = wizard.values
    start = parsed_day(values["startDate"])
    if start is None:
        yield "Requested Start Date must be entered as MMDDYYYY."
    elif not world.as_of - EARLIEST <= start <= world.as_of + LONGEST:
        yield "Requested Start Date is outside of the allowed range."
    if values["requestKind"] == "CONCURRENT" and not values.get("priorAuth"):
        yield "Prior Authorization Number is required for a concurrent request."
    if values.get("urgent") == "Yes" and not (values.get("urgentBy") and values.get("urgentWhy")):
        yield "Statement of Urgency is required for an urgent request."


def _wrong_diagnosis(wizard: Wizard, _world: World) -> Iterator[str]:
    if not wizard.values.get("diagnosis1"):
        yield "Primary Diagnosis Code is required."
    if any(code not in rules.DIAGNOSES for code in diagnoses(wizard)):
        yield "The diagnosis code entered is not valid."


def _wrong_treatment(wizard: Wizard, _world: World) -> Iterator[str]:
    values = wizard.values
    start, through = parsed_day(values.get("startDate", "")), parsed_day(values["throughDate"])
    if not values["units"].isdigit() or int(values["units"]) == 0:
        yield "Units Requested must be a whole number."
    if start is None or through is None or not start <= through <= start + LONGEST:
        yield "Requested Through Date is not valid."
    for one in rules.questions(wizard.care):
        if not values.get(one.key):
            yield f"{one.text} An answer is required for {rules.kind_of(wizard.care)}."


# providers


def provider_name(world: World, npi: str) -> str:
    """Who has this NPI, as the portal writes it; "" where it does not know the provider."""
    if npi in PRACTICE.npis:
        return PRACTICE.name.upper()
    known: Provider | None = world.provider(npi) if npi_passes(npi) else None
    return f"{known.last}, {known.first}".upper() if known else ""


def addresses(world: World, npi: str) -> list[dict[str, str]]:
    """Where this provider works; one place only is the practice's own, by its tax id."""
    name, tin = provider_name(world, npi), f"{PRACTICE.tin[:2]}-{PRACTICE.tin[2:]}"
    if not name:
        return []
    own, count = int(npi[-3:]) % 3, 3 + int(npi[-2]) % 3
    made = ((n, f"{100 + 25 * n} {STREETS[n]}, Richmond, VA 23219") for n in range(count))
    return [{"name": name, "npi": npi, "tin": tin if n == own else OLD_TINS[n % 3], "address": street} for n, street in made]


def span(wizard: Wizard) -> tuple[date, date]:
    """The days that are asked for."""
    start, through = parsed_day(wizard.values.get("startDate", "")), parsed_day(wizard.values.get("throughDate", ""))
    if start is None or through is None:
        raise LookupError("no dates")
    return start, through
