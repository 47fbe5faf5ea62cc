"""The template tags and filters of page authors, by what they draw; `templatetags.candor` gathers them."""
