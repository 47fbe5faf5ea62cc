"""Shapes of reviews outside: one module a site. Each turns an item as the site writes it into the values of `item.Values`."""
