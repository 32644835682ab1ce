"""The embedded engine: Whoosh keeps the index on disk, arrays in memory answer."""
