"""`python -m tests.tiny FOLDER`: reads names from stdin, and prints where each pipeline lies when it is made."""

import sys
from pathlib import Path

from tests.tiny import weights
from tests.tiny.all import KINDS


def main():
    weights.quiet()
    folder = Path(sys.argv[1])
    for name in map(str.strip, sys.stdin):
        print(KINDS[name](folder / name), flush=True)


main()
