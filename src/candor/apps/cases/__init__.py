"""Cases: a bad experience that somebody owns until it is closed with a root cause.

Rules open them from feedback; people can too. Knows feedback, complaints and scores below; strategy and reports read it.
"""
