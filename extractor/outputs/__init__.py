"""What people look at: one graph of tables, columns and statements, and a file for each way to show it."""
