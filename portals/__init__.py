"""One folder per payer portal. Importing this package finds them all."""

from __future__ import annotations

import importlib
import pkgutil

from portals.base import Portal

for _found in pkgutil.iter_modules(__path__):
    if _found.ispkg and not _found.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_found.name}.adapter")

KNOWN = Portal.known
