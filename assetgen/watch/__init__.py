"""While designing: a save leads to one build of what it touches, and never to a bill."""
