"""What figures that were rounded before printing can and cannot mean."""

import numpy as np
import pandas as pd

from drugstats.stats.rates import MISSING, NO_WHOLE
from drugstats.tables import numbers

FOLLOWS, DOES_NOT_FOLLOW, NOT_COMPUTED = "follows", "does not follow", "not computed"


def follows(df: pd.DataFrame, *, after: str, before: str, printed: str, decimals: str) -> pd.DataFrame:
    """Append value, low, high, verdict and method: whether a printed change can follow from the printed levels.

    value is after / before − 1 (a fraction); low to high is every change that the unrounded levels could have had.
    A level is taken as rounded at its last digit that is not zero (5.4万 is 53,500 to 54,500), so a printed level
    that ends in a true zero is read too kindly, never too strictly. `printed` is a fraction, `decimals` the decimals
    of the printed percentage. verdict is follows, does not follow or not computed.

    >>> levels = pd.DataFrame({"after": [35000], "before": [54000], "printed": [-0.286], "decimals": [1]})
    >>> follows(levels, after="after", before="before", printed="printed", decimals="decimals")["verdict"].item()
    'does not follow'
    """
    new, old = numbers(df, after), numbers(df, before)
    said, slack = numbers(df, printed, lowest=None), 0.5 * 10.0 ** -(numbers(df, decimals) + 2)
    reason = np.select([np.isnan(new) | np.isnan(old) | np.isnan(said), old == 0], [MISSING, NO_WHOLE], "")

    old = np.where(reason == "", old, np.nan)
    low = np.maximum(new - _half_unit(new), 0) / (old + _half_unit(old)) - 1
    high = (new + _half_unit(new)) / (old - _half_unit(old)) - 1
    fits = (said + slack >= low - 1e-12) & (said - slack <= high + 1e-12)
    verdict = np.where(reason == "", np.where(fits, FOLLOWS, DOES_NOT_FOLLOW), NOT_COMPUTED)
    return df.assign(
        value=new / old - 1, low=low, high=high, verdict=verdict.astype(object),
        method=np.where(reason == "", "rounding", reason).astype(object),
    )  # fmt: skip


def _half_unit(level):
    """Half the place value of the last digit that is not zero, down to millionths; a zero is taken as exact."""
    half = np.where(level == 0, 0, 5e-7)
    for unit in 10.0 ** np.arange(-5, 13):
        digits = np.round(level / unit)
        half[(digits != 0) & np.isclose(level / unit, digits, rtol=1e-12, atol=0)] = unit / 2
    return half
