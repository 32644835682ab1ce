"""Asking that starts with finding: what an asker was shown, and what came of it."""
