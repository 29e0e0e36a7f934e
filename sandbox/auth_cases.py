"""What a twin that takes authorization requests has of each kind: which payer and service to ask so that something happens.

Each twin's module `auth_cases` says CASES, as far as its payers differ in these ways; what it leaves out its pages do not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Service = tuple[str, str]  # a payer's key and a code


@dataclass(frozen=True)
class Refusal:
    """A request that cannot be sent here: what of it is unusual, how it ends, and which field or which other payer is named."""

    payer: str
    code: str
    changed: Mapping[str, Any]
    outcome: str
    field: str = ""
    go_to: str = ""


@dataclass(frozen=True)
class AuthCases:
    """Services by what happens when they are asked for; all of them are known, wanted and listed where nothing else is said."""

    plain: Service  # filled, sent, pended, and listed the same night
    whole: tuple[Service, ...]  # with everything that can go with a request: questions, an attachment
    questions: Mapping[Service, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # each item and an answer to it
    stops_second: Service | None = None  # a second one is refused and the first one named
    keeps_both: Service | None = None  # a second one is taken as well
    listed_later: frozenset[str] = frozenset()  # payers that list a request only some nights after it came
    drafts: frozenset[str] = frozenset()  # payers that keep drafts
    refusals: tuple[Refusal, ...] = ()
    not_required: Service | None = None  # said before anything is sent
    decided_at_check: Service | None = None  # taken and approved when it is asked, before anything is sent
    unanswered: tuple[Service, str, str] | None = None  # the words of an item that no request can answer beforehand, and its number
