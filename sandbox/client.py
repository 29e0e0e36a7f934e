"""Starts the sandbox as a process of its own and talks to its control desk; imports nothing of the product.

with running(seed=7, faults=["code-wanted@sign-in:text"]) as twin:
    twin.base_url("availity"), twin.users[0].password, twin.records("sign_in"), twin.fault("slow@claims:2")
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pyotp

ENDS_WITHIN_SECONDS = 8


class SandboxTrouble(Exception):
    """The sandbox did not start or did not do what its control desk was told."""


@dataclass(frozen=True)
class PortalUser:
    """One login of a twin; everything about it is made up."""

    user_id: str
    password: str = field(repr=False)
    totp_seed: str = field(repr=False)
    name: str = ""
    backup_codes: tuple[str, ...] = field(default=(), repr=False)

    def code(self, ahead_seconds: float = 0) -> str:
        """What the user's authenticator app shows now."""
        return pyotp.TOTP(self.totp_seed).at(int(time.time() + ahead_seconds))


@dataclass
class Twin:
    """A running sandbox."""

    port: int
    hosts: Mapping[str, str]
    users: Sequence[PortalUser]
    as_of: date
    pid: int
    _http: httpx.Client = field(repr=False)

    def host(self, portal: str) -> str:
        return self.hosts[portal]

    def base_url(self, portal: str) -> str:
        """The portal's address as a browser wants it; Chromium resolves it, Python does not."""
        return f"http://{self.hosts[portal]}:{self.port}"

    def user(self, user_id: str) -> PortalUser:
        return next(u for u in self.users if u.user_id == user_id)

    def records(self, kind: str = "", since: int = 0) -> list[dict[str, Any]]:
        """What the server saw, oldest first; `sandbox.records.KINDS` lists the kinds."""
        found: list[dict[str, Any]] = self._ask("GET", "/records", params={"kind": kind, "since": since})["events"]
        return found

    def reset(self) -> None:
        """As at the start: first night, no faults, nobody signed in, no device known, empty books; settings stay."""
        self._ask("POST", "/reset")

    def reset_records(self) -> None:
        self._ask("DELETE", "/records")

    def fault(self, spec: str) -> None:
        """Switch a fault on: NAME@STEP[:ARG]."""
        self._ask("POST", "/faults", json={"fault": spec})

    def clear_faults(self, spec: str = "") -> None:
        """Switch off what the spec names, or all of them."""
        self._ask("DELETE", "/faults", params={"fault": spec})

    def faults(self) -> list[str]:
        on: list[str] = self._ask("GET", "/faults")["on"]
        return on

    @contextmanager
    def with_fault(self, spec: str) -> Iterator[None]:
        """The fault is on inside the block only."""
        self.fault(spec)
        try:
            yield
        finally:
            self.clear_faults(spec)

    def night(self, number: int) -> None:
        """Move the world to the nth night after the first."""
        self._ask("POST", "/night", json={"night": number})

    def change_user(self, user_id: str, **what: Any) -> None:  # noqa: ANN401 -- whatever a login has
        """Change a login: locked, password_days_left, usual_hours, region, ..."""
        self._ask("POST", f"/users/{user_id}", json=what)

    def read_user(self, user_id: str) -> dict[str, Any]:
        """A login as it stands now: wrong_passwords, locked, region, ..."""
        return self._ask("GET", f"/users/{user_id}")

    def sent_code(self, user_id: str) -> str:
        """The last code that was texted or mailed to this user."""
        code: str = self._ask("GET", f"/users/{user_id}/code")["code"]
        return code

    def end_sessions(self, user_id: str, reason: str = "ended by the portal") -> int:
        ended: int = self._ask("POST", f"/users/{user_id}/end-sessions", json={"reason": reason})["ended"]
        return ended

    def person_signs_in(self, user_id: str) -> None:
        """A person signs in elsewhere with this user id; a session that is open ends."""
        self._ask("POST", f"/users/{user_id}/intrude")

    def auths(self) -> dict[str, Any]:
        """Every authorization request that was taken: `taken`, `presses` by form nonce, `drafts`."""
        return self._ask("GET", "/auths")

    def auth_by_phone(self, payer: str, member_key: str, code: str, begin: date, end: date, **spelled: Any) -> str:  # noqa: ANN401
        """Make a request stand at the payer as if by telephone (name=, member_id=, units=, fixed=...); its reference."""
        body = {"payer": payer, "member_key": member_key, "code": code, "begin": begin.isoformat(), "end": end.isoformat(), **spelled}
        reference: str = self._ask("POST", "/auths", json=body)["reference"]
        return reference

    def forget_auths(self) -> None:
        """No request was ever taken, and no draft kept."""
        self._ask("DELETE", "/auths")

    def forget_devices(self) -> None:
        """No device is known any more: the next sign-in wants a code."""
        self._ask("DELETE", "/devices")

    def change(self, **settings: Any) -> None:  # noqa: ANN401 -- the desk checks them
        """Change staging_ms=(low, high) or idle_seconds while it runs."""
        self._ask("POST", "/settings", json=settings)

    def _ask(self, method: str, path: str, **how: Any) -> dict[str, Any]:  # noqa: ANN401 -- handed on to httpx
        answer = self._http.request(method, path, **how)
        if answer.is_error:
            raise SandboxTrouble(answer.json().get("error", answer.text))
        told: dict[str, Any] = answer.json()
        return told


