"""The pictures of docs/methods, drawn from the library's own numbers. `make pictures` draws them all again."""
