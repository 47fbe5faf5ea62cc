"""Candor, the honest customer-experience system."""

__version__ = "0.1.0"
