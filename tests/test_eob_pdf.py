"""PDFs of every layout are read to the cent; what is not shown is never zero; a hostile file is refused in plain words."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payerbot.eob import amounts, pages, pdf
from payerbot.eob.pages import Line, Word
from payerbot.eob.trouble import CannotRead, NotWhole, Scan
from sandbox.eobs.documents import check_summary, drawn, payer_issued
from sandbox.eobs.style import AVAILITY_MADE, PAYER_ISSUED
from sandbox.world import Remit
from tests.deep import deep
from tests.eob_support import adjustment, world, wrong

SEEDS = (7, 8, 20261120)
STYLES = {style.title: style for style in (AVAILITY_MADE, *PAYER_ISSUED.values())}


def readable(seed: int) -> list[Remit]:
    return [remit for remit in world(seed).remits if not remit.scanned]


def misread(remit: Remit, data: bytes) -> list[str]:
    reading = pdf.read(data)
    return [*reading.problems, *wrong(reading.remittance, remit)]


# --- layouts -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed, nth", [(SEEDS[0], 4), *deep(*[(seed, 1) for seed in SEEDS])])
def test_every_check_is_read_to_the_cent_from_both_of_its_documents(seed: int, nth: int) -> None:
    """Quickly every fourth one: the worlds are made of the same cases."""
    for made in (payer_issued, check_summary):
        assert {remit.check_no: found for remit in readable(seed)[::nth] if (found := misread(remit, made(remit)))} == {}


@pytest.mark.parametrize("name", STYLES)
def test_every_layout_can_tell_every_kind_of_check(name: str) -> None:
    """Many claims over page breaks, reversals, denials, provider adjustments, several reasons on a line: whoever prints it."""
    remits = readable(SEEDS[1])
    long = max(remits, key=lambda remit: len(remit.claims))
    kinds = {tuple(sorted({plb.code for plb in remit.plbs})): remit for remit in remits}
    reasons = max(remits, key=lambda remit: (len({a.carc for c in remit.claims for a in c.adjustments}), -len(remit.claims)))
    taken = next(remit for remit in remits if any(claim.state == "reversed" for claim in remit.claims))
    chosen = {remit.check_no: remit for remit in (long, reasons, taken, *kinds.values())}
    assert {number: found for number, remit in chosen.items() if (found := misread(remit, drawn(remit, STYLES[name])))} == {}


def test_what_became_of_each_claim_is_the_same_on_paper() -> None:
    remit = max(readable(SEEDS[0]), key=lambda remit: len({claim.state for claim in remit.claims}))
    said = [claim.outcome for claim in pdf.read(check_summary(remit)).remittance.claims]
    words = {"paid": "paid", "denied": "denied", "partly_denied": "partial_denial", "paid_zero": "zero_paid_patient_resp"}
    assert said == [words.get(claim.state, "reversal") for claim in remit.claims]


# --- what is not shown -------------------------------------------------------------------------------------------------------------

HEAD = "DOS|CPT|Units|Billed|Allowed|Adj Amount|Reason Code|Paid"
CHECK = (
    "Payer|SUNRISE HEALTH",
    "Payee|HARBORLIGHT",
    "Payee NPI|1999900016",
    "Check Number|00123",
    "Check Date|11/12/2026",
    "Check Amount|61.60",
)
CLAIM = "Patient: VALDEZ, KEIKO   Claim Number: M1   Account Number: HL1   Group Number: 77   Status: 1"
LINE = "09/18/2026|90837 95|1|180.00|111.60|68.40|CO45|61.60"
TOTAL = "Total|||180.00|111.60|118.40||61.60"
NOT_ITS_CLAIMS = "the check: its amount is not its claims' payments less its provider adjustments"
REST = "|||||50.00|PR3|"


def page_of(*rows: str, made: Callable[[FPDF], None] = lambda _: None) -> bytes:
    """A document of another payer still: cells of 24 millimetres, one page."""
    paper = FPDF(format="letter")
    made(paper)
    paper.add_page()
    paper.set_font("helvetica", size=8)
    for row in rows:
        for cell in row.split("|"):
            paper.cell(24 if "|" in row else 190, 5, cell)
        paper.ln(5)
    return bytes(paper.output())


def problems(*rows: str) -> tuple[str, ...]:
    return pdf.read(page_of(*CHECK, *rows)).problems


def test_a_layout_that_nobody_has_seen_is_read_by_its_words() -> None:
    reading = pdf.read(page_of(*CHECK, CLAIM, HEAD, LINE, REST, TOTAL))
    (claim,) = reading.remittance.claims
    (line,) = claim.lines
    assert reading.problems == ()
    assert (claim.claim_id, claim.payer_claim_no, claim.patient_name, claim.clp_status) == ("HL1", "M1", "VALDEZ, KEIKO", "1")
    assert (line.cpt, line.modifiers, line.units, line.allowed) == ("90837", ("95",), "1", Decimal("111.60"))
    assert line.adjustments == (adjustment("CO-45", "68.40"), adjustment("PR-3", "50.00"))


@pytest.mark.parametrize(
    "rows, problem",
    [
        ((CLAIM, HEAD, LINE.removesuffix("61.60"), REST, TOTAL), "claim 1, line 1: its payment is not shown"),
        ((CLAIM, HEAD, LINE.replace("180.00", ""), REST, TOTAL), "claim 1, line 1: its charge is not shown"),
        ((CLAIM, HEAD, LINE, REST), "claim 1: its charge is not shown"),
        ((CLAIM, HEAD, LINE, REST, TOTAL.removesuffix("61.60")), "claim 1: its paid is not shown"),
        ((CLAIM, HEAD, LINE, TOTAL), "claim 1, line 1: its charge is not its payment and its adjustments"),
        ((CLAIM, HEAD, LINE, REST.replace("50.00", ""), TOTAL), "claim 1, line 1: its charge is not its payment and its adjustments"),
        ((CLAIM, HEAD, LINE, REST.replace("PR3", ""), TOTAL), "claim 1, line 1: an adjustment has no group code"),
        ((CLAIM, HEAD, LINE, REST.replace("PR3", "3"), TOTAL), "claim 1, line 1: an adjustment has no group code"),
        ((CLAIM, HEAD, LINE, REST, TOTAL.replace("180.00", "190.00")), "claim 1: its lines' charges do not add up to its own"),
        ((CLAIM, HEAD, LINE, REST, TOTAL, "Provider Adjustments", "WO Recovery|M9|10.00"), NOT_ITS_CLAIMS),
        ((CLAIM, HEAD, LINE, REST, TOTAL, "Check Number|00124"), ""),
        (("Claim Count|2", CLAIM, HEAD, LINE, REST, TOTAL), "the check: it has another number of claims than it says"),
        (("Check Number|00124", CLAIM, HEAD, LINE, REST, TOTAL), "the check: the document names more than one"),
    ],
)  # fmt: skip
def test_what_is_not_shown_is_never_zero_and_what_does_not_add_up_is_said(rows: Sequence[str], problem: str) -> None:
    found = problems(*rows)
    assert problem in found if problem else found == ()
    assert "VALDEZ" not in str(found)


@pytest.mark.parametrize("missing, why", [(3, "number"), (5, "amount")])
def test_a_document_that_does_not_show_the_check_is_not_read(missing: int, why: str) -> None:
    with pytest.raises(CannotRead, match=f"the check's {why}"):
        pdf.read(page_of(*(row for n, row in enumerate(CHECK) if n != missing), CLAIM, HEAD, LINE, REST, TOTAL))


def test_a_header_that_a_page_break_repeats_is_the_same_claim() -> None:
    again = pdf.read(page_of(*CHECK, CLAIM, HEAD, LINE, REST, CLAIM, HEAD, LINE, REST, "Total|||360.00|223.20|236.80||123.20"))
    assert [len(claim.lines) for claim in again.remittance.claims] == [2]


# --- amounts, days and codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, amount",
    [
        ("1,234.50", "1234.50"),
        ("$0.00", "0"),
        *((text, "-12") for text in ["(12.00)", "($12.00)", "$(12.00)", "12.00-", "-12.00", "-$12.00", "$-12.00", "\N{MINUS SIGN}12.00"]),
    ],
)
def test_an_amount_however_it_is_written(text: str, amount: str) -> None:
    assert amounts.money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "12", "12.5", "1.234", "12.00 CR", "1,23.00", "CO-45", "--", "09/18/26", "12.00.00", None])
def test_what_is_no_amount_is_none(text: str | None) -> None:
    assert amounts.money(text) is None


SPELLED = (
    "CO-45 68.40 PR-3 50.00",
    "CO 45 68.40 PR 3 50.00",
    "CO45 68.40 PR3 50.00",
    "68.40 45 CO 50.00 3 PR",
    "68.40 CO-45 50.00 PR-3",
    "$68.40 45-CO $50.00 3-PR",
)


@pytest.mark.parametrize("text", SPELLED)
def test_a_code_however_it_is_spelled(text: str) -> None:
    assert amounts.adjustments(text) == [adjustment("CO-45", "68.40"), adjustment("PR-3", "50.00")]


def test_the_cents_of_an_amount_are_no_reason() -> None:
    assert amounts.codes("1.42 CO 253") == [("CO", "253")]
    assert amounts.adjustments("1.42 CO 253") == [adjustment("CO-253", "1.42")]


# --- hostile files -----------------------------------------------------------------------------------------------------------------


def document() -> bytes:
    return payer_issued(next(remit for remit in readable(7) if len(remit.claims) == 1))


def test_a_scan_is_told_from_a_document_with_text() -> None:
    scanned = next(remit for remit in world(7).remits if remit.scanned)
    with pytest.raises(Scan, match="no text"):
        pdf.read(payer_issued(scanned))


def bomb() -> bytes:
    """A small file whose one stream unpacks to more than there is room for."""
    packed = zlib.compress(b" " * (pages.MOST_UNPACKED + 1_000), 9)
    return with_objects(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed))


def twice_packed() -> bytes:
    packed = zlib.compress(zlib.compress(b" " * 1_000_000))
    return with_objects(b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(packed), packed))


def with_objects(content: bytes, kids: bytes = b"[3 0 R]", count: bytes = b"1") -> bytes:
    """A PDF by hand: one page with this content."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids " + kids + b"/Count " + count + b">>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        content,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


