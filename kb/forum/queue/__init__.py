"""What waits for a person: who takes it, who is asked for details, who it is handed to."""
