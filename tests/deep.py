"""Cases that only a whole run takes: `make test-all`, and with it CI. A quick run, `make test`, takes one of their kind instead."""

from __future__ import annotations

from typing import Any

import pytest


def deep(*cases: Any) -> list[Any]:
    """Further cases of a parametrized test, a tuple for several arguments."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.deep) for case in cases]


of_many_payers = pytest.mark.of_many_payers  # for portals whose forms have a list of payers to choose from
