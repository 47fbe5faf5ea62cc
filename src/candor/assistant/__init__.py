"""The chat assistant: finds what the company's own articles say about a question, and decides what to do with a message.

A pure library: no Django, no clock, no network, no model. Its answers are quotations; what it can't find, it hands over.
"""
