"""Which services of this twin show what, at the payer that is entered through Availity: there the pages are put through everything."""

from __future__ import annotations

from sandbox.auth_cases import AuthCases, Refusal
from sandbox.carelon.auth_rules import NOTE_CAP, PROCEDURES, QUESTIONS

PAYER = "carelon_direct"
CASES = AuthCases(
    plain=(PAYER, "90837"),
    whole=((PAYER, "90837"), (PAYER, "90867")),
    questions={
        (PAYER, code): tuple((item.text, item.options[1] if item.options else "14") for item in QUESTIONS[kind])
        for code, (kind, _) in PROCEDURES.items()
        if kind in QUESTIONS
    },
    stops_second=(PAYER, "90837"),
    drafts=frozenset({PAYER}),
    refusals=(
        Refusal(PAYER, "96130", {}, "bad_data", "units"),  # so many visits are no certain number of half hours
        Refusal(PAYER, "90837", {"note": "x" * (NOTE_CAP + 1)}, "bad_data", "note"),
        Refusal(PAYER, "90837", {"diagnoses": ("Z99.9",)}, "bad_data", "diagnoses"),
        Refusal(PAYER, "90837", {"servicing_npi": "1999901998"}, "bad_data", "servicing_npi"),
        Refusal(PAYER, "90837", {"requesting_npi": "1999901998"}, "bad_data", "requesting_npi"),
        Refusal(PAYER, "90837", {"request_type": "renewal"}, "bad_data", "prior_auth_number"),
        Refusal(PAYER, "90837", {"request_type": "cancel"}, "bad_data", "request_type"),
        Refusal(PAYER, "90870", {}, "bad_data", "services"),
    ),
    not_required=(PAYER, "90791"),
    unanswered=((PAYER, "90867"), "antidepressant trials", "item 2"),
)
