"""The names secrets have in a credentials file, and their way from there into the keyring. Values are never shown or named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from payerbot.errors import UserError
from payerbot.host import synced_by
from payerbot.vault import LEDGER_KEY_NAME, NEEDED, Part, Vault, checked, read_env

if TYPE_CHECKING:
    from payerbot.practice import Login, Practice

SUFFIX = {Part.USER: "USER", Part.PASSWORD: "PASSWORD", Part.TOTP: "TOTP_SEED"}
_WANTED = tuple(f"_{SUFFIX[part]}" for part in NEEDED)


class Entry(NamedTuple):
    """One secret of one login at one portal."""

    portal: str
    login: str
    part: Part


class Imported(NamedTuple):
    """What an import did, by name."""

    stored: tuple[str, ...]
    empty: tuple[str, ...]
    unknown: tuple[str, ...]
    wrong: tuple[str, ...]  # sentences

    @property
    def complete(self) -> bool:
        """True where nothing is left in the file that would be missed: what is optional may be empty."""
        return bool(self.stored) and not (self.unknown or self.wrong or any(name.endswith(_WANTED) for name in self.empty))


class Presence(NamedTuple):
    """Which entries of a login the keyring has."""

    login: Login
    has: tuple[Part, ...]

    @property
    def missing(self) -> tuple[Part, ...]:
        """Those without which the login cannot sign in."""
        return tuple(part for part in NEEDED if part not in self.has)


def names(practice: Practice) -> dict[str, Entry]:
    """The names a credentials file of this practice may have: AVAILITY_USER for the first login there, AVAILITY__<LOGIN>_USER for each."""
    return {name: entry for login in practice.logins for name, entry in _names(login, first=practice.login_for(login.portal) == login)}


def _names(login: Login, *, first: bool) -> Iterator[tuple[str, Entry]]:
    for part, suffix in SUFFIX.items():
        entry = Entry(login.portal, login.name, part)
        yield f"{_upper(login.portal)}__{_upper(login.name)}_{suffix}", entry
        if first:
            yield f"{_upper(login.portal)}_{suffix}", entry


def _upper(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", text.upper())


def import_file(file: Path, practice: Practice, vault: Vault) -> Imported:
    """Put every secret of the file into the keyring, each read back; what is empty, unknown or wrong is named and left out."""
    known = names(practice)
    stored, empty, unknown, wrong = [], [], [], []
    for name, value in read_env(file).items():
        if not value.strip():
            empty.append(name)
        elif name != LEDGER_KEY_NAME and name not in known:
            unknown.append(name)
        elif why := _refused(name, value, known, vault):
            wrong.append(f"{name}: {why}")
        else:
            stored.append(name)
    return Imported(tuple(stored), tuple(empty), tuple(unknown), tuple(wrong))


def _refused(name: str, value: str, known: dict[str, Entry], vault: Vault) -> str:
    try:
        if name == LEDGER_KEY_NAME:
            vault.restore_ledger_key(value)
            return ""
        checked(known[name].part, value)
    except UserError as why:
        return str(why)
    vault.put(*known[name], value)
    return ""


def presence(practice: Practice, vault: Vault, logins: Iterable[Login] | None = None) -> list[Presence]:
    """Which entries are there, login by login."""
    asked = practice.logins if logins is None else logins
    return [Presence(login, tuple(part for part in Part if vault.get(login.portal, login.name, part))) for login in asked]


def login_of(practice: Practice, portal: str, name: str | None) -> Login:
    """The practice's login that a command means, or UserError with those there are."""
    mine = [login for login in practice.logins if login.portal == portal]
    if not mine:
        have = ", ".join(sorted({login.portal for login in practice.logins})) or "none"
        raise UserError(f"practice.yaml has no login for the portal {portal!r}; it has logins for: {have}.")
    if name is None:
        return mine[0]
    found = next((login for login in mine if login.name == name), None)
    if found is None:
        raise UserError(f"practice.yaml has no login {name!r} for {portal}; it has: {', '.join(login.name for login in mine)}.")
    return found


def delete(file: Path) -> None:
    """Remove the file once its secrets are in the keyring."""
    try:
        file.unlink()
    except OSError:
        raise UserError(f"{file.name} could not be deleted; its passwords are in the keyring now: delete it yourself.") from None


def copies(file: Path) -> str:
    """What deleting the file does not reach."""
    if service := synced_by(file):
        return f"The file lies in a folder that {service} copies, which may keep a copy: empty its trash, or change the passwords."
    return "A folder that is synced or backed up (OneDrive, Dropbox, iCloud, Google Drive) may keep a copy of the file: look there, too."
