"""Methods by name: each turns windows into distributions 1..horizon years after the last observation."""

from __future__ import annotations

from ecoanalysis.forecast import comparison
from ecoanalysis.forecast.closed_form import closed_form
from ecoanalysis.forecast.learned import learned

COMPARISON = ("straight_line", "log_line", "damped_holt", "ets", "theta", "arima", "gm11")
METHODS = {"learned": learned, "closed_form": closed_form} | {name: getattr(comparison, name) for name in COMPARISON}
