"""One-time codes by which one site takes over a session that was signed in at another; each is good once."""

from __future__ import annotations

import secrets

from sandbox.logins import Logins, Session

_OPEN: dict[str, str] = {}


def issue(session: Session) -> str:
    """A code for this session."""
    code = secrets.token_urlsafe(16)
    _OPEN[code] = session.cookie
    return code


def redeem(code: str, logins: Logins) -> Session | None:
    """The session of a code that was not used yet."""
    return logins.by_cookie(_OPEN.pop(code, ""))
