"""One value of an answer in, the text of one cell out; and what keeps a cell from being run as a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

from payerbot.model import Adjustment, Benefit, CarveOut, Network, OtherPayer, ServiceLine
from payerbot.outlet.work import dollars, percent
from payerbot.remittance import RemitClaim

NOT_SHOWN = "not shown"
SHARES = frozenset({"coinsurance", "share", "match_score"})

_CONTROLS = dict.fromkeys(set(range(32)) - {9, 10, 13})  # tab, line feed and carriage return are text
_STARTS_A_FORMULA = re.compile(r"[\t\r\n]| *[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(
    r"[+-]?\$?[0-9][0-9,]*(\.[0-9]*)?(E[+-]?[0-9]+)?%?|[+-]?\$?\.[0-9]+%?|-\$?\([0-9.,]+\)|[-\u2013\u2014]+", re.IGNORECASE
)


def harmless(text: str) -> str:
    """The text without control characters, with an apostrophe in front where a spreadsheet would run it; numbers and dashes stay."""
    shown = text.translate(_CONTROLS)
    if _STARTS_A_FORMULA.match(shown) and not _NUMBER.fullmatch(shown.strip()):
        return f"'{shown}"
    return shown


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A time on the practice's clock, ISO with offset, to the second."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def cell(name: str, value: object) -> str:
    """One field of an answered row."""
    if value is None:
        return NOT_SHOWN
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if name in SHARES else f"{value:.2f}"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return _joined(value)
    return _part(value)


def _joined(parts: Sequence[object]) -> str:
    flat = [_part(part) for part in parts]
    return (" | " if parts and isinstance(parts[0], Benefit | ServiceLine) else "; ").join(flat)


def _part(value: object) -> str:
    match value:
        case CarveOut():
            return ", ".join(filter(None, (value.name, value.phone, value.payer_id and f"payer id {value.payer_id}")))
        case OtherPayer():
            order = "" if value.order == "unknown" else f" ({value.order})"
            return value.name + order + (f" member id {value.member_id}" if value.member_id else "")
        case Benefit():
            return _benefit(value)
        case ServiceLine():
            return _line(value)
        case RemitClaim():
            return _remit_claim(value)
        case _:
            return str(value)


def _benefit(benefit: Benefit) -> str:
    facts = [benefit.service_type, benefit.kind.replace("_", " ")]
    facts += [] if benefit.network is Network.UNKNOWN else [f"{benefit.network.value} network"]
    facts += [] if benefit.level == "unknown" else [benefit.level]
    facts += [f"per {benefit.period.replace('_', ' ')}"] if benefit.period else []
    facts += [] if benefit.amount is None else [dollars(benefit.amount)]
    facts += [] if benefit.remaining is None else [f"{dollars(benefit.remaining)} left"]
    facts += [] if benefit.share is None else [percent(benefit.share)]
    visits = {"allowed": benefit.allowed, "used": benefit.used, "left": benefit.left}
    facts += [f"{count} visits {what}" for what, count in visits.items() if count is not None]
    facts += [f'"{benefit.text}"'] if benefit.text else []
    return ", ".join(facts)


def _line(line: ServiceLine) -> str:
    facts = [line.dos.isoformat() if line.dos else "", "-".join(filter(None, (line.cpt, *line.modifiers))), line.units and f"x{line.units}"]
    money = {"charge": line.charge, "allowed": line.allowed, "paid": line.paid}
    facts += [f"{what} {dollars(amount)}" for what, amount in money.items() if amount is not None]
    facts += [line.status, *map(_adjustment, line.adjustments), *line.rarcs]
    return " ".join(filter(None, facts))


def _adjustment(adjustment: Adjustment) -> str:
    code = "-".join(filter(None, (adjustment.group, adjustment.carc)))
    return code if adjustment.amount is None else f"{code}:{adjustment.amount:.2f}"


def _remit_claim(claim: RemitClaim) -> str:
    named = " ".join(filter(None, (claim.claim_id, claim.payer_claim_no)))
    owes = "" if claim.patient_resp is None else f", patient owes {dollars(claim.patient_resp)}"
    return f"{named}: charge {dollars(claim.charge)}, paid {dollars(claim.paid)}{owes}, {claim.outcome.replace('_', ' ')}"
