"""Questions to people: in plain words, to the person who owns the login, answered by somebody with a name."""
