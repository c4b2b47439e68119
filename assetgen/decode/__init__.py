"""Verification of pictures that came from outside. `facts` holds the values, `pool` the door; no picture is changed here.

Bytes are walked in this process (`container`, memory-safe) and decoded in a child process with limits (`worker`, `child`).
"""
