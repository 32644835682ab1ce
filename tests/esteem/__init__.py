"""Points, badges, trust."""
