"""A build tool for pictures that are made by image models. The few public names are resolved lazily; nothing inside imports them from here."""

__version__ = "0.1.0"
