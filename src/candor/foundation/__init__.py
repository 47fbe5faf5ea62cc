"""Django plumbing with no domain: errors, jobs, the outbox, panels, templates, charts.

Knows no app. Whatever lies here would serve any Django product.
"""
