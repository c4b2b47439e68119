"""The page for people who would rather look than read. Says nothing of when to build: that is what `watch` does."""
