"""Takes the fields of one record apart, whatever the job, and remembers what was wrong; each job's own file says which it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, NamedTuple, TypeVar

from payerbot.intake import reasons, values
from payerbot.intake.columns import Header
from payerbot.intake.values import BadValue, Name
from payerbot.model import Job, Patient
from payerbot.practice import NO_PORTAL, Login, Practice, Route
from payerbot.rows import Reject

Value = TypeVar("Value")
Default = TypeVar("Default")


class Setting(NamedTuple):
    """What holds for every row of a file."""

    job: Job
    header: Header
    practice: Practice
    today: date
    built: Collection[str] | None  # portals with an adapter; None: all count as built
    routes: dict[tuple[str, str, str, date], Route | str]  # found so far
    separator: str
    beside: object | None = None  # what a job needs beside the rows: the files of an authorization


class Asked(NamedTuple):
    """Where a row's question goes."""

    route: Route
    login: Login | None


class Billing(NamedTuple):
    """On whose behalf it is asked."""

    npi: str
    tin: str
    others: tuple[str, ...]


class Reader:
    """One record's fields, and what was wrong with them."""

    def __init__(self, cells: tuple[str, ...], setting: Setting) -> None:
        self.cells = cells
        self.setting = setting
        self.rejects: list[Reject] = []
        self.portal = ""
        self.login = ""

    def about(self, asked: Asked, billing: Billing) -> dict[str, Any]:
        """What every question says: the payer as the portal knows it, and on whose behalf it is asked."""
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

    def patient(self, served: date | None, served_field: str, *, id_needed: bool = True) -> Patient | None:
        """The patient and the subscriber; None where something needed is missing."""
        called = self.name("patient", needed=True)
        born = self.needed("patient_dob", lambda cell: values.birth_date(cell, self.setting.today))
        member = self.needed("member_id", values.identifier) if id_needed else self.optional("member_id", values.identifier, "")
        relation = self.optional("subscriber_relation", values.relation, "self")
        subscriber = self.name("subscriber", needed=False) or Name("", "")
        subscriber_born = self.optional("subscriber_dob", lambda cell: values.birth_date(cell, self.setting.today), None)
        if born and served and served < born:
            self.reject(served_field, "lies before the patient's birth")
        if called is None or born is None or member is None:
            return None
        return Patient(
            last=called.last,
            first=called.first,
            birth_date=born,
            member_id=member,
            sex=self.optional("patient_sex", values.sex, "U"),
            relation=relation,
            subscriber_last=subscriber.last,
            subscriber_first=subscriber.first,
            subscriber_dob=subscriber_born,
        )

    def name(self, whose: str, *, needed: bool) -> Name | None:
        """A name in one column or in two."""
        parts = (f"{whose}_last", f"{whose}_first")
        if any(map(self.text, parts)) or (needed and f"{whose}_name" not in self.setting.header.where):
            last, first = (self.needed(part, values.name) for part in parts)
            return Name(last, first) if last and first else None
        if needed:
            return self.needed(f"{whose}_name", values.full_name)
        return self.optional(f"{whose}_name", values.full_name, None)

    def billing(self) -> Billing | None:
        """On whose behalf it is asked: the row's own NPI and TIN, else the practice's."""
        known = self.setting.practice.billing
        own_tins = tuple(dict.fromkeys(biller.tin for biller in known))
        npi = self.optional("billing_npi", values.npi, "")
        tin = self.optional("billing_tin", lambda cell: values.tin(cell, own_tins), "")
        fitting = [biller for biller in known if npi in {"", biller.npi} and tin in {"", biller.tin}]
        others = tuple(dict.fromkeys(biller.npi for biller in known))
        if npi and tin:
            return Billing(npi, tin, tuple(other for other in others if other != npi))
        if not fitting:
            self.reject("billing_npi" if npi else "billing_tin", "is none of the practice's own in practice.yaml")
            return None
        return Billing(fitting[0].npi, fitting[0].tin, tuple(other for other in others if other != fitting[0].npi))

    def rendering(self) -> str:
        """The clinician's NPI; the only clinician's where the row names none."""
        clinicians = self.setting.practice.clinicians
        return self.optional("rendering_npi", values.npi, clinicians[0].npi if len(clinicians) == 1 else "")

    def own_tenant(self) -> None:
        """Reject another practice's row."""
        if (tenant := self.text("tenant")) and tenant != self.setting.practice.tenant:
            self.reject("tenant", "is another practice's; load the row with that practice's set-up")

    # --- where to ----------------------------------------------------------------------------------------------------------------

    def asked(self, day: date | None) -> Asked | None:
        """The payer's route that day, and the login; None where there is none."""
        given = [field for field in ("payer_key", "payer_name", "payer_id") if field in self.setting.header.where]
        column = next(filter(self.text, given), given[0])
        try:
            named = [values.checked(self.text(field)) for field in ("payer_key", "payer_name", "payer_id")]
        except BadValue as bad:
            self.reject(column, str(bad))
            return None
        if not any(named):
            self.reject(column, reasons.MISSING)
            return None
        found = self._route((named[0], named[1], named[2], day or self.setting.today))
        if isinstance(found, str):
            self.reject(column, found)
            return None
        return self._served(found, column)

    def _route(self, asked: tuple[str, str, str, date]) -> Route | str:
        if asked not in self.setting.routes:
            self.setting.routes[asked] = _route(self.setting.practice, *asked)
        return self.setting.routes[asked]

    def _served(self, route: Route, column: str) -> Asked | None:
        if route.portal == NO_PORTAL:
            self.reject(column, reasons.no_portal(route.note))
            return None
        login = self.setting.practice.login_for(route.portal, self.setting.job)
        if login is None and (self.setting.built is None or route.portal in self.setting.built):
            self.reject(column, reasons.no_login(route.portal))
            return None
        self.portal, self.login = route.portal, login.name if login else ""
        return Asked(route, login)

    # --- cells -------------------------------------------------------------------------------------------------------------------

    def text(self, field: str) -> str:
        """The cell's text; "" where the column or the value is missing."""
        column = self.setting.header.where.get(field)
        cell = "" if column is None else self.cells[column]
        return "" if values.is_blank(cell) else cell.strip()

    def needed(self, field: str, parse: Callable[[str], Value]) -> Value | None:
        """The field's value; rejected where it is empty."""
        if not self.text(field):
            self.reject(field, reasons.MISSING)
            return None
        return self.optional(field, parse, None)

    def optional(self, field: str, parse: Callable[[str], Value], default: Default) -> Value | Default:
        """The field's value, the default where it is empty; rejected where it cannot be read."""
        text = self.text(field)
        if not text:
            return default
        try:
            return parse(text)
        except BadValue as bad:
            self.reject(field, str(bad))
            return default

    def reject(self, field: str, reason: str) -> None:
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
