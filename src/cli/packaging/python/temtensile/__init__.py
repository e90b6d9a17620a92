"""temtensile for Python: push-to-pull tensile tests in a TEM, from recordings to stress-strain curves.

    import temtensile
    r = temtensile.analyze("test.yaml")
    r.strain, r.stress_GPa                # NumPy arrays, a row per frame, NaN where there is none
    r.properties["youngs_modulus_GPa"]    # Value(value=128.1, u=3.5, ...)

A thin module over the installed C library (libtemtensile.so.1), by ctypes: the library does all the work, and what it leaves
in the folder of results (curve.csv, summary.json) is what these functions return. Errors of the library are raised as
temtensile.Error with its sentence. TEMTENSILE_LIBRARY names another library file.
"""
# SPDX-License-Identifier: GPL-3.0-or-later

import csv
import ctypes
import ctypes.util
import json
import math
import os
import tempfile
from typing import NamedTuple, Optional

import numpy

__all__ = ["analyze", "load", "read_csv", "version", "Error", "Result", "Value"]

_STATUS_OK = 0


class Error(Exception):
    """What the library says: one sentence, with file, line or frame. `status` is the library's number."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Value(NamedTuple):
    """A number with its standard uncertainty and 95 % interval; value is NaN where there is none, `reason` says why."""

    value: float
    u: float
    interval95: tuple
    reason: Optional[str] = None
    definition: Optional[str] = None

    def __float__(self):
        return self.value


# ---- the library's structs, as in include/temtensile/core.h and jobs.h (binary interface 1) ----


class _Strings(ctypes.Structure):
    _fields_ = [("item", ctypes.POINTER(ctypes.c_char_p)), ("n", ctypes.c_size_t)]


class _Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("message", ctypes.c_char * 1024)]


class _Report(ctypes.Structure):
    _fields_ = [("lines", _Strings), ("warnings", _Strings), ("notes", _Strings)]


class _Options(ctypes.Structure):
    _fields_ = [
        ("sets", ctypes.POINTER(ctypes.c_char_p)),
        ("n_sets", ctypes.c_size_t),
        ("only_curve", ctypes.c_bool),
        ("no_movie", ctypes.c_bool),
        ("no_report", ctypes.c_bool),
        ("fresh", ctypes.c_bool),
        ("force", ctypes.c_bool),
        ("shards", ctypes.c_int),
        ("executor", ctypes.c_char_p),
        ("slurm", ctypes.c_char_p),
        ("retries", ctypes.c_int),
    ]


class _Job(ctypes.Structure):
    _fields_ = [
        ("threads", ctypes.c_int),
        ("on_progress", ctypes.c_void_p),
        ("ctx", ctypes.c_void_p),
        ("cancel", ctypes.c_void_p),
    ]


_loaded = None


def _library():
    global _loaded
    if _loaded is None:
        name = os.environ.get("TEMTENSILE_LIBRARY") or ctypes.util.find_library("temtensile") or "libtemtensile.so.1"
        try:
            lib = ctypes.CDLL(name)
        except OSError as problem:
            raise ImportError(
                "the library temtensile was not found (%s): install it, or name its file in TEMTENSILE_LIBRARY" % problem
            ) from None
        lib.tt_version.restype = ctypes.c_char_p
        lib.tt_analyze.restype = ctypes.c_int
        lib.tt_analyze.argtypes = [
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.POINTER(_Options),
            ctypes.POINTER(_Job),
            ctypes.POINTER(_Report),
            ctypes.POINTER(_Error),
        ]
        lib.tt_report_clear.argtypes = [ctypes.POINTER(_Report)]
        lib.tt_report_clear.restype = None
        _loaded = lib
    return _loaded


def version():
    """The library's version."""
    return _library().tt_version().decode()


# ---- results ----


def read_csv(path):
    """A table of a folder of results: a dict of its columns in their order, numbers as arrays (NaN: an empty cell), text as
    lists."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows:
        raise Error(3, "%s: the table is empty" % path)
    columns = {}
    for k, name in enumerate(rows[0]):
        cells = [row[k] for row in rows[1:]]
        try:
            columns[name] = numpy.array([float(c) if c else math.nan for c in cells], dtype=float)
        except ValueError:
            columns[name] = cells
        if name == "flag":
            columns[name] = cells
    return columns


def _number(v):
    return math.nan if v is None else float(v)


def _value(v):
    interval = v.get("interval95") or (None, None)
    return Value(
        _number(v.get("value")), _number(v.get("u")), tuple(_number(x) for x in interval), v.get("reason"), v.get("definition")
    )


class Result:
    """Results of one test.

    curve        dict of the columns of curve.csv, arrays of one number per frame; they are attributes, too:
                 time_s, strain, stress_GPa, u_strain, u_stress_GPa, force_uN, … (flag: list of text)
    properties   dict of Value by the keys of summary.json ("youngs_modulus_GPa")
    summary      all of summary.json
    warnings     list of text
    folder       where it was read from; None when that was a temporary one
    """

    def __init__(self, folder, kept=True):
        self.curve = read_csv(os.path.join(folder, "curve.csv"))
        with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
            self.summary = json.load(file)
        self.properties = {
            k: _value(v) for k, v in self.summary["properties"].items() if isinstance(v, dict) and "value" in v
        }
        self.warnings = list(self.summary["warnings"])
        self.folder = folder if kept else None

    def __getattr__(self, name):
        curve = self.__dict__.get("curve", {})
        if name in curve:
            return curve[name]
        raise AttributeError("a result has no %r; columns of the curve are %s" % (name, ", ".join(curve)))

    def __repr__(self):
        e = self.properties.get("youngs_modulus_GPa")
        known = e is not None and not math.isnan(e.value)
        said = ", E = %.4g ± %.2g GPa" % (e.value, e.u) if known else ""
        return "<temtensile.Result %r: %d frames%s>" % (self.summary["test"]["name"], len(self.curve["frame"]), said)


def load(folder):
    """The results that an analysis left in a folder."""
    if not os.path.isfile(os.path.join(folder, "summary.json")):
        raise Error(3, "'%s' holds no results: there is no summary.json in it" % folder)
    return Result(folder)


def analyze(description, folder=None, set=(), only_curve=False, movie=False, page=False, force=False, threads=0):
    """Analyses the test that a YAML file describes, and returns its Result.

    folder       where the results are left; None: nowhere, they are only returned
    set          a dict or a list of "key=value": overrides entries of the description
    only_curve   no properties
    movie, page  whether movie.mp4 and report.html are made
    """
    if isinstance(set, dict):
        set = ["%s=%s" % item for item in set.items()]
    sets = [s.encode() for s in set]
    options = _Options(
        (ctypes.c_char_p * max(1, len(sets)))(*sets), len(sets), only_curve, not movie, not page, False, force, 0, None, None, 0
    )
    job, report, error = _Job(threads), _Report(), _Error()

    def run(out):
        status = _library().tt_analyze(
            os.fsencode(description),
            os.fsencode(out),
            ctypes.byref(options),
            ctypes.byref(job),
            ctypes.byref(report),
            ctypes.byref(error),
        )
        _library().tt_report_clear(ctypes.byref(report))
        if status != _STATUS_OK:
            raise Error(status, error.message.decode("utf-8", "replace"))

    if folder is not None:
        run(folder)
        return Result(folder)
    with tempfile.TemporaryDirectory(prefix="temtensile-") as above:
        out = os.path.join(above, "results")
        run(out)
        return Result(out, kept=False)
