"""The authorization reader of Availity: every word that is known, and none that is guessed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from payerbot.authorization import AuthService, AuthState
from payerbot.model import Outcome
from portals.availity import read_auths
from sandbox.availity.auth_lists import SUBMITTED
from sandbox.availity.auth_rules import RULES
from sandbox.availity.auths import DUPLICATE
from sandbox.availity.payers import PAGES
from tests.auth_support import auth_ask

WORDS = [(word, state) for rules in RULES.values() for state, word in rules.words.items()]


@pytest.mark.parametrize("word, state", WORDS)
def test_every_payers_word_for_a_status_is_known(word: str, state: str) -> None:
    assert read_auths.state(word) is AuthState(state)


@pytest.mark.parametrize("word", ["Authorization - Undetermined", "", "Zurückgestellt", "Unapproved", "Certificate", "Approval"])
def test_a_word_that_is_not_known_is_unknown(word: str) -> None:
    assert read_auths.state(word) is AuthState.UNKNOWN


def test_a_status_that_stands_elsewhere_is_not_decided() -> None:
    assert read_auths.state(SUBMITTED) is AuthState.PENDED
    assert read_auths.ON_DASHBOARD in SUBMITTED.casefold()


@pytest.mark.parametrize("payer", RULES)
def test_a_member_whom_the_payer_does_not_know_is_bad_data_and_no_empty_list(payer: str) -> None:
    said = PAGES[payer].words.member_not_found
    assert (read_auths.refusal(said).outcome, read_auths.refusal(said).field) == (Outcome.BAD_DATA, "member_id")
    assert not read_auths.nothing_there(said)


def test_a_duplicate_names_the_request_that_is_there() -> None:
    for rules in RULES.values():
        said = DUPLICATE.format(label=rules.reference_label, reference="AR26000001")
        assert read_auths.duplicate(said) == "AR26000001"
    assert read_auths.duplicate("At least one attachment is required for this service.") == ""


@pytest.mark.parametrize(
    "changed, field",
    [
        ({}, ""),
        ({"note": "x" * 264}, ""),
        ({"note": "x" * 265}, "note"),
        ({"services": (AuthService(code="90837", units=Decimal("1.5")),)}, "units"),
        ({"services": (AuthService(code="90837", units=Decimal(1000)),)}, "units"),
        ({"services": (AuthService(code="90837", units=Decimal(1)), AuthService(code="90834", units=Decimal(1)))}, "services"),
        ({"request_type": "cancel"}, "request_type"),
    ],
)
def test_what_the_form_has_no_place_for_is_said_before_it_is_opened(changed: dict[str, Any], field: str) -> None:
    assert read_auths.cannot_be_asked(auth_ask(**changed))[0] == field


def test_a_diagnosis_is_written_as_lists_show_it() -> None:
    assert [read_auths.icd(code) for code in ("F411", "F41.1", "f33.1 ", "F20")] == ["F41.1", "F41.1", "F33.1", "F20"]


def test_inpatient_care_is_another_kind_of_request() -> None:
    assert read_auths.category(auth_ask(level_of_care="Residential treatment")) == "Inpatient Authorization"
    assert read_auths.category(auth_ask(level_of_care="intensive outpatient")) == "Outpatient Authorization"
