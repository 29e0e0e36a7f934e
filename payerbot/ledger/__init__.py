"""The truth: what was asked, what came back, who waits for what. Nothing here knows a portal's pages."""
