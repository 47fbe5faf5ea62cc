"""Reputation: what is said of us in public, of the organization, of its locations and of individuals, and what we reply.

What the reviewer wrote lies in the hub; here lies what a review has and other feedback has not. Numbers come from `scores` alone,
which stands above and offers them through `numbers`.
"""
