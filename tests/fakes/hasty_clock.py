"""The real clock with short beats, so that a test need not wait a quarter of a minute."""

import clock

if __name__ == "__main__":
    clock.TICK_SECONDS = 2
    clock.main()
