"""Where the pages of the twin live; the public ones are the portal's own."""

from __future__ import annotations

SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/"
SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
HOME = "/static/web/onb/onboarding-ui-apps/home/"
ELIGIBILITY = "/static/web/pres/web/eligibility/"
CLAIM_STATUS = "/static/web/post/cs/enhanced-claim-status-ui/"
REMITS = "/static/web/post/rm/remitviewerui/"
AUTHORIZATIONS = "/static/web/pres/web/authorizations/"
AUTH_FORM = "/static/web/pres/web/authorizations/new/"
AUTH_INQUIRY = "/static/web/pres/web/auth-referral-inquiry/"
AUTH_DASHBOARD = "/static/web/pres/web/auth-referral-dashboard/"
PAYER_SPACES = "/static/web/spc/payer-spaces/"
ASSETS = "/static/shared/element/"
API = "/ms/api/availity/internal"
