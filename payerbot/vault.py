"""Secrets: in the operating system's keyring and nowhere else, never in a file, a variable, an argument or a log.

Only the keyrings that come with Windows, macOS and the Linux desktops are used; a keyring that keeps its entries in the open is refused.
The demo alone has a vault without a keyring, with passwords that are made up and good for simulated portals only.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from payerbot.errors import RunError, UserError
from payerbot.host import one_at_a_time, private_folder
from payerbot.settings import settings

if TYPE_CHECKING:
    from payerbot.ledger.seal import Keys

TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
LEDGER_KEY = "ledger-key"
NO_LEDGER_KEY = (
    "The ledger exists, but its key is not in this person's keyring: run payerbot as the person who made the ledger, "
    "or put the key here from its backup with 'payerbot keys import'."
)
LEDGER_KEY_NAME = "PAYERBOT_LEDGER_KEY"
API_KEY = "api/signing"
KEY_BYTES = 32
_WHAT_TO_DO = {
    "linux": "log in to the desktop as the person who runs payerbot, or install gnome-keyring and unlock it in this session",
    "darwin": "open Keychain Access, unlock the login keychain and allow Python to use it",
    "win32": "log in to Windows as the person who runs payerbot and see that the service Credential Manager is running",
}


class Part(StrEnum):
    """What is kept for one login at one portal."""

    USER = "user"
    PASSWORD = "password"  # noqa: S105  the entry's name
    TOTP = "totp"  # the seed of an authenticator app: only where payer and practice agree that the bot holds it


NEEDED = (Part.USER, Part.PASSWORD)


class Secrets(NamedTuple):
    """What a login signs in with; no repr shows it."""

    user: str
    password: str
    totp: str | None = None

    def __repr__(self) -> str:
        return "<Secrets>"


class Vault(Protocol):
    """Where secrets are read from and written to."""

    made_up: bool  # True: the demo's, whose passwords open nothing
    kind: str  # for `payerbot doctor`

    def get(self, portal: str, login: str, part: Part) -> str | None: ...
    def put(self, portal: str, login: str, part: Part, value: str) -> None: ...
    def remove(self, portal: str, login: str, part: Part) -> None: ...
    def secrets(self, portal: str, login: str) -> Secrets: ...
    def ledger_keys(self) -> Keys: ...
    def ledger_key(self) -> bytes | None: ...
    def restore_ledger_key(self, value: str) -> None: ...
    def api_key(self) -> bytes | None: ...
    def put_api_key(self, value: str) -> None: ...


class _Entries:
    """What every vault does with its entries; where they lie, its children say."""

    tenant = ""

    def get(self, portal: str, login: str, part: Part) -> str | None:
        """One entry, or None where there is none."""
        return self._read(_entry(portal, login, part))

    def put(self, portal: str, login: str, part: Part, value: str) -> None:
        """Store one entry and read it back."""
        self._store(_entry(portal, login, part), checked(part, value))

    def remove(self, portal: str, login: str, part: Part) -> None:
        """Remove one entry, if it is there."""
        self._erase(_entry(portal, login, part))

    def secrets(self, portal: str, login: str) -> Secrets:
        """User id, password and seed of one login; UserError where the keyring lacks the first or the second."""
        user, password, totp = (self.get(portal, login, part) for part in (Part.USER, Part.PASSWORD, Part.TOTP))
        if not user or not password:
            what = "password" if user else "user id"
            raise UserError(
                f"The keyring has no {what} for the login {login!r} at {portal}: run 'payerbot keys set {portal} --login {login}'."
            )
        return Secrets(user, password, totp)

    def ledger_key(self) -> bytes | None:
        """The one key from which the ledger's are derived, or None before its first use."""
        kept = self._read(LEDGER_KEY)
        return _key_bytes(kept) if kept else None

    def restore_ledger_key(self, value: str) -> None:
        """Put back a key that was kept elsewhere; one that is in use is never overwritten by another."""
        key, now = _key_bytes(value), self.ledger_key()
        if now is not None and now != key:
            raise UserError(
                "The keyring has another ledger key already, and it was kept: a ledger written with it could not be read any more."
            )
        self._store(LEDGER_KEY, base64.b64encode(key).decode())

    def api_key(self) -> bytes | None:
        """What answers to the practice's own system are signed with: the bytes of the text that both sides have."""
        kept = self._read(API_KEY)
        return kept.encode() if kept else None

    def put_api_key(self, value: str) -> None:
        """Store it and read it back; UserError, which never repeats it, where it is too short or cannot be typed."""
        if len(value) < KEY_BYTES or not value.isascii() or not value.isprintable() or " " in value:
            raise UserError(f"The key must have at least {KEY_BYTES} letters, digits or signs, and no blank: enter it again.")
        self._store(API_KEY, value)

    def ledger_keys(self) -> Keys:
        """The ledger's keys; made at first use, and never made anew where a ledger in `home` needs those that are missing."""
        return derive(self.ledger_key() or self._first_key(settings().home))

    def _first_key(self, home: Path) -> bytes:
        with one_at_a_time(private_folder(home) / "ledger-key.lock"):
            if (key := self.ledger_key()) is not None:
                return key
            if self._ledger_stands(home):
                raise RunError(NO_LEDGER_KEY)
            key = secrets.token_bytes(KEY_BYTES)
            self._store(LEDGER_KEY, base64.b64encode(key).decode())
        return key

    def _ledger_stands(self, home: Path) -> bool:
        """True where there is a ledger already, here or on a server that other machines use: a new key would not open it."""
        if not settings().ledger_url:
            return (home / "ledger.sqlite").exists()
        from payerbot.ledger.upgrade import holds  # noqa: PLC0415  only a first use asks the database

        return holds(settings().ledger, self.tenant)

    def _read(self, entry: str) -> str | None:
        raise NotImplementedError

    def _store(self, entry: str, value: str) -> None:
        raise NotImplementedError

    def _erase(self, entry: str) -> None:
        raise NotImplementedError


