"""Statistics and figures of many hips, from the rows of measurements.csv; needs pandas, statsmodels and matplotlib."""
