"""What texts mean, as vectors: made by the worker, kept in the database, compared by every process that searches."""
