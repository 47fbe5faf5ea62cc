"""Frontline: what staff hear from customers, what they propose, and how they are doing."""
