"""One search over articles and questions."""
