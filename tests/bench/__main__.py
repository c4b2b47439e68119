"""Runs every benchmark, or those that are named: `python -m tests.bench toml`. Read the ratios, not the times."""

import sys
from pathlib import Path
from runpy import run_module


def main():
    """Run each module beside this one as a program of its own."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    for name in wanted:
        if name not in known:
            sys.exit(f'there is no benchmark "{name}"; known are {", ".join(known)}')
    for name in wanted:
        print(f"\n== {name}")
        run_module(f"tests.bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
