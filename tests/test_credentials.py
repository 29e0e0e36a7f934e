"""A credentials file's way into the keyring: names follow the practice's logins, values are never told."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from payerbot import credentials
from payerbot.credentials import Entry
from payerbot.errors import UserError
from payerbot.practice import Practice
from payerbot.vault import MemoryVault, Part, read_env

if TYPE_CHECKING:
    from payerbot.vault import KeyringVault

ROOT = Path(__file__).resolve().parent.parent
SECOND = """
  - portal: availity
    name: front-desk
    owner: miguel
  - portal: provider-express
    name: bot.2
    owner: dana
"""


@pytest.fixture
def two_logins(practice_file: Path) -> Practice:
    text = practice_file.read_text(encoding="utf-8")
    practice_file.write_text(text.replace("\nroutes:", f"{SECOND.replace('bot.2', 'bot-2')}\nroutes:", 1), encoding="utf-8")
    return Practice.load(practice_file)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "credentials.env"
    file.write_text(text, encoding=encoding)
    return file


class TestNames:
    def test_the_first_login_has_the_short_name_and_each_its_own(self, two_logins: Practice) -> None:
        names = credentials.names(two_logins)
        assert names["AVAILITY_USER"] == names["AVAILITY__AUTOMATION_1_USER"] == Entry("availity", "automation-1", Part.USER)
        assert names["AVAILITY__FRONT_DESK_TOTP_SEED"] == Entry("availity", "front-desk", Part.TOTP)
        assert names["PROVIDER_EXPRESS_PASSWORD"] == Entry("provider-express", "bot-2", Part.PASSWORD)
        assert len(names) == 3 * (3 + 2)

    def test_the_example_file_has_every_name_of_the_example_practice_and_no_value(self, practice: Practice) -> None:
        text = (ROOT / "credentials.example.env").read_text(encoding="utf-8")
        listed = read_env(ROOT / "credentials.example.env")
        short = {name for name in credentials.names(practice) if "__" not in name}
        assert short <= set(listed)
        assert set(listed.values()) == {""}
        assert set(re.findall(r"^#? *([A-Z_0-9]+)=", text, re.MULTILINE)) >= short

    def test_a_login_is_meant_by_portal_or_by_name(self, two_logins: Practice) -> None:
        assert credentials.login_of(two_logins, "availity", None).name == "automation-1"
        assert credentials.login_of(two_logins, "availity", "front-desk").owner == "miguel"
        with pytest.raises(UserError, match="no login 'x' for availity; it has: automation-1, front-desk"):
            credentials.login_of(two_logins, "availity", "x")
        with pytest.raises(UserError, match="no login for the portal 'optum'; it has logins for: availity, provider-express"):
            credentials.login_of(two_logins, "optum", None)


class TestImporting:
    def test_every_value_reaches_the_keyring_as_it_stands(self, two_logins: Practice, vault: KeyringVault, tmp_path: Path) -> None:
        file = written(
            tmp_path, "\ufeffAVAILITY_USER=hlbot01\nAVAILITY_PASSWORD='a#b ${HOME} $1'\n# note\nexport AVAILITY__FRONT_DESK_USER=desk\n"
        )
        done = credentials.import_file(file, two_logins, vault)
        assert done.stored == ("AVAILITY_USER", "AVAILITY_PASSWORD", "AVAILITY__FRONT_DESK_USER")
        assert done.complete
        assert vault.get("availity", "automation-1", Part.USER) == "hlbot01"
        assert vault.get("availity", "automation-1", Part.PASSWORD) == "a#b ${HOME} $1"
        assert vault.get("availity", "front-desk", Part.USER) == "desk"

    def test_the_environment_has_no_say(
        self, practice: Practice, vault: KeyringVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVAILITY_USER", "from-the-environment")
        credentials.import_file(written(tmp_path, "AVAILITY_USER=from-the-file\n"), practice, vault)
        assert vault.get("availity", "automation-1", Part.USER) == "from-the-file"

    def test_what_is_empty_unknown_or_wrong_is_named_without_its_value(
        self, practice: Practice, vault: KeyringVault, tmp_path: Path
    ) -> None:
        text = "AVAILITY_USER=\nAVAILITY_PASWORD=sentinel-1\nAVAILITY_TOTP_SEED=sentinel-2\nAVAILITY_PASSWORD=fine\nBARE\n"
        done = credentials.import_file(written(tmp_path, text), practice, vault)
        assert done.stored == ("AVAILITY_PASSWORD",)
        assert done.empty == ("AVAILITY_USER", "BARE")
        assert done.unknown == ("AVAILITY_PASWORD",)
        assert done.wrong[0].startswith("AVAILITY_TOTP_SEED: The authenticator seed is not one")
        assert not done.complete
        assert "sentinel" not in repr(done)

    @pytest.mark.parametrize(
        "text, complete",
        [
            ("AVAILITY_USER=a\nAVAILITY_PASSWORD=b\nAVAILITY_TOTP_SEED=\nPAYERBOT_LEDGER_KEY=\n", True),
            ("AVAILITY_USER=a\nAVAILITY_PASSWORD=\n", False),
            ("AVAILITY_TOTP_SEED=\n", False),
        ],
    )
    def test_only_what_is_optional_may_be_empty(
        self, text: str, complete: bool, practice: Practice, vault: KeyringVault, tmp_path: Path
    ) -> None:
        assert credentials.import_file(written(tmp_path, text), practice, vault).complete is complete

    def test_a_ledger_key_is_put_back_and_a_damaged_one_is_named(self, practice: Practice, vault: KeyringVault, tmp_path: Path) -> None:
        key = base64.b64encode(bytes(range(32))).decode()
        assert credentials.import_file(written(tmp_path, f"PAYERBOT_LEDGER_KEY={key}\n"), practice, vault).complete
        assert vault.ledger_key() == bytes(range(32))
        done = credentials.import_file(written(tmp_path, "PAYERBOT_LEDGER_KEY=sentinel\n"), practice, vault)
        assert done.wrong == ("PAYERBOT_LEDGER_KEY: The ledger key is damaged: put it back with 'payerbot keys import' from its backup.",)

    def test_a_file_that_is_no_text_is_said(self, practice: Practice, vault: KeyringVault, tmp_path: Path) -> None:
        file = written(tmp_path, "AVAILITY_PASSWORD=m\u00fcll", encoding="latin-1")
        with pytest.raises(UserError, match=r"credentials.env is not a UTF-8 text file"):
            credentials.import_file(file, practice, vault)

    def test_a_file_that_cannot_be_opened_is_said(self, practice: Practice, vault: KeyringVault, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="cannot be read"):
            credentials.import_file(tmp_path, practice, vault)


class TestAfterwards:
    def test_the_file_is_deleted(self, tmp_path: Path) -> None:
        file = written(tmp_path, "x")
        credentials.delete(file)
        assert not file.exists()
        with pytest.raises(UserError, match="delete it yourself"):
            credentials.delete(file)

    def test_a_synced_folder_is_named_and_another_is_asked_about(self, tmp_path: Path) -> None:
        assert "OneDrive copies" in credentials.copies(tmp_path / "OneDrive - Office" / "credentials.env")
        assert "may keep a copy" in credentials.copies(tmp_path / "credentials.env")

    def test_presence_tells_entries_and_never_values(self, two_logins: Practice) -> None:
        vault = MemoryVault({"availity/automation-1/user": "sentinel", "availity/automation-1/totp": "sentinel"})
        first, second, third = credentials.presence(two_logins, vault)
        assert (first.has, first.missing) == ((Part.USER, Part.TOTP), (Part.PASSWORD,))
        assert second.missing == third.missing == (Part.USER, Part.PASSWORD)
        assert "sentinel" not in repr((first, second, third))
