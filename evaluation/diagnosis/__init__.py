"""Why a run gets rows wrong: what speaks for each cause, and what to do about it next."""
