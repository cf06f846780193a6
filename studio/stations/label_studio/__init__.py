"""Both ways between the queue and Label Studio, one sync at a time."""
