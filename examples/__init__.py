"""Examples: each folder is a project of its own."""
