"""EOBs in: PDF, 835 and the portal's list are proved to be the right ones and read; sums are checked to the cent. Imports no browser."""
