"""Statistics: tables in, tables with result columns out; knows no indicator, no file, no language."""
