"""Secrets: kept by a real keyring, read back, never shown, refused where there is no keyring to trust."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.backends.chainer
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordSetError

from payerbot import vault as vaults
from payerbot.errors import RunError, UserError
from payerbot.settings import settings
from payerbot.vault import KeyringVault, MemoryVault, Part, Secrets, derive, usable_keyring, vault_of
from tests.keyring_session import KeyringSession

ROOT = Path(__file__).resolve().parent.parent
SetKeyring = Callable[[KeyringBackend], None]
SEED = "JBSWY3DPEHPK3PXP"
MEMORY = {"availity/bot/user": "demo-user", "availity/bot/password": "demo-password"}

FAIL: KeyringBackend = keyring.core.load_keyring("keyring.backends.fail.Keyring")
NULL: KeyringBackend = keyring.core.load_keyring("keyring.backends.null.Keyring")
CHAIN: KeyringBackend = keyring.core.load_keyring("keyring.backends.chainer.ChainerBackend")


class Odd(KeyringBackend):
    """A keyring that is not this system's own."""

    priority = 1

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.trouble:
            raise self.trouble
        return self.kept.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[f"{service}/{username}"] = password


@pytest.fixture
def set_keyring(monkeypatch: pytest.MonkeyPatch) -> SetKeyring:
    def put(backend: KeyringBackend) -> None:
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)

    return put


@pytest.fixture
def trusted_odd(monkeypatch: pytest.MonkeyPatch, set_keyring: SetKeyring) -> Odd:
    odd = Odd()
    monkeypatch.setattr(vaults, "TRUSTED", (__name__, *vaults.TRUSTED))
    set_keyring(odd)
    return odd


class TestTheRealKeyring:
    def test_a_password_comes_back_as_it_was_stored(self, vault: KeyringVault) -> None:
        vault.put("availity", "billing-bot", Part.PASSWORD, "Gr\u00fcn #1 'x\" $HOME \\n")
        assert vault.get("availity", "billing-bot", Part.PASSWORD) == "Gr\u00fcn #1 'x\" $HOME \\n"

    def test_it_lies_in_the_system_keyring_under_the_practice(self, vault: KeyringVault) -> None:
        vault.put("availity", "billing-bot", Part.USER, "hlbot01")
        assert keyring.get_password("payerbot/test-practice", "availity/billing-bot/user") == "hlbot01"
        assert vault.kind == "SecretService"

    def test_logins_and_practices_do_not_see_each_other(self, vault: KeyringVault) -> None:
        vault.put("availity", "a", Part.USER, "one")
        vault.put("availity", "b", Part.USER, "two")
        assert vault.get("availity", "a", Part.USER) == "one"
        assert KeyringVault("another").get("availity", "a", Part.USER) is None

    def test_a_second_value_replaces_the_first(self, vault: KeyringVault) -> None:
        vault.put("availity", "a", Part.PASSWORD, "old")
        vault.put("availity", "a", Part.PASSWORD, "new")
        assert vault.get("availity", "a", Part.PASSWORD) == "new"

    def test_a_removed_entry_is_gone_and_removing_it_again_is_no_error(self, vault: KeyringVault) -> None:
        vault.put("availity", "a", Part.PASSWORD, "old")
        vault.remove("availity", "a", Part.PASSWORD)
        vault.remove("availity", "a", Part.PASSWORD)
        assert vault.get("availity", "a", Part.PASSWORD) is None

    def test_a_login_is_read_whole(self, vault: KeyringVault) -> None:
        vault.put("availity", "a", Part.USER, "hlbot01")
        vault.put("availity", "a", Part.PASSWORD, "pw")
        assert vault.secrets("availity", "a") == Secrets("hlbot01", "pw", None)
        vault.put("availity", "a", Part.TOTP, "jbsw y3dp-ehpk 3pxp")
        assert vault.secrets("availity", "a").totp == SEED

    @pytest.mark.parametrize("stored, lacks", [(None, "user id"), (Part.USER, "password")])
    def test_a_missing_entry_is_named_with_the_command_that_adds_it(self, vault: KeyringVault, stored: Part | None, lacks: str) -> None:
        if stored:
            vault.put("availity", "bot", stored, "x")
        with pytest.raises(UserError, match=rf"no {lacks} .*payerbot keys set availity --login bot"):
            vault.secrets("availity", "bot")

    def test_no_repr_shows_a_secret(self, vault: KeyringVault) -> None:
        vault.put("availity", "a", Part.USER, "sentinel-user")
        vault.put("availity", "a", Part.PASSWORD, "sentinel-password")
        shown = f"{vault!r} {vault.secrets('availity', 'a')!r} {vault.secrets('availity', 'a')}"
        assert "sentinel" not in shown

    def test_a_locked_keyring_is_said(self, home: Path) -> None:
        """A session and a process of its own: nobody can unlock it again, and the keyring library leaves its socket open."""
        with KeyringSession() as session:
            with session.collection() as collection:
                collection.create_item("x", {"service": "payerbot/t", "username": "availity/a/user"}, b"sentinel")
            session.lock()
            script = "from payerbot.vault import *; KeyringVault('t').get('availity', 'a', Part.USER)"
            done = asked(script, PYTHON_KEYRING_BACKEND="keyring.backends.SecretService.Keyring", **session.environment)
        assert "UserError: The keyring is locked: log in to the desktop" in done.stderr
        assert "sentinel" not in done.stderr


