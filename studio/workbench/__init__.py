"""The parts of the Functions page, one file each."""
