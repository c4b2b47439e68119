"""The provider against a ComfyUI on loopback that judges, queues, caches and draws graphs as the real one does."""

import io
import json
import subprocess
import sys
import uuid
from copy import deepcopy
from pathlib import Path

import httpx
import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from assetgen.errors import BadAnswer, Impossible, Refused, Unavailable, Unknown, Unread
from assetgen.model import Size
from assetgen.providers import Blob, Request, masks
from assetgen.providers.comfyui import create
from assetgen.providers.comfyui.failures import refusal
from assetgen.providers.comfyui.workflow import Target, parse
from assetgen.settings import Settings
from tests.descriptions import FOLDER, needed
from tests.faults import COMFYUI, shown
from tests.servers import serve_comfyui
from tests.servers.clients import Slip, clients, failure_of
from tests.servers.comfyui import FAULTS
from tests.servers.comfyui_graph import GRAPH, node
from tests.servers.pictures import draw

BINDINGS = {
    "prompt": "6.text",
    "negative": "Negative.text",
    "seed": "KSampler.seed",
    "width": "5.width",
    "height": "Size v1.0.height",
}
PATH = "art/flow.json"


def flow(**nodes):
    """The graph, with these nodes added or replaced; None takes one away."""
    made = {**deepcopy(GRAPH), **{key.removeprefix("n"): value for key, value in nodes.items()}}
    return {key: value for key, value in made.items() if value is not None}


def inputs(key, **changed):
    return {**GRAPH[key], "inputs": {**GRAPH[key]["inputs"], **changed}}


def asking(graph=None, bindings=None, params=None, **fields):
    """A request with its workflow inline."""
    text = graph if isinstance(graph, str) else json.dumps(graph or GRAPH)
    own = {"workflow_json": text, "bindings": {**BINDINGS, **(bindings or {})}, **(params or {})}
    return Request(**{"model": "comfyui", "prompt": "a fox", "seed": 7, "params": own, **fields})


FOX = asking()


@pytest.fixture
def server():
    with serve_comfyui() as running:
        yield running


@pytest.fixture
def connect(server):
    with clients(create, COMFYUI_URL=server.base_url) as connecting:
        yield connecting


def blob(name, width=96, height=48, form="png"):
    return Blob(data=draw(name, width, height, form=form), format=form, name=name)


def size_of(picture):
    with Image.open(io.BytesIO(picture.data)) as image:
        return image.size


def sent(server, nth=0):
    return server.requests[nth].fields["prompt"]


# --- what is sent, and what comes back


def test_every_field_reaches_its_node_and_the_rest_of_the_graph_stays(server, connect):
    job = Slip()
    request = asking(negative="text", size=Size(128, 64), bindings={"steps": ["3.steps"]}, params={"steps": 28})
    [picture] = connect().generate(request, job)
    [seen] = server.requests
    name = seen.fields["prompt_id"]
    assert str(uuid.UUID(name)) == name
    assert seen.fields["client_id"] == "assetgen"
    wanted = flow(
        n5=inputs("5", width=128, height=64),
        n6=inputs("6", text="a fox"),
        n7=inputs("7", text="text"),
        n3=inputs("3", seed=7, steps=28),
        n9=inputs("9", filename_prefix=f"assetgen/{name}"),
    )
    assert seen.fields["prompt"] == wanted
    assert size_of(picture) == (128, 64)
    assert (picture.seed, picture.request_id, picture.unhonoured, picture.cost) == (7, name, (), None)
    assert picture.effective == {"steps": 28, "width": 128, "height": 64}
    assert job.saved == [{"id": name, "seed": 7, "sent": False}, {"id": name, "seed": 7, "sent": True}]
    assert job.told == [(None, "comfyui: draws")]


