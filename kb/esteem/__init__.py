"""What people did for others, and what it earns them: the ledger, trust, badges."""
