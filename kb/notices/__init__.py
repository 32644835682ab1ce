"""What people follow and are told about."""
