"""Pictures that people put into what they write."""
