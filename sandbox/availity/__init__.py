"""The twin of Availity Essentials, current page generation only (MUI "Element"), as far as public material describes it.

Documented, and kept word for word: the sign-in page and its ids, the method picker, the code page, the shell with its frame and menus, the
state selector, the cookie banner, the fields of the eligibility form and of claim status, the labels of both results, the not-found messages.

Invented, because nothing public says (selectors mark them ``invented``):
- sign-in: the words of every message but "not recognized"; the page after a texted code; the warning page and the change page for the
  password (`#currentPassword`, `#newPassword`, `#confirmPassword`, "Remind me later"); five wrong passwords or codes lock; a known device is a
  cookie of one year; which reason the signed-out page gives (`#/logout`, "You have been signed out ..."); the idle warning.
- shell: names of menus other than "Patient Registration" and "Claims & Payments"; the home page; the terms page; the survey.
- eligibility: the choices of Patient Search Option but the first; ids `#firstName-field`, `#lastName-field`, `#providerNpi-field`,
  `#providerTaxId-field`, `#providerLastName-field`, `#providerFirstName-field`, `#patientGender-field`; that Patient Search Option is a select; the
  result page around the documented cards (`#eligibility-results`, its `aria-busy`, tabs where a member has two plans, "Plan End Date",
  "Eligibility End Date", "New Inquiry"); the words of all errors and of benefit lines; the networks' tags on a line; where messages stand.
- claim status: fields of the tabs other than HIPAA Standard; ids `#patientMemberId-<tab>` are not used (one tab is in the page at a time); the
  "Patient is subscriber" box is a checkbox; which payer has which tabs beside those named; columns; cards; the panels "Received Date",
  "Allowed Amount", "Patient Responsibility", "Status Details", "Requested Information", "Related Claims", "Category and Status"; the table of codes.
"""
