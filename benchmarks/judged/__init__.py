"""The judgements of `benchmarks/quality.py`, one module a kind of task."""
