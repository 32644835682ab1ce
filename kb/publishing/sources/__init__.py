"""Where articles come from, and what one file says; knows no table."""
