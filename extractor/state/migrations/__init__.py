"""The steps from one version of the state to the next, run by `extractor.state.migrate`."""
