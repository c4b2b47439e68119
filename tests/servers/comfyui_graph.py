"""The nodes that the ComfyUI on loopback has: how it judges a graph, and how it draws one. Errors have the shape of the real server's."""

import hashlib
import io
import json

from PIL import Image

from tests.servers.pictures import draw

SAMPLERS = ["euler", "euler_ancestral", "dpmpp_2m"]
CHECKPOINTS = ["sd_xl_base_1.0.safetensors", "v1-5-pruned-emaonly.safetensors"]
LORAS = [f"style-{number:02d}.safetensors" for number in range(25)]
SIDE = ("INT", {"min": 16, "max": 16384})

# class -> (inputs: type or list of choices, with limits), types of the outputs, whether it is an output node
NODES = {
    "CheckpointLoaderSimple": ({"ckpt_name": (CHECKPOINTS, {})}, ["MODEL", "CLIP", "VAE"], False),
    "LoraLoader": (
        {
            "model": ("MODEL", {}),
            "clip": ("CLIP", {}),
            "lora_name": (LORAS, {}),
            "strength_model": ("FLOAT", {"min": -100.0, "max": 100.0}),
            "strength_clip": ("FLOAT", {"min": -100.0, "max": 100.0}),
        },
        ["MODEL", "CLIP"],
        False,
    ),
    "CLIPTextEncode": ({"text": ("STRING", {}), "clip": ("CLIP", {})}, ["CONDITIONING"], False),
    "EmptyLatentImage": ({"width": SIDE, "height": SIDE, "batch_size": ("INT", {"min": 1, "max": 4096})}, ["LATENT"], False),
    "KSampler": (
        {
            "model": ("MODEL", {}),
            "seed": ("INT", {"min": 0, "max": 2**64 - 1}),
            "steps": ("INT", {"min": 1, "max": 10000}),
            "cfg": ("FLOAT", {"min": 0.0, "max": 100.0}),
            "sampler_name": (SAMPLERS, {}),
            "scheduler": (["normal", "karras"], {}),
            "positive": ("CONDITIONING", {}),
            "negative": ("CONDITIONING", {}),
            "latent_image": ("LATENT", {}),
            "denoise": ("FLOAT", {"min": 0.0, "max": 1.0}),
        },
        ["LATENT"],
        False,
    ),
    "VAEDecode": ({"samples": ("LATENT", {}), "vae": ("VAE", {})}, ["IMAGE"], False),
    "VAEEncodeForInpaint": ({"pixels": ("IMAGE", {}), "vae": ("VAE", {}), "mask": ("MASK", {})}, ["LATENT"], False),
    "LoadImage": ({"image": ("FILE", {})}, ["IMAGE", "MASK"], False),
    "LoadImageMask": ({"image": ("FILE", {}), "channel": (["alpha", "red"], {})}, ["MASK"], False),
    "ImageScaleBy": ({"image": ("IMAGE", {}), "scale_by": ("FLOAT", {"min": 0.01, "max": 8.0})}, ["IMAGE"], False),
    "SaveImage": ({"images": ("IMAGE", {}), "filename_prefix": ("STRING", {})}, [], True),
    "PreviewImage": ({"images": ("IMAGE", {})}, [], True),
}


def node(kind, title=None, **inputs):
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": title or kind}}


