"""What tests of the manifest share: files in memory, and a vocabulary with the real ops."""

import fnmatch

from assetgen.errors import FaultyFile
from assetgen.manifest import Vocabulary, load
from assetgen.plugins import Ops

VOCABULARY = Vocabulary(
    ops=Ops(),
    models=frozenset({"sketch", "flux-dev", "dall-e-3", "gpt-image-2"}),
    providers=frozenset({"sketch", "openai", "manual", "fal", "replicate"}),
)


class Memory:
    """Files as a dict of path to text or bytes."""

    def __init__(self, files):
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    def read(self, path):
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def glob(self, pattern):
        return sorted(path for path in self.files if fnmatch.fnmatchcase(path, pattern))


def load_text(text, files=None):
    if isinstance(text, str) and "version" not in text:
        text = "version = 1\n" + text
    return load(Memory({"assetgen.toml": text, **(files or {})}), VOCABULARY)


def faults_of(text, files=None):
    """Every fault as (file, line, column, "subject: message", hint)."""
    try:
        load_text(text, files)
    except FaultyFile as error:
        return [
            (
                fault.place.file,
                fault.place.line,
                fault.place.column,
                f"{fault.subject}: {fault.message}" if fault.subject else fault.message,
                fault.hint,
            )
            for fault in error.faults
        ]
    return []
