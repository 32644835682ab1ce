"""Tests, by domain."""
