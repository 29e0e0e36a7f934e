"""What every portal that delivers EOBs must do, in a real browser at its twin."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from payerbot.capability import DeliversEobs
from payerbot.errors import BotWall, PageChanged, PortalDown, PortalSlow, SessionLost, SignedOutByPerson
from payerbot.model import Outcome
from portals import KNOWN
from sandbox import truth
from tests.contract.eob_support import check_rows, claim_row, compared, deliver, pdfs, true_of, wrong, wrong_rows
from tests.contract.support import Row, Site
from tests.deep import deep

ABLE = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, DeliversEobs))
everywhere = pytest.mark.parametrize("site", ABLE, indirect=True, scope="module")
NOBODYS = "0099887766"


def a_row(site: Site, nth: int = 0) -> Row:
    """A payment whose PDF can be had."""
    return check_rows(site, site.first)[nth]


@everywhere
class TestDeliversEobs:
    @pytest.mark.brief
    def test_a_payment_is_found_by_its_number_and_its_documents_are_handed_out(self, site: Site) -> None:
        row = a_row(site)
        answer = deliver(site, row)
        assert compared(site, row, answer) == []
        assert {"check_no", "check_date", "amount"} <= set(answer.match)
        assert answer.tried[-1] == answer.rung
        assert any(row["check_no"].lstrip("0") in text for text in site.portal.kept)

    def test_leading_zeros_do_not_hide_a_payment(self, site: Site) -> None:
        row = next(row for row in check_rows(site, site.first) if row["check_no"].startswith("0"))
        assert wrong(site, row, check_no=row["check_no"].lstrip("0")) == []

    def test_the_number_alone_is_enough(self, site: Site) -> None:
        assert wrong(site, a_row(site), check_date=None, amount=None) == []

    def test_a_payment_is_found_by_a_claim_that_it_paid(self, site: Site) -> None:
        row = claim_row(site, site.first)
        assert wrong(site, row) == []
        assert {"dos", "charge"} <= set(deliver(site, row).match)

    def test_what_speaks_against_a_payment_is_never_overlooked(self, site: Site) -> None:
        row, claim = a_row(site), claim_row(site, site.first)
        day = truth.parsed(row["check_date"])
        assert day is not None
        for changed in ({"amount": Decimal("1.23")}, {"check_date": day - timedelta(days=1)}):
            answer = deliver(site, row, **changed)
            assert (answer.outcome, answer.documents, answer.rung) == (Outcome.NOT_FOUND, (), "")
        answer = deliver(site, claim, charge=Decimal("1.23"))
        assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())

    def test_a_payment_nobody_knows_is_an_answer(self, site: Site) -> None:
        answer = deliver(site, a_row(site), check_no=NOBODYS)
        assert (answer.outcome, answer.rung, answer.documents) == (Outcome.NOT_FOUND, "", ())
        assert answer.tried

    def test_a_question_that_names_nothing_is_bad_data(self, site: Site) -> None:
        answer = deliver(site, a_row(site), check_no="")
        assert (answer.outcome, answer.field, answer.tried) == (Outcome.BAD_DATA, "check_no", ())


@everywhere
class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [
            "stale-result@checks",
            "error-503@eob-pdf",
            "html-as-pdf@eob-pdf",
            "survey@checks",
            *deep("blank-form@checks", "error-503@checks", "payer-error@checks", "nothing-comes@eob-pdf", "new-tab@eob-pdf"),
            *deep("changed-id@remits", "moved-element@remits", "changed-id@checks", "reordered-columns@checks", "cookie-banner@eob-pdf"),
        ],
    )
    def test_trouble_on_the_way_does_not_keep_from_the_right_document(self, site: Site, fault: str) -> None:
        site.mend_form()
        with site.fault(fault, patience=6):
            assert wrong(site, a_row(site, 1)) == []

    def test_a_stale_nothing_is_not_believed(self, site: Site) -> None:
        row = a_row(site, 2)
        assert deliver(site, row, check_no=NOBODYS).outcome is Outcome.NOT_FOUND
        if site.knows("stale-result@checks"):
            with site.fault("stale-result@checks"):
                assert wrong(site, row) == []
        else:
            assert wrong(site, row) == []

    @pytest.mark.parametrize("fault", ["truncated-pdf@eob-pdf", "wrong-pdf@eob-pdf", "html-as-pdf@eob-pdf:9"])
    def test_a_document_that_is_not_what_it_should_be_is_handed_on_as_it_came(self, site: Site, fault: str) -> None:
        row = a_row(site)
        with site.fault(fault):
            answer = deliver(site, row)
        assert answer.outcome is Outcome.ANSWERED
        (data,) = pdfs(answer)
        assert data != pdfs(deliver(site, row))[0]
        assert data.lower().startswith(b"<!doctype" if fault.startswith("html") else b"%pdf-")

    @pytest.mark.parametrize("fault", ["renamed-label@checks", *deep("interstitial@remits")])
    def test_a_changed_page_is_said_not_guessed(self, site: Site, fault: str) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(PageChanged):
            deliver(site, a_row(site))

    @pytest.mark.parametrize(
        "fault, error",
        [
            ("maintenance@remits", PortalDown),
            ("hang@eob-pdf", PortalSlow),
            ("session-expiry@checks", SessionLost),
            ("second-sign-in@eob-pdf", SignedOutByPerson),
            ("captcha@remits", BotWall),
            *deep(
                ("payer-error@checks:9", PortalDown),
                ("outage@checks", PortalDown),
                ("outage@remits", PortalDown),
                ("outage@eob-pdf", PortalDown),
                ("nothing-comes@eob-pdf:9", PortalSlow),
                ("session-expiry@eob-pdf", SessionLost),
                ("second-sign-in@checks", SignedOutByPerson),
                ("bot-wall@checks", BotWall),
            ),
        ],
    )
    def test_trouble_with_the_portal_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(error):
            deliver(site, a_row(site, 1))


@everywhere
def test_payments_of_every_payer_end_as_the_truth_has_them(site: Site) -> None:
    rows = [row for row in site.world.payment_rows(messy=True) if true_of(site, row).outcome not in ("wrong_portal", "rejected")]
    ends = {(row["payer_key"], bool(row["check_no"]), true_of(site, row).outcome, true_of(site, row).why): row for row in rows}
    assert len(ends) >= 3 * len(site.payers)
    assert wrong_rows(site, list(ends.values())) == []
