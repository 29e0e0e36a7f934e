"""What the commands of cli.py do; each module is imported when its command runs."""
