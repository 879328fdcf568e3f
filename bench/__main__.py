"""`make bench`: run every benchmark."""

from bench import prompt_cost, streams, turn_overhead

if __name__ == "__main__":
    turn_overhead.main()
    prompt_cost.main()
    streams.main()
