"""How fast a manifest of 10,000 assets is read: tomllib, rtoml, and our reader, which is rtoml under tomllib's judgement."""

import statistics
import time
import tomllib

import rtoml

from assetgen import toml

ASSETS = 10_000
ROUNDS = 7


def manifest(count):
    """A manifest as people write it: comments, arrays, inline tables."""
    return "version = 1\n\n[project]\noutputs = 'public'\n" + "".join(map(asset, range(count)))


def asset(number):
    """One asset, with what most of them have."""
    return f"""
# Picture {number}
[assets.hero-{number}]
prompt = "a lighthouse on a cliff at dusk, number {number}"
style = ["watercolour", "morning"]
size = "1024x1024"
seed = {number}
alt = "A lighthouse"
tags = ["docs", "hero"]
post = [{{ op = "fit", width = 1200, height = 630 }}]
outputs = ["hero-{number}.webp", {{ path = "hero-{number}-{{width}}.avif", widths = [600, 1200], quality = 60 }}]
"""


def measured(readers, rounds):
    """Medians in seconds. The readers take turns, so that a noisy machine is noisy for all of them."""
    times = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            start = time.perf_counter()
            read()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def main():
    """Print a table."""
    text = manifest(ASSETS)
    data = text.encode()
    assert toml.parse(data, "assetgen.toml") == tomllib.loads(text) == rtoml.loads(text)
    readers = {
        "tomllib": lambda: tomllib.loads(text),
        "rtoml": lambda: rtoml.loads(text),
        "assetgen.toml": lambda: toml.parse(data, "assetgen.toml"),
    }
    found = measured(readers, ROUNDS)
    print(f"reading {ASSETS} assets, {len(data) / 1e6:.1f} MB, medians of {ROUNDS}")
    print(f"{'reader':16}{'time':>10}{'ratio to tomllib':>20}")
    for name, seconds in found.items():
        print(f"{name:16}{seconds * 1000:7.0f} ms{seconds / found['tomllib']:20.3f}")


if __name__ == "__main__":
    main()
