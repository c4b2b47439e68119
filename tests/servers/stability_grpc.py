"""Stability's older engine on loopback: a gRPC server from the SDK's own generated stubs. It needs `stability-sdk`."""

import contextlib
import threading
from collections import deque
from concurrent import futures

import grpc
from stability_sdk.interfaces.gooseai.generation import generation_pb2 as generation
from stability_sdk.interfaces.gooseai.generation import generation_pb2_grpc as stubs

from tests.servers.pictures import draw

# fault -> gRPC status and words.
ABORTS = {
    "unauthenticated": (grpc.StatusCode.UNAUTHENTICATED, "missing authorization header"),
    "credits": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Your organization does not have enough balance to request this action."),
    "busy": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many requests."),
    "invalid": (grpc.StatusCode.INVALID_ARGUMENT, "Invalid prompts detected."),
    "internal": (grpc.StatusCode.INTERNAL, "server had an error"),
    "unavailable": (grpc.StatusCode.UNAVAILABLE, "upstream connect error"),
}
FAULTS = (*ABORTS, "filtered", "one-filtered", "empty", "hang")


class Engine(stubs.GenerationServiceServicer):
    """`requests` are the messages it read."""

    def __init__(self):
        self.requests = []
        self.faults = deque()
        self.closing = threading.Event()

    def fail_next(self, fault):
        assert fault in FAULTS, fault
        self.faults.append(fault)

    def Generate(self, request, context):  # noqa: N802 - the name is the protocol's
        self.requests.append(request)
        fault = self.faults.popleft() if self.faults else ""
        if fault in ABORTS:
            context.abort(*ABORTS[fault])
        yield generation.Answer(request_id=request.request_id)  # keep-alive
        if fault == "hang":
            self.closing.wait(30)
        for number in range(0 if fault == "empty" else request.image.samples):
            filtered = fault == "filtered" or (fault == "one-filtered" and number == 0)
            picture = draw(f"{request.prompt[0].text}{number}", request.image.width, request.image.height)
            artifact = generation.Artifact(
                type=generation.ARTIFACT_IMAGE,
                mime="image/png",
                binary=picture,
                seed=request.image.seed[0] + number,
                finish_reason=generation.FILTER if filtered else generation.NULL,
            )
            yield generation.Answer(request_id=request.request_id, artifacts=[artifact])


@contextlib.contextmanager
def serve_engine():
    """The engine, and its host and port."""
    engine = Engine()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    stubs.add_GenerationServiceServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield engine, f"127.0.0.1:{port}"
    finally:
        engine.closing.set()
        server.stop(None).wait()