EMPTY = b"<</Length 0>>stream\n\nendstream"


@pytest.mark.parametrize(
    "data, kind, why",
    [
        (b"", NotWhole, "an empty file"),
        (b"  <!DOCTYPE html><html>Session expired for VALDEZ</html>", NotWhole, "a web page"),
        (b"<html><body>503</body></html>", NotWhole, "a web page"),
        (b"PK\x03\x04 something else", NotWhole, "does not begin with %PDF-"),
        (b"%PDF-1.4\nnothing\n%%EOF", NotWhole, "damaged"),
        (b"%PDF-1.4\n" + b"1 0 obj<</A[" * 20_000 + b"\n%%EOF", NotWhole, "damaged"),
        (b"%PDF-" + b"x" * pages.LARGEST, CannotRead, "too large"),
        (with_objects(EMPTY), Scan, "no text"),
        (with_objects(EMPTY, count=b"100000"), CannotRead, "too many pages"),
        (with_objects(EMPTY, kids=b"[2 0 R]"), Scan, "no text"),
    ],
)
def test_what_is_no_eob_is_refused_in_plain_words(data: bytes, kind: type[CannotRead], why: str) -> None:
    with pytest.raises(kind, match=why) as trouble:
        pdf.read(data)
    assert "VALDEZ" not in str(trouble.value)
    assert trouble.value.__cause__ is None


