"""Authorization requests: what blocks a second one, the checks of attachments, and a share's work from look-up to decision."""
