"""The twin of Cigna for Health Care Professionals and of the Evernorth provider portal: two hosts, one set of pages.

Documented, and kept word for word: both hosts and `/app/login`, `/app/patient/search`, `/app/claim/search`; both sign-ins (the newer with a
page each for "Log in", user name and password, and a code page with "Verify your identity" and "Remember this device"; the older with
everything on one page and "Don't ask me for a code"), their ids and test attributes; that the code is mailed; `data-test-id` in the newer
generation and `data-test` in the older, with the same values; "Logout"; the navigation item of the patient search; "No Thanks", the
OneTrust banner, `btn-confirm`; fields, button and result links of the patient search; that plans of a third party administrator say whom
to contact; "Claims search" with four radios of which two are known, its fields and buttons; that labels point at the wrong inputs, and
that suffixes and middle initials make a search find nothing; the columns of the claim list and that its cells' ids are mismatched; "no
results for the parameters chosen"; the labels of an opened claim, of its payments and procedures, "Explanation of Remark Codes"; the
breadcrumb "Claim Search"; that a reload sets the radio back; the menu "Remittance Reports" and what can be searched by, for medical and
behavioral claims alike, from the day of the deposit on; the menu "Message Center" with claim and precertification letters, each for those
who have its entitlement.

Invented, because nothing public says (selectors mark them ``invented``):

- sign-in: every message; the ids of error texts; five wrong passwords or codes lock; a code is mailed as soon as its page comes; a
  remembered device is a cookie of 30 days; the expired-password page; the terms page; that one user has one session.
- patient search: that a name and a birth date do without a patient ID; ten patients at most; columns of the results and every message;
  that the confirmation comes for dependents.
- benefits: all of it: "Coverage as of" with "Update", a confirmation number, the tabs of a plan, of medical and of behavioral benefits,
  the table and its words, other insurance, messages; that the day may lie two years back or 60 days ahead.
- claims: "Claim reference number" and "Service dates" as the other two radios; 90 days as the longest span; paging by tens; every
  status word; "Claim notes"; that remark codes are those of the standard transaction.
- remittance reports and letters: ids, columns, words and buttons of both; that a report or a letter is a PDF behind a button in its row;
  90 days as the longest span of letters; the words for a user without an entitlement.
"""
