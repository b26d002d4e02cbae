"""Devices: memory, threads, libraries, compiled code."""
