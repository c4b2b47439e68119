"""docs/faults.md from the matrix that the tests assert."""

from tests.faults import LANES, ROWS
from tests.faults.cells import Cell

HEAD = """# When a provider fails

What assetgen does about every fault of every provider. The table is what the tests assert, cell by cell: a real build against a server that
behaves as the provider does, and a second build that meets no fault. In none of them is a picture paid for twice without your word.

| outcome | meaning |
| --- | --- |
| 1 paid, retried, waited out, new token, loaded again, fresh URL, looked up | the build gets its picture by itself, and it is paid once |
| told, 0 paid · refused, 0 paid | the asset fails with the provider's words; nothing was bought, and the next build asks again |
| not billed, asked again · refused, not billed | the provider ended the job, and says that it does not charge for it; the next build \
asks again |
| resumed | the job goes on at the provider, its id is in the journal, and the next build asks for its picture; where the result lies at a \
host that nobody named, once you trust that host |
| unknown, asks you | nobody can know whether it was paid: `blocked: unknown-outcome`, see [Money](money.md#unknown-outcomes) |
| held, asks you · refused, held | an answer came, it may have been paid, and no picture is in it: `blocked: no-picture`, see \
[Money](money.md#paid-without-a-picture) |
| the other is kept | of two pictures one came; it becomes the asset's, and nothing more is bought |
| free, asked again · looked up, sent again | nothing is paid at this provider: the next build asks again, once it has seen \
that the job is not there |
| n/a | it cannot happen there; [the reasons](#why-some-cannot-happen) |

A build tries five times at most what surely was not accepted, and waits as long as a provider asks for, up to five minutes; a longer
wait is told. Ideogram 2.x is its first API, whose answer is the picture; Ideogram is version 2, with jobs. At ComfyUI, "run" stands for
a job that was taken.
"""

HAND = """
## Try it without a key

In a clone of assetgen's repository each of these providers can be started on your own machine. It behaves as the real one does, judges
requests by the published description, draws simple pictures, and fails as it is told to:

```console
$ python -m tests.servers replicate --port 0 --seconds 60 --fault 429@0.5 --fault fine --fault failed &> server.txt & echo $! > server.pid
$ until grep -qx ready server.txt; do sleep 0.1; done
$ cat server.txt
http://127.0.0.1:...
REPLICATE_BASE_URL=http://127.0.0.1:...
REPLICATE_API_TOKEN=r8_...
ready
```

It prints its base URL, the variables that lead a client there, as lines of a `.env` file, and `ready` when it can be asked. The first
request will be told to wait for half a second, the second one is fine, and the third one ends in a job that fails; from then on all is
well. `--times 3` repeats the list, `--port` chooses a port, `--journal FILE` writes down what was accepted, and `--help` lists the faults
of every server. Its names:
SERVERS.

```toml assetgen.toml
version = 1

[assets.hero]
prompt  = "a lighthouse at dusk"
model   = "flux-dev"
via     = ["replicate"]
size    = "1024x1024"
outputs = ["hero.webp"]
```

```console
$ grep = server.txt > .env
$ assetgen build --yes
retry  hero  again: replicate asks to wait: Request was throttled
generated hero  hero.webp  $0.025
...
1 asset: 1 generated; $0.025 spent
```

Another prompt is another request. Its job fails after it was accepted, so the money may be gone: it is not spent again by itself.

```console
$ sed -i 's/dusk/dawn/' assetgen.toml
$ assetgen build --yes
failed  hero  job "job0000000000000000000002" failed at replicate: CUDA out of memory
          hint: it may have been paid for: see the provider's usage page
1 asset: 1 failed; $0.025 spent
$ echo $?
1
$ assetgen build --yes
blocked  hero  prompt changed; "replicate" has answered without a usable picture and may have been paid: job ... failed at replicate: ...
          hint: buy another one with `assetgen build --regenerate hero`, or: assetgen jobs resolve hero --retry | --abandon
1 asset: 1 blocked
$ echo $?
1
$ assetgen build --yes --regenerate hero
generated hero  hero.webp  $0.025
1 asset: 1 generated; $0.025 spent
$ assetgen cost
MONTH  JOBS  ACTUAL  ESTIMATED  UNKNOWN  TOTAL
...
$0.075 spent on 3 jobs: $0.075 estimated
$ kill $(cat server.pid)
```
"""


def page(servers):
    """The whole page; `servers` are the names of those that can be started by hand."""
    rows = [f"| fault | {' | '.join(lane.name for lane in LANES)} |", f"| --- |{' --- |' * len(LANES)}"]
    rows += [f"| {title} | {' | '.join(_told(lane, row) for lane in LANES)} |" for row, title in ROWS.items()]
    why = ["", "## Why some cannot happen", "", *(line for lane in LANES for line in _reasons(lane))]
    names = ", ".join(f"`{name}`" for name in servers)
    return "\n".join([HEAD, *rows, *why]) + "\n" + HAND.replace("SERVERS", names)


def _told(lane, row):
    cell = lane.cells[row]
    return cell.fate.told.format(unit=lane.unit) if isinstance(cell, Cell) else "n/a"


def _reasons(lane):
    reasons = {}
    for row, title in ROWS.items():
        cell = lane.cells[row]
        if not isinstance(cell, Cell):
            reasons.setdefault(cell.why, []).append(title)
    for why, titles in reasons.items():
        yield f"- {lane.name}: {why} ({'; '.join(titles)})"
