"""The web face of reputation: reviews, replies, connections, requests, and what everybody sees."""