def test_the_workflow_may_be_a_file_of_the_project(server, connect):
    params = {"workflow": {"file": PATH}, "bindings": BINDINGS}
    [inline] = connect().generate(FOX, Slip())
    request = Request(model="comfyui", prompt="a fox", seed=7, params=params, files={PATH: json.dumps(GRAPH).encode()})
    assert connect().generate(request, Slip())[0].data == inline.data
    unread = Request(model="comfyui", prompt="a fox", params=params)
    create(Settings(), None).check(unread)
    failure = failure_of(connect(), unread, Slip())
    told = 'the workflow "art/flow.json" was not read'
    assert (type(failure), failure.message, failure.hint) == (Refused, told, "save the export there, or give it as params.workflow_json")


def test_a_field_may_feed_several_nodes_and_one_that_is_unbound_is_not_hidden(server, connect):
    second = inputs("3", latent_image=["3", 0])
    graph = flow(n13={**second, "_meta": {"title": "Refiner"}}, n8=node("VAEDecode", samples=["13", 0], vae=["4", 2]))
    connect().generate(asking(graph, {"seed": ["3.seed", "Refiner.seed"]}), Slip())
    assert [sent(server)[key]["inputs"]["seed"] for key in ("3", "13")] == [7, 7]
    bare = {"workflow_json": json.dumps(GRAPH), "bindings": {"prompt": "6.text"}}
    [picture] = connect().generate(Request(model="comfyui", prompt="a fox", negative="text", seed=3, params=bare), Slip())
    assert (picture.seed, picture.unhonoured) == (None, ("negative", "seed"))


def test_without_a_seed_one_is_rolled_and_told(server, connect):
    rolled = [connect().generate(asking(seed=None), Slip())[0] for _ in range(2)]
    assert [picture.seed for picture in rolled] == [sent(server, nth)["3"]["inputs"]["seed"] for nth in range(2)]
    assert rolled[0].data != rolled[1].data


def test_references_and_mask_are_uploaded_under_the_name_of_their_content(server, connect):
    graph = flow(
        n10=node("LoadImage", image="example.png"),
        n11=node("LoadImageMask", image="example.png", channel="alpha"),
        n12=node("VAEEncodeForInpaint", pixels=["10", 0], vae=["4", 2], mask=["11", 0]),
        n3=inputs("3", latent_image=["12", 0]),
        n5=None,
    )
    wires = {"prompt": "6.text", "reference1": "LoadImage.image", "mask": "11.image"}
    request = Request(
        model="comfyui",
        prompt="a hat",
        references=(blob("a.png"),),
        mask=blob("b.webp", form="webp"),
        params={"workflow_json": json.dumps(graph), "bindings": wires},
    )
    [picture] = connect().generate(request, Slip())
    names = [sent(server)["10"]["inputs"]["image"], sent(server)["11"]["inputs"]["image"]]
    assert [name.rpartition(".")[2] for name in names] == ["png", "png"]
    assert [server.uploads[name] for name in names] == [request.references[0].data, masks.transparent_where_painted(request.mask).data]
    assert size_of(picture) == (96, 48)
    connect().generate(request, Slip())
    assert len(server.uploads) == 2


def test_a_workflow_that_enlarges_a_picture_needs_no_prompt(server, connect):
    graph = {
        "1": node("LoadImage", image="example.png"),
        "2": node("ImageScaleBy", image=["1", 0], scale_by=1.0),
        "3": node("PreviewImage", images=["2", 0]),
    }
    params = {"workflow_json": json.dumps(graph), "bindings": {"reference1": "1.image", "scale": "2.scale_by"}, "scale": 2.0}
    [picture] = connect().generate(Request(model="comfyui", prompt="larger", references=(blob("a.png"),), params=params), Slip())
    assert (size_of(picture), picture.unhonoured) == ((192, 96), ("prompt",))


