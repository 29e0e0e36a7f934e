"""Cigna for Health Care Professionals and the Evernorth provider portal."""
