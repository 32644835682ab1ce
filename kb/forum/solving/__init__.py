"""Whether answers work: trials, what is likely solved, what is out of date."""
