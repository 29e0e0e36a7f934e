"""The payers that come with this twin."""

from __future__ import annotations

from sandbox.world_model import Payer

PAYERS = (Payer("carelon_pa", "CARELON HEALTH OF PENNSYLVANIA", "CBHPA", "carelon-direct"),)
