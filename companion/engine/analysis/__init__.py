"""
What one session was about, every claim with the words it rests on. Pure: no Django, no rows, no clock.

A model (or the offline rules, which answer in the same form) says what it found, part by part: `findings`.
`verify` keeps of it what the transcript bears out and counts the rest. `joining` makes one whole of the
parts. `talk` counts what needs no opinion. Nothing here can do anything but make claims.
"""
