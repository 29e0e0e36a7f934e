"""The remittance documents of the made-up world: PDFs as a portal and its payers print them, the 835, the portal's own list."""
