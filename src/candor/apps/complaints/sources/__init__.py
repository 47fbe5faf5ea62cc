"""Files that complaints come from; each module names its fields and turns a row into a complaint."""
