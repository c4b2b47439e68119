"""The entry point. `--version` is answered before anything is imported; everything else belongs to the command line."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"assetgen {vars(sys.modules['assetgen'])['__version__']}\n")
        return
    from assetgen.cli.app import run

    sys.exit(run(words))


if __name__ == "__main__":
    main()
