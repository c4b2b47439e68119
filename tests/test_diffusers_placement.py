"""Which mode is chosen for which memory, as pure numbers; and the law that more memory never means a lower mode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.model import Size
from assetgen.providers.diffusers.placement import GB, MODES, demand, fits, ladder, left_out, precision

SQUARE = Size(1024, 1024)
# FLUX.1 [dev] in bfloat16: transformer, T5, VAE, CLIP.
FLUX = demand([int(23.8 * GB), int(9.5 * GB), int(0.17 * GB), int(0.25 * GB)], SQUARE)
BOTH = ("bitsandbytes", "torchao")


@pytest.mark.parametrize(
    ("memory", "packages", "mode", "quantisation"),
    [
        (80, BOTH, "full", None),
        (37, BOTH, "full", None),
        (36, BOTH, "model-offload", None),
        (27, BOTH, "model-offload", None),
        (26, BOTH, "quantised", "nf4"),
        (10, BOTH, "quantised", "nf4"),
        (26, ("torchao",), "quantised", "int8"),
        (16, ("torchao",), "quantised", "int8"),
        (26, (), "group-offload", None),
        (9, BOTH, "group-offload", None),
        (4, BOTH, "group-offload", None),
        (3.9, BOTH, "sequential", None),
        (3.25, BOTH, "sequential", None),
        (1, BOTH, "sequential", None),
    ],
)
def test_flux_on_a_card_of(memory, packages, mode, quantisation):
    first = ladder(FLUX, memory=int(memory * GB), ram=64 * GB, packages=packages)[0]
    assert (first.mode, first.quantisation) == (mode, quantisation)


def test_the_rungs_go_down_from_the_one_that_is_chosen():
    rungs = ladder(FLUX, memory=27 * GB, ram=64 * GB, packages=BOTH)
    assert [rung.mode for rung in rungs] == ["model-offload", "quantised", "group-offload", "sequential"]
    assert [rung.needs for rung in rungs] == sorted((rung.needs for rung in rungs), reverse=True)


def test_offloading_needs_the_machine_to_hold_the_weights():
    small = ladder(FLUX, memory=27 * GB, ram=16 * GB, packages=BOTH)
    assert (small[0].mode, small[0].ram < 16 * GB) == ("quantised", True)
    assert [rung.mode for rung in ladder(FLUX, memory=27 * GB, ram=8 * GB)] == ["sequential"]
    assert ladder(FLUX, memory=40 * GB, ram=1 * GB)[0].mode == "full"


def test_a_larger_picture_needs_more():
    large = demand([12 * GB], Size(2048, 2048))
    assert (large.activations, demand([12 * GB], Size(64, 64)).activations) == (12 * GB, GB)
    assert ladder(large, memory=16 * GB, ram=64 * GB)[0].mode == "group-offload"
    assert ladder(demand([12 * GB], SQUARE), memory=16 * GB, ram=64 * GB)[0].mode == "full"


def test_without_a_gpu_everything_is_on_the_cpu():
    assert [rung.mode for rung in ladder(FLUX, memory=None, ram=GB)] == ["full", "tiled"]
    assert [rung.mode for rung in ladder(FLUX, memory=None, ram=GB, first="group-offload")] == ["group-offload", "tiled"]
    # What cannot be quantised is not said to be.
    assert ladder(FLUX, memory=None, ram=GB, first="quantised")[0].mode == "full"
    [int8, _] = ladder(FLUX, memory=None, ram=GB, first="quantised", packages=("torchao",))
    assert (int8.mode, int8.quantisation) == ("quantised", "int8")


def test_a_mode_that_the_user_insists_on():
    rungs = ladder(FLUX, memory=80 * GB, ram=64 * GB, packages=BOTH, first="group-offload")
    assert [rung.mode for rung in rungs] == ["group-offload", "sequential"]
    assert [rung.mode for rung in ladder(FLUX, memory=80 * GB, ram=64 * GB, first="quantised")] == ["group-offload", "sequential"]


def test_what_is_said_without_a_package_that_quantises():
    assert left_out(["torch"]) == 'the mode "quantised" is left out: neither "bitsandbytes" nor "torchao" is installed'
    assert left_out(["torchao"]) is None
    assert [rung.mode for rung in ladder(demand([10**8], SQUARE), memory=GB, ram=GB, packages=BOTH)] == ["sequential"]


@pytest.mark.parametrize(
    ("device", "half", "bfloat16", "expected"),
    [
        ("cpu", True, True, "float32"),
        ("cuda", False, True, "bfloat16"),
        ("cuda", True, True, "bfloat16"),
        ("cuda", True, False, "float16"),
        ("cuda", False, False, "float32"),
    ],
)
def test_the_type_of_the_weights(device, half, bfloat16, expected):
    assert precision(device=device, half=half, bfloat16=bfloat16) == expected


SIZES = st.integers(0, 60 * GB)


@st.composite
def demands(draw):
    return demand(draw(st.lists(SIZES, min_size=1, max_size=6)), Size(draw(st.integers(16, 4096)), draw(st.integers(16, 4096))))


@given(demands(), SIZES, SIZES, st.sets(st.sampled_from(BOTH)))
def test_no_mode_is_chosen_that_does_not_fit_where_a_lower_one_does(wanted, memory, ram, packages):
    rungs = ladder(wanted, memory=memory, ram=ram, packages=packages)
    every = ladder(wanted, memory=memory, ram=ram, packages=packages, first="full")
    fitting = [rung for rung in every if fits(rung, memory=memory, ram=ram)]
    assert rungs[0] == (fitting[0] if fitting else every[-1])


@given(demands(), SIZES, SIZES, SIZES, st.sets(st.sampled_from(BOTH)))
def test_more_memory_never_means_a_lower_mode(wanted, memory, more, ram, packages):
    def place(amount):
        return MODES.index(ladder(wanted, memory=amount, ram=ram, packages=packages)[0].mode)

    assert place(memory + more) <= place(memory)


@given(demands(), st.sets(st.sampled_from(BOTH)))
def test_each_rung_needs_no_more_than_the_one_above_it(wanted, packages):
    needs = [rung.needs for rung in ladder(wanted, memory=0, ram=0, packages=packages, first="full")]
    assert needs == sorted(needs, reverse=True)
