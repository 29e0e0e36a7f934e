"""Where the pages of the twin live; only the first address and tab 531 are the portal's own."""

from __future__ import annotations

SIGN_IN = "/hcp/provider/Home/tabid/135/Default.aspx"
SECOND = "/hcp/provider/Home/Verify/tabid/136/Default.aspx"
QUESTION = "/hcp/provider/Home/Challenge/tabid/138/Default.aspx"
PASSWORD = "/hcp/provider/Home/Password/tabid/139/Default.aspx"
NEW_PASSWORD = "/hcp/provider/Home/ChangePassword/tabid/141/Default.aspx"
MY_HOME = "/hcp/provider/MyHome/tabid/142/Default.aspx"
SIGN_OUT = "/hcp/provider/Logout/tabid/143/Default.aspx"
ELIGIBILITY = "/hcp/provider/Eligibility/EligibilityVerification/tabid/510/Default.aspx"
CLAIMS = "/hcp/provider/Claims/SearchClaims/tabid/531/Default.aspx"
PAYMENTS = "/hcp/provider/Claims/SearchPaymentHistory/tabid/532/Default.aspx"
REMITTANCE = "/hcp/provider/Claims/RemittanceAdvice/tabid/533/Default.aspx"
ELSEWHERE = "/hcp/provider/Resources/tabid/600/Default.aspx"
