"""A build tool for pictures that are made by image models. Its few public names are resolved lazily; nothing inside uses them."""

__version__ = "0.1.0"
