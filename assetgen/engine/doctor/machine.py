"""Memory, devices and the disk of the store. torch is asked in a process of its own: it takes seconds, and may die."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assetgen.providers.diffusers.device import Device, Machine, memory
from assetgen.report.examination import DeviceEntry, MachineEntry, StoreEntry, TorchEntry, Trouble, error, warning

_LONGEST = 120
_ASK = """
import json, torch
names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
names += ["Apple GPU"] if torch.backends.mps.is_available() else []
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "devices": names}))
"""


def machine(seen: Machine, told: TorchEntry | None, chosen: Device) -> MachineEntry:
    """What there is to draw with; `told` is what torch says of it, and `chosen` the device that would be used."""
    total, free = memory()
    return {"memory": total, "free": free, "devices": [_device(one, chosen=one is chosen) for one in seen.devices], "torch": told}


def usable(seen: Machine, told: TorchEntry | None) -> Machine:
    """The machine without the devices that torch does not see: nothing is drawn on them."""
    if told is None or told["error"] is not None or told["devices"]:
        return seen
    return replace(seen, devices=tuple(one for one in seen.devices if one.kind == "cpu"))


def torch(python: str = sys.executable) -> TorchEntry:
    """What torch says of itself, or why it cannot be loaded."""
    try:
        # -P: a "torch.py" of the project's is not torch.
        done = subprocess.run([python, "-P", "-c", _ASK], capture_output=True, text=True, check=False, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return _broken(f"it took longer than {_LONGEST} seconds to load")
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        last = done.stderr.strip().splitlines()[-1:] or [f"its process ended with {done.returncode}"]
        return _broken(last[0])
    told = json.loads(lines[-1])
    return {"version": told["version"], "cuda": told["cuda"], "devices": told["devices"], "error": None}


def store(home: Path) -> StoreEntry:
    """Whether the store, or the folder that it would be made in, can be written to; found by writing, since nothing else tells."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            writable = True
    except OSError:
        writable = False
    return {"path": str(home), "writable": writable, "free": shutil.disk_usage(there).free}


def troubles(made: MachineEntry, *, local: bool) -> Iterator[Trouble]:
    """What keeps local models from the devices that there are. `local`: the project has assets that need them."""
    told = made["torch"]
    if told is None:
        return
    if told["error"] is not None:
        found = (f"torch is installed and cannot be loaded: {told['error']}", "pip install --force-reinstall torch")
        yield error(*found) if local else warning(*found)
    elif any(one["kind"] == "cuda" for one in made["devices"]) and not told["devices"]:
        why = "it is built without CUDA" if told["cuda"] is None else f"it is built for CUDA {told['cuda']}, which the driver may not know"
        yield warning(f"torch {told['version']} does not see the NVIDIA card: {why}", "pip install --force-reinstall torch")


def _device(one: Device, *, chosen: bool) -> DeviceEntry:
    return {"kind": one.kind, "name": one.name, "memory": one.total, "free": one.free, "chosen": chosen}


def _broken(why: str) -> TorchEntry:
    return {"version": None, "cuda": None, "devices": [], "error": why}
