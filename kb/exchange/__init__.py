"""Imports and exports: one module a format."""
