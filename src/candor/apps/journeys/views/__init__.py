"""The web face: maps and paths to read, the design to change."""
