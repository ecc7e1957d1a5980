"""The plan at work: dates, duties, files, projects, tasks and what moved, each a table made of an analysis."""
