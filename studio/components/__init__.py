"""Small things drawn on several pages."""
