"""Steps of the database, one small step a file."""
