"""The web face: surveys to read, to design, to hang out; and the pages at which people answer."""
