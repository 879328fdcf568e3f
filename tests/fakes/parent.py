"""A process that starts the worker and waits for it, as a shell does; a test takes it away."""

import os
import runpy
import sys

if __name__ == "__main__":
    sys.argv = ["tests.fakes.hasty_worker"]
    if pid := os.fork():
        sys.stdout.write(f"parent.of={pid}\n")
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    runpy.run_module("tests.fakes.hasty_worker", run_name="__main__", alter_sys=True)
