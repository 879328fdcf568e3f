"""
Evaluations: scripted talks with the companion, on real rows, in practices made for them and removed after.

`scenarios` are data; `play` carries one out; `records` is what came of it; `checks` find what is wrong, by
rule; `scores` makes figures of that; `judge` asks a model for its opinion, which stands apart and decides
nothing. Nothing of the product imports this package.
"""
