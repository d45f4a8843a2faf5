"""Posts and their deliveries: import, dispatch, prepare, publish, tell, decide."""
