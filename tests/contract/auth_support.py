"""Authorization requests about members of the made-up world, and a signed-in adapter that asks with them."""

from __future__ import annotations

import hashlib
import importlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from payerbot.authorization import Attachment, AuthRequest, AuthService
from payerbot.model import Patient
from portals import KNOWN
from sandbox.world import PAYERS, PRACTICE, Member, World

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.auth_cases import AuthCases

BEGIN = date(2026, 11, 23)
END = BEGIN + timedelta(days=90)
NOTE = "Weekly sessions; moderate symptoms.\nSee the attached plan."


def members_at(world: World, payer: str) -> list[Member]:
    """Members with a plan in force, whom the payer finds by id and birth date, and whose name the practice writes as the payer does.

    Those for whom nothing was ever asked come first.
    """
    asked = {one.member_key for one in world.authorizations if one.payer == payer}
    found = []
    for member in world.members:
        plan = member.coverage_at(payer)
        if plan and plan.on_file and plan.active_on(world.as_of) and member.relation != "other" and member.known_as == member.person:
            hits = world.find_members(payer, member_id=plan.filed_id, birth_date=member.person.birth_date, on=world.as_of)
            found += [member] if {f.member.key for f in hits} == {member.key} else []
    return sorted(found, key=lambda member: member.key in asked)


def request_for(member: Member, payer: str, code: str = "90837", **changed: Any) -> AuthRequest:
    """A whole request, as a clinician approved it."""
    plan, who = member.coverage_at(payer), member.known_as
    assert plan is not None
    told: dict[str, Any] = {
        "payer_key": payer,
        "payer_label": PAYERS[payer].label,
        "organization": PRACTICE.name,
        "region": PRACTICE.state,
        "billing_npi": PRACTICE.npis[0],
        "billing_tin": PRACTICE.tin,
        "patient_key": member.key,
        "patient": Patient(
            last=who.last, first=who.first, birth_date=who.birth_date, member_id=plan.filed_id, sex=who.sex, relation=member.relation
        ),
        "request_id": f"A-{member.key}-{code}",
        "level_of_care": "outpatient",
        "services": (AuthService(code=code, units=Decimal(12), modifiers=("HO",)),),
        "start_date": BEGIN,
        "end_date": END,
        "diagnoses": ("F33.1", "F411"),
        "pos": "11",
        "requesting_npi": PRACTICE.npis[0],
        "servicing_npi": "1999901006",
        "contact_name": "Dana Whitlock",
        "contact_phone": "804-555-0142",
        "contact_fax": "804-555-0143",
        "note": NOTE,
        "approved_by": "Dana Whitlock",
        "approved_at": datetime(2026, 11, 19, 12, tzinfo=UTC),
    }
    return AuthRequest(**(told | changed))


def cases_of(slug: str) -> AuthCases:
    """What the twin of this portal has of each kind of request."""
    found: AuthCases = importlib.import_module(f"sandbox.{KNOWN[slug].family}.auth_cases").CASES
    return found


def attached(path: Path, kind: str = "treatment plan") -> Attachment:
    """A file as a request carries it."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(address=digest[:12], sha256=digest, kind=kind, media="txt", pages=1, size=len(data))
