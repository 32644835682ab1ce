"""Help articles: from files to published pages."""
