"""Customers: who they are in every system at once, and their segments.

One person may be customer, user and sponsor; knows nothing of what they said.
"""
