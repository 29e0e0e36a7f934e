"""The twin of Optum Pay (once Electronic Payments & Statements): pages of a server, behind the sign-in that several portals share.

Documented, and kept word for word: the entry at registrationSignIn.do; View Payments > Payment Summary > Remittance Detail > Claim Detail;
what can be searched for (dates of service, account number, subscriber ID, patient name, payment number, zero-payment claims, NPI, claim
number); 13 months of history; a PDF and an 835 of each payment; "Payer PRAs"; "Payment Data Files", where a bundle is created first and
downloaded later; that the payment number is the ACH's trace number; that a billing company is linked to a practice.

From a public test suite of the portal's own pages, some years old: "SIGN IN", the tabs and their ids, the list of TINs with "- Enrolled",
the page on which a billing service's user types a provider's TIN, ids of the search, two inputs for the two kinds of payment number,
`SearchCriteriaVal`, "Record Count", the words for no records, head rows of ordinary cells under two generations of a class name, the
columns, thirty rows a page, the types of payment and their status, the ePRA that is made on request in a window of its own and becomes an
icon, the page with terms after the sign-in, the offer of paid services with its two buttons, quick searches, bundles and their file types.

Invented, because nothing public says: paths but the entry's; labels of the search beside the ids; that dates are typed; that a number is
found by a part of it, and only as the kind it is; the columns' order; that an ePRA exists for ACH payments only and the payer's own PRA for
all others; how long one is made; what a user without a linked provider is told; every other message; what is on the remaining pages.
"""
