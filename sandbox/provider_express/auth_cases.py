"""Which services of this twin show what."""

from __future__ import annotations

from sandbox.auth_cases import AuthCases, Refusal
from sandbox.provider_express.auth_rules import SERVICE_TYPES

CASES = AuthCases(
    plain=("optum", "90837"),
    whole=(("optum", "96130"), ("optum", "90837")),
    questions={
        ("optum", code): tuple((item.text, "As approved.") for item in one.questions) for one in SERVICE_TYPES for code in one.codes
    },
    keeps_both=("optum", "90837"),
    refusals=(
        Refusal("optum", "90867", {}, "bad_data", "services"),
        Refusal("optum", "90837", {"note": "x" * 2001}, "bad_data", "note"),
        Refusal("optum", "90837", {"diagnoses": ("Z99.9",) * 5}, "bad_data", "diagnoses"),
        Refusal("optum", "90837", {"servicing_npi": "1999901998"}, "bad_data", "servicing_npi"),
        Refusal("optum", "90837", {"request_type": "cancel"}, "bad_data", "request_type"),
    ),
    not_required=("optum", "90834"),
    unanswered=(("optum", "96130"), "test list", "item 2"),
)
