"""Which payers and services of this twin show what."""

from __future__ import annotations

from sandbox.auth_cases import AuthCases, Refusal
from sandbox.availity.auth_rules import RULES

_TMS_ELSEWHERE = Refusal("anthem", "90867", {}, "wrong_portal", go_to="CARELON BEHAVIORAL HEALTH")

CASES = AuthCases(
    plain=("anthem", "90837"),
    whole=(("magellan", "90837"), ("carelon", "96130"), ("humana", "96136")),
    questions={
        (payer, code): tuple((item.text, item.options[1] if item.options else "14") for item in items)
        for payer, rules in RULES.items()
        for code, items in rules.questions.items()
    },
    stops_second=("anthem", "90837"),
    keeps_both=("aetna", "90837"),
    listed_later=frozenset(payer for payer, rules in RULES.items() if rules.lag_nights),
    drafts=frozenset(payer for payer, rules in RULES.items() if rules.drafts),
    refusals=(
        _TMS_ELSEWHERE,
        Refusal("carelon", "96130", {}, "bad_data", "attachments"),
        Refusal("aetna", "90837", {"note": "x" * 265}, "bad_data", "note"),
        Refusal("aetna", "90837", {"diagnoses": ("Z99.9",)}, "bad_data", "diagnoses"),
        Refusal("aetna", "90837", {"requesting_npi": "1999901998"}, "bad_data", "requesting_npi"),
        Refusal("aetna", "90837", {"request_type": "cancel"}, "bad_data", "request_type"),
    ),
    not_required=("humana", "90837"),
    decided_at_check=("aetna", "90847"),
    unanswered=(("humana", "90870"), "at this moment", "item 2"),
)
