"""Where a run errs more than elsewhere: found on one half of the rows, tested on the other."""
