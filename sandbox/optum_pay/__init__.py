"""The twin of Optum Pay (once Electronic Payments & Statements): pages of a server, behind the sign-in that several portals share.

Documented, and kept word for word: the entry at registrationSignIn.do, used beside One Healthcare ID; the pages View Payments > Payment
Summary > Remittance Detail > Claim Detail; print electronic remittance; download 835; Payer PRAs; Payment Data Files, where a data bundle
is created first and downloaded later; the search types (dates of service, account number, subscriber ID, patient name, payment number,
zero-payment claims, NPI, claim number); 13 months of history; a PDF and an 835 of each payment; that a payment's number is the trace number
of the ACH; that a billing company must be linked to a practice.

Invented, because nothing public says: everything else. Addresses but the entry's, all labels beyond those words, ids, columns and their
order; that a practice is chosen for every search, and that one who lacks the link has none to choose; that days stand preset to the last
month and hold for every search; that a number is found by a part of it; ten rows a page; that the portal prints a remittance of its own for
ACH payments only, and that the payer's PRA, in a new tab, is there for all others; every message; how long a bundle takes.
"""
