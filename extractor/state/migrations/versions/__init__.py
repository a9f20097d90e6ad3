"""One module for each version of the state; a published one is never changed."""