class TestTheLedgerKey:
    def test_it_is_made_once_and_gives_three_different_keys(self, home: Path, vault: KeyringVault) -> None:
        first = vault.ledger_keys()
        assert KeyringVault("test-practice").ledger_keys() == first
        assert len({first.data, first.index, first.audit}) == 3
        assert {len(key) for key in first} == {32}
        assert vault.ledger_key() not in first

    def test_practices_have_different_keys(self, home: Path, vault: KeyringVault) -> None:
        assert KeyringVault("another").ledger_keys() != vault.ledger_keys()

    def test_derivation_never_changes(self) -> None:
        """A ledger written by any release must open with its key: these are the keys of the first."""
        keys = derive(bytes(range(32)))
        assert [key.hex()[:16] for key in keys] == ["acf37a3a7de136d7", "f570c64dff792db0", "95ea15d56e45ec92"]

    def test_two_processes_that_start_together_agree_on_one(self, home: Path, vault: KeyringVault) -> None:
        script = "from payerbot.vault import *; print(KeyringVault('test-practice').ledger_keys().data.hex())"
        running = [started(script) for _ in range(4)]
        told = {child.communicate(timeout=60)[0] for child in running}
        assert told == {f"{vault.ledger_keys().data.hex()}\n"}

    def test_a_ledger_whose_key_is_gone_never_gets_a_new_one(self, home: Path, vault: KeyringVault) -> None:
        (home / "ledger.sqlite").touch()
        with pytest.raises(RunError, match="its key is not in this person's keyring"):
            vault.ledger_keys()
        assert vault.ledger_key() is None

    def test_a_server_that_has_the_ledger_already_never_gets_a_new_key_from_a_second_machine(
        self, home: Path, vault: KeyringVault, database_server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.ledger_support import Place

        place = Place(home, database_server)
        monkeypatch.setenv("PAYERBOT_LEDGER_URL", place.url)
        settings.cache_clear()
        place.ledger(tenant=vault.tenant, keys=derive(bytes(range(32))))
        with pytest.raises(RunError, match="its key is not in this person's keyring"):
            vault.ledger_keys()
        vault.restore_ledger_key(base64.b64encode(bytes(range(32))).decode())
        place.ledger(tenant=vault.tenant, keys=vault.ledger_keys())
        place.remove()

    def test_the_first_machine_of_a_server_makes_the_key(
        self, home: Path, vault: KeyringVault, database_server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.ledger_support import Place

        place = Place(home, database_server)
        monkeypatch.setenv("PAYERBOT_LEDGER_URL", place.url)
        settings.cache_clear()
        place.ledger(tenant="another practice")
        assert vault.ledger_keys() == derive(vault.ledger_key() or b"")
        place.remove()

    def test_a_kept_key_can_be_put_back(self, home: Path, vault: KeyringVault) -> None:
        vault.restore_ledger_key(base64.b64encode(bytes(range(32))).decode())
        assert vault.ledger_keys() == derive(bytes(range(32)))

    def test_a_key_in_use_is_never_overwritten(self, home: Path, vault: KeyringVault) -> None:
        before = vault.ledger_keys()
        with pytest.raises(UserError, match="another ledger key already"):
            vault.restore_ledger_key(base64.b64encode(bytes(32)).decode())
        assert vault.ledger_keys() == before

    @pytest.mark.parametrize("value", ["", "not base64!", base64.b64encode(b"short").decode()])
    def test_a_damaged_key_is_refused(self, vault: KeyringVault, value: str) -> None:
        with pytest.raises(UserError, match="damaged"):
            vault.restore_ledger_key(value)


class TestWhatIsStored:
    @pytest.mark.parametrize("value", ["", " pw", "pw ", "p\nw", "p\x00w"])
    def test_a_value_that_cannot_be_typed_is_refused_and_not_repeated(self, vault: KeyringVault, value: str) -> None:
        with pytest.raises(UserError, match=r"^The password is empty, or begins") as refused:
            vault.put("availity", "a", Part.PASSWORD, value)
        assert "pw" not in str(refused.value)

    @pytest.mark.parametrize("seed", ["", "short", "0189018901890189", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"])
    def test_a_seed_that_is_none_is_refused_and_not_repeated(self, vault: KeyringVault, seed: str) -> None:
        with pytest.raises(UserError, match="authenticator seed is not one") as refused:
            vault.put("availity", "a", Part.TOTP, seed)
        assert not seed or seed not in str(refused.value)

    def test_a_keyring_that_keeps_something_else_is_an_error(self, trusted_odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Odd, "set_password", lambda *_: None)
        with pytest.raises(RunError, match="did not keep what was stored"):
            KeyringVault("t").put("availity", "a", Part.USER, "x")


class TestWithoutAKeyring:
    @pytest.mark.parametrize("backend", [FAIL, CHAIN])
    def test_no_keyring_is_refused_with_what_to_do(
        self, set_keyring: SetKeyring, backend: KeyringBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [])
        set_keyring(backend)
        with pytest.raises(UserError, match="There is no keyring to keep passwords in, and payerbot keeps them nowhere else: "):
            KeyringVault("t")

    @pytest.mark.parametrize("backend", [NULL, Odd()])
    def test_a_keyring_in_the_open_is_refused_by_name(self, set_keyring: SetKeyring, backend: KeyringBackend) -> None:
        set_keyring(backend)
        with pytest.raises(UserError, match=rf"\({type(backend).__module__}\) is not this system's own.*PYTHON_KEYRING_BACKEND"):
            KeyringVault("t")

    def test_of_a_chain_the_system_keyring_is_taken(
        self, set_keyring: SetKeyring, vault: KeyringVault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system = usable_keyring()
        monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [Odd(), system])
        set_keyring(CHAIN)
        assert usable_keyring() is system

    @pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd"])
    def test_every_system_gets_its_own_advice(self, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        advice = {"darwin": "Keychain Access", "win32": "Credential Manager"}.get(platform, "gnome-keyring")
        assert advice in vaults.no_keyring("keyring.backends.fail")

    @pytest.mark.parametrize(
        "trouble, says",
        [(KeyringLocked("sentinel"), "is locked"), (PasswordSetError("sentinel"), "did not answer"), (OSError("sentinel"), "failed")],
    )
    def test_a_keyring_own_words_do_not_get_out(self, trusted_odd: Odd, trouble: Exception, says: str) -> None:
        trusted_odd.trouble = trouble
        with pytest.raises(UserError, match=says) as refused:
            KeyringVault("t").get("availity", "a", Part.USER)
        assert "sentinel" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__

    def test_a_backend_that_does_not_exist_is_said(self, home: Path) -> None:
        done = asked("from payerbot.vault import *; KeyringVault('t')", PYTHON_KEYRING_BACKEND="nowhere.Keyring")
        assert "UserError: The keyring failed" in done.stderr

    def test_keyring_errors_have_one_base(self) -> None:
        assert issubclass(KeyringLocked, KeyringError)


class TestTheDemo:
    @pytest.fixture(autouse=True)
    def _twin(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PAYERBOT_DEV_PORTALS", "availity=http://essentials.availity.localhost:8765")

    def test_its_passwords_need_no_keyring_and_say_that_they_are_made_up(self) -> None:
        vault = vault_of("t", MEMORY)
        assert vault.secrets("availity", "bot") == Secrets("demo-user", "demo-password", None)
        assert vault.made_up
        assert "made up" in vault.kind

    def test_a_real_portal_gets_nothing_from_it(self) -> None:
        with pytest.raises(UserError, match="for simulated portals, and optum is none here"):
            MemoryVault({**MEMORY, "optum/bot/user": "x", "optum/bot/password": "y"}).secrets("optum", "bot")

    def test_every_process_of_a_demo_has_the_same_ledger_keys(self) -> None:
        assert MemoryVault(MEMORY).ledger_keys() == MemoryVault(dict(reversed(MEMORY.items()))).ledger_keys()
        assert MemoryVault({**MEMORY, "availity/bot/user": "other"}).ledger_keys() != MemoryVault(MEMORY).ledger_keys()

    def test_a_demo_names_its_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "demo.json"
        file.write_text(json.dumps(MEMORY), encoding="utf-8")
        monkeypatch.setenv("PAYERBOT_DEMO_VAULT", str(file))
        assert vault_of("t").secrets("availity", "bot").user == "demo-user"

    @pytest.mark.parametrize("content", [None, "[", "[1]"])
    def test_a_demo_file_that_is_none_is_said(self, content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "demo.json"
        if content is not None:
            file.write_text(content, encoding="utf-8")
        monkeypatch.setenv("PAYERBOT_DEMO_VAULT", str(file))
        with pytest.raises(UserError, match="PAYERBOT_DEMO_VAULT names no file"):
            vault_of("t")

    def test_it_forgets(self) -> None:
        vault = MemoryVault(MEMORY)
        vault.put("availity", "bot", Part.TOTP, SEED)
        vault.remove("availity", "bot", Part.TOTP)
        assert vault.get("availity", "bot", Part.TOTP) is None
        assert "demo" not in repr(vault)


def started(script: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def asked(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    child = started(script, **environment)
    out, err = child.communicate(timeout=60)
    return subprocess.CompletedProcess(script, child.returncode, out, err)