@pytest.mark.parametrize("made", [bomb, twice_packed])
def test_a_file_that_unpacks_without_end_is_refused_before_it_does(made: Callable[[], bytes]) -> None:
    with pytest.raises(CannotRead, match=r"unpacks to more|packed twice"):
        pdf.read(made())


def test_a_file_with_a_password_is_said_to_have_one() -> None:
    with pytest.raises(CannotRead, match="password"):
        pdf.read(page_of("Payer|X", made=lambda paper: paper.set_encryption(owner_password="o", user_password="u")))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.01, 0.99))
def test_a_file_that_was_cut_off_anywhere_is_not_believed(part: float) -> None:
    whole = document()
    with pytest.raises(NotWhole):
        pdf.read(whole[: int(len(whole) * part)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=30))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(damage: list[tuple[float, int]]) -> None:
    data = bytearray(document())
    for place, value in damage:
        data[int(place * len(data))] = value
    try:
        reading = pdf.read(bytes(data))
    except CannotRead:
        return
    assert reading.pages


WORDS = st.sampled_from((*HEAD.split("|"), *LINE.split("|"), *CLAIM.split(), "Total", "WO", "CO-45", "(1.00)"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from((*HEAD.split("|"), *LINE.split("|"), *CLAIM.split(), "Total", "WO", "CO-45", "(1.00)")), min_size=1, max_size=9
        ),
        max_size=30,
    )
)
def test_any_words_in_any_order_are_read_or_refused(rows: list[list[str]]) -> None:
    """No document makes the reader fall over, whatever stands where."""
    first = [row.split("|") for row in CHECK]
    lines = tuple(
        Line(tuple(Word(text, 60.0 * n, 60.0 * n + 40) for n, text in enumerate(row)), page=1, height=8.0) for row in (*first, *rows)
    )
    pdf.of_text(pages.Text(1, lines))
