"""Benchmarks. Each is one command; all compare with a floor that is measured in the same run."""
