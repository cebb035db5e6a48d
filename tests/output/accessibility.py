"""Look at pages with axe-core in a headless Chromium, by hand: python accessibility.py axe.min.js page.html …

The script axe.min.js is in the package axe-core of npm. Prints what it finds at a desk's and at a telephone's width, and
ends with 1 if anything serious is among it.
"""

import sys
from pathlib import Path

from browser import browser

WIDTHS = (1280, 390)
SERIOUS = ("serious", "critical")
RUN = "axe.run(document, {resultTypes: ['violations', 'incomplete', 'passes']})"


def main(script: str, *pages: str) -> int:
    """Print what axe-core finds in each page and return 1 if anything of it is serious."""
    axe, worst = Path(script).read_text(encoding="utf-8"), 0
    with browser() as page:
        for path in pages:
            for width in WIDTHS:
                page.open(Path(path), width)
                page.ask(axe + ";0")
                found = page.ask(RUN)
                wrong = found["violations"]
                counts = {name: len(found[name]) for name in ("violations", "incomplete", "passes")}
                print(Path(path).name, width, counts)
                for rule in [*wrong, *found["incomplete"]]:
                    sort = "violation" if rule in wrong else "incomplete"
                    print(f"  {sort} {rule['impact']}: {rule['id']}, {len(rule['nodes'])} times: {rule['help']}")
                    print(f"    {rule['nodes'][0]['html'][:160]}")
                worst += sum(rule["impact"] in SERIOUS for rule in wrong)
    return int(worst > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
