"""`make bench`: run every benchmark."""

from bench import turn_overhead

if __name__ == "__main__":
    turn_overhead.main()
