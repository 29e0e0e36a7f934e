"""Which services of this twin show what."""

from __future__ import annotations

from sandbox.auth_cases import AuthCases, Refusal
from sandbox.provider_express.auth_rules import NOTE_CAP, SERVICE_TYPES

PAYER = "optum"
CASES = AuthCases(
    plain=(PAYER, "90837"),
    whole=((PAYER, "96130"), (PAYER, "90837")),
    questions={
        (PAYER, code): tuple((item.text, item.options[1] if item.options else "As approved.") for item in one.questions)
        for one in SERVICE_TYPES
        for code in one.codes
    },
    keeps_both=(PAYER, "90837"),
    refusals=(
        Refusal(PAYER, "90870", {}, "wrong_portal"),
        Refusal(PAYER, "90837", {"note": "x" * (NOTE_CAP + 1)}, "bad_data", "note"),
        Refusal(PAYER, "90837", {"diagnoses": ("F33.1",) * 5}, "bad_data", "diagnoses"),
        Refusal(PAYER, "90837", {"diagnoses": ("33.1",)}, "bad_data", "diagnoses"),
        Refusal(PAYER, "90837", {"servicing_npi": "1999901998"}, "bad_data", "servicing_npi"),
        Refusal(PAYER, "90837", {"requesting_npi": "1999901998"}, "bad_data", "requesting_npi"),
        Refusal(PAYER, "90837", {"billing_tin": "004719999"}, "bad_data", "billing_tin"),
        Refusal(PAYER, "90837", {"request_type": "renewal"}, "bad_data", "prior_auth_number"),
        Refusal(PAYER, "90837", {"request_type": "cancel"}, "bad_data", "request_type"),
    ),
    not_required=(PAYER, "90791"),
    unanswered=((PAYER, "96130"), "test list", "item 2"),
)
