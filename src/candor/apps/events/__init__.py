"""Events: what other systems tell of as it happens, and what Candor itself knows, on the way into the event log.

What is accepted lies in the record first (`Delivery`), durably; a worker takes it into the log and forgets it only when the log has
it on disk. Event names that nobody has placed are learnt and proposed, and what does not fit is kept to be looked at.
"""
