"""What Availity's Remittance Viewer has of its own: four ways to a document, a gate, numbers without their zeros, filters that stay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from payerbot.errors import AccessWanted, PageChanged, PortalDown
from payerbot.model import Outcome
from sandbox import truth
from sandbox.eobs.ways import GATED
from sandbox.world import Remit
from tests.contract.eob_support import check_rows, claim_row, deliver, documents_of, pdfs, remit_of, wrong
from tests.contract.support import Row, Site
from tests.deep import deep

everywhere = pytest.mark.parametrize("site", ["availity"], indirect=True, scope="module")


def printed(site: Site, row: Row) -> bytes:
    """The one PDF that is handed out of a row's payment."""
    return dict(documents_of(site, remit_of(site, row["check_no"])))["pdf"]


@everywhere
class TestDeliversEobs:
    def test_a_payment_is_found_by_its_number_and_its_documents_are_handed_out(self, site: Site) -> None:
        row = check_rows(site, "anthem")[0]
        answer = deliver(site, row)
        assert (answer.outcome, answer.rung, answer.tried) == (Outcome.ANSWERED, "check_no", ("check_no",))
        assert {"check_no", "check_date", "amount"} <= set(answer.match)
        assert [(one.medium, one.source) for one in answer.documents] == [("pdf", "payer_issued"), ("csv", "export")]
        assert site.portal.kept
        assert any(row["check_no"] in text for text in site.portal.kept)

    def test_leading_zeros_that_the_portal_does_not_show_do_not_hide_a_payment(self, site: Site) -> None:
        answer = deliver(site, check_rows(site, "magellan")[0])
        assert (answer.outcome, answer.rung) == (Outcome.ANSWERED, "check_no, no zeros")
        row = check_rows(site, "anthem")[0]
        assert wrong(site, row, check_no=row["check_no"].lstrip("0")) == []

    @pytest.mark.parametrize("payer", ["aetna", "humana", "magellan"])
    def test_a_payment_is_found_by_a_claim_that_it_paid(self, site: Site, payer: str) -> None:
        row = claim_row(site, payer)
        assert wrong(site, row) == []
        answer = deliver(site, row, payer_claim_no="")
        assert (answer.outcome, answer.rung) == (Outcome.ANSWERED, "claim_id")
        assert {"claim_id", "dos", "charge", "member_id", "check_no"} <= set(answer.match)

    def test_what_speaks_against_a_payment_is_never_overlooked(self, site: Site) -> None:
        row, claim = check_rows(site, "aetna")[0], claim_row(site, "aetna")
        day = truth.parsed(row["check_date"])
        assert day is not None
        for changed in ({"amount": Decimal("1.23")}, {"check_date": day - timedelta(days=1)}, {"payer_label": "HUMANA"}):
            answer = deliver(site, row, **changed)
            assert (answer.outcome, answer.documents, answer.rung) == (Outcome.NOT_FOUND, (), "")
            assert "another" in answer.reason
        for changed in ({"charge": Decimal("1.23")}, {"member_id": "X1", "last": "Nobody", "first": "Else"}, {"payer_claim_no": "ZZ9"}):
            answer = deliver(site, claim, **changed)
            assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())

    def test_a_payment_nobody_knows_is_an_answer(self, site: Site) -> None:
        answer = deliver(site, check_rows(site, "aetna")[0], check_no="0099887766")
        assert (answer.outcome, answer.rung, answer.tried) == (Outcome.NOT_FOUND, "", ("check_no", "check_no, no zeros"))
        assert "did not find remittance data" in (answer.seen_as or "")

    @pytest.mark.deep
    def test_a_claim_in_two_payments_is_never_resolved_by_guessing(self, site: Site) -> None:
        checks: dict[tuple[str, str], list[Remit]] = {}
        for remit in site.world.remits:
            if remit.payer not in (*GATED, "uhc"):
                for number in {claim.claim_id for claim in remit.claims if claim.claim_id}:
                    checks.setdefault((remit.payer, number), []).append(remit)
        (payer, number), both = next(one for one in sorted(checks.items()) if len(one[1]) > 1)
        bare = {"patient": None, "dos_from": None, "dos_to": None, "charge": None, "payer_claim_no": "", "claim_id": number}
        answer = deliver(site, claim_row(site, payer), **bare)
        assert (answer.outcome, answer.documents) == (Outcome.AMBIGUOUS, ())
        one = deliver(site, claim_row(site, payer), check_no="99", **bare)
        assert one.outcome is Outcome.NOT_FOUND
        assert len(both) > 1

    @pytest.mark.parametrize("by", ["check", "claim"])
    def test_what_an_administrator_must_open_first_is_a_persons(self, site: Site, by: str) -> None:
        row = check_rows(site, "carelon")[0] if by == "check" else claim_row(site, "carelon")
        with pytest.raises(AccessWanted):
            deliver(site, row)
        assert not [one for one in site.twin.records("press") if one.get("form") == "manage-access"]

    def test_a_payment_without_a_document_says_so(self, site: Site) -> None:
        row = check_rows(site, "magellan", printed=False)[0]
        answer = deliver(site, row)
        assert (answer.outcome, pdfs(answer)) == (Outcome.ANSWERED, [])
        assert answer.warnings == ("the portal offers no document of this payment",)

    def test_the_rung_that_found_the_last_one_is_tried_first(self, site: Site) -> None:
        site.portal.first_rung = "check_no, no zeros"
        try:
            assert deliver(site, check_rows(site, "magellan")[1]).tried == ("check_no, no zeros",)
        finally:
            site.portal.first_rung = ""


