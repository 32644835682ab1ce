"""Ranking as arithmetic over arrays of all documents, for any engine that keeps segments of postings."""
