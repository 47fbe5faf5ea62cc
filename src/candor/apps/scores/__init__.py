"""Measure: the registry of measures and the only door to a number, projected from the record into the warehouse.

A page, digest or export that shows a score asks `queries`; there definition, denominator, interval, least n and scope
are applied once. A score about one person goes through `services.estimate_for_person` and its policy.
"""
