"""The Python module over the library as it was built. TAP. Environment: TEMTENSILE_LIBRARY, TT_SOURCE_ROOT.
SPDX-License-Identifier: GPL-3.0-or-later"""
import json
import math
import os
import sys
import tempfile

root = os.environ["TT_SOURCE_ROOT"]
sys.path.insert(0, os.path.join(root, "src", "cli", "packaging", "python"))
sys.dont_write_bytecode = True
try:
    import numpy
except ImportError:
    print("1..0 # SKIP there is no numpy for this Python (Debian: python3-numpy)")
    sys.exit(0)
import temtensile

sample = os.path.join(root, "samples", "zrcu-10pa-1", "test.yaml")
where = tempfile.TemporaryDirectory(prefix="temtensile-test-")
out = os.path.join(where.name, "results")


def whole_analysis():
    r = temtensile.analyze(sample, out, set={"properties.draws": 100})
    assert isinstance(r.strain, numpy.ndarray) and r.strain.shape == r.stress_GPa.shape == r.time_s.shape
    with open(os.path.join(out, "summary.json"), encoding="utf-8") as file:
        s = json.load(file)
    assert len(r.strain) == s["frames"]["count"]
    e = r.properties["youngs_modulus_GPa"]
    assert e.value == s["properties"]["youngs_modulus_GPa"]["value"] and e.u > 0 and e.interval95[0] < e.value < e.interval95[1]
    assert float(e) == e.value
    assert abs(float(numpy.nanmax(r.stress_GPa)) - r.properties["ultimate_strength_GPa"].value) < 0.05
    assert numpy.isnan(r.strain[-1]) and "fractured" in r.flag[-1]  # behind the fracture there is no strain
    assert any("taken as exact" in w for w in r.warnings)
    assert not os.path.exists(os.path.join(out, "movie.mp4")) and r.folder == out
    again = temtensile.load(out)
    assert numpy.array_equal(again.strain, r.strain, equal_nan=True)
    assert "zr" in repr(again).lower() and "GPa" in repr(again)


def only_the_curve():
    r = temtensile.analyze(sample, only_curve=True, set=["specimen.thickness=75 ± 3 nm"], threads=1)
    whole = temtensile.load(out)
    both = numpy.isfinite(r.stress_GPa) & numpy.isfinite(whole.stress_GPa) & (whole.stress_GPa > 0.1)
    ratio = r.stress_GPa[both] / whole.stress_GPa[both]
    thickness = whole.summary["parameters"]["thickness_nm"]["value"]
    assert numpy.allclose(ratio, thickness / 75, rtol=1e-6), ratio
    e = r.properties["youngs_modulus_GPa"]
    assert math.isnan(e.value) and "only the curve" in e.reason and r.folder is None


def errors_are_sentences():
    for call, part in (
        (lambda: temtensile.analyze(os.path.join(root, "none.yaml")), "none.yaml"),
        (lambda: temtensile.analyze(sample, set={"specimen.thicknes": "75 nm"}), "did you mean 'thickness'"),
        (lambda: temtensile.load(where.name), "holds no results"),
    ):
        try:
            call()
        except temtensile.Error as problem:
            assert part in str(problem) and problem.status != 0, problem
        else:
            raise AssertionError("no error with " + part)


def version_is_the_librarys():
    assert temtensile.version() == temtensile.load(out).summary["software"]["version"]


cases = (whole_analysis, only_the_curve, errors_are_sentences, version_is_the_librarys)
print("1..%d" % len(cases))
failed = 0
for number, case in enumerate(cases, 1):
    try:
        case()
        print("ok %d %s" % (number, case.__name__))
    except Exception as problem:  # every failure is one line of the report
        failed = 1
        print("not ok %d %s\n# %s: %s" % (number, case.__name__, type(problem).__name__, str(problem).replace("\n", " | ")))
    sys.stdout.flush()
sys.exit(failed)
