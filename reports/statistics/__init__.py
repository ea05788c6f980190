"""Estimators for the trial's questions: arrays of numbers in, estimates with intervals out."""
