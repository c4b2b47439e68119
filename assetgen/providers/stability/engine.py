"""The older engine behind gRPC, through `stability-sdk`: the one place that imports the SDK. Every call has a deadline.

The SDK alone would wait for ever for a server that cannot be reached, and takes no part in what a failure means.
"""

import io
import sys
from collections.abc import Iterable
from typing import Any

from assetgen.errors import BadAnswer, Limited, MissingExtra, ProviderFailure, Refused, Unauthorized, Unavailable, Unknown, UsageError
from assetgen.model import Json
from assetgen.providers import Picture, Request, Settings, masks
from assetgen.providers.failures import plain
from assetgen.providers.http import key, key_hint
from assetgen.providers.stability.models import STRENGTH
from assetgen.providers.stability.rules import ignored

DEFAULT_HOST = "grpc.stability.ai:443"
_NOT_CONNECTED = ("failed to connect", "name resolution", "dns resolution", "empty address list")
_MONEY = ("balance", "credit", "payment")


def ask(settings: Settings, request: Request) -> list[Picture]:
    """Send the request once; the pictures, or one of the six failures. Raises UsageError where the SDK is missing."""
    secret = key(settings, "stability", "STABILITY_API_KEY")
    sdk = _sdk()
    import grpc

    host = settings.get("STABILITY_HOST") or DEFAULT_HOST
    opened = sdk.StabilityInference(host=host, key=secret, engine=request.id or request.model, wait_for_ready=False)
    opened.grpc_args["timeout"] = _deadline(settings)
    answers: list[Any] = []
    try:
        answers.extend(opened.generate(**_arguments(sdk, request)))
    except grpc.RpcError as broken:
        # What had come before the stream broke has been paid for, and a picture comes whole.
        if not any(artifact.binary for answer in answers for artifact in answer.artifacts):
            raise of_code(broken.code().name, broken.details() or "", host, begun=bool(answers)) from None
    return _pictures(sdk.generation, (artifact for answer in answers for artifact in answer.artifacts), request)


def of_code(code: str, details: str, host: str, *, begun: bool) -> ProviderFailure:  # noqa: PLR0911 - a table, one return a row
    """The failure behind a gRPC status code. `begun`: the server had begun to answer."""
    words = plain(details)
    said = f": {words} ({code})" if words else f" ({code})"
    match code:
        case "UNAUTHENTICATED" | "PERMISSION_DENIED":
            return Unauthorized(f"stability refuses the account or the key{said}", hint=key_hint("STABILITY_API_KEY"))
        case "RESOURCE_EXHAUSTED" if any(word in words.lower() for word in _MONEY):
            return Unauthorized(f"stability refuses the account or the key{said}", hint="see the billing and the access of the account")
        case "RESOURCE_EXHAUSTED" if not begun:
            return Limited(f"stability asks to wait{said}")
        case "INVALID_ARGUMENT" | "NOT_FOUND" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" | "UNIMPLEMENTED":
            return Refused(f"stability refused the request{said}")
        case "UNAVAILABLE" if not begun and any(word in words.lower() for word in _NOT_CONNECTED):
            return Unavailable(f'stability could not be reached at "{host}" ({code})')
        case "DEADLINE_EXCEEDED":
            return Unknown("stability did not answer in time; the request was sent")
        case _:
            return Unknown(f"the connection broke after the request was sent{said}")


def missing(version: tuple[int, int]) -> UsageError:
    """What to say where the SDK is not installed, by the version of Python."""
    if version < (3, 13):
        return MissingExtra('the gRPC API of "stability"', "stability")
    told = f"the gRPC API of stability needs stability-sdk, which cannot be installed on Python {version[0]}.{version[1]}"
    return UsageError(told, hint='Python 3.12, or model = "sd3.5-large" without api = "grpc"')


def _sdk() -> Any:  # noqa: ANN401 - a module without types
    try:
        from stability_sdk import client
    except ImportError as absent:
        raise missing(sys.version_info[:2]) from absent
    return client


def _deadline(settings: Settings) -> float:
    given = settings.provider("stability").get("read_timeout", 600)
    return float(given) if isinstance(given, int | float) else 600.0


def _arguments(sdk: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401 - as above
    """The keyword arguments of the SDK's `generate`."""
    generation, params = sdk.generation, request.params
    prompts = [generation.Prompt(text=request.prompt, parameters=generation.PromptParameters(weight=1.0))]
    if request.negative:
        prompts.append(generation.Prompt(text=request.negative, parameters=generation.PromptParameters(weight=-1.0)))
    found: dict[str, Any] = {"prompt": prompts, "samples": request.count, "seed": request.seed or 0}
    if request.size is not None:
        found |= {"width": request.size.width, "height": request.size.height}
    found |= {name: params[name] for name in ("cfg_scale", "steps", "style_preset") if name in params}
    if "sampler" in params:
        found["sampler"] = sdk.sampler_from_string(str(params["sampler"]))
    if request.references:
        found |= {"init_image": _opened(request.references[0].data), "start_schedule": params.get("strength", STRENGTH)}
    if request.mask is not None:
        # The SDK says of a mask: 0 for pixels to change, 255 for pixels to keep.
        found["mask_image"] = _opened(masks.inverted(request.mask).data)
    return found


def _opened(data: bytes) -> Any:  # noqa: ANN401 - Pillow's image, for the SDK
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))


def _pictures(generation: Any, artifacts: Iterable[Any], request: Request) -> list[Picture]:  # noqa: ANN401 - as above
    """The pictures among the artifacts. A filtered one is a blurred picture, and is thrown away."""
    filtered = False
    found: list[Picture] = []
    effective: dict[str, Json] = {name: value for name, value in request.params.items() if name != "api"} | {"api": "grpc"}
    for artifact in artifacts:
        if artifact.finish_reason == generation.FILTER:
            filtered = True
        elif artifact.type == generation.ARTIFACT_IMAGE and artifact.binary:
            found.append(
                Picture(
                    data=bytes(artifact.binary),
                    seed=artifact.seed or None,
                    model=request.id or request.model,
                    effective=effective,
                    unhonoured=ignored(request),
                )
            )
    if found:
        return found
    if filtered:
        raise Refused("stability filtered the picture (FILTER)", hint="change the prompt", paid=True)
    raise BadAnswer("stability answered without a picture", hint="it may have been paid for: see the provider's usage page")
