"""What the portals that sign in at One Healthcare ID share."""
