"""Metrics: facts and two periods in; values, their change and the facts they rest on out."""
