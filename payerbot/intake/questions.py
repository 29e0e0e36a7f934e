"""One record in, one NewRow out: a question with its portal and login, or the reasons why it is none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, NamedTuple, TypeVar

from payerbot.intake import reasons, values
from payerbot.intake.columns import Header
from payerbot.intake.values import BadValue, Name
from payerbot.model import ClaimStatusRequest, EligibilityRequest, Job, Patient
from payerbot.practice import NO_PORTAL, Login, Practice, Route
from payerbot.rows import Ask, NewRow, Reject

Value = TypeVar("Value")
Default = TypeVar("Default")
SERVICE_TYPES = ("MH", "98", "30")


class Setting(NamedTuple):
    """What holds for every row of a file."""

    job: Job
    header: Header
    practice: Practice
    today: date
    built: Collection[str] | None  # portals with an adapter; None: all count as built
    routes: dict[tuple[str, str, str, date], Route | str]  # found so far
    separator: str


class Asked(NamedTuple):
    """Where a row's question goes."""

    route: Route
    login: Login | None


class Billing(NamedTuple):
    """On whose behalf it is asked."""

    npi: str
    tin: str
    others: tuple[str, ...]


def row(line: int, cells: tuple[str, ...], setting: Setting) -> NewRow:
    """Read one record; whatever is wrong with it becomes a reject with column and reason."""
    width = len(setting.header.names)
    surplus = cells[width:]
    fitted = cells[:width] + ("",) * (width - len(cells))
    reader = _Reader(fitted, setting)
    if any(cell.strip() for cell in surplus):
        fitted = (*fitted[:-1], setting.separator.join((fitted[-1], *surplus)))
        rejects = (
            Reject(column=setting.header.names[-1], reason="is followed by more cells than the header has names; quote the separators"),
        )
        return NewRow(line=line, cells=fitted, rejects=rejects)
    ask = reader.ask()
    if ask is None or reader.rejects:
        return NewRow(line=line, cells=fitted, rejects=tuple(reader.rejects))
    return NewRow(line=line, cells=fitted, ask=ask, portal=reader.portal, login=reader.login)


