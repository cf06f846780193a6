"""The door to Label Studio: cards go out, what people say there comes back, each once."""
