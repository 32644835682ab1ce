"""Sidekick: self-service help for a company's customers."""