def test_chosen_outputs(server, connect):
    graph = flow(n12=node("SaveImage", "Final", images=["8", 0], filename_prefix="b"), n14=node("PreviewImage", images=["8", 0]))
    assert len(connect().generate(asking(graph, params={"outputs": ["Final"]}), Slip())) == 1
    assert len(connect().generate(asking(graph, params={"outputs": ["12", "9"]}), Slip())) == 2
    shown = flow(n14=node("PreviewImage", images=["8", 0]))
    assert len(connect().generate(asking(shown), Slip())) == 1
    failure = failure_of(connect(), asking(shown, params={"outputs": "8"}), Slip())
    name = server.requests[-1].fields["prompt_id"]
    assert (type(failure), failure.message, failure.hint) == (
        BadAnswer,
        f'job "{name}" ended at comfyui without a picture from 8',
        "params.outputs must name nodes that save: 9, 14",
    )


def test_of_a_batch_only_the_first_has_the_seed(server, connect):
    """A batch that the rules cannot see: it comes from a node whose name tells nothing. Each picture but the first has another seed."""
    failure = failure_of(connect(), asking(flow(n5=inputs("5", batch_size=2))), Slip())
    assert (type(failure), failure.message) == (
        Refused,
        'node "5" (EmptyLatentImage) makes 2 pictures at once, and only the first has a seed of its own',
    )
    two = connect().generate(asking(flow(n5=inputs("5", batch_size="2"))), Slip())
    assert [picture.seed for picture in two] == [7, None]
    assert two[0].data == connect().generate(FOX, Slip())[0].data


def test_what_the_server_has_in_its_cache_is_written_anew(server, connect):
    """Trap: the same graph again gives the old file name, and that file may be gone."""
    [one] = connect().generate(FOX, Slip())
    server.made.clear()
    [other] = connect().generate(FOX, Slip())
    assert one.data == other.data
    assert server.ran == ["9", "9"]
    fixed = {**sent(server, 0), "9": inputs("9")}
    for client in ("x", "x", None):
        httpx.post(f"{server.base_url}/prompt", json={"prompt": fixed, "client_id": client, "prompt_id": f"p{len(server.requests)}"})
    server.wait()
    names = [entry["outputs"].get("9", {}).get("images") for entry in list(server.history.values())[2:]]
    assert names[0] == names[1]
    assert names[2] is None


# --- resuming


def test_a_build_that_died_is_resumed_by_the_id(server, connect):
    job = Slip(patience=1)
    failure = failure_of(connect(), FOX, job)
    name = server.requests[0].fields["prompt_id"]
    goes_on = f'the job "{name}" goes on at comfyui, and the next build asks for it again'
    assert (type(failure), failure.message) == (Unavailable, f"stopped: {goes_on}")
    assert server.orders == []
    [picture] = connect().generate(FOX, Slip(handle=job.saved[-1]))
    assert (picture.seed, picture.request_id) == (7, name)
    assert len(server.requests) == 1


class Dying(Slip):
    """A process that ends after so many saves."""

    def __init__(self, saves):
        super().__init__()
        self.left = saves

    def save(self, handle):
        super().save(handle)
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("saves", [1, 2])
def test_a_crash_before_or_after_the_submit_costs_no_second_one(server, connect, saves):
    job = Dying(saves)
    with pytest.raises(KeyboardInterrupt):
        connect().generate(FOX, job)
    assert len(server.requests) == saves - 1
    server.wait()
    again = Slip(handle=job.saved[-1])
    [picture] = connect().generate(FOX, again)
    assert picture.request_id == job.saved[0]["id"]
    assert len(server.requests) == 1


def test_a_crash_between_submit_and_answer_is_looked_up(server, connect):
    job = Slip()
    connect().generate(FOX, job)
    [picture] = connect().generate(FOX, Slip(handle=job.saved[0]))
    assert (picture.request_id, len(server.requests)) == (job.saved[0]["id"], 1)


