"""`make bench`: run every benchmark, each in a process of its own, on a stage of its own."""

import subprocess
import sys

BENCHMARKS = (
    *("turn_overhead", "at_once", "fairness", "failures", "prompt_cost"),
    *("streams", "pages", "debrief", "recall", "claiming", "footprint"),
)

if __name__ == "__main__":
    for name in BENCHMARKS:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)  # noqa: S603 - our own modules
