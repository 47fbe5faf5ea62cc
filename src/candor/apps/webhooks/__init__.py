"""Webhooks: what happens here, told to other systems with a signature, repeated until they take it."""
