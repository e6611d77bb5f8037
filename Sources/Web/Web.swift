// Placeholder until this target holds something.
