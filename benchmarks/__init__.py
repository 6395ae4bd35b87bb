"""Measurements of speed, memory and guarantees; each module runs with `python -m benchmarks.NAME`."""
