"""What runs when: one Prefect flow per job, and the server and the schedule they run under.

Imported before Prefect, so that Prefect's own home is private, its telemetry off and its console quiet.
"""

from __future__ import annotations

import os

from payerbot.host import private_folder
from payerbot.settings import settings

os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"  # DO_NOT_TRACK alone does not reach the server
if "PREFECT_HOME" not in os.environ:
    os.environ["PREFECT_HOME"] = str(private_folder(settings().home / "prefect"))
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
