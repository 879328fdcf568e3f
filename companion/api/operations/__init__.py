"""
What operators see: figures, ids, times and codes of every practice, and nobody's words.

Everything here is read as jl_system, which PostgreSQL lets see those columns and no others.
"""
