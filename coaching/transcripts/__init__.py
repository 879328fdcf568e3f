"""
Transcript files made into utterances. Pure: no Django, no rows, no network.

Whatever comes in is somebody else's, so nothing here runs in a web process or a worker: `apart` starts
`python -m coaching.transcripts` with limits on time and memory and reads its answer.
"""
