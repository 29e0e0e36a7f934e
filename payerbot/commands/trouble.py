"""What a person reads when a command ends early: one sentence that says what to do, and the exit code that goes with it."""

from __future__ import annotations

import errno

from pydantic import ValidationError

from payerbot import logs
from payerbot.errors import PortalError, RunError, UserError

FULL = "The disk is full: make room where PAYERBOT_HOME lies and run the same command again; it goes on where it stopped."


def told(trouble: Exception, command: str) -> tuple[str, int]:
    """The sentence and the exit code; what nobody expected is noted in the log without its words, which may show a patient."""
    if isinstance(trouble, UserError | RunError):
        return str(trouble), trouble.exit_code
    if isinstance(trouble, PortalError):
        return f"The portal did not go on ({trouble}): run the same command again, or 'payerbot doctor' to see why.", RunError.exit_code
    if isinstance(trouble, ValidationError) and trouble.title == "Settings":
        return _setting(trouble), UserError.exit_code
    if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        return FULL, RunError.exit_code
    return _unexpected(trouble, command), RunError.exit_code


def _setting(wrong: ValidationError) -> str:
    first = wrong.errors(include_url=False, include_input=False)[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    return f"The setting PAYERBOT_{name} is wrong: {first['msg'][:1].lower()}{first['msg'][1:]}; correct or remove it."


def _unexpected(trouble: Exception, command: str) -> str:
    name = type(trouble).__name__
    try:
        from payerbot.settings import settings  # noqa: PLC0415  the settings may be what is wrong

        path = logs.file.path or logs.set_up(settings().home)
        logs.unexpected(trouble, command)
    except Exception:  # noqa: BLE001  nothing may go wrong while something has gone wrong
        return f"Something unexpected happened ({name}, {logs.place(trouble.__traceback__)}): run 'payerbot doctor' to see what is amiss."
    return f"Something unexpected happened ({name}); the log says where, without patient data: {path}"
