"""What is loaded beside a model for one request, ControlNets and LoRAs, and the memory that both need together. Reads headers only."""

from dataclasses import dataclass
from pathlib import Path

from assetgen.model import Size
from assetgen.providers.diffusers import placement, weights
from assetgen.providers.diffusers.families import Family
from assetgen.providers.diffusers.placement import Demand, Precision
from assetgen.providers.diffusers.task import Control, Layer
from assetgen.providers.diffusers.weights import Component, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """The ControlNets of a request, and the bytes of its LoRAs as they lie on disk."""

    controls: tuple[Component, ...] = ()
    loras: int = 0

    @classmethod
    def of(cls, family: Family, controls: tuple[Control, ...], loras: tuple[Layer, ...]) -> "Extras":
        """By their folders and files; a folder counts once, however many pictures it reads. Raises Impossible for one that is none."""
        folders = dict.fromkeys(one.folder for one in controls)
        sizes = (len(one.data) if one.path is None else Path(one.path).stat().st_size for one in loras)
        return cls(controls=tuple(weights.control(Path(folder), family, Path(folder).name) for folder in folders), loras=sum(sizes))

    def beside(self, model: Weights, precision: Precision, size: Size) -> Demand:
        """What a picture of this size needs of the model and of these, at the precision they will be loaded in."""
        nets = tuple(component.bytes(precision) for component in self.controls)
        return placement.demand((*model.sizes(precision), *nets), size, laid=self.loras)
