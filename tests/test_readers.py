"""Readers never guess: money, days, names, phrases. What does not read as one thing is nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payerbot.errors import PageChanged
from payerbot.model import (
    AuthRule,
    ClaimState,
    ClaimStatusRequest,
    Coverage,
    EligibilityRequest,
    EligibilityResult,
    Network,
    Outcome,
    Patient,
)
from portals import text
from portals.availity import read, read_claims

AMOUNTS = st.decimals(min_value=0, max_value=999_999, places=2, allow_nan=False)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
FORMS = ("{0:%m/%d/%Y}", "{0:%b} {0.day}, {0:%Y}", "{0:%B} {0:%d}, {0:%Y}", "{0:%Y-%m-%d}", "{0.month}/{0.day}/{0:%Y}")
NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12).filter(lambda name: name.casefold() not in text._SUFFIX)


class TestMoney:
    @given(AMOUNTS)
    def test_dollars_are_read_back_as_written_with_and_without_commas(self, amount: Decimal) -> None:
        assert text.money(f"${amount:,.2f} Remaining") == amount
        assert text.money(f"${amount:.2f}") == amount

    @given(AMOUNTS)
    def test_a_minus_or_brackets_alone_turn_the_sign(self, amount: Decimal) -> None:
        assert text.money(f"-${amount:,.2f}") == -amount
        assert text.money(f"(${amount:,.2f})") == -amount

    @pytest.mark.parametrize(
        "said, amount",
        [
            ("Copay - $40.00 per visit", "40.00"),
            ("Specialist ($40.00 copay)", "40.00"),
            ("Deductible ($500)", "500"),
            ("$25-$40", "25"),
            ("\u2212$12.00", "-12.00"),
        ],
    )
    def test_a_dash_or_a_bracket_in_a_sentence_is_no_sign(self, said: str, amount: str) -> None:
        assert text.money(said) == Decimal(amount)

    @pytest.mark.parametrize(
        "said", ["", None, "40.00", "40 dollars", "USD 40", "$", "$ -", "$1.250,00", "$12.345", "$1,23", "\u20ac40.00", "$--"]
    )
    def test_what_is_not_plainly_an_amount_is_none(self, said: str | None) -> None:
        assert text.money(said) is None

    def test_two_amounts_are_not_one(self) -> None:
        assert text.only_money("$25.00 - $40.00") is None
        assert text.only_money("$25.00 Co-Payment") == Decimal("25.00")

    @given(AMOUNTS)
    def test_a_cell_that_is_nothing_but_an_amount_needs_no_dollar_sign(self, amount: Decimal) -> None:
        assert text.amount(f"{amount:,.2f}") == text.amount(f" {amount:.2f} ") == text.amount(f"${amount:,.2f}") == amount
        assert text.amount(f"-{amount:.2f}") == -amount

    @pytest.mark.parametrize("said", ["", "145", "1.5", "99213.00 units", "$5.00 each", "12/31/2026", "1,00.00", "--"])
    def test_what_is_more_or_less_than_an_amount_is_none(self, said: str) -> None:
        assert text.amount(said) is None

    @given(st.text())
    def test_no_text_breaks_it(self, said: str) -> None:
        text.money(said)
        text.share(said)
        text.days(said)
        text.pairs(said, ("Payer", "Payer ID"))


class TestDays:
    @given(DAYS, st.sampled_from(FORMS))
    def test_every_form_that_portals_use_is_read(self, day: date, form: str) -> None:
        assert text.day(form.format(day)) == day

    @given(DAYS, DAYS, st.sampled_from([" - ", " \u2013 ", "\u2013", " to ", " through "]))
    def test_a_span_has_two_ends_and_a_day_is_both(self, first: date, last: date, between: str) -> None:
        assert text.days(f"{first:%m/%d/%Y}{between}{last:%m/%d/%Y}") == (first, last)
        assert text.days(f"{first:%b %d, %Y}") == (first, first)

    @pytest.mark.parametrize(
        "said", ["", None, "02/30/2026", "13/01/2026", "11/03/26", "11.03.2026", "today", "11/03/2026 or so", "20261103", "00/00/0000"]
    )
    def test_what_is_not_plainly_a_day_is_none(self, said: str | None) -> None:
        assert text.day(said) is None

    def test_a_span_with_an_end_that_is_no_day_has_none(self) -> None:
        assert text.days("11/03/2026 - soon") == (date(2026, 11, 3), None)
        assert text.days("11/03/2026 - 11/04/2026 - 11/05/2026") == (None, None)


class TestShares:
    @given(st.integers(0, 100))
    def test_a_percentage_is_a_share_of_one(self, percent: int) -> None:
        assert text.share(f"{percent}% Co-Insurance") == Decimal(percent) / 100

    @pytest.mark.parametrize("said", ["", None, "120%", "20", "20% / 40%", "1,020%", "20 per cent"])
    def test_what_is_not_plainly_one_share_is_none(self, said: str | None) -> None:
        assert text.share(said) is None


class TestNames:
    @given(NAMES, NAMES, NAMES)
    def test_both_orders_capitals_middle_names_and_suffixes_are_one_person(self, last: str, first: str, middle: str) -> None:
        for shown in (
            f"{last}, {first}",
            f"{first} {last}",
            f"{last}, {first} {middle}",
            f"{last} JR, {first}",
            f"{last}, {first} {middle[0]} III",
            f"{first} {last} Jr.",
            f"{first} {last}, Sr",
        ):
            assert text.same_person(shown, last.title(), first.title()), shown

    @given(NAMES, NAMES, NAMES)
    def test_another_last_name_is_another_person(self, last: str, other: str, first: str) -> None:
        assert text.same_person(f"{last}, {first}", other, first) == (last == other)

    @pytest.mark.parametrize(
        "shown, last, first",
        [
            ("SANDOVAL-BRENNAN, ANA", "Sandoval Brennan", "Ana"),
            ("SMITH-JONES, ANA", "Smith", "Ana"),
            ("O'BRIEN, PAT", "OBrien", "Pat"),
            ("O BRIEN, PAT", "O'Brien", "Pat"),
            ("DE LA CRUZ, ANA", "Cruz", "Ana"),
            ("NUNEZ, JOSE", "Nu\u00f1ez", "Jos\u00e9"),
            ("LUKASZEWICZ, LUKASZ", "\u0141ukaszewicz", "\u0141ukasz"),
            ("SMITH, ROBERT", "Smith", "Rob"),
            ("SMITH, MARY ANN", "Smith", "Maryann"),
            ("SMITH, J", "Smith", "John"),
            ("\u738b, \u4f1f", "\u738b", "\u4f1f"),
        ],
    )
    def test_hyphens_accents_particles_and_short_forms_do_not_part_them(self, shown: str, last: str, first: str) -> None:
        assert text.same_person(shown, last, first)

    @pytest.mark.parametrize(
        "shown, last, first",
        [
            ("SMITH, JOHN M", "Smith", "Mary"),  # an initial is not a name
            ("DE LEON, ANA", "De La Cruz", "Ana"),  # nor is a particle
            ("O'NEIL, PAT", "O'Brien", "Pat"),
            ("ST. CLAIR, JO", "St. John", "Jo"),
            ("GARCIA LOPEZ, ANA", "Garcia Ruiz", "Ana"),
            ("SMITH", "Smith", "John"),
            ("", "Smith", "John"),
            ("--", "Smith", "John"),
            ("\u674e, \u660e", "\u738b", "\u4f1f"),
            ("SMITH, JOHN", "Smith", ""),
        ],
    )
    def test_what_only_looks_alike_is_somebody_else(self, shown: str, last: str, first: str) -> None:
        assert not text.same_person(shown, last, first)

    @pytest.mark.parametrize("one, other", [("", ""), ("--", ""), ("-", "--")])
    def test_two_empty_ids_are_not_the_same(self, one: str, other: str) -> None:
        assert not text.same_id(one, other)
        assert text.same_id("w 123-456", "W123456")


class TestPairs:
    LABELS = ("Payer", "Payer ID", "Group Number", "Plan Begin Date", "Name")

    def test_labels_stand_above_or_before_their_values(self) -> None:
        said = "Payer\nAETNA\nPayer ID: 60054\nGroup Number 00417\n"
        assert text.pairs(said, self.LABELS) == {"Payer": "AETNA", "Payer ID": "60054", "Group Number": "00417"}

    def test_a_label_without_a_value_does_not_take_the_next_line(self) -> None:
        assert text.pairs("Group Number\nPlan Begin Date 01/01/2026", self.LABELS) == {"Plan Begin Date": "01/01/2026"}
        assert text.pairs("Group Number\nPlan Begin Date\n01/01/2026", self.LABELS) == {"Plan Begin Date": "01/01/2026"}

    def test_only_a_whole_label_counts_and_the_longest(self) -> None:
        assert text.pairs("Names of dependents", self.LABELS) == {}
        assert text.pairs("Payer ID 60054", tuple(reversed(self.LABELS))) == {"Payer ID": "60054"}


# --- eligibility

BORN, ON = date(1988, 3, 4), date(2026, 11, 23)
WHO = Patient(last="Stone", first="Ada", birth_date=BORN, member_id="W123456789")
COMMON: dict[str, Any] = {
    "payer_key": "aetna", "payer_label": "AETNA", "organization": "Harborlight", "region": "VA", "billing_npi": "1999900016",
    "billing_tin": "004719283", "patient": WHO,
}  # fmt: skip
ASK = EligibilityRequest(**COMMON, service_date=ON)
HEADER = (
    "STONE, ADA\nActive Coverage\nMember ID W123456789\nDOB 03/04/1988\nDate of Service 11/23/2026\nTransaction ID 41595980138\nPayer AETNA"
)


def card(*lines: str, code: str = "MH", network: str = "In Network", heading: str = "", level: str = "") -> read.Card:
    """A card with one row."""
    parts = [("benefit_heading", heading)] if heading else []
    parts += [("benefit_row", " ".join(lines))]
    parts += [("benefit_network", network)] if network else []
    parts += [("benefit_level", level)] if level else []
    return read.Card(f"Some Name - {code}", (*parts, *(("benefit_line", line) for line in lines)))


def answer(*cards: read.Card, status: str = "Active Coverage", **rest: Any) -> EligibilityResult:
    return read.eligibility(read.Sheet(patient=HEADER, status=status, plan="", cards=cards, **rest), ASK)


class TestCoverage:
    @pytest.mark.parametrize("said", ["Active Coverage", "ACTIVE  COVERAGE"])
    def test_active_is_said_in_known_words(self, said: str) -> None:
        assert read.coverage(said) is Coverage.ACTIVE

    @pytest.mark.parametrize("said", ["Inactive", "Inactive Coverage", "Not Eligible", "Inactive - Coverage Terminated", "Terminated"])
    def test_so_is_inactive(self, said: str) -> None:
        assert read.coverage(said) is Coverage.INACTIVE

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "Active",
            "No Active Coverage",
            "Not active coverage",
            "Active coverage pending",
            "Pending",
            "Not eligible for online inquiry",
            "Unknown",
        ],
    )
    def test_everything_else_is_unknown_and_an_unreadable_answer(self, said: str) -> None:
        assert read.coverage(said) is Coverage.UNKNOWN
        assert answer(status=said).outcome is Outcome.UNREADABLE

    @given(st.text())
    def test_no_other_words_are_coverage(self, said: str) -> None:
        assert (read.coverage(said) is Coverage.ACTIVE) == (" ".join(said.casefold().split()) == "active coverage")

    def test_nothing_on_the_page_is_nothing_in_the_answer(self) -> None:
        found = answer()
        shown = found.model_dump(exclude_defaults=True)
        assert set(shown) == {"outcome", "coverage", "seen_as", "match", "member_id", "payer_name", "transaction_id"}


class TestBelongs:
    @pytest.mark.parametrize("label", ["Member ID", "DOB", "Date of Service", "Transaction ID"])
    def test_a_header_without_a_label_that_identifies_is_a_changed_page(self, label: str) -> None:
        sheet = read.Sheet(patient=HEADER.replace(label, "Something"), status="Active Coverage", plan="")
        with pytest.raises(PageChanged):
            read.belongs(sheet, ASK)

    def test_a_header_without_a_status_is_a_changed_page(self) -> None:
        with pytest.raises(PageChanged):
            read.belongs(read.Sheet(patient=HEADER, status="", plan=""), ASK)

    @pytest.mark.parametrize("old, new", [("03/04/1988", "03/05/1988"), ("11/23/2026", "11/22/2026"), ("STONE, ADA\n", "BIRCH, ADA\n")])
    def test_another_day_birth_date_or_person_is_another_search(self, old: str, new: str) -> None:
        said = HEADER.replace(old, new)
        if "STONE" in old:
            said = said.replace("W123456789", "W999999999")
        assert not read.belongs(read.Sheet(patient=said, status="Active Coverage", plan=""), ASK)

    @pytest.mark.parametrize("shown", ["W123456789", "w123 456 789", "W12345678901", "YRPW123456789"])
    def test_an_id_with_a_prefix_or_suffix_more_is_the_same_member(self, shown: str) -> None:
        said = HEADER.replace("W123456789", shown).replace("STONE", "ROCK")
        assert read.belongs(read.Sheet(patient=said, status="Active Coverage", plan=""), ASK)


class TestCostShares:
    @pytest.mark.parametrize(
        "said",
        [
            "$25.00 Co-Payment per Visit",
            "Copay: $25.00 / Visit",
            "Copay $25.00 per visit",
            "Member pays $25.00 copayment per visit",
            "Co-Pay $25.00 Visit",
            "Copay $25 - Office visit",
        ],
    )
    def test_a_copay_in_the_words_of_each_payer(self, said: str) -> None:
        assert answer(card(said)).copay == Decimal(25)

    @pytest.mark.parametrize(
        "said",
        [
            "Copay waived after $500.00",
            "Copay $25.00 per visit - Urgent care",
            "Copay $25.00 - Inpatient stay",
            "Emergency room copay $250.00",
            "Copay $25.00 or $40.00",
            "Copay applies",
            "$25.00",
            "Plan pays 80% after $25.00 copay",
        ],
    )
    def test_a_copay_for_another_thing_or_with_a_condition_is_not_the_visits(self, said: str) -> None:
        assert answer(card(said)).copay is None

    @pytest.mark.parametrize("said", ["20% Co-Insurance", "Coinsurance: 20%", "Coinsurance 20%", "Member pays 20% coinsurance"])
    def test_coinsurance_in_the_words_of_each_payer(self, said: str) -> None:
        assert answer(card(said)).coinsurance == Decimal("0.2")

    @pytest.mark.parametrize(
        "said", ["Plan pays 80% coinsurance", "20% coinsurance after deductible", "20% of charges", "Coinsurance 20% - Inpatient"]
    )
    def test_another_percentage_is_not(self, said: str) -> None:
        assert answer(card(said)).coinsurance is None

    @pytest.mark.parametrize("network", ["", "Out of Network", "Tier 2", "In-Network Preferred"])
    def test_a_line_that_is_not_said_to_be_in_network_is_no_in_network_figure(self, network: str) -> None:
        found = answer(
            card("Copay $25.00", network=network),
            card("$500.00 / Calendar Year", "$100.00 Remaining", heading="Annual Deductible", network=network),
            card("20 Visits / Calendar Year", heading="Limitations", network=network),
            card("Authorization Not Required", network=network),
            card("Telehealth: Covered", network=network),
        )
        assert (found.copay, found.deductible, found.deductible_left, found.visits_allowed) == (None, None, None, None)
        assert (found.auth, found.telehealth) == (AuthRule.UNKNOWN, None)

    @pytest.mark.parametrize("level", ["Family", "Employee and Spouse", "Subscriber + 1"])
    def test_an_amount_of_more_than_one_person_is_nobodys(self, level: str) -> None:
        found = answer(card("$500.00 / Calendar Year", "$100.00 Remaining", heading="Annual Deductible", level=level))
        assert (found.deductible, found.deductible_left) == (None, None)

    def test_a_copay_on_the_general_card_is_for_other_things(self) -> None:
        assert answer(card("Copay $25.00", code="30")).copay is None

    @pytest.mark.parametrize("said", ["$500.00 Balance", "($500.00)", "$500.00 met", "about $500.00"])
    def test_a_word_beside_an_amount_that_is_not_known_is_a_changed_page(self, said: str) -> None:
        with pytest.raises(PageChanged):
            answer(card(said, heading="Annual Deductible"))

    def test_a_heading_that_is_not_known_is_a_changed_page(self) -> None:
        with pytest.raises(PageChanged):
            answer(card("$500.00 / Calendar Year", heading="Deductible per Year"))

    def test_a_deductible_for_another_period_is_not_the_years(self) -> None:
        assert answer(card("$500.00 / Visit", heading="Annual Deductible")).deductible is None


class TestAuthorization:
    @pytest.mark.parametrize(
        "said",
        [
            "Authorization Required",
            "Precertification required",
            "Prior authorization required",
            "Authorization is required",
            "Auth Req: Yes",
        ],
    )
    def test_required(self, said: str) -> None:
        assert answer(card(said)).auth is AuthRule.REQUIRED

    @pytest.mark.parametrize(
        "said",
        [
            "Authorization Not Required",
            "Precertification not required",
            "No prior authorization required",
            "Authorization is not required",
            "Auth Req: No",
        ],
    )
    def test_not_required(self, said: str) -> None:
        assert answer(card(said)).auth is AuthRule.NOT_REQUIRED

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "Authorization Required: Unknown",
            "Precertification: unknown",
            "Authorization requirement is not known",
            "Auth Req: Unknown",
            "Authorization: No information available",
            "No authorization on file",
            "Authorization not required for the first 8 visits",
            "Authorization is required after 20 visits",
            "Authorization may be required",
            "Prior authorization required for inpatient only",
            "Authorization is not always required",
            "Author required",
        ],
    )
    def test_a_blank_a_condition_and_a_phrase_that_is_not_known_are_unknown(self, said: str) -> None:
        assert answer(card(said)).auth is AuthRule.UNKNOWN

    def test_lines_that_contradict_each_other_are_unknown(self) -> None:
        assert answer(card("Authorization Required"), card("Authorization Not Required")).auth is AuthRule.UNKNOWN

    @given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz :.,0123456789", max_size=40))
    def test_words_added_to_a_rule_never_turn_it_into_its_opposite(self, more: str) -> None:
        assert answer(card(f"Authorization required {more}")).auth is not AuthRule.NOT_REQUIRED
        assert answer(card(f"Authorization not required {more}")).auth is not AuthRule.REQUIRED


class TestTelehealth:
    @pytest.mark.parametrize("said", ["Telehealth: Covered", "Telehealth Services: Covered", "Virtual visits: Covered"])
    def test_covered(self, said: str) -> None:
        assert answer(card(said)).telehealth == "covered"
        assert answer(card(f"{said}, $10.00 Co-Payment per Visit")).copay_telehealth == Decimal(10)

    @pytest.mark.parametrize("said", ["Telehealth: Not Covered", "Virtual visits: This service is not covered"])
    def test_not_covered(self, said: str) -> None:
        assert answer(card(said)).telehealth == "not_covered"

    @pytest.mark.parametrize(
        "said", ["Telehealth: not a covered benefit", "Telehealth: covered with conditions", "Telehealth", "Telehealth: see plan"]
    )
    def test_a_condition_or_a_phrase_that_is_not_known_is_neither(self, said: str) -> None:
        assert answer(card(said)).telehealth is None


class TestVisits:
    def test_fields_come_before_sentences(self) -> None:
        found = answer(card("20 Visits / Calendar Year", "12 Visits Used", "8 Visits Remaining", heading="Limitations"))
        assert (found.visits_allowed, found.visits_used, found.visits_left, found.visits_from) == (20, 12, 8, "field")

    def test_more_used_than_allowed_is_none_left_and_a_warning(self) -> None:
        found = answer(card("20 Visits / Calendar Year", "22 Visits Used", heading="Limitations"))
        assert (found.visits_left, found.warnings) == (0, ("more visits are used than allowed",))

    @given(st.integers(-99, -1))
    def test_visits_left_are_never_negative(self, left: int) -> None:
        found = answer(card("20 Visits / Calendar Year", f"{left} Visits Remaining", heading="Limitations"))
        assert found.visits_left == 0
        assert found.warnings

    def test_figures_that_do_not_add_up_are_said(self) -> None:
        assert answer(card("20 Visits / Calendar Year", "5 Visits Used", "8 Visits Remaining", heading="Limitations")).warnings

    @pytest.mark.parametrize(
        "said, allowed",
        [
            ("OUTPATIENT SESSIONS ARE LIMITED TO 20 VISITS PER CALENDAR YEAR", 20),
            ("Limit of 30 outpatient mental health visits per benefit year", 30),
            ("Maximum 12 visits", 12),
            ("24 visits per calendar year", 24),
        ],
    )
    def test_a_limit_in_a_sentence_is_read_and_marked(self, said: str, allowed: int) -> None:
        found = answer(card(said, heading="Messages", network="In Network and Out of Network"))
        assert (found.visits_allowed, found.visits_from) == (allowed, "message")

    @pytest.mark.parametrize(
        "said",
        [
            "COPAY IS $20 PER VISIT",
            "Copay waived for the first 3 visits",
            "Authorization required after 12 visits",
            "Limited to 1 visit per day",
            "20 chiropractic visits per calendar year",
            "Physical therapy is limited to 30 visits per calendar year",
            "12 visits remaining",
            "See page 20 visits section",
        ],
    )
    def test_other_numbers_beside_visits_are_no_limit(self, said: str) -> None:
        assert answer(card(said, heading="Messages")).visits_allowed is None
        assert answer(messages=(said,)).visits_allowed is None

    def test_a_limit_for_a_day_is_not_the_years(self) -> None:
        assert answer(card("1 Visit / Day", heading="Limitations")).visits_allowed is None


class TestCarveOut:
    @pytest.mark.parametrize(
        "said, name, phone",
        [
            ("Behavioral health benefits are administered by Magellan Healthcare.", "Magellan Healthcare", ""),
            (
                "Benefits for behavioral health are managed by Carelon. Contact 800-555-0101 for behavioral health benefits.",
                "Carelon",
                "800-555-0101",
            ),
            ("Magellan Healthcare provides the behavioral health benefits for this member.", "Magellan Healthcare", ""),
            ("Behavioral health benefits: please call 800-555-0101.", "", "800-555-0101"),
            ("For behavioral health benefits call 800-555-0101.", "", "800-555-0101"),
            (
                "Mental health benefits: Magellan Healthcare. Mental health benefits: call 800-555-0101.",
                "Magellan Healthcare",
                "800-555-0101",
            ),
        ],
    )
    def test_each_payers_words(self, said: str, name: str, phone: str) -> None:
        found = read.carve_out([said])
        assert found is not None
        assert (found.name, found.phone) == (name, phone)

    @pytest.mark.parametrize(
        "said",
        [
            "Behavioral health benefits are subject to the deductible.",
            "Behavioral health benefits are not administered by Magellan Healthcare.",
            "Questions on mental health claims? Write to us.",
            "For pharmacy benefits call 800-555-0101.",
        ],
    )
    def test_another_notice_is_none_and_is_kept(self, said: str) -> None:
        found = answer(notices=(said,))
        assert found.carve_out is None
        assert said in found.messages


class TestRefusals:
    @pytest.mark.parametrize(
        "said",
        [
            "Subscriber/Insured not found. Please correct and resubmit.",
            "Patient not found. Retry the ID without prefix or suffix, or search by name and date of birth.",
            "The member could not be found with the information submitted.",
            "We could not locate this member. Check the Patient ID, including the prefix on the card.",
            "We could not find a member matching the information entered.",
        ],
    )
    def test_nobody_there_in_the_words_of_each_payer(self, said: str) -> None:
        assert read.refusal(said).outcome is Outcome.NOT_FOUND

    @pytest.mark.parametrize(
        "said",
        [
            "Provider not found. Please correct and resubmit.",
            "The provider of this member could not be found.",
            "Not found",
            "Error 42",
            "",
            "Service type not found",
        ],
    )
    def test_something_else_that_is_missing_is_not_the_member(self, said: str) -> None:
        assert read.refusal(said).outcome is Outcome.UNREADABLE

    @given(st.text())
    def test_words_that_are_not_known_are_kept_and_never_answered(self, said: str) -> None:
        found = read.refusal(said)
        assert found.coverage is Coverage.UNKNOWN
        assert found.outcome is not Outcome.ANSWERED


# --- claims

CLAIM = ClaimStatusRequest(
    **COMMON, claim_id="C1", payer_claim_no="E26110300001", dos_from=date(2026, 11, 3), dos_to=date(2026, 11, 3), charge=Decimal("150.00")
)
CELLS = {
    "Claim Number": "E26110300001", "Claim Status": "PAID", "Service Dates": "11/03/2026", "Billed Amount": "$150.00",
    "Patient Name": "STONE, ADA", "Member ID": "W123456789",
}  # fmt: skip


def state(badge: str, category: str | None = None, *, paid: str | None = None, words: tuple[str, ...] = (), said: str = "") -> ClaimState:
    from payerbot.model import ServiceLine

    detail = read_claims.Detail({}, status_details=said)
    lines = [ServiceLine(status=word) for word in words]
    return read_claims.claim_state(badge, category, detail, None if paid is None else Decimal(paid), lines)


class TestClaimState:
    @pytest.mark.parametrize(
        "badge, category, expected",
        [
            ("RECEIVED", "A1", ClaimState.RECEIVED),
            ("SPLIT", "A5", ClaimState.ACCEPTED_SPLIT),
            ("PENDING", "P3", ClaimState.PENDING_INFO),
            ("PENDING", "R4", ClaimState.PENDING_INFO),
            ("DENIED", "F2", ClaimState.DENIED),
            ("DENIED", None, ClaimState.DENIED),
            ("REVERSED", "F3", ClaimState.REVERSED),
            ("FINALIZED", "F0", ClaimState.FINALIZED),
        ],
    )
    def test_category_and_badge_agree(self, badge: str, category: str | None, expected: ClaimState) -> None:
        assert state(badge, category) is expected

    @pytest.mark.parametrize(
        "badge, category", [("DENIED", "F1"), ("PAID", "F2"), ("PAID", "P1"), ("PENDING", "F1"), ("PAID", "X9"), ("PAID", "E0")]
    )
    def test_a_contradiction_or_a_category_that_is_not_known_is_unknown(self, badge: str, category: str) -> None:
        assert state(badge, category) is ClaimState.UNKNOWN

    @pytest.mark.parametrize("badge", ["", "IN REVIEW", "Paid?", "CLOSED", "PARTIAL"])
    def test_a_badge_that_is_not_known_is_unknown(self, badge: str) -> None:
        assert state(badge) is ClaimState.UNKNOWN

    @pytest.mark.parametrize(
        "paid, words, expected",
        [
            ("80.00", ("PAID",), ClaimState.PAID),
            ("0.00", ("PAID",), ClaimState.PAID_ZERO),
            ("80.00", ("PAID", "DENIED"), ClaimState.PARTLY_DENIED),
            ("0.00", ("DENIED",), ClaimState.UNKNOWN),
            ("80.00", ("PAID", "REDUCED"), ClaimState.UNKNOWN),
            ("-80.00", ("PAID",), ClaimState.UNKNOWN),
            (None, (), ClaimState.PAID),
        ],
    )
    def test_a_paid_claim_is_told_by_its_amount_and_lines(self, paid: str | None, words: tuple[str, ...], expected: ClaimState) -> None:
        assert state("PAID", "F1", paid=paid, words=words) is expected

    def test_a_denied_claim_on_which_money_was_paid_is_unknown(self) -> None:
        assert state("DENIED", "F2", paid="80.00", words=("DENIED",)) is ClaimState.UNKNOWN

    @pytest.mark.parametrize(
        "said, expected",
        [
            ("This claim waits for information from the provider.", ClaimState.PENDING_INFO),
            ("This claim waits for information from the patient.", ClaimState.PENDING_PATIENT),
            ("This claim is on hold.", ClaimState.PENDING_PAYER),
            ("No information is needed from the provider.", ClaimState.PENDING),
            ("This claim is no longer on hold.", ClaimState.PENDING),
            ("", ClaimState.PENDING),
        ],
    )
    def test_a_payer_with_words_only(self, said: str, expected: ClaimState) -> None:
        assert state("PENDING", said=said) is expected


class TestClaimRows:
    @pytest.mark.parametrize("column", list(CELLS))
    def test_a_list_without_a_column_that_identifies_is_a_changed_page(self, column: str) -> None:
        with pytest.raises(PageChanged):
            read_claims.listed({label: text for label, text in CELLS.items() if label != column})

    @pytest.mark.parametrize(
        "column, said", [("Service Dates", "3 Nov 26"), ("Billed Amount", "150"), ("Service Dates", ""), ("Billed Amount", "$150 / $90")]
    )
    def test_a_day_or_an_amount_that_cannot_be_read_is_not_passed_over(self, column: str, said: str) -> None:
        with pytest.raises(PageChanged):
            read_claims.listed({**CELLS, column: said})

    def test_the_claim_itself_fits(self) -> None:
        row = read_claims.listed(CELLS)
        assert read_claims.agrees(row, CLAIM) == ("payer_claim_no", "member_id", "name", "dos", "charge")
        assert read_claims.choose([row], CLAIM).rows == (0,)

    @pytest.mark.parametrize(
        "column, said", [("Service Dates", "11/04/2026"), ("Billed Amount", "$150.01"), ("Service Dates", "11/03/2026 - 11/04/2026")]
    )
    def test_another_day_or_charge_does_not(self, column: str, said: str) -> None:
        assert read_claims.choose([read_claims.listed({**CELLS, column: said})], CLAIM).rows == ()

    def test_two_that_fit_stay_two(self) -> None:
        other = {**CELLS, "Claim Number": "E26110300002"}
        ask = CLAIM.model_copy(update={"payer_claim_no": ""})
        assert read_claims.choose([read_claims.listed(CELLS), read_claims.listed(other)], ask).rows == (0, 1)

    def test_a_row_of_another_patient_is_another_search(self) -> None:
        other = {**CELLS, "Claim Number": "E1", "Patient Name": "BIRCH, AL", "Member ID": "W999999999"}
        assert not read_claims.belongs([read_claims.listed(other)], CLAIM, by_member=True)

    @given(st.text())
    def test_an_alert_that_is_not_known_stays_unreadable_and_finds_nothing(self, said: str) -> None:
        found = read_claims.refusal(said)
        assert found.state is ClaimState.UNKNOWN
        assert found.outcome in (Outcome.UNREADABLE, Outcome.NOT_FOUND, Outcome.PORTAL_DOWN)

    def test_codes_keep_their_group_where_the_page_has_it(self) -> None:
        assert read_claims.codes("CO-45, 97, N640, MA130") == (("CO-45", "97"), ("N640", "MA130"))


def test_an_untagged_line_is_kept_in_the_benefits_with_its_words() -> None:
    found = answer(card("Copay $25.00", network=""))
    assert [(line.network, line.text) for line in found.benefits] == [(Network.UNKNOWN, "Copay $25.00")]
