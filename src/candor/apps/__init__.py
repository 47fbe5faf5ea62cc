"""The product: one folder a domain word, lower ones knowing nothing of higher ones."""
