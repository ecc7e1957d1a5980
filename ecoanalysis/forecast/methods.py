"""Methods by name: each turns windows into distributions 1..horizon years after the last observation."""

from __future__ import annotations

from ecoanalysis.forecast.closed_form import closed_form
from ecoanalysis.forecast.learned import learned

METHODS = {"learned": learned, "closed_form": closed_form}