GRAPH = {
    "4": node("CheckpointLoaderSimple", "Load Checkpoint", ckpt_name="sd_xl_base_1.0.safetensors"),
    "5": node("EmptyLatentImage", "Size v1.0", width=64, height=64, batch_size=1),
    "6": node("CLIPTextEncode", "Positive", text="a cat", clip=["4", 1]),
    "7": node("CLIPTextEncode", "Negative", text="blurry", clip=["4", 1]),
    "3": node(
        "KSampler",
        seed=1,
        steps=20,
        cfg=7.0,
        sampler_name="euler",
        scheduler="normal",
        denoise=1.0,
        model=["4", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
    ),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", images=["8", 0], filename_prefix="ComfyUI"),
}


def error(kind, message, details="", **extra):
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def judge(graph, uploads):
    """(error of the whole or None, output nodes that can run, errors by node)."""
    outputs = []
    for key, node in graph.items():
        where = f"Node ID '#{key}'"
        if not isinstance(node, dict) or "class_type" not in node:
            return error("invalid_prompt", "Cannot execute because a node is missing the class_type property.", where), [], {}
        if node["class_type"] not in NODES:
            return error("invalid_prompt", f"Cannot execute because node {node['class_type']} does not exist.", where), [], {}
        outputs += [key] if NODES[node["class_type"]][2] else []
    if not outputs:
        return error("prompt_no_outputs", "Prompt has no outputs"), [], {}
    node_errors, good = {}, []
    for output in outputs:
        found = {}
        _walk(graph, output, uploads, found)
        wrong = {key: errors for key, errors in found.items() if errors}
        good += [] if wrong else [output]
        for key, errors in wrong.items():
            entry = node_errors.setdefault(
                key, {"errors": errors, "dependent_outputs": [], "class_type": graph.get(key, {}).get("class_type", "")}
            )
            entry["dependent_outputs"].append(output)
    whole = None if good else error("prompt_outputs_failed_validation", "Prompt outputs failed validation")
    return whole, good, node_errors


def _walk(graph, key, uploads, found):
    if key in found:
        return
    found[key] = errors = []
    given = graph[key]["inputs"]
    for name, (kind, limits) in NODES[graph[key]["class_type"]][0].items():
        if name not in given:
            errors.append(error("required_input_missing", "Required input is missing", name, input_name=name))
        elif isinstance(given[name], list):
            errors += _link(graph, name, kind, given[name], uploads, found)
        else:
            errors += _value(name, kind, limits, given, uploads)


def _link(graph, name, kind, link, uploads, found):
    if link[0] not in graph:
        text = "Exception when validating inner node"
        return [error("exception_during_inner_validation", text, repr(link[0]), input_name=name, exception_type="KeyError")]
    received = NODES[graph[link[0]]["class_type"]][1][link[1]]
    if received != kind:
        details = f"{name}, received_type({received}) mismatch input_type({kind})"
        return [error("return_type_mismatch", "Return type mismatch between linked nodes", details, input_name=name, linked_node=link)]
    _walk(graph, link[0], uploads, found)
    return []


def _value(name, kind, limits, given, uploads):
    about = {"input_name": name, "received_value": given[name]}
    try:
        given[name] = {"INT": int, "FLOAT": float, "STRING": str}.get(kind if isinstance(kind, str) else "", lambda same: same)(given[name])
    except ValueError as wrong:
        text = f"Failed to convert an input value to a {kind} value"
        return [error("invalid_input_type", text, f"{name}, {given[name]}, {wrong}", **about)]
    value = given[name]
    if "min" in limits and value < limits["min"]:
        return [error("value_smaller_than_min", f"Value {value} smaller than min of {limits['min']}", name, **about)]
    if "max" in limits and value > limits["max"]:
        return [error("value_bigger_than_max", f"Value {value} bigger than max of {limits['max']}", name, **about)]
    if isinstance(kind, list) and value not in kind:
        long = len(kind) > 20
        shown = f"(list of length {len(kind)})" if long else str(kind)
        about["input_config"] = None if long else [kind, limits]
        return [error("value_not_in_list", "Value not in list", f"{name}: {value!r} not in {shown}", **about)]
    if kind == "FILE" and value not in uploads:
        details = f"{name} - Invalid image file: {value}"
        return [error("custom_validation_failed", "Custom validation failed for node", details, input_name=name)]
    return []


def signature(graph, key, without=()):
    """What the server's cache knows a node by: all that goes into it, without titles."""
    given = {name: value for name, value in graph[key]["inputs"].items() if name not in without}
    inputs = {name: signature(graph, value[0], without) if isinstance(value, list) else value for name, value in given.items()}
    text = json.dumps([graph[key]["class_type"], inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def pictures(graph, key, uploads):
    """The PNG files that an output node makes, one for each picture of the batch."""
    source = graph[key]["inputs"]["images"][0]
    width, height, batch = _extent(graph, source, uploads)
    # The first picture of a batch is that of a single run; the others have no seed of their own.
    drawn = signature(graph, source, without=("batch_size",))
    return [draw(f"{drawn}{nth or ''}", width, height) for nth in range(batch)]


def _extent(graph, key, uploads):
    """Width, height and number of pictures behind a node. Latents drop what is no multiple of eight."""
    kind, given = graph[key]["class_type"], graph[key]["inputs"]
    if kind == "EmptyLatentImage":
        return given["width"] // 8 * 8, given["height"] // 8 * 8, given["batch_size"]
    if kind in {"LoadImage", "LoadImageMask"}:
        with Image.open(io.BytesIO(uploads[given["image"]])) as image:
            return *image.size, 1
    if kind == "ImageScaleBy":
        width, height, batch = _extent(graph, given["image"][0], uploads)
        return round(width * given["scale_by"]), round(height * given["scale_by"]), batch
    below = next(given[name][0] for name in ("latent_image", "samples", "pixels") if name in given)
    return _extent(graph, below, uploads)
