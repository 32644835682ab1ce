"""The community: questions, answers, comments, ratings, tags."""
