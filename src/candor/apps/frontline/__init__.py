"""Frontline: what staff hear from customers, what they propose, and how they are doing.

Notes go into the hub as feedback; ideas stay here until they are done; answers to pulses leave only as results that tell of nobody.
"""
