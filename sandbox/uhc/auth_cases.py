"""Which services of this twin show what."""

from __future__ import annotations

from sandbox.auth_cases import AuthCases, Refusal
from sandbox.uhc.auth_rules import NOTE_CAP, QUESTIONS

PAYER = "uhc"
CASES = AuthCases(
    plain=(PAYER, "90837"),
    whole=((PAYER, "90867"), (PAYER, "90837"), (PAYER, "96136")),
    questions={
        (PAYER, code): tuple((item.text, item.options[1] if item.options else "14") for item in items) for code, items in QUESTIONS.items()
    },
    stops_second=(PAYER, "90837"),
    refusals=(
        Refusal(PAYER, "H0015", {}, "wrong_portal", go_to="Optum Provider Express"),
        Refusal(PAYER, "96130", {}, "wrong_portal", go_to="Referrals"),
        Refusal(PAYER, "90837", {"note": "x" * (NOTE_CAP + 1)}, "bad_data", "note"),
        Refusal(PAYER, "90837", {"diagnoses": ("Z99.9",)}, "bad_data", "diagnoses"),
        Refusal(PAYER, "90837", {"requesting_npi": "1999901998"}, "bad_data", "requesting_npi"),
        Refusal(PAYER, "90837", {"servicing_npi": "1999901998"}, "bad_data", "servicing_npi"),
        Refusal(PAYER, "90837", {"billing_tin": "009999999"}, "bad_data", "billing_tin"),
        Refusal(PAYER, "90837", {"request_type": "renewal"}, "bad_data", "prior_auth_number"),
        Refusal(PAYER, "90837", {"request_type": "cancel"}, "bad_data", "request_type"),
        Refusal(PAYER, "90837", {"level_of_care": "inpatient"}, "bad_data", "level_of_care"),
        Refusal(PAYER, "99999", {}, "bad_data", "services"),
    ),
    not_required=(PAYER, "90791"),
    unanswered=((PAYER, "90870"), "at this moment", "item 2"),
)
