"""A signed-in adapter at its simulated portal, asked with rows of the made-up world and held against the truth."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payerbot.browser import launch, login
from payerbot.browser.locate import Tab
from payerbot.browser.selectors import load
from payerbot.errors import PortalError, QuestionWanted, TermsPage
from payerbot.gate import simulated
from payerbot.model import (
    CarveOut,
    ClaimStatusRequest,
    ClaimStatusResult,
    EligibilityRequest,
    EligibilityResult,
    OtherPayer,
    Patient,
    Result,
)
from portals import KNOWN
from sandbox import truth
from sandbox.client import running
from sandbox.server import site_of
from sandbox.world import AS_OF, PAYERS, PRACTICE, World
from sandbox.worldgen.rows import NAMES
from tests.browser_support import ZONE

if TYPE_CHECKING:
    from portals.base import Portal
    from sandbox.client import Twin

QUICK = (0, 1)  # milliseconds that a page takes to show its parts
KEYS = {name.casefold(): key for key, name in NAMES.items()}
Row = Mapping[str, str]


class Site:
    """One portal, simulated, and one signed-in session at it."""

    def __init__(self, slug: str, twin: Twin, world: World, tab: Tab) -> None:
        self.twin = twin
        self.world = world
        self.tab = tab
        self._patience = tab.limit_ms
        self.portal: Portal = KNOWN[slug](tab, base_url=twin.base_url(slug), today=twin.as_of)
        for name in self.portal.config.interruptions:
            screen = self.portal.screen(name)
            tab.dismiss(screen["landmark"], screen["close"])
        self.user = twin.users[0]
        self.payers = payers_of(slug)
        self.first, self.second = self.payers[0], self.payers[:2][-1]

    def knows(self, fault: str) -> bool:
        """Whether the twin's pages have a place for this fault."""
        return site_of(self.portal.slug).knows(fault)

    def a_payer(self, nth: int) -> str:
        """One of them; where there are not so many, the last."""
        return self.payers[: nth + 1][-1]

    def truth(self, row: Row) -> truth.Truth:
        """How this row must end at this portal."""
        return (truth.claim if "claim_id" in row else truth.visit)(self.world, row, (self.portal.slug,))

    # --- the session ---

    def sign_in(self) -> None:
        """With the one login, by its authenticator where a code is wanted; what is asked of a person is done by one."""
        desk = _Somebody(self.twin, self.user.user_id)
        try:
            login.SigningIn(self.portal, _Secrets(self.user), desk, saved=False).run()
        except (QuestionWanted, TermsPage):
            importlib.import_module(f"sandbox.{self.portal.family}.person").answer_question(self.tab._page, self.user)
            login.SigningIn(self.portal, _Secrets(self.user), desk, saved=False).run()

    def mend(self) -> None:
        """After a fault: none is on, the session lives, and nothing is remembered of the form."""
        self.twin.clear_faults()
        self.tab.limit_ms = self._patience
        config = self.portal.config.sign_in
        inside, form = (self.portal.screen(name)["landmark"] for name in (config.signed_in, config.form[0]))
        if not inside.visible():
            self.portal.go(config.home)
            self.tab.first_of({"inside": inside, "form": form})  # else the browser may swallow the reload
            self.tab.reload()
            if self.tab.first_of({"inside": inside, "form": form}) != "inside":
                self.sign_in()
        self.mend_form()

    def mend_form(self) -> None:
        """Forget the form that is open: the next question loads it anew."""
        self.portal = type(self.portal)(self.tab, base_url=self.portal.base_url, today=self.portal.today)

    @contextmanager
    def fault(self, *specs: str, patience: float | None = None) -> Iterator[None]:
        """Faults that are on inside the block; `patience` shortens the step limit, in seconds, where waiting cannot help."""
        for spec in specs:
            self.twin.fault(spec)
        if any(spec.partition("@")[2] in ("eligibility", "claim-status", "home") for spec in specs):
            self.mend_form()
        if patience is not None:
            self.tab.limit_ms = patience * 1000
        try:
            yield
        finally:
            self.mend()

    # --- questions ---

    def visits(self, *outcomes: str) -> list[Row]:
        """The schedule's rows that must end so."""
        return [row for row in self.world.schedule_rows() if self.truth(row).outcome in outcomes]

    def claims(self, *outcomes: str) -> list[Row]:
        """The open claims' rows that must end so."""
        return [row for row in self.world.open_claim_rows() if self.truth(row).outcome in outcomes]

    def visit_of(self, payer: str, outcome: str = "answered", *, nth: int = 0, **fields: str) -> Row:
        """A row of the schedule of this payer with this truth."""
        return [row for row in self.visits(outcome) if _fits(row, payer, self.truth(row), fields)][nth]

    def claim_of(self, payer: str, outcome: str = "answered", *, nth: int = 0, **fields: str) -> Row:
        """A row of the open claims of this payer with this truth."""
        return [row for row in self.claims(outcome) if _fits(row, payer, self.truth(row), fields)][nth]

    def check(self, row: Row, **changed: Any) -> EligibilityResult:
        """Ask the portal for the coverage in a row of the schedule."""
        ask = EligibilityRequest(**_base(row), service_date=_day(row["start_at"]))
        answer: EligibilityResult = self.portal.check_eligibility(changed_ask(ask, changed))  # type: ignore[attr-defined]
        return answer

    def report(self, row: Row, **changed: Any) -> ClaimStatusResult:
        """Ask the portal what became of the claim in a row."""
        ask = ClaimStatusRequest(
            **_base(row),
            claim_id=row["claim_id"],
            payer_claim_no=row.get("payer_claim_no", ""),
            dos_from=_day(row["dos_from"]),
            dos_to=_day(row.get("dos_to") or row["dos_from"]),
            charge=Decimal(row["charge_amount"]),
            first_sent=truth.parsed(row.get("first_sent_date", "")),
        )
        answer: ClaimStatusResult = self.portal.report_claim_status(changed_ask(ask, changed))  # type: ignore[attr-defined]
        return answer

    def wrong(self, row: Row) -> list[str]:
        """Ask a row and say in what the answer differs from the truth: nothing, for a right one."""
        answer = self.report(row) if "claim_id" in row else self.check(row)
        return truth.disagreements(as_line(answer), self.truth(row))

    def wrong_rows(self, rows: Sequence[Row]) -> list[str]:
        """All rows whose answers differ from the truth, by their own ids and the fields that differ."""
        found = []
        for row in rows:
            name = row.get("claim_id") or row.get("appointment_id") or row["patient_key"]
            try:
                wrong = self.wrong(row)
            except PortalError as trouble:
                wrong = [f"{type(trouble).__name__} {trouble}"]
                self.mend()
            if wrong:
                found.append(f"{name}: {', '.join(wrong)}")
        return found


