"""The engine in the database: PostgreSQL keeps the index, put there with each change, and arrays in memory answer."""
