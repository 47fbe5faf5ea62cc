"""Comments read by machine: language, personal data, words, themes, tone, urgency.

A pure library: no Django, no clock, no network. The same comments in another order give the same result. The numerical
packages are imported when a function needs them, so that importing this one is quick.
"""
