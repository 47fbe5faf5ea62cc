"""Reputation: what is said of us in public, of the organization, of its locations and of individuals, and what we reply."""
