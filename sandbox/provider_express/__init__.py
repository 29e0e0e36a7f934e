"""The twin of Optum Behavioral Health's Provider Express: pages made by the server, forms that post, behind One Healthcare ID.

Documented, and kept word for word: "Log In" at the upper right of the public page and "First-time User"; the sign-in of One Healthcare ID
with its consent "Share my One Healthcare ID"; the Transactions menu, Eligibility & Benefits, Patient List, Claim Inquiry, My Submitted
Claims, "Auths" at the upper right. Eligibility is searched by Member ID, or by name and date of birth, or from one's own patient list; it
shows demographics, and a click on the member's name the benefits: year-to-date deductible and out-of-pocket accumulators, benefit detail,
and a flag whether the service needs an authorization. A claim that was keyed in the portal stands in My Submitted Claims at once, and in
Claim Inquiry 2-3 business days later.

Invented, because nothing public says (selectors mark them ``invented``):

- frame: every address behind the sign-in, that a signed-in browser comes from the public page to the secure home page, "Log Out", the
  menus' other entries, cookie notice, feedback dialog.
- eligibility: "Date of Service" and its limits (two years back, 60 days ahead), columns, tables, words, messages, inquiry numbers.
- claims: both forms (a claim number, or a date of birth with Member ID or name, with service dates at most 90 days apart), columns,
  status words, paging by tens, the claim's page; that My Submitted Claims says "See Claim Inquiry" of what was loaded; which claims were
  keyed in the portal (two of three, by their number) and that only received and accepted ones wait to be loaded.
- authorizations: see ``auths.py``.
"""
