"""The web face of the chat: visitors, articles, set-up, and how it does as a channel."""
