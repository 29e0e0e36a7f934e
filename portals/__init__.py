"""One folder per payer portal. Importing this package finds them all."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

from portals.base import Portal

for _found in pkgutil.iter_modules(__path__):
    _adapter = f"{__name__}.{_found.name}.adapter"
    if _found.ispkg and not _found.name.startswith("_") and importlib.util.find_spec(_adapter):  # else what is left of a portal
        importlib.import_module(_adapter)

KNOWN = Portal.known
