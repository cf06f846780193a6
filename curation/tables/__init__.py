"""The tables of a project's database; with `curation.store`, the only place that speaks SQL."""