@contextmanager
def running(
    *,
    seed: int | None = None,
    members: int | None = None,
    claims: int | None = None,
    as_of: date | None = None,
    payers: Sequence[str] | None = None,
    night: int = 0,
    faults: Sequence[str] = (),
    users: Sequence[Mapping[str, Any]] | None = None,
    records: Path | None = None,
    staging_ms: tuple[int, int] | None = None,
    idle_seconds: float | None = None,
    port: int = 0,
) -> Iterator[Twin]:
    """Run the sandbox in a child process until the block ends; it also ends when this process is gone."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        options = [*_option("--seed", seed), *_option("--members", members), *_option("--claims", claims), *_option("--as-of", as_of)]
        options += _option("--payers", ",".join(payers) if payers else None)
        options += [*_option("--night", night), *_option("--port", port), *_option("--idle-seconds", idle_seconds)]
        options += [part for spec in faults for part in ("--fault", spec)]
        options += _option("--records", records.resolve() if records else None)
        options += _option("--staging-ms", "-".join(map(str, staging_ms)) if staging_ms else None)
        if users is not None:
            listed = Path(folder) / "users.json"
            listed.write_text(json.dumps([dict(u) for u in users]), encoding="utf-8")
            options += ["--users", str(listed)]
        with _process(options) as child, _twin(child) as twin:
            yield twin


def _option(name: str, value: object) -> list[str]:
    return [] if value is None else [name, str(value)]


@contextmanager
def _process(options: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox", "--json", "--parent-pid", str(os.getpid()), *options]
    home = Path(__file__).resolve().parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=home) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


@contextmanager
def _twin(child: subprocess.Popen[str]) -> Iterator[Twin]:
    told = child.stdout.readline() if child.stdout else ""
    if not told:
        raise SandboxTrouble(f"the sandbox ended with exit code {child.wait()} before it was ready")
    ready = json.loads(told)
    headers = {"Host": f"{ready['hosts']['control']}:{ready['port']}", "Authorization": f"Bearer {ready['control_token']}"}
    users = [PortalUser(u["user_id"], u["password"], u["totp_seed"], u["name"], tuple(u["backup_codes"])) for u in ready["users"]]
    with httpx.Client(base_url=f"http://127.0.0.1:{ready['port']}", headers=headers, timeout=30, trust_env=False) as http:
        yield Twin(ready["port"], ready["hosts"], users, date.fromisoformat(ready["as_of"]), child.pid, http)
