"""Pages of asking: plans with their log, the rule, a customer's own log, and the public way out."""
