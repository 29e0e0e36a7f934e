"""The twin of Availity Essentials, current page generation only (MUI "Element"), as far as public material describes it.

Documented, and kept word for word: the sign-in page and its ids, the method picker, the code page, the shell with its frame and
menus, the state selector, the cookie banner, the fields of the eligibility form and of claim status, the labels of both results,
the not-found messages.

Invented, because nothing public says (selectors mark them ``invented``):

- sign-in: the words of every message but "not recognized"; the pages around a code (`#/two-step-authentication`, label "Code"), the
  password warning ("Remind me later") and the password change (`#currentPassword`, `#newPassword`, `#confirmPassword`); five wrong
  passwords or codes lock; a known device is a cookie of one year; why one was signed out ("You have been signed out because your
  user ID was used ...", "... due to inactivity", "Your session has expired"); a code from the app works as often as its time allows.
- shell: menus other than "Patient Registration" and "Claims & Payments"; home page, terms page, survey, idle warning, 30 idle minutes.
- eligibility: all choices of Patient Search Option but the first, and that it is a select; that the lower sections come with the
  payer; the ids `#providerNpi-field`, `#providerTaxId-field`, `#providerLastName-field`, `#providerFirstName-field`,
  `#lastName-field`, `#firstName-field`, `#patientGender-field`; around the documented cards `#eligibility-results` (region), `#benefits`,
  their `aria-busy`, the headings, "New Inquiry", "Edit Inquiry", tabs where a member has two plans, "Gender", "Relationship to
  Subscriber", "Subscriber", "Payer", "Plan End Date", "Eligibility End Date"; all errors and all wording of benefit lines; where
  visit limits, messages, carve-outs and other payers stand; two years back and 60 days ahead as limits of As of Date.
- claim status: the fields of every tab but HIPAA Standard and which payer has which tab beyond the few documented; the ids
  `#providerSelect`, `#patientBirthDate-label`, `#fromDate-label`, `#toDate-label`, `#claim-results`, `#claim-detail`; columns and their
  order; cards with "View Details"; the pager; the panels beyond the eight documented ("Patient Name", "Member ID", "Service Dates",
  "Received Date", "Allowed Amount", "Patient Responsibility", "Category and Status"), "Status Details", "Requested Information",
  "Related Claims"; that HIPAA Standard shows no reason codes where a payer has other tabs; 180 days as the longest span.
- remittances: what "Filters" (`#checkFilterButton`) opens, the id `#checkAmount`, `#remit-results`; columns beyond the first and the fourth
  (the first cell, which is not counted, selects the row); that a number is found in any part of the listed one, that numbers in chips add
  up and outlive the page, that the Claim tab has no dates and its list is called "Claims"; labels of the radios; which payer hands out its
  documents in which way (`sandbox.eobs.ways`); the wording and the dialog of "Manage Access" and when it is shown; the detail of a check
  ("Check / EFT Details", "Provider Adjustments", "Service Line n") around the documented "Adjustments" tables; all documents' layouts.
- authorizations: documented are the way there (`#NAVIGATION-authorizations`, "New Request"), the wizard's ids with dots, its lists by
  their hidden `<select>`, "Retrieve Provider Info", `#fromDate` to `#serviceLevelCode`, the cap of the notes, `#printButton`,
  `#nextStepsButton`, "Take me to InterQual" and "Skip", `input#filePicker-1` and its file types, `#authWizardNextButton`,
  "Authorization - Undetermined". Invented: all labels, the pages' marks (`#step-...`, `#auth-...`), contact name, certification type,
  urgency statement, further diagnoses, modifiers, kinds of attachments, 10 MB; which code a payer decides at its check, refuses, asks
  questions about or wants a file for; review and response pages; drafts; duplicate messages and who stops a second request; inquiry and
  dashboard from their forms to their words.
"""