def test_a_job_is_cancelled_where_it_stands(server, connect):
    server.fail_next("slow")
    provider, first, second = connect(), Slip(patience=1), Slip(patience=1)
    failure_of(provider, FOX, first)
    failure_of(provider, FOX, second)
    one, two = first.saved[-1], second.saved[-1]
    assert (provider.cancel(two), provider.cancel(two), provider.cancel(one)) == (True, False, True)
    assert server.orders == [("/queue", {"delete": [two["id"]]}), ("/interrupt", {"prompt_id": one["id"]})]
    server.wait()
    gone, ended = (failure_of(provider, FOX, Slip(handle=handle)) for handle in (two, one))
    assert (type(gone), gone.message, gone.hint) == (
        BadAnswer,
        f'comfyui does not know the job "{two["id"]}" any more: it was deleted, or the server was started anew',
        "it has cost nothing: build again",
    )
    assert (type(ended), ended.message) == (BadAnswer, f'job "{one["id"]}" was interrupted at comfyui')


def test_the_place_in_the_queue_is_told(server, connect):
    ahead = [Slip(patience=1) for _ in range(2)]
    for job in ahead:
        failure_of(connect(), FOX, job)
    job = Slip()
    connect().generate(FOX, job)
    assert [text for _, text in job.told] == ["comfyui: waits for 1 other job", "comfyui: draws"]


def test_a_restarted_server_has_lost_the_job(server, connect):
    job = Slip(patience=1)
    failure_of(connect(), FOX, job)
    server.forget()
    assert type(failure_of(connect(), FOX, Slip(handle=job.saved[-1]))) is BadAnswer
    assert len(server.requests) == 1


# --- faults

NAME = "NAME"
LOST = f'comfyui does not know the job "{NAME}" any more: it was deleted, or the server was started anew'
AGAIN = "it has cost nothing: build again"
GOES_ON = f'the job "{NAME}" goes on at comfyui, and the next build asks for it again'
# fault: the class, the message, the hint; the server has no job
REFUSED = {
    "404": (Refused, "what answers is not ComfyUI (status 404)", "COMFYUI_URL=http://127.0.0.1:8188"),
    "gate-502": (Unknown, "comfyui may have accepted the request: status 502", ""),
}
# fault: the class, the message, the hint; the job was taken, and ended
ENDED = {
    "oom": (
        BadAnswer,
        f'job "{NAME}" failed at comfyui in node "3" (KSampler): CUDA out of memory. Tried to allocate 2.25 GiB (torch.OutOfMemoryError)',
        "a smaller size needs less memory",
    ),
    "deleted": (BadAnswer, LOST, AGAIN),
    "view-500": (Unread, 'the picture could not be downloaded in 5 attempts: "127.0.0.1" answered with status 500', ""),
    "view-truncated": (
        Unread,
        'the picture could not be downloaded in 5 attempts: the answer of "127.0.0.1" was cut short (RemoteProtocolError)',
        "",
    ),
}


def test_every_fault_of_the_server_is_met_by_a_test():
    here = {*REFUSED, *ENDED, "own-id", "slow"}
    assert here | shown(COMFYUI) == set(FAULTS)
    assert not here & shown(COMFYUI)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert (len(server.requests), len(server.accepted)) == (1, 0)
    assert [handle["sent"] for handle in job.saved] == [False]


