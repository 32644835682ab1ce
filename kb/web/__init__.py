"""The HTTP door: one module an area of the site."""
