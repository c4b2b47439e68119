"""The entry point. `--version`, and what has nothing to do, is answered before anything is imported that takes time."""

import sys

from assetgen.noop import answered


def main() -> None:
    """Run the command line and leave with its exit code."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"assetgen {vars(sys.modules['assetgen'])['__version__']}\n")
        return
    if answered(words):
        return
    from assetgen.cli.app import run

    sys.exit(run(words))


if __name__ == "__main__":
    main()
