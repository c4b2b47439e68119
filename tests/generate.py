"""Writes the generated pages, schemas and pictures: `python -m tests.generate`, or `make docs`.

With `--examples` the outputs and locks of the examples are made anew first, in a folder of its own, so that no store takes part.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import assetgen
from tests import pages
from tests.pages import sheet

ROOT = Path(__file__).parent.parent
EXAMPLES = {"quickstart": "public", "docs-site": "static", "game-sprites": "art"}


def main() -> None:
    """Write everything that differs, and tell what was written."""
    if "--examples" in sys.argv[1:]:
        for name, outputs in EXAMPLES.items():
            rebuild(ROOT / "examples" / name, outputs)
    for path, text in pages.texts().items():
        _write(ROOT / path, text)
    picture = ROOT / "docs/images/demo.png"
    sheet.save(sheet.compose(ROOT / "examples/quickstart/public"), picture)
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1000} kB")


def rebuild(example: Path, outputs: str) -> None:
    """Build an example from nothing, and put its lock and outputs in the place of the old ones."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / example.name
        shutil.copytree(example, fresh, ignore=shutil.ignore_patterns(outputs, "assetgen.lock", ".assetgen"))
        outcome = assetgen.build(fresh)
        assert outcome.exit_code == 0, [result.message for result in outcome.results.values() if result.message]
        shutil.rmtree(example / outputs, ignore_errors=True)
        shutil.copytree(fresh / outputs, example / outputs)
        shutil.copy(fresh / "assetgen.lock", example / "assetgen.lock")
    print(f"examples/{example.name}: {len(outcome.results)} assets")


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
