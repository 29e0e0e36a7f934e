"""`payerbot keys`: into the keyring, and what is in it; never a value on the screen, in an argument or in the log."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from payerbot import credentials
from payerbot.commands.office import ledger_of, practice, print_json, print_table, somebody
from payerbot.credentials import Entry, Imported
from payerbot.errors import UserError
from payerbot.logs import log
from payerbot.settings import settings
from payerbot.vault import KEY_BYTES, LEDGER_KEY_NAME, NEEDED, Part, Vault, vault_of

if TYPE_CHECKING:
    from payerbot.practice import Practice

OK, MISSING = 0, 3
ASKED = {Part.USER: "User id", Part.PASSWORD: "Password", Part.TOTP: "Authenticator seed (empty: none)"}


def set_entries(portal: str, name: str | None, *, totp: bool) -> int:
    """Ask for one login's secrets and store them."""
    mine = practice()
    login, vault = credentials.login_of(mine, portal, name), _real_vault(mine.tenant)
    typer.echo(f"For the login '{login.name}' at {portal}; typing shows nothing.")
    stored = [part for part in ((Part.TOTP,) if totp else Part) if _ask(vault, Entry(portal, login.name, part))]
    log.info("keys set", portal=portal, login=login.name, count=len(stored))
    typer.echo(f"In the keyring, and read back: {', '.join(part.value for part in stored) or 'nothing'}.")
    _let_go_on(mine, {(portal, login.name)})
    return OK


def _ask(vault: Vault, entry: Entry) -> bool:
    value = _typed(ASKED[entry.part])
    if not value and entry.part not in NEEDED:
        return False
    vault.put(*entry, value)
    return True


def _typed(label: str) -> str:
    """A secret from the terminal without echo; from a script, one line of its standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(label, hide_input=True, default="", show_default=False))
    return sys.stdin.readline().rstrip("\r\n")


def import_entries(file: Path, *, delete: bool | None) -> int:
    """Move a credentials file into the keyring; it is only deleted where all of it was stored."""
    mine = practice()
    done = credentials.import_file(file, mine, _real_vault(mine.tenant))
    log.info("keys import", count=len(done.stored), total=sum(map(len, done)))
    _say(done)
    known = credentials.names(mine)
    _let_go_on(mine, {known[name][:2] for name in done.stored if name in known})
    if not done.complete:
        typer.echo(f"{file.name} was kept: correct the lines named above and import it again.")
        return MISSING
    if _may_delete(file, delete=delete):
        credentials.delete(file)
        typer.echo(f"{file.name} was deleted. {credentials.copies(file)}")
    else:
        typer.echo(f"{file.name} was kept, and its passwords can be read in it: delete it soon. {credentials.copies(file)}")
    return OK


def set_api(new: Path | None) -> int:
    """The key that signs answers: typed, or made and written into a file for whoever checks the signatures."""
    mine = practice()
    vault = _real_vault(mine.tenant)
    value = secrets.token_hex(KEY_BYTES) if new else _typed("Key that signs answers")
    if new:
        _write_new(new, f"{value}\n")
    try:
        vault.put_api_key(value)
    except BaseException:
        if new:
            new.unlink()
        raise
    log.info("keys set", kind="api")
    typer.echo("The key that signs answers is in the keyring, and read back.")
    if new:
        typer.echo(f"{new} holds it for the system that takes the answers: hand it over, then delete the file. {credentials.copies(new)}")
    return OK


def _let_go_on(mine: Practice, logins: Iterable[tuple[str, str]]) -> None:
    """Rows that waited for these secrets are due; a refused sign-in stays shut until somebody answers its question."""
    if not settings().ledger_url and not (settings().home / "ledger.sqlite").exists():
        return
    with ledger_of(mine) as ledger:
        for portal, login in sorted(logins):
            ledger.log(somebody(), "keys set", f"{login} at {portal}")
            bar = ledger.sign_in_bar(portal, login)
            if bar is None:
                ledger.clear_sign_ins(portal, login, somebody())
            elif bar.question is not None:
                typer.echo(f"The login '{login}' at {portal} signs in again once its question is answered: payerbot answer {bar.question}")


def _say(done: Imported) -> None:
    typer.echo(f"{len(done.stored)} stored in the keyring and read back: {', '.join(done.stored) or 'none'}.")
    if done.empty:
        typer.echo(f"Without a value: {', '.join(done.empty)}.")
    if done.unknown:
        typer.echo(f"Not known here: {', '.join(done.unknown)}. The names follow the logins of practice.yaml; see credentials.example.env.")
    for sentence in done.wrong:
        typer.echo(sentence)


def _may_delete(file: Path, *, delete: bool | None) -> bool:
    if delete is not None:
        return delete
    return sys.stdin.isatty() and typer.confirm(f"Delete {file.name} now?", default=True)


def check(*, as_json: bool) -> int:
    """Which entries the keyring has; never their values."""
    mine = practice()
    vault = vault_of(mine.tenant)
    found = credentials.presence(mine, vault)
    has_key, wants_key = vault.api_key() is not None, bool(mine.api or settings().api_url)
    if as_json:
        logins = [{"portal": one.login.portal, "login": one.login.name, **{part.value: part in one.has for part in Part}} for one in found]
        print_json([*logins, *([{"portal": "api", "login": "signing", "key": has_key}] if has_key or wants_key else [])])
    else:
        rows = [(one.login.portal, one.login.name, *(_word(part, one.has) for part in Part)) for one in found]
        print_table(("portal", "login", *(part.value for part in Part)), rows)
        for one in found:
            if one.missing:
                typer.echo(f"Missing for {one.login.name}: run 'payerbot keys set {one.login.portal} --login {one.login.name}'.")
        if has_key or wants_key:
            typer.echo("Key that signs answers: " + ("there." if has_key else "MISSING: run 'payerbot keys set-api'."))
    return MISSING if any(one.missing for one in found) or (wants_key and not has_key) else OK


def _word(part: Part, has: tuple[Part, ...]) -> str:
    if part in has:
        return "there"
    return "MISSING" if part in NEEDED else "none"


def backup(file: Path) -> int:
    """Write the ledger's key into a new private file."""
    mine = practice()
    key = _real_vault(mine.tenant).ledger_key()
    if key is None:
        raise UserError("There is no ledger key yet: it is made when the first file is loaded.")
    text = f"# The ledger key of {mine.tenant}; 'payerbot keys import' puts it back.\n{LEDGER_KEY_NAME}={base64.b64encode(key).decode()}\n"
    _write_new(file, text)
    log.info("keys backup")
    typer.echo(f"{file} holds the ledger's key: keep it apart from the backups of the ledger. {credentials.copies(file)}")
    return OK


def _write_new(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(f"{file.name} exists already: name a new file.") from None
    except OSError:
        raise UserError(f"{file.name} cannot be written: name a file in a folder of your own.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as held:
        held.write(text)


def _real_vault(tenant: str) -> Vault:
    vault = vault_of(tenant)
    if vault.made_up:
        raise UserError("The demo keeps no passwords: remove PAYERBOT_DEMO_VAULT to work with the keyring.")
    return vault
