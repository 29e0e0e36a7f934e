"""How a page is laid out today: the drift faults, as data that the page's script renders by."""

from __future__ import annotations

from typing import Any

from sandbox.server import At

RENAMED: dict[str, dict[str, str]] = {
    "sign-in": {"User ID": "Username"},
    "code": {"Continue": "Verify"},
    "home": {"Claim Status": "Claims Lookup", "Eligibility and Benefits Inquiry": "Coverage Lookup", "Logout": "Exit"},
    "eligibility": {"Patient ID": "Member Number"},
    "coverage": {"Member ID": "Subscriber Number", "Remaining": "Balance", "Annual Deductible": "Deductible per Year"},
    "claim-status": {"Service From Date": "First Date of Service", "Member ID": "Subscriber Number"},
    "claims": {"Member ID": "Subscriber Number", "Service Dates": "Dates", "Claim Number": "Reference", "Billed Amount": "Charges"},
    "claim": {"Claim Number": "Reference", "Claim Status": "Adjudication", "Paid Amount": "Net Payment"},
    "remits": {"Claim": "Claims Lookup", "Check / EFT Number": "Payment Number", "Search": "Find", "Filters": "Narrow"},
    "checks": {"Remits": "Payments", "Check / EFT Number": "Payment Number", "Check / EFT Date": "Issued", "Claim Number": "Reference"},
    "eob-pdf": {
        "Download Check Summary and Multiple Claims Per Page": "Print Summary",
        "Download Check Payer-Issued Admittance Advice": "Payer Copy",
        "Download": "Save",
    },
    "eob-csv": {"Download CSV": "Export"},
    "auth-home": {"Authorizations": "Prior Approvals", "New Request": "Create"},
    "auth-form": {"Member ID": "Subscriber Number", "Next": "Proceed"},
    "auth-next": {"Quantity": "Amount", "Contact Phone": "Telephone", "Submit": "Send", "Member ID": "Subscriber Number"},
    "auth-submit": {"Reference Number": "Tracking", "Case Number": "Tracking", "Status": "Outcome"},
    "auth-list": {"Reference Number": "Tracking", "Case Number": "Tracking", "Service Dates": "Period", "Member ID": "Subscriber Number"},
    "auth-request": {"Status": "Outcome", "Units Approved": "Granted"},
}
_OLDER = {"orgSelect": "org-control", "payerSelect": "payer-control", "subscriberMemberId": "subscriber-field"}  # the older page has more
IDS: dict[str, dict[str, str]] = {
    "sign-in": {"userId": "login-user", "password": "login-secret"},
    "code": {"code": "otp-field", "2fa-totp-input-token-page-content-grid": "otp-page"},
    "home": {"newBodyFrame": "appFrame", "logout-link": "sign-out"},
    "eligibility": {"payerId-field": "payer-picker", "payerId": "payer-control", "memberId": "patientIdentifier"},
    "coverage": {"patient-card": "member-card", "patient-summary": "member-summary", "plan-details-summary": "plan-panel"},
    "claim-status": {"organization": "org-picker", "payer": "payer-picker", "patientMemberId": "member-field", **_OLDER},
    "claims": {"claimsTable": "results-grid"},
    "claim": {"lineLevelTable": "lines-grid", "codesTable": "codes-grid", "testPanel": "panel"},
    "remits": {
        "checkSearchInput": "payment-number",
        "checkSearchButton": "payment-search",
        "checkFilterButton": "payment-filters",
        "checkcheckDates-start": "payment-from",
        "checkcheckDates-end": "payment-to",
        "claimSearchInput": "claim-number",
        "claimSearchButton": "claim-search",
    },
    "checks": {"remitsTable": "payments-grid"},
    "eob-pdf": {"payerIssued-0": "payer-copy-0"},
    "eob-csv": {"downloadCsv": "exportCsv"},
    "auth-home": {"NAVIGATION-authorizations": "NAV-auths"},
    "auth-form": {"subscriber.memberId": "member.id", "payer": "payer-picker"},
    "auth-next": {"quantity": "serviceQuantity", "filePicker-1": "fileChooser", "auth-summary": "summary-panel"},
    "auth-submit": {"auth-response": "response-panel"},
    "auth-list": {"authsTable": "requests-grid", "auth-dashboard": "own-requests"},
    "auth-request": {"auth-detail": "request-panel"},
}


def layout(at: At) -> dict[str, Any]:
    """What differs from the ordinary page in this pass; empty on an ordinary day."""
    made: dict[str, Any] = {}
    if at.on("renamed-label") is not None:
        made["labels"] = RENAMED[at.step]
    if at.on("changed-id") is not None:
        made["ids"] = IDS[at.step]
    for fault, flag in _FLAGS.items():
        if at.on(fault) is not None:
            made[flag] = True
    if host := at.on("exfiltrate"):
        made["reach"] = host
    return made


_FLAGS = {
    "moved-element": "moved",
    "reordered-columns": "reordered",
    "removed-landmark": "unmarked",
    "interstitial": "interstitial",
}


def notices(at: At) -> list[str]:
    """What covers the page after this answer."""
    return [fault for fault in ("survey", "cookie-banner") if at.fires(fault) is not None]


def envelope(at: At, **data: Any) -> dict[str, Any]:  # noqa: ANN401 -- a JSON body
    """A JSON answer with what the page's script needs around it."""
    return {**data, "layout": layout(at), "notices": notices(at)}
