"""Git, through its own command and without trusting what a repository holds; knows nothing of articles."""
