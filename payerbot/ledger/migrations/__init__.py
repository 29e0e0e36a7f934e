"""How a ledger becomes a ledger of this release; run by payerbot.ledger.upgrade, never by hand."""