@pytest.mark.parametrize("fault", ENDED)
def test_a_job_that_ends_badly(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    name = server.requests[0].fields["prompt_id"]
    found = type(failure), failure.message.replace(name, NAME), failure.hint
    assert found == ENDED[fault]
    assert (len(server.requests), len(server.accepted), job.saved[-1]["sent"]) == (1, 1, True)


def test_a_lost_answer_loses_nothing(server, connect):
    server.fail_next("drop-after")
    job = Slip()
    [picture] = connect().generate(FOX, job)
    assert picture.data.startswith(b"\x89PNG")
    assert (len(server.requests), len(server.accepted)) == (1, 1)
    assert job.saved[-1] == {"id": picture.request_id, "seed": 7, "sent": True}


def test_a_server_that_mints_its_own_ids_is_followed_by_those(server, connect):
    server.fail_next("own-id")
    [picture] = connect().generate(FOX, Slip())
    assert picture.request_id == "00000000-0000-4000-8000-000000000000"


def test_a_request_that_was_not_read_is_sent_again_by_the_next_try_under_the_same_id(server, connect):
    server.fail_next("drop-before")
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message) == (Unknown, "the connection broke after the request was sent (ReadError)")
    [picture] = connect().generate(FOX, job)
    assert picture.request_id == job.saved[0]["id"]
    assert len(server.requests) == 1


def test_a_server_that_is_not_there(connect):
    failure = failure_of(connect(env={"COMFYUI_URL": "http://127.0.0.1:1"}), FOX, Slip())
    assert (type(failure), failure.message, failure.hint) == (
        Unavailable,
        'comfyui could not be reached at "127.0.0.1" (ConnectError)',
        "start ComfyUI, or say where it is: COMFYUI_URL=http://127.0.0.1:8188",
    )


def test_a_base_url_that_is_none(connect):
    failure = failure_of(connect(env={"COMFYUI_URL": "127.0.0.1:8188"}), FOX, Slip())
    assert (type(failure), failure.message, failure.hint) == (
        Refused,
        "the base URL for comfyui is no http address",
        "COMFYUI_URL=https://host",
    )


# --- graphs that the server refuses

