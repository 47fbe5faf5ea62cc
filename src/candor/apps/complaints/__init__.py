"""Complaints: product and issue, the legal clocks, what was answered, root cause and redress.

What the customer said lies in the hub; here lies what a complaint has and other feedback has not.
"""
