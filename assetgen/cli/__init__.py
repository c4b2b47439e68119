"""The command line: one module per command, loaded by name when it is called. What it prints is in `assetgen.report`."""
