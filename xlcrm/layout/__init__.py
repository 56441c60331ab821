"""Where each field lies on a sheet: shared by the writer and the reader of workbooks."""
