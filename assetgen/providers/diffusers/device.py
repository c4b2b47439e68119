"""Which processor would draw, and how much memory there is, found without loading any library for it. For plans and `assetgen doctor`."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("torch", "diffusers", "transformers", "accelerate", "safetensors")
OPTIONAL = ("peft", "bitsandbytes", "torchao")
_ASK = "--query-gpu=name,memory.total,memory.free,compute_cap"
_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One processor. `kind` is cuda, mps or cpu; memory in bytes is that of the GPU, or of the machine for a cpu."""

    kind: str
    name: str
    total: int
    free: int
    bfloat16: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The devices, the usual one first and the cpu always last; memory of the machine that is free, in bytes; installed packages."""

    devices: tuple[Device, ...]
    ram: int
    packages: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages of the extra "local" that are not installed."""
        return tuple(name for name in NEEDED if name not in self.packages)

    def device(self, kind: str | None = None) -> Device:
        """The device of that kind ("cuda:1" counts as cuda), or the usual one."""
        wanted = kind.partition(":")[0] if kind else None
        return next((one for one in self.devices if wanted in (None, one.kind)), self.devices[-1])


def seen(command: str = "nvidia-smi") -> Machine:
    """What this machine has. `command` is the program that is asked for NVIDIA's cards; it is asked for at most 5 seconds."""
    ram = memory()
    cpu = Device(kind="cpu", name=platform.processor() or platform.machine(), total=ram[0], free=ram[1])
    found = [*cards(command), cpu]
    if sys.platform == "darwin" and platform.machine() == "arm64":
        found.insert(0, Device(kind="mps", name="Apple GPU", total=ram[0], free=ram[1], bfloat16=True))
    return Machine(devices=tuple(found), ram=ram[1], packages=installed())


def installed() -> frozenset[str]:
    """Which of the packages that matter here can be imported; none of them is."""
    return frozenset(name for name in (*NEEDED, *OPTIONAL) if importlib.util.find_spec(name) is not None)


def usable(packages: frozenset[str], name: str) -> frozenset[str]:
    """The packages that are of use on a device: bitsandbytes wants a card of NVIDIA's."""
    return packages if name.partition(":")[0] == "cuda" else packages - {"bitsandbytes"}


def cards(command: str = "nvidia-smi") -> list[Device]:
    """NVIDIA's cards as its driver tells of them; none where there is no driver."""
    program = shutil.which(command)
    if program is None:
        return []
    try:
        done = subprocess.run([program, _ASK, "--format=csv,noheader,nounits"], capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return []
    return [card for line in done.stdout.splitlines() if (card := _card(line)) is not None]


def memory(root: Path = Path("/")) -> tuple[int, int]:
    """The memory of the machine, or of the container: all of it, and what is free, in bytes. `root` is where /proc and /sys lie."""
    total, free = _meminfo(root / "proc/meminfo") or _pages()
    group = root / "sys/fs/cgroup"
    limit, used = _number(group / "memory.max"), _number(group / "memory.current")
    if limit is not None and limit < total:
        total, free = limit, min(free, max(0, limit - (used or 0)))
    return total, free


def _card(line: str) -> Device | None:
    """`NVIDIA H200, 143771, 143050, 9.0`; bfloat16 came with 8.0."""
    name, *numbers = (part.strip() for part in line.rsplit(",", 3))
    try:
        total, free, capability = (float(number) for number in numbers)
    except ValueError:
        return None
    return Device(kind="cuda", name=name, total=int(total * _MIB), free=int(free * _MIB), bfloat16=capability >= 8)


def _meminfo(path: Path) -> tuple[int, int] | None:
    try:
        rows = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        return int(rows["MemTotal"].split()[0]) * 1024, int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _pages() -> tuple[int, int]:
    ask: Callable[[str], int] | None = getattr(os, "sysconf", None)
    if ask is None:
        return 0, 0
    total = ask("SC_PAGE_SIZE") * ask("SC_PHYS_PAGES")
    return total, total


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
