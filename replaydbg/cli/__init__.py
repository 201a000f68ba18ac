"""The plain face: one command per file. `render` owns standard output, `report` owns standard error."""
