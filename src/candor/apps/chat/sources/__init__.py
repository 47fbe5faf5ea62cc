"""Where articles come from: files of Markdown or plain text, and tables."""
