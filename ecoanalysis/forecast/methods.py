"""Methods by name: each turns windows into distributions 1..horizon years after the last observation.

`learned` is relied on, `closed_form` is its plain explanation, the others are comparison models.
"""

from __future__ import annotations

from ecoanalysis.forecast import comparison
from ecoanalysis.forecast.closed_form import closed_form
from ecoanalysis.forecast.learned import learned

METHODS = {
    "learned": learned,
    "closed_form": closed_form,
    "straight_line": comparison.lifted(comparison.straight_line, 3),
    "log_line": comparison.lifted(comparison.log_line, 3),
    "damped_holt": comparison.lifted(comparison.damped_holt, 5),
    "ets": comparison.lifted(comparison.ets, 5),
    "theta": comparison.lifted(comparison.theta, 5),
    "arima": comparison.lifted(comparison.arima, 5),
    "gm11": comparison.lifted(comparison.gm11, 4),
}
COMPARISON = tuple(name for name in METHODS if name not in ("learned", "closed_form"))