class _Reader:
    """Takes the fields of one record and remembers what was wrong."""

    def __init__(self, cells: tuple[str, ...], setting: Setting) -> None:
        self.cells = cells
        self.setting = setting
        self.rejects: list[Reject] = []
        self.portal = ""
        self.login = ""

    def ask(self) -> Ask | None:
        if self._cancelled():
            self._reject("appointment_status", reasons.CANCELLED)
            return None
        self._own_tenant()
        return self._eligibility() if self.setting.job is Job.ELIGIBILITY else self._claim_status()

    def _eligibility(self) -> EligibilityRequest | None:
        zone = self.setting.practice.zone
        day = self._needed("start_at", lambda cell: values.near_date(cell, self.setting.today, zone))
        patient = self._patient(day, "start_at")
        kind = self._optional("service_type", values.service_type, SERVICE_TYPES[0])
        asked, billing = self._asked(day), self._billing()
        rendering = self._rendering()
        if not (day and patient and asked and billing) or self.rejects:
            return None
        return EligibilityRequest(
            **self._about(asked, billing),
            rendering_npi=rendering,
            patient_key=self._optional("patient_key", values.key, ""),
            patient=patient,
            service_date=day,
            service_types=tuple(dict.fromkeys((kind, *SERVICE_TYPES))),
        )

    def _claim_status(self) -> ClaimStatusRequest | None:
        today = self.setting.today
        begin = self._needed("dos_from", lambda cell: values.past_date(cell, today))
        end = self._optional("dos_to", lambda cell: values.past_date(cell, today), begin)
        if begin and end and end < begin:
            self._reject("dos_to", "lies before the first date of service")
        claim_id = self._needed("claim_id", values.identifier)
        number = self._optional("payer_claim_no", values.identifier, "")
        charge = self._needed("charge_amount", values.charge)
        sent = self._optional("first_sent_date", lambda cell: values.past_date(cell, today), None)
        patient = self._patient(begin, "dos_from", id_needed=not number)
        asked, billing = self._asked(begin), self._billing()
        rendering = self._rendering()
        if not (begin and end and claim_id and patient and asked and billing) or charge is None or self.rejects:
            return None
        return ClaimStatusRequest(
            **self._about(asked, billing),
            rendering_npi=rendering,
            patient_key=self._optional("patient_key", values.key, ""),
            patient=patient,
            claim_id=claim_id,
            payer_claim_no=number,
            dos_from=begin,
            dos_to=end,
            charge=charge,
            first_sent=sent,
        )

    # --- parts -------------------------------------------------------------------------------------------------------------------

    def _about(self, asked: Asked, billing: Billing) -> dict[str, Any]:
        route, login = asked
        return {
            "payer_key": route.payer,
            "payer_label": route.label or route.name,
            "organization": login.organization if login else "",
            "region": route.region or (login.region if login else "") or self.setting.practice.state,
            "billing_npi": billing.npi,
            "billing_tin": billing.tin,
            "group_npis": billing.others,
        }

    def _patient(self, served: date | None, served_field: str, *, id_needed: bool = True) -> Patient | None:
        called = self._name("patient", needed=True)
        born = self._needed("patient_dob", lambda cell: values.birth_date(cell, self.setting.today))
        member = self._needed("member_id", values.identifier) if id_needed else self._optional("member_id", values.identifier, "")
        relation = self._optional("subscriber_relation", values.relation, "self")
        subscriber = self._name("subscriber", needed=False) or Name("", "")
        subscriber_born = self._optional("subscriber_dob", lambda cell: values.birth_date(cell, self.setting.today), None)
        if born and served and served < born:
            self._reject(served_field, "lies before the patient's birth")
        if called is None or born is None or member is None:
            return None
        return Patient(
            last=called.last,
            first=called.first,
            birth_date=born,
            member_id=member,
            sex=self._optional("patient_sex", values.sex, "U"),
            relation=relation,
            subscriber_last=subscriber.last,
            subscriber_first=subscriber.first,
            subscriber_dob=subscriber_born,
        )

    def _name(self, whose: str, *, needed: bool) -> Name | None:
        parts = (f"{whose}_last", f"{whose}_first")
        if any(map(self._text, parts)) or (needed and f"{whose}_name" not in self.setting.header.where):
            last, first = (self._needed(part, values.name) for part in parts)
            return Name(last, first) if last and first else None
        if needed:
            return self._needed(f"{whose}_name", values.full_name)
        return self._optional(f"{whose}_name", values.full_name, None)

    def _billing(self) -> Billing | None:
        known = self.setting.practice.billing
        own_tins = tuple(dict.fromkeys(biller.tin for biller in known))
        npi = self._optional("billing_npi", values.npi, "")
        tin = self._optional("billing_tin", lambda cell: values.tin(cell, own_tins), "")
        fitting = [biller for biller in known if npi in {"", biller.npi} and tin in {"", biller.tin}]
        others = tuple(dict.fromkeys(biller.npi for biller in known))
        if npi and tin:
            return Billing(npi, tin, tuple(other for other in others if other != npi))
        if not fitting:
            self._reject("billing_npi" if npi else "billing_tin", "is none of the practice's own in practice.yaml")
            return None
        return Billing(fitting[0].npi, fitting[0].tin, tuple(other for other in others if other != fitting[0].npi))

    def _rendering(self) -> str:
        clinicians = self.setting.practice.clinicians
        return self._optional("rendering_npi", values.npi, clinicians[0].npi if len(clinicians) == 1 else "")

    def _own_tenant(self) -> None:
        if (tenant := self._text("tenant")) and tenant != self.setting.practice.tenant:
            self._reject("tenant", "is another practice's; load the row with that practice's set-up")

    def _cancelled(self) -> bool:
        return "cancel" in self._text("appointment_status").casefold()

    # --- where to ----------------------------------------------------------------------------------------------------------------

    def _asked(self, day: date | None) -> Asked | None:
        given = [field for field in ("payer_key", "payer_name", "payer_id") if field in self.setting.header.where]
        column = next(filter(self._text, given), given[0])
        try:
            named = [values.checked(self._text(field)) for field in ("payer_key", "payer_name", "payer_id")]
        except BadValue as bad:
            self._reject(column, str(bad))
            return None
        if not any(named):
            self._reject(column, reasons.MISSING)
            return None
        found = self._route((named[0], named[1], named[2], day or self.setting.today))
        if isinstance(found, str):
            self._reject(column, found)
            return None
        return self._served(found, column)

    def _route(self, asked: tuple[str, str, str, date]) -> Route | str:
        if asked not in self.setting.routes:
            self.setting.routes[asked] = _route(self.setting.practice, *asked)
        return self.setting.routes[asked]

    def _served(self, route: Route, column: str) -> Asked | None:
        if route.portal == NO_PORTAL:
            self._reject(column, reasons.no_portal(route.note))
            return None
        login = self.setting.practice.login_for(route.portal, self.setting.job)
        if login is None and (self.setting.built is None or route.portal in self.setting.built):
            self._reject(column, reasons.no_login(route.portal))
            return None
        self.portal, self.login = route.portal, login.name if login else ""
        return Asked(route, login)

    # --- cells -------------------------------------------------------------------------------------------------------------------

    def _text(self, field: str) -> str:
        """The cell's text; "" where the column or the value is missing."""
        column = self.setting.header.where.get(field)
        cell = "" if column is None else self.cells[column]
        return "" if values.is_blank(cell) else cell.strip()

    def _needed(self, field: str, parse: Callable[[str], Value]) -> Value | None:
        if not self._text(field):
            self._reject(field, reasons.MISSING)
            return None
        return self._optional(field, parse, None)

    def _optional(self, field: str, parse: Callable[[str], Value], default: Default) -> Value | Default:
        text = self._text(field)
        if not text:
            return default
        try:
            return parse(text)
        except BadValue as bad:
            self._reject(field, str(bad))
            return default

    def _reject(self, field: str, reason: str) -> None:
        """Say it under the file's own name of the column."""
        column = self.setting.header.where.get(field)
        shown = field if column is None else self.setting.header.names[column]
        self.rejects.append(Reject(column=shown, reason=reason))


def _route(practice: Practice, key: str, text: str, payer_id: str, on: date) -> Route | str:
    """The one route these names mean that day, or why there is none; the practice's own key decides where there is one."""
    if key and any(route.payer == key for route in practice.routes_ever(key, "")):
        text, payer_id = key, ""
    found = practice.routes_on(text or key, payer_id, on)
    if len(found) == 1:
        return found[0]
    if found:
        return "could be several payers, or the payer's name and id contradict each other; correct it, or add the name to practice.yaml"
    if practice.routes_ever(text or key, payer_id):
        return "has no route for that day in practice.yaml; add one or change its dates"
    return "is no payer that practice.yaml has a route for; correct the name, or add it there to 'aliases'"