def changed_ask(ask: Any, changed: Mapping[str, Any]) -> Any:
    """The question with other values; those of the patient are named as theirs."""
    whose = {name: value for name, value in changed.items() if name in Patient.model_fields}
    rest = {name: value for name, value in changed.items() if name not in whose}
    return ask.model_copy(update={**rest, "patient": ask.patient.model_copy(update=whose)})


def _fits(row: Row, payer: str, true: truth.Truth, fields: Mapping[str, str]) -> bool:
    return payer in (_payer(row), "") and all(true.fields.get(name) == value for name, value in fields.items())


def _payer(row: Row) -> str:
    return row.get("payer_key") or KEYS.get(row.get("payer_name", "").casefold(), "")


def _base(row: Row) -> dict[str, Any]:
    payer = PAYERS[_payer(row)]
    patient = Patient(
        last=row["patient_last"], first=row["patient_first"], birth_date=_day(row["patient_dob"]), member_id=row.get("member_id", "")
    )
    return {
        "payer_key": payer.key,
        "payer_label": payer.label,
        "organization": PRACTICE.name,
        "region": PRACTICE.state,
        "billing_npi": row.get("billing_npi") or PRACTICE.npis[0],
        "billing_tin": PRACTICE.tin,
        "group_npis": PRACTICE.npis,
        "patient": patient,
    }


def _day(text: str) -> date:
    day = truth.parsed(text)
    assert day is not None
    return day


# --- answers as a result file shows them


def as_line(answer: Result) -> dict[str, str]:
    """An answer's fields as text."""
    return {name: _shown(getattr(answer, name)) for name in type(answer).model_fields}


def _shown(value: Any) -> str:
    if value is None or value == ():
        return truth.NOT_SHOWN
    if isinstance(value, tuple):
        return "; ".join(map(_shown, value))
    if isinstance(value, CarveOut):
        return ", ".join(filter(None, (value.name, value.phone, value.payer_id and f"payer id {value.payer_id}")))
    if isinstance(value, OtherPayer):
        return f"{value.name} ({value.order}) member id {value.member_id}"
    return str(value)


# --- setting up


class _Secrets:
    def __init__(self, user: Any) -> None:
        self.user = user.user_id
        self.password = user.password
        self.totp = user.totp_seed


class _Somebody:
    """A desk at which the person sits who gets this user's codes."""

    def __init__(self, twin: Twin, user_id: str) -> None:
        self._twin, self._user_id = twin, user_id

    def intend(self) -> None:
        pass

    def resolve(self, outcome: str) -> None:
        assert outcome in ("ok", "code_wanted", "terms")

    def choose_way(self, ways: Sequence[str]) -> str:
        return ways[0]

    def code(self) -> str:
        return self._twin.sent_code(self._user_id)


def payers_of(slug: str) -> tuple[str, ...]:
    """The made-up payers that this portal answers for; of one for payments alone, those whose payments stand there."""
    own = tuple(key for key, payer in PAYERS.items() if payer.portal == slug)
    return own or tuple(key for key, payer in PAYERS.items() if payer.portal in hands_out(slug).HERE)


def hands_out(slug: str) -> Any:
    """What the twin of this portal says that it hands out of a payment."""
    return importlib.import_module(f"sandbox.{KNOWN[slug].family}.hands_out")


@cache
def world_of(seed: int, members: int, claims: int, payers: tuple[str, ...]) -> World:
    return World.generate(seed, members, claims, AS_OF, payers=payers)


@contextmanager
def signed_in(slug: str, folder: Path, *, seed: int, members: int, claims: int) -> Iterator[Site]:
    """A portal with this world, and a session at it."""
    payers, adapter = payers_of(slug), KNOWN[slug]
    with (
        running(seed=seed, members=members, claims=claims, as_of=AS_OF, payers=payers, staging_ms=QUICK) as twin,
        launch.browser(
            executable=Path(os.environ["PAYERBOT_BROWSER"]),
            switches=os.environ["PAYERBOT_BROWSER_ARGS"],
            hosts=simulated(adapter.settings().hosts, twin.base_url(slug)),
            run_folder=launch.fresh(folder),
            state=None,
            time_zone=ZONE,
        ) as context,
    ):
        site = Site(slug, twin, world_of(seed, members, claims, payers), Tab(context.new_page(), load(adapter.family), step_seconds=20))
        login.SigningIn._typed = ""  # another portal's users, another authenticator
        site.sign_in()
        yield site
