"""The quick model: embeddings and a logistic regression, fitted again in seconds."""
