"""What git knows of articles: when they were written, by whom, and what they said before."""
