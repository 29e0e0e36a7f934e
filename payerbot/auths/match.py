"""Whether two authorization requests are about the same care: same payer, member, code and overlapping dates, however the text differs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from payerbot.authorization import AuthRequest, AuthState, StandingRequest

_GONE = frozenset({AuthState.CANCELLED, AuthState.NOT_REQUIRED})  # nothing stands there any more
_ADDS_TO = frozenset({"renewal", "extension"})


def plain(text: str) -> str:
    """An id, a code or a name as it is compared: case, accents, blanks and punctuation do not count."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^0-9A-Z]", "", bare.upper())


def blocking(ask: AuthRequest, standing: Iterable[StandingRequest]) -> tuple[StandingRequest, ...]:
    """Those of the listed requests that keep this one from being sent; what a list does not show counts as the same."""
    return tuple(one for one in standing if _blocks(ask, one))


def _blocks(ask: AuthRequest, one: StandingRequest) -> bool:
    if one.state in _GONE or _is_added_to(ask, one):
        return False
    return (
        not _other_member(ask, one)
        and _same_code(_codes(ask), one.codes)
        and _overlap((ask.start_date, ask.end_date), (one.begin, one.end))
    )


def _other_member(ask: AuthRequest, one: StandingRequest) -> bool:
    """The portal was asked about this member; an id with a suffix more or a prefix less is another spelling of the same."""
    mine, theirs = plain(ask.patient.member_id), plain(one.member_id)
    return bool(mine and theirs) and mine not in theirs and theirs not in mine


def _is_added_to(ask: AuthRequest, one: StandingRequest) -> bool:
    """The authorization that a renewal or an extension is added to is not a second one."""
    number = plain(ask.prior_auth_number)
    return bool(number) and ask.request_type in _ADDS_TO and number in {plain(one.auth_number), plain(one.reference)}


def same_care(ask: AuthRequest, other: AuthRequest) -> bool:
    """True where two requests of the practice ask for the same care of the same patient."""
    return (
        ask.payer_key == other.payer_key
        and (_member(ask) == _member(other) or person(ask) == person(other))
        and _same_code(_codes(ask), _codes(other))
        and _overlap((ask.start_date, ask.end_date), (other.start_date, other.end_date))
    )


def member(ask: AuthRequest) -> str:
    """The member id as it is compared."""
    return plain(ask.patient.member_id)


def person(ask: AuthRequest) -> str:
    """Who the patient is without the member id: the last name and the birth date."""
    return f"{plain(ask.patient.last)}|{ask.patient.birth_date.isoformat()}"


def _member(ask: AuthRequest) -> str:
    return member(ask) or person(ask)


def _codes(ask: AuthRequest) -> tuple[str, ...]:
    return tuple(service.code for service in ask.services)


def _same_code(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    return not theirs or bool({plain(code) for code in mine} & {plain(code) for code in theirs})


def _overlap(mine: tuple[date, date], theirs: tuple[date | None, date | None]) -> bool:
    begin, end = theirs[0] or date.min, theirs[1] or date.max
    return mine[0] <= end and begin <= mine[1]
