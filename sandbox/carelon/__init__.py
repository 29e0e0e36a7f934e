"""ProviderConnect of Carelon Behavioral Health (once ValueOptions, then Beacon), reached by its own sign-in or out of Availity.

Documented, and so word for word: the use agreement that ends in "I agree", "View Clinical Drafts" on Home, the record with its tab
"Primary Care Provider" and the buttons "View Member Auths" and "View Member Claims", the order of the wizard's pages, the labels of the
Requested Services Header and that Level of Service rebuilds it, an asterisk on what is always required and none on what is required
sometimes, the warning where nothing is attached, "Save Request as Draft", the fields of the result page with "Approved" on top, the
gate where provider data must be attested, 30-minute units for testing,
and the form that Pennsylvania wants with it. Everything else is invented: most labels, all messages, the
columns of every table, the words for a claim's status, the clinical pages and their choices, numbers and pages of lists.

It has one member, one form and one list at a time, kept at the server: only the page that was opened last can be sent, and a form
with an old token comes back empty and without a word.
"""
