"""Write the labeller's browser half to `static/`, from where browsers fetch it once.

    python scripts/labeller.py

Run it after the last change to studio/components/assets/labeller/; while the file is not in step
the app sends the script with each draw instead, and a test fails.
"""

from __future__ import annotations

from studio.components.labeller import STATIC, bundle_name, script


def main() -> None:
    """Write the file and remove the one before."""
    whole = script()
    for path in STATIC.glob("labeller-*.js"):
        path.unlink()
    (STATIC / bundle_name(whole)).write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
