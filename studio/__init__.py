"""What a person touches: the verbs of the loop, the command line and the pages."""