@everywhere
class TestFaults:
    @pytest.mark.parametrize(
        "fault, payer",
        [
            ("frame-detached@checks", "aetna"),
            ("new-tab@eob-pdf", "aetna"),
            *deep(
                ("stale-result@checks", "anthem"),
                ("error-503@eob-pdf", "humana"),
                ("html-as-pdf@eob-pdf", "humana"),
                ("stale-result@checks:2", "aetna"),
                ("blank-form@checks", "humana"),
                ("slow@checks:4.2", "aetna"),
                ("error-503@checks", "aetna"),
                ("payer-error@checks", "aetna"),
                ("error-503@eob-csv", "anthem"),
                ("nothing-comes@eob-csv", "aetna"),
                ("nothing-comes@eob-pdf", "humana"),
                ("new-tab@eob-pdf", "humana"),
                ("renamed-label@remits", "anthem"),
                ("removed-landmark@eob-pdf", "humana"),
            ),
        ],
    )
    def test_trouble_on_the_way_does_not_keep_from_the_right_document(self, site: Site, fault: str, payer: str) -> None:
        site.mend_form()
        with site.fault(fault, patience=3):
            assert wrong(site, check_rows(site, payer)[1]) == []

    @pytest.mark.parametrize("payer", ["aetna", "anthem"])
    @pytest.mark.deep
    def test_changes_that_do_not_matter_do_not_even_together(self, site: Site, payer: str) -> None:
        site.mend_form()
        remits = ("changed-id@remits", "moved-element@remits", "removed-landmark@remits")
        checks = ("changed-id@checks", "removed-landmark@checks", "reordered-columns@checks", "survey@checks")
        with site.fault(*remits, *checks, "changed-id@eob-pdf", "changed-id@eob-csv", "cookie-banner@eob-pdf"):
            assert wrong(site, check_rows(site, payer)[1]) == []

    @pytest.mark.parametrize("fault", ["stale-result@checks", *deep("frame-detached@checks", "blank-form@checks")])
    @pytest.mark.deep
    def test_trouble_on_the_way_from_a_claim_does_not_either(self, site: Site, fault: str) -> None:
        with site.fault(fault):
            assert wrong(site, claim_row(site, "aetna")) == []

    @pytest.mark.deep
    def test_a_viewer_that_does_nothing_more_is_loaded_anew(self, site: Site) -> None:
        deliver(site, check_rows(site, "anthem")[0])  # leaves a filter, and so uses up the one answer
        site.mend_form()
        with site.fault("stuck@remits"):
            assert wrong(site, check_rows(site, "anthem")[1]) == []

    @pytest.mark.parametrize(
        "fault, payer",
        [
            ("renamed-label@checks", "aetna"),
            ("moved-element@eob-pdf", "anthem"),
            *deep(
                ("renamed-label@eob-pdf", "aetna"),
                ("renamed-label@eob-pdf", "anthem"),
                ("moved-element@eob-pdf", "aetna"),
                ("interstitial@remits", "aetna"),
            ),
        ],
    )
    def test_a_changed_page_is_said_not_guessed(self, site: Site, fault: str, payer: str) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(PageChanged):
            deliver(site, check_rows(site, payer)[0])

    @pytest.mark.deep
    def test_a_list_that_cannot_be_exported_does_not_keep_from_the_document(self, site: Site) -> None:
        row = check_rows(site, "anthem")[0]
        with site.fault("renamed-label@eob-csv"):
            answer = deliver(site, row)
        assert [one.data for one in answer.documents] == [printed(site, row)]

    @pytest.mark.parametrize(
        "fault, error",
        [
            ("maintenance@checks", PortalDown),
            *deep(("service-hours@checks", PortalDown), ("error-503@remits", PortalDown)),
        ],
    )
    def test_trouble_with_the_portal_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(error):
            deliver(site, check_rows(site, "anthem")[1])
