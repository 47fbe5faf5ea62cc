"""The chat on the company's own pages: articles, an assistant that quotes them, and people who take over.

The conversations themselves, and what people answer, are `conversations`; what visitors say becomes feedback there.
"""