class KeyringVault(_Entries):
    """The operating system's keyring, under the service name payerbot/<tenant>."""

    made_up = False

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self._service = f"payerbot/{tenant}"
        self._keyring = usable_keyring()
        self.kind = type(self._keyring).__module__.rpartition(".")[2]

    def __repr__(self) -> str:
        return f"<KeyringVault {self._service}>"

    def _read(self, entry: str) -> str | None:
        with _said_in_our_words():
            return self._keyring.get_password(self._service, entry)

    def _store(self, entry: str, value: str) -> None:
        with _said_in_our_words():
            self._keyring.set_password(self._service, entry, value)
            kept = self._keyring.get_password(self._service, entry)
        if kept != value:
            raise RunError(
                "The keyring did not keep what was stored in it: open your keyring's own program, make room there and try again."
            )

    def _erase(self, entry: str) -> None:
        with _said_in_our_words(), contextlib.suppress(PasswordDeleteError):
            self._keyring.delete_password(self._service, entry)


class MemoryVault(_Entries):
    """The demo's vault: no keyring, made-up passwords, simulated portals only. Nothing that is stored outlives the process."""

    made_up = True
    kind = "none: the demo's passwords are made up and kept in memory"

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.entries = dict(entries)
        told = json.dumps(sorted(entries.items())).encode()
        self.entries.setdefault(LEDGER_KEY, base64.b64encode(hashlib.sha256(told).digest()).decode())

    def __repr__(self) -> str:
        return "<MemoryVault>"

    def secrets(self, portal: str, login: str) -> Secrets:
        """As every vault, but for a simulated portal only: a real one never gets a password from here."""
        if portal not in settings().twins:
            raise UserError(f"The demo's made-up passwords are for simulated portals, and {portal} is none here: set PAYERBOT_DEV_PORTALS.")
        return super().secrets(portal, login)

    def _read(self, entry: str) -> str | None:
        return self.entries.get(entry)

    def _store(self, entry: str, value: str) -> None:
        self.entries[entry] = value

    def _erase(self, entry: str) -> None:
        self.entries.pop(entry, None)


def vault_of(tenant: str, in_memory: Mapping[str, str] | None = None) -> Vault:
    """The practice's vault: the keyring, unless this is the demo, which says its made-up entries or names the file they stand in."""
    if in_memory is None and settings().demo_vault is not None:
        in_memory = _demo_entries(settings().demo_vault)
    return KeyringVault(tenant) if in_memory is None else MemoryVault(in_memory)


