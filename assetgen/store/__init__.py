"""Bytes that were paid for, by digest (`cas`), and what each request once yielded (`ac`). Files only; no policy of what to keep."""
