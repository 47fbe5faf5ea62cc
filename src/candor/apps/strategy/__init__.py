"""Plan: outcomes for one, two and three years, each with a measure of the registry, a target and a frozen baseline.

The live number always comes from `scores.queries`; here lies only what was wanted, from where, and by when.
"""
