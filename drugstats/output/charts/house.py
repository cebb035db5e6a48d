"""The house's look as matplotlib takes it: the bundled fonts, made known, and the settings."""

from pathlib import Path

import matplotlib
from matplotlib.font_manager import fontManager

PACKAGE = Path(__file__).parent.parent.parent
for weight in ("Regular", "Bold"):
    fontManager.addfont(PACKAGE / "fonts" / f"DrugStatsSansSC-{weight}.ttf")
HOUSE = matplotlib.rc_params_from_file(PACKAGE / "house.mplstyle", use_default_template=False)
