"""Stability's older engine on loopback: a gRPC server from the SDK's own generated stubs. It needs `stability-sdk`."""

import contextlib
import threading
from collections import deque
from concurrent import futures

import grpc
from stability_sdk.interfaces.gooseai.generation import generation_pb2 as generation
from stability_sdk.interfaces.gooseai.generation import generation_pb2_grpc as stubs

from tests.servers.journal import Journal, Seen
from tests.servers.loopback import spoilt
from tests.servers.pictures import draw

KEY = "sk-stability-0123456789abcdefghij"
# fault -> gRPC status and words: nothing was drawn.
ABORTS = {
    "unauthenticated": (grpc.StatusCode.UNAUTHENTICATED, "missing authorization header"),
    "denied": (grpc.StatusCode.PERMISSION_DENIED, "Your account may not use this engine."),
    "credits": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Your organization does not have enough balance to request this action."),
    "busy": (grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many requests."),
    "invalid": (grpc.StatusCode.INVALID_ARGUMENT, "Invalid prompts detected."),
    "drop-before": (grpc.StatusCode.UNAVAILABLE, "Connection reset by peer"),
}
# fault -> gRPC status and words: drawn and charged, or nobody knows.
LOST = {
    "internal": (grpc.StatusCode.INTERNAL, "server had an error"),
    "unavailable": (grpc.StatusCode.UNAVAILABLE, "upstream connect error"),
    "drop-after": (grpc.StatusCode.UNAVAILABLE, "Socket closed"),
}
CUT = (grpc.StatusCode.UNAVAILABLE, "Stream removed")
LATE = ("filtered", "one-filtered", "empty", "hang", "slow", "truncated", "late-truncated", "cut-picture")
FAULTS = (*ABORTS, *LOST, *LATE)


class Engine(stubs.GenerationServiceServicer):
    """`messages` are those it read, `requests` the same for the journal, `accepted` those that it let in, `paid` what it charges for."""

    known = FAULTS

    def __init__(self, *, key=KEY, journal=None, delay=0.0, weight=0, port=0):
        self.key, self.delay, self.weight = key, delay, weight
        self.journal = Journal(journal)
        self.messages, self.faults = [], deque()
        self.closing = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
        stubs.add_GenerationServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()

    @property
    def base_url(self):
        return f"127.0.0.1:{self.port}"

    @property
    def environ(self):
        return {"STABILITY_HOST": self.base_url, "STABILITY_API_KEY": self.key}

    @property
    def requests(self):
        return list(self.journal.seen)

    @property
    def accepted(self):
        return [seen for seen in self.journal.seen if seen.accepted]

    paid = accepted

    def fail_next(self, *faults):
        """The next requests fail in these ways, one each; "" is one that does not. A wait behind an @ cannot be said over gRPC."""
        names = [fault.partition("@")[0] for fault in faults]
        unknown = [name for name in names if name and name not in FAULTS]
        assert not unknown, unknown
        self.faults.extend(names)

    def mend(self):
        """From now on nothing fails."""
        self.faults.clear()

    def close(self):
        self.closing.set()
        self._server.stop(None).wait()

    def Generate(self, request, context):  # noqa: N802 - the name is the protocol's
        self.messages.append(request)
        fault = self.faults.popleft() if self.faults else ""
        # No key is looked for: the SDK sends none where the connection is not encrypted.
        refusal = ABORTS.get(fault)
        fields = {"prompt": [prompt.text for prompt in request.prompt], "engine": request.engine_id}
        self.journal.note(Seen(path="Generate", accepted=refusal is None, fault=fault, fields=fields))
        self.closing.wait({"hang": 30, "slow": 0.2}.get(fault, self.delay))
        if refusal or fault in LOST:
            context.abort(*(refusal or LOST[fault]))
        yield generation.Answer(request_id=request.request_id)  # keep-alive
        if fault == "truncated":
            context.abort(*CUT)
        for number in range(0 if fault == "empty" else request.image.samples):
            yield generation.Answer(request_id=request.request_id, artifacts=[self._artifact(request, fault, number)])
        if fault == "late-truncated":
            context.abort(*CUT)

    def _artifact(self, request, fault, number):
        filtered = fault == "filtered" or (fault == "one-filtered" and number == 0)
        picture = draw(f"{request.prompt[0].text}{number}", request.image.width, request.image.height, weight=self.weight)
        return generation.Artifact(
            type=generation.ARTIFACT_IMAGE,
            mime="image/png",
            binary=spoilt(picture, fault),
            seed=request.image.seed[0] + number,
            finish_reason=generation.FILTER if filtered else generation.NULL,
        )


@contextlib.contextmanager
def serve_stability_grpc(**options):
    """The engine, closed at the end."""
    engine = Engine(**options)
    try:
        yield engine
    finally:
        engine.close()
