"""Asking: whom we ask, when, and why not; one rule over all channels and all types of survey.

The questions and the answers lie in surveys; here lie the plans, the governor that decides, and what is sent.
"""