def _demo_entries(file: Path | None) -> Mapping[str, str]:
    try:
        entries = dict(json.loads(file.read_text(encoding="utf-8")) if file else {})
    except (OSError, TypeError, ValueError):
        raise UserError("PAYERBOT_DEMO_VAULT names no file of made-up passwords; it is for the demo only: remove it.") from None
    return {str(entry): str(value) for entry, value in entries.items()}


@cache
def derive(key: bytes) -> Keys:
    """The ledger's three keys from the one in the keyring (HKDF-SHA256, one purpose each)."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  keys are only derived where a ledger is opened
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    from payerbot.ledger.seal import Keys  # noqa: PLC0415

    def purpose(name: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"payerbot ledger {name} v1".encode()).derive(key)

    return Keys(data=purpose("data"), index=purpose("index"), audit=purpose("audit"))


def usable_keyring() -> KeyringBackend:
    """The keyring of this system and person, or UserError saying what to do. One that is locked may ask on the screen for its password."""
    with _said_in_our_words():
        chosen = keyring.get_keyring()
        candidates: list[KeyringBackend] = [
            chosen,
            *(getattr(chosen, "backends", None) or ()),
        ]  # a chain of keyrings: the first that can be trusted
        found = next((one for one in candidates if type(one).__module__.startswith(TRUSTED)), None)
    if found is None:
        raise UserError(no_keyring(type(chosen).__module__))
    return found


def no_keyring(backend: str) -> str:
    """The sentence for a machine without a keyring that can be trusted."""
    todo = _WHAT_TO_DO.get(sys.platform, _WHAT_TO_DO["linux"])
    if backend in {"keyring.backends.fail", "keyring.backends.chainer"}:
        return f"There is no keyring to keep passwords in, and payerbot keeps them nowhere else: {todo}."
    return (
        f"The keyring that is set ({backend}) is not this system's own, and payerbot keeps passwords nowhere else: "
        f"remove PYTHON_KEYRING_BACKEND or keyringrc.cfg, then {todo}."
    )


@contextlib.contextmanager
def _said_in_our_words() -> Iterator[None]:
    """A keyring's own errors can repeat what was stored; none gets out."""
    todo = _WHAT_TO_DO.get(sys.platform, _WHAT_TO_DO["linux"])
    try:
        yield
    except (UserError, RunError):
        raise
    except KeyringLocked:
        raise UserError(f"The keyring is locked: {todo}, then try again.") from None
    except KeyringError:
        raise UserError(f"The keyring did not answer: {todo}, then try again.") from None
    except Exception:  # noqa: BLE001  every backend has errors of its own (D-Bus, Security framework, win32)
        raise UserError(f"The keyring failed: {todo}, then try again.") from None


def _entry(portal: str, login: str, part: Part) -> str:
    return f"{portal}/{login}/{part.value}"


def checked(part: Part, value: str) -> str:
    """The value as it is stored; UserError, which never repeats it, where it cannot be right."""
    if part is Part.TOTP:
        return _seed(value)
    if not value or value != value.strip() or not value.isprintable():
        raise UserError(
            f"The {part.value} is empty, or begins or ends with a blank, or holds a character that cannot be typed: enter it again."
        )
    return value


def _seed(value: str) -> str:
    seed = "".join(value.split()).replace("-", "").rstrip("=").upper()
    try:
        base64.b32decode(seed + "=" * (-len(seed) % 8))
    except (binascii.Error, ValueError):
        seed = ""
    if len(seed) < 16:  # noqa: PLR2004  RFC 4226 wants 128 bits, portals give at least 80
        raise UserError(
            "The authenticator seed is not one: it is the 16 or more letters and digits 2-7 that the portal shows beside its QR code."
        )
    return seed


def _key_bytes(value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise UserError("The ledger key is damaged: put it back with 'payerbot keys import' from its backup.")
    return key


def read_env(file: Path) -> dict[str, str]:
    """Names and values of a credentials file: nothing is expanded, nothing is taken from the environment, nothing is put there."""
    from dotenv import dotenv_values  # noqa: PLC0415  only the import of a file needs it

    try:
        with file.open(encoding="utf-8-sig") as text:
            return {name: value or "" for name, value in dotenv_values(stream=text, interpolate=False).items()}
    except UnicodeDecodeError:
        raise UserError(f"{file.name} is not a UTF-8 text file: save it as UTF-8 and import it again.") from None
    except OSError:
        raise UserError(f"{file.name} cannot be read: check its name and that you may open it.") from None
