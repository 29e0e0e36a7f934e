"""The One Healthcare ID sign-in: a host of its own that several portals send a browser to, and that sends it back with a one-time code.

Documented, and kept word for word: the three layouts of the form and their ids, "Verify Identity" with its buttons, both code pages, the
checkbox about a private device, where an error stands, the title of the locked page, the consent page's name, the names of two calls.

Invented, because nothing public says: which layout comes (a cookie of an experiment decides, `/oneapp/experiment/A`, `B`, `C` or
`older`; without it the portal's own usual one); every message; five wrong passwords or codes lock; the passkey prompt and who gets it (a
user whose first way is "passkey"); the page that asks about a private device after the code; the expired-password page; a known device is
a cookie of one year; that a finished sign-in leaves no session at this host.
"""
