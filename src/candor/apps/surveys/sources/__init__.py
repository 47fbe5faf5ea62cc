"""Files that survey answers come from: wide (a row a person) and long (a row an answer)."""
