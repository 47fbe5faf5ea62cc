"""The web process: settings, addresses, the home page and the built assets."""
