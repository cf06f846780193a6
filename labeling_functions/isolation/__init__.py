"""User code in limited processes: it describes itself and votes, and harms only itself."""
