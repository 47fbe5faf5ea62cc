"""Share: what changed, what needs attention and what to do next, as findings; the digest made of them; exports.

It reads every room below and computes no score: numbers come from `scores.queries` with their intervals.
"""
