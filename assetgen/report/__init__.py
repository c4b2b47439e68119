"""What a person or a program reads of a build: faults, tables, JSON."""
