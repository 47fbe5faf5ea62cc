"""Journeys as designed: stages, touchpoints, owners and the promise made at each.

What really happened lies in the warehouse's event log; episodes are named by their key there.
"""
