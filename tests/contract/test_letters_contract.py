"""What every portal that hands out letters must do, in a real browser at its twin."""

from __future__ import annotations

import importlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.capability import DeliversLetters
from payerbot.eob import mail
from payerbot.errors import AccessWanted, BotWall, PageChanged, PortalDown, SessionLost, SignedOutByPerson
from payerbot.letters import LetterDelivery, LettersRequest
from payerbot.model import Outcome
from portals import KNOWN
from sandbox import letters
from sandbox.world import PAYERS, PRACTICE
from tests.contract.support import Site
from tests.deep import deep

if TYPE_CHECKING:
    from sandbox.mailroom import Mailroom

ABLE = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, DeliversLetters))
everywhere = pytest.mark.parametrize("site", ABLE, indirect=True, scope="module")
YEAR = timedelta(days=365)
QUARTER = timedelta(days=89)


def room(site: Site) -> Mailroom:
    found: Mailroom = importlib.import_module(f"sandbox.{site.portal.family}.mailroom").ROOM
    return found


def asked(site: Site, payer: str, since: date, until: date) -> LetterDelivery:
    ask = LettersRequest(
        payer_key=payer,
        payer_label=PAYERS[payer].label,
        organization=PRACTICE.name,
        region=PRACTICE.state,
        billing_npi=PRACTICE.npis[0],
        billing_tin=PRACTICE.tin,
        since=since,
        until=until,
    )
    found: LetterDelivery = site.portal.deliver_letters(ask)  # type: ignore[attr-defined]
    return found


def wrong(site: Site, payer: str, since: date, until: date) -> list[str]:
    """In what the delivery differs from what the payer wrote."""
    told = asked(site, payer, since, until)
    true = letters.between(site.world, payer, since, until)
    tasks = letters.tasks(site.world, payer) if room(site).tasks else []
    if not true and not tasks:
        return [] if (told.outcome, told.letters) == (Outcome.NOT_FOUND, ()) else [f"{told.outcome} of nothing"]
    if told.outcome is not Outcome.ANSWERED:
        return [f"{told.outcome}, not answered"]
    seen = {letter.number: letter for letter in told.letters if letter.source == "letter"}
    found = [f"letters {len(seen)} for {len(true)}"] if set(seen) != {letter.number for letter in true} else []
    found += [
        f"{name} of {letter.number}" for letter in true if letter.number in seen for name in _differing(site, letter, seen[letter.number])
    ]
    open_ones = sorted((letter.due, letter.payer_claim_no) for letter in told.letters if letter.source == "task")
    return found if open_ones == sorted((task.due, task.claim_no) for task in tasks) else [*found, "tasks"]


def _differing(site: Site, true: letters.Mail, seen: Any) -> list[str]:
    wanted = {
        "title": true.title,
        "dated": true.dated,
        "due": true.due,
        "payer_claim_no": true.claim_no,
        "auth_number": true.auth_number,
        "member_id": true.member_id,
        "patient": true.patient,
        "amount": true.amount,
    }
    shown = room(site).shows
    different = [
        name for name, value in wanted.items() if getattr(seen, name) != (value if name in shown else type(seen).model_fields[name].default)
    ]
    different += [] if seen.kind == true.kind else ["kind"]
    return different + ([] if seen.data == letters.pdf(true) else ["document"])


def last_quarter(site: Site) -> tuple[date, date]:
    return site.world.as_of - QUARTER, site.world.as_of


@everywhere
class TestDeliversLetters:
    @pytest.mark.brief
    def test_every_letter_of_those_days_comes_with_its_day_and_its_document(self, site: Site) -> None:
        for payer in site.payers:
            assert wrong(site, payer, *last_quarter(site)) == []
        assert site.portal.kept

    def test_a_window_longer_than_the_portals_is_asked_for_in_parts(self, site: Site) -> None:
        assert wrong(site, site.first, site.world.as_of - YEAR, site.world.as_of) == []

    def test_the_first_and_the_last_day_belong_to_the_window(self, site: Site) -> None:
        one = letters.of(site.world, site.first)[1]
        assert wrong(site, site.first, one.dated, one.dated) == []

    def test_days_without_a_letter_are_an_answer(self, site: Site) -> None:
        days = {letter.dated for letter in letters.of(site.world, site.first)}
        empty = next(day for n in range(400) if (day := site.world.as_of - n * timedelta(days=1)) not in days)
        assert wrong(site, site.first, empty, empty) == []

    def test_a_user_who_may_not_see_letters_gets_no_empty_list(self, site: Site) -> None:
        site.twin.change_user(site.user.user_id, lacks=["letters"])
        try:
            site.mend_form()
            with pytest.raises(AccessWanted):
                asked(site, site.first, *last_quarter(site))
        finally:
            site.twin.change_user(site.user.user_id, lacks=[])
            site.mend()

    def test_what_came_is_proved_to_be_the_letter_of_its_row(self, site: Site) -> None:
        told = mail.result(asked(site, site.first, *last_quarter(site)), lambda document: f"{len(document.data)}")
        assert all(letter.proved for letter in told.letters if letter.source == "letter")
        assert told.letter_count == len(told.letters)


@everywhere
class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [
            "stale-result@letters",
            "html-as-pdf@letter",
            *deep(
                "error-503@letters", "error-503@letter", "blank-form@letters", "nothing-comes@letter", "survey@letters", "new-tab@letter"
            ),
            *deep("changed-id@letters", "moved-element@letters", "reordered-columns@letters", "cookie-banner@letter"),
        ],
    )
    def test_trouble_on_the_way_does_not_keep_from_the_right_letters(self, site: Site, fault: str) -> None:
        site.mend_form()
        with site.fault(fault, patience=6):
            assert wrong(site, site.first, *last_quarter(site)) == []

    def test_another_letters_document_is_not_taken_for_this_ones(self, site: Site) -> None:
        with site.fault("wrong-pdf@letter"):
            told = mail.result(asked(site, site.first, *last_quarter(site)), lambda _: "kept")
        assert [letter.proved for letter in told.letters if letter.source == "letter"].count(False) == 1
        assert any("does not name the letter" in words for words in told.warnings)

    @pytest.mark.parametrize(
        "fault, error",
        [
            ("renamed-label@letters", PageChanged),
            ("session-expiry@letters", SessionLost),
            ("maintenance@letters", PortalDown),
            *deep(
                ("interstitial@letters", PageChanged),
                ("outage@letters", PortalDown),
                ("second-sign-in@letters", SignedOutByPerson),
                ("captcha@letters", BotWall),
                ("bot-wall@letters", BotWall),
            ),
        ],
    )
    def test_trouble_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(error):
            asked(site, site.first, *last_quarter(site))
