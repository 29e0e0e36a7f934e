"""`python -m payerbot` is `payerbot`."""

from payerbot.cli import main

main()
