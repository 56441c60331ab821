"""The command line: parse, call the pipeline, print. The only place that prints or asks the day."""