SAID = "comfyui refused the workflow: "
LITERAL = "invalid literal for int() with base 10: 'many'"
MISMATCH = "samples, received_type(MODEL) mismatch input_type(LATENT)"
MANY = (
    'the input "steps" of node "3" (KSampler): value 0 smaller than min of 1',
    'the input "cfg" of node "3" (KSampler): value -1.0 smaller than min of 0.0',
    'node "3" (KSampler) has no "x" for "scheduler"',
)
WRONG = {
    "checkpoint": (
        flow(n4=inputs("4", ckpt_name="sd_xl_base.safetensors")),
        f'{SAID}node "4" (CheckpointLoaderSimple) has no "sd_xl_base.safetensors" for "ckpt_name"',
        'did you mean "sd_xl_base_1.0.safetensors"?',
    ),
    "sampler": (
        flow(n3=inputs("3", sampler_name="qqq")),
        f'{SAID}node "3" (KSampler) has no "qqq" for "sampler_name"',
        "one of euler, euler_ancestral, dpmpp_2m",
    ),
    "lora": (
        flow(n20=node("LoraLoader", model=["4", 0], clip=["4", 1], lora_name="own.safetensors", strength_model=1, strength_clip=1))
        | {"3": inputs("3", model=["20", 0])},
        f'{SAID}node "20" (LoraLoader) has no "own.safetensors" for "lora_name"',
        "put the file into ComfyUI's models folder, or name one that is there",
    ),
    "node": (
        flow(n8=node("FancyDecode", samples=["3", 0], vae=["4", 2])),
        'comfyui does not have the node "FancyDecode" (id "8")',
        "install the custom nodes that the workflow uses, or update ComfyUI",
    ),
    "outputs": (
        flow(n9=None),
        "the workflow has no node that saves a picture",
        "add a SaveImage node, and export it again",
    ),
    "missing": (flow(n8=node("VAEDecode", samples=["3", 0])), f'{SAID}node "8" (VAEDecode) lacks the input "vae"', ""),
    "small": (
        flow(n3=inputs("3", steps=0)),
        f'{SAID}the input "steps" of node "3" (KSampler): value 0 smaller than min of 1',
        "",
    ),
    "large": (
        flow(n3=inputs("3", cfg=1000.0)),
        f'{SAID}the input "cfg" of node "3" (KSampler): value 1000.0 bigger than max of 100.0',
        "",
    ),
    "type": (
        flow(n3=inputs("3", steps="many")),
        f'{SAID}node "3" (KSampler): failed to convert an input value to a INT value: steps, many, {LITERAL} (invalid_input_type)',
        "",
    ),
    "mismatch": (
        flow(n8=node("VAEDecode", samples=["4", 0], vae=["4", 2])),
        f'{SAID}the input "samples" of node "8" (VAEDecode) is linked to a node of another type: {MISMATCH}',
        "",
    ),
    "dangling": (
        flow(n8=node("VAEDecode", samples=["99", 0], vae=["4", 2])),
        f"{SAID}node \"8\" (VAEDecode) is linked to a node that is not in the workflow: '99'",
        "",
    ),
    "picture": (
        flow(n10=node("LoadImage", image="gone.png"), n11=node("PreviewImage", images=["10", 0]), n9=None),
        f'{SAID}node "10" (LoadImage) refuses its inputs: image - Invalid image file: gone.png',
        "",
    ),
    "many": (
        flow(n3=inputs("3", steps=0, cfg=-1.0, denoise=2.0, scheduler="x")),
        f"{SAID}{'; '.join(MANY)}, and 1 more",
        "",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_graph_is_said_in_words(server, connect, case):
    graph, message, hint = WRONG[case]
    failure = failure_of(connect(), asking(graph), Slip())
    assert (type(failure), failure.message, failure.hint) == (Refused, message, hint)
    assert (len(server.requests), len(server.accepted)) == (1, 0)


def test_a_newer_server_names_an_unknown_node_in_other_words():
    error = {"type": "missing_node_type", "message": "Node 'X' not found.", "details": "Node ID '#8'", "extra_info": {"node_id": "8"}}
    found = refusal({"error": error, "node_errors": {}}, {"8": node("FancyDecode")})
    assert found.message == 'comfyui does not have the node "FancyDecode" (id "8")'


def test_half_a_graph_is_refused_and_taken_out_of_the_queue(server, connect):
    """Trap: with one good and one faulty output the status is 200, and the good half runs."""
    server.fail_next("slow")
    failure_of(connect(), FOX, Slip(patience=1))
    graph = flow(n12=node("VAEDecode", samples=["3", 0]), n13=node("PreviewImage", images=["12", 0]))
    failure = failure_of(connect(), asking(graph), Slip())
    assert (type(failure), failure.message) == (Refused, f'{SAID}node "12" (VAEDecode) lacks the input "vae"')
    name = server.requests[-1].fields["prompt_id"]
    assert server.orders == [("/queue", {"delete": [name]})]
    assert [job["item"][1] for job in server.pending] == []


# --- what is refused before anything is sent

UI = json.dumps({"nodes": [{"id": 3, "type": "KSampler"}], "links": [], "version": 0.4})
EXPORT = "in ComfyUI: Workflow > Export (API)"
TWO = flow(n12=node("SaveImage", images=["8", 0], filename_prefix="b"))
EXAMPLE = 'params.workflow = { file = "art/workflow.json" }'
CHECKED = {
    "ui": (asking(UI), "params.workflow_json is saved in the format of ComfyUI's window, which its API does not take", EXPORT),
    "text": (asking("nodes"), "params.workflow_json is not JSON", EXPORT),
    "list": (asking("[]"), "params.workflow_json is no workflow of ComfyUI", EXPORT),
    "no class": (
        asking(flow(n8={"inputs": {}})),
        'params.workflow_json is no workflow of ComfyUI: "8" is not a node with class_type and inputs',
        EXPORT,
    ),
    "none": (Request(model="comfyui", prompt="a fox"), 'model "comfyui" at comfyui needs a workflow', EXAMPLE),
    "both": (asking(params={"workflow": {"file": "a.json"}}), "both workflow and workflow_json are given", EXAMPLE),
    "no path": (Request(model="comfyui", prompt="a fox", params={"workflow": 3}), "params.workflow must name a file", EXAMPLE),
    "no text": (
        Request(model="comfyui", prompt="a fox", params={"workflow_json": {}}),
        "params.workflow_json must be a string",
        EXAMPLE,
    ),
    "size": (asking(size=Size(70, 90)), '"comfyui" does not offer the size "70x90"', 'size = "72x88" or "72x96"'),
    "count": (asking(count=2), 'model "comfyui" makes at most 1 in one request, and 2 are asked for', ""),
    "seed": (asking(seed=2**64), f'model "comfyui" takes no seed {2**64}', f"a whole number from 0 to {2**64 - 1}"),
    "node": (asking(bindings={"seed": "Ksampler.seed"}), 'the workflow has no node "Ksampler"', 'did you mean "KSampler"?'),
    "far node": (asking(bindings={"seed": "99999.seed"}), 'the workflow has no node "99999"', "an id or a title of a node"),
    "input": (asking(bindings={"seed": "3.sed"}), 'node "3" (KSampler) has no input "sed"', 'did you mean "seed"?'),
    "far input": (asking(bindings={"prompt": "6.prompt"}), 'node "6" (CLIPTextEncode) has no input "prompt"', "its inputs: text, clip"),
    "title": (
        asking(flow(n13=inputs("3")), bindings={"seed": "KSampler.seed"}),
        '"KSampler" is the title of 2 nodes of the workflow',
        'name one by its id: "3", "13"',
    ),
    "name": (asking(bindings={"promt": "6.text"}), 'params.bindings has the unknown name "promt"', 'did you mean "prompt"?'),
    "no input": (
        asking(bindings={"seed": "3"}),
        "params.bindings.seed must name an input of a node",
        'bindings = { seed = "NODE.INPUT" }',
    ),
    "form": (asking(bindings={"seed": 3}), "params.bindings.seed must be a string, or a list of strings", ""),
    "table": (
        asking(params={"bindings": "6.text"}),
        "params.bindings must be a table",
        'bindings = { prompt = "6.text", seed = "KSampler.seed" }',
    ),
    "outputs": (asking(params={"outputs": [9]}), "params.outputs must be a string, or a list of strings", ""),
    "no output": (asking(params={"outputs": ["Fin"]}), 'the workflow has no node "Fin"', "an id or a title of a node"),
    "two outputs": (asking(TWO), 'the workflow saves pictures in the nodes "9" and "12"', 'params.outputs = ["12"]'),
    "prompt": (
        asking(params={"bindings": {}}),
        '"prompt" is bound to no input of the workflow',
        'bindings = { prompt = "NODE.text" }',
    ),
    "unbound size": (
        asking(params={"bindings": {"prompt": "6.text"}}, size=Size(64, 64)),
        '"width" is bound to no input of the workflow',
        'bindings = { width = "NODE.width", height = "NODE.height" }',
    ),
    "reference": (
        asking(references=(blob("a.png"),)),
        '"reference1" is bound to no input of the workflow',
        'bindings = { reference1 = "NODE.image" }',
    ),
    "link": (
        asking(bindings={"mask": "8.samples"}, mask=blob("a.png")),
        '"mask" is a file, and the input "samples" of node "8" (VAEDecode) takes a link',
        "bind the input image of the LoadImage node before it",
    ),
    "param": (asking(params={"steps": 3}), '"steps" is bound to no input of the workflow', 'bindings = { steps = "NODE.steps" }'),
    "field": (
        asking(params={"width": 64}),
        '"width" is not a parameter: it is written by the field "size"',
        'remove "width" from params',
    ),
    "value": (asking(params={"steps": [3]}), "params.steps must be a string, a number, true or false", ""),
    "avif": (
        asking(references=(Blob(data=b"", format="avif", name="a.avif"),)),
        'model "comfyui" takes no avif ("a.avif")',
        "save it as png",
    ),
}


@pytest.mark.parametrize("case", CHECKED)
def test_what_check_refuses_is_never_sent(server, connect, case):
    request, message, hint = CHECKED[case]
    with pytest.raises(Impossible) as caught:
        create(Settings(), None).check(request)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    failure = failure_of(connect(), request, Slip())
    assert (type(failure), failure.message, failure.hint) == (Refused, message, hint)
    assert (server.requests, server.seen) == ([], [])


def test_check_imports_no_http():
    script = """
import sys
from assetgen.providers import Request
from assetgen.providers.comfyui import create
from assetgen.settings import Settings
create(Settings(), None).check(Request(model="x", prompt="a", params={"workflow": {"file": "a.json"}, "bindings": {"prompt": "6.text"}}))
print("httpx" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_what_would_be_rounded_silently_is(server):
    """Why sizes are multiples of eight: the server says nothing of it."""
    odd = flow(n5=inputs("5", width=70, height=90))
    httpx.post(f"{server.base_url}/prompt", json={"prompt": odd, "prompt_id": "x", "client_id": "x"})
    server.wait()
    [data] = server.made.values()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (64, 88)


words = st.text(st.sampled_from("ab.1"), min_size=1, max_size=5)


@settings(deadline=None, max_examples=60)
@given(title=words, field=words.filter(lambda text: text.strip(".")))
def test_every_input_can_be_named_by_its_title_or_its_id_whatever_dots_they_hold(title, field):
    graph = parse(json.dumps({"n": node("X", title, **{field: 1})}), "it")
    assert graph.target(f"n.{field}") == Target(node="n", input=field)
    # A title may itself begin with another reading; then the longest title that exists is meant, and here only one exists.
    if title != "n":
        assert graph.target(f"{title}.{field}") == Target(node="n", input=field)


# --- the published description


@needed
def test_requests_and_answers_are_those_of_the_description(server, connect):
    schemas = yaml.safe_load((FOLDER / "comfyui-local.yaml").read_text())["components"]

    def judge(name, value):
        schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
        jsonschema.Draft202012Validator(schema).validate(value)

    failure_of(connect(), FOX, Slip(patience=1))
    judge("PromptRequest", server.requests[0].fields)
    [item] = httpx.get(f"{server.base_url}/queue").json()["queue_running"]
    judge("QueueTuple", item)
    for wrong in ({"client_id": "x"}, {"prompt": {"1": {"inputs": {}}}}, {"prompt": {"1": {"class_type": "X", "inputs": {"a": [1]}}}}):
        with pytest.raises(jsonschema.ValidationError):
            judge("PromptRequest", wrong)


def test_a_workflow_of_the_manifest_is_drawn_and_its_content_is_in_the_key(server, project):
    """From a manifest, through the real command: the file's content decides, its name does not."""
    project.write("art/flow.json", json.dumps(GRAPH))
    bindings = json.dumps(BINDINGS).replace(":", " =").replace("{", "{ ").replace("}", " }")
    project.write(
        "assetgen.toml",
        f"""version = 1
[assets.fox]
prompt = "a fox"
model = "comfyui"
size = "128x64"
seed = 7
params = {{ workflow = {{ file = "art/flow.json" }}, bindings = {bindings} }}
""",
    )
    environment = {"COMFYUI_URL": server.base_url}
    assert "1 asset: 1 generated" in project("build", **environment).stdout
    project("check")
    (project.path / "art/flow.json").rename(project.path / "art/moved.json")
    manifest = (project.path / "assetgen.toml").read_text()
    project.write("assetgen.toml", manifest.replace("art/flow.json", "art/moved.json"))
    project("check")
    changed = json.dumps(GRAPH).replace('"steps": 20', '"steps": 21') + " "
    project.write("art/moved.json", changed)
    assert "params.workflow.file changed" in project("check", code=1).stdout
