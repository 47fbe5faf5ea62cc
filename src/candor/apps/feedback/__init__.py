"""The hub: one record of whatever somebody told us, wherever it came from.

Sources write into it through `services.receive`; it never learns their names.
"""
