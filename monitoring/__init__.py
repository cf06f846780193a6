"""The model in use: what it was asked, whether that changed, and which run is live."""
