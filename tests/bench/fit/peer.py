"""Fits BG/NBD to the CDNOW sample with lifetimes and prints the same JSON line as vefa-bench-fit.

Usage: peer.py FILE. The first fit, with everything it has to warm up, is not counted.
"""
import json
import statistics
import sys
import time
import warnings

warnings.simplefilter("ignore")

import numpy
import pandas
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data

ROUNDS = 3


def log_likelihood(fitter, summary):
    """In weeks: what lifetimes keeps is a mean in a unit of time of its own."""
    parameters = numpy.log([fitter.params_[name] for name in ("r", "alpha", "a", "b")])
    weights = numpy.ones(len(summary))
    mean = fitter._negative_log_likelihood(
        parameters, summary["frequency"].values, summary["recency"].values, summary["T"].values, weights, 0)
    return float(-mean * len(summary))


def main(path):
    rows = pandas.read_csv(path, sep=r"\s+", names=["master", "id", "date", "cds", "dollars"])
    rows["date"] = pandas.to_datetime(rows["date"], format="%Y%m%d")
    summary = summary_data_from_transaction_data(
        rows, "id", "date", observation_period_end="1997-09-30", freq="D", freq_multiplier=7)
    seconds = []
    for _ in range(1 + ROUNDS):
        fitter = BetaGeoFitter()
        start = time.perf_counter()
        fitter.fit(summary["frequency"], summary["recency"], summary["T"])
        seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "seconds": statistics.median(seconds[1:]),
        "log_likelihood": log_likelihood(fitter, summary),
        "parameters": [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")],
        "customers": len(summary)}))


main(sys.argv[1])
