"""What a run leaves to read: the report as a page, the tables, the workbook. It shows, it never computes."""
