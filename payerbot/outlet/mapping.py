"""The outcomes of older result files in the words used now. The words used now win; the docs print this table."""

from __future__ import annotations

from typing import NamedTuple

from payerbot.model import Outcome


class Old(NamedTuple):
    """What an older word means now, and what is kept where it said more."""

    now: Outcome
    note: str


OLD: dict[str, Old] = {
    "ok": Old(Outcome.ANSWERED, ""),
    "partial": Old(Outcome.ANSWERED, "what the page does not show is 'not shown'; confidence is medium or low"),
    "not_found": Old(Outcome.NOT_FOUND, "`tried` lists the ways of searching"),
    "ambiguous": Old(Outcome.AMBIGUOUS, ""),
    "blocked_captcha": Old(Outcome.NEEDS_PERSON, "the question is of the kind bot wall"),
    "blocked_mfa": Old(Outcome.NEEDS_PERSON, "the question is of the kind code"),
    "terms_blocked": Old(Outcome.TERMS_BLOCKED, ""),
    "login_failed": Old(Outcome.NEEDS_PERSON, "the question says what the portal refused"),
    "portal_down": Old(Outcome.PORTAL_DOWN, ""),
    "timeout": Old(Outcome.PORTAL_DOWN, "it is tried again; `attempts` counts"),
    "changed_layout": Old(Outcome.PAGE_CHANGED, ""),
    "error": Old(Outcome.NEEDS_PERSON, "after the third attempt without an end"),
}
NEW = tuple(outcome for outcome in Outcome if outcome not in {old.now for old in OLD.values()})


def markdown() -> str:
    """The mapping as a table for the docs, with the outcomes that older files had no word for below."""
    rows = [f"| `{word}` | `{old.now.value}` | {old.note} |" for word, old in OLD.items()]
    added = [f"| - | `{outcome.value}` | no older word |" for outcome in NEW]
    return "\n".join(["| older outcome | outcome | note |", "|---|---|---|", *rows, *added, ""])
