"""What several people said: how far they agree, who decides, and the whole record."""
