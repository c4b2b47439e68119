"""Locks made up from random numbers: blocks that a build could have written, and what branches do to them."""

from dataclasses import replace

from assetgen.lockfile import Block, Original, Written

WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "jetty",
    "knoll",
    "larch",
    "mesa",
    "north",
    "ocean",
)


def sha256(random):
    return f"{random.getrandbits(256):064x}"


def original(random, **fields):
    digests = {"sha256": sha256(random), "pixels": sha256(random)}
    facts = {"format": "png", "width": 1024, "height": 1024, "bytes": random.randrange(10**6), "provider": "openai", "model": "gpt-image-2"}
    return Original(**(digests | facts | fields))


def written(random, path, made, **fields):
    finish = {"encoder": 1, "format": path.rpartition(".")[2], "original": made.sha256} | fields
    return Written(path=path, sha256=sha256(random), bytes=random.randrange(10**5), width=64, height=64, finish=finish)


def block(random, name):
    """A picture and two outputs of it."""
    prompt = " ".join(random.choices(WORDS, k=12))
    made = original(random, revised_prompt=f"{prompt}, in detail")
    outputs = tuple(written(random, f"img/{name}.{suffix}", made) for suffix in ("png", "webp"))
    return Block(request={"model": "gpt-image-2", "prompt": prompt, "size": "1024x1024"}, original=made, outputs=outputs)


def reencoded(random, before, quality=90):
    """What a change of the quality makes of a block."""
    outputs = (replace(one, sha256=sha256(random), finish={**one.finish, "encode": {"quality": quality}}) for one in before.outputs)
    return replace(before, outputs=tuple(outputs))


def names(random, count):
    """Names as people give them; some are close to each other."""
    found = set()
    while len(found) < count:
        found.add("-".join(random.choices(WORDS, k=2)) + random.choice(["", "", "-2", "[theme=dark]"]))
    return sorted(found)


def lock(random, size):
    return {name: block(random, name) for name in names(random, size)}


def branches(random, base, *, shared=0):
    """Two locks that came from one: each changes three assets and adds one. `shared` of the changed ones are the same, and are returned."""
    mine, yours = random.sample([name for name in names(random, 500) if name not in base], 2)
    touched = random.sample(sorted(base), 6 - shared)
    changed = touched[:3], touched[3 - shared : 6 - shared]
    ours, theirs = (
        {**base, **{each: block(random, each) for each in (*some, new)}} for some, new in zip(changed, (mine, yours), strict=True)
    )
    return ours, theirs, set(changed[0]) & set(changed[1])
