/* help keys, schema, completion of --set, the manual pages of section 5; the JSON Schemas against the samples, by a
 * validator that is not ours (Python's jsonschema).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

static void help_keys(void)
{
	program_run r = run("\"$T\" help keys");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "\n  specimen.thickness ");
	CHECK_HAS(r.out, "(default: preload-mean)");
	CHECK_HAS(r.out, "temtensile help keys study");
	r = run("\"$T\" help keys.gauge.zero");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "Value: preload-mean, toe or elastic.");
	r = run("\"$T\" help keys.group_by"); /* of the description that has it */
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "Default: film.deposition_pressure.");
	r = run("\"$T\" help keys.gauge.zeros");
	CHECK(r.code == 2);
	CHECK_HAS(r.err, "did you mean 'gauge.zero'?");
	r = run("\"$T\" help keys recipe");
	CHECK(r.code == 2);
	CHECK_HAS(r.err, "there is no kind of description 'recipe'");
	r = run("\"$T\" schema");
	CHECK(r.code == 2);
	r = run("\"$T\" schema recipe");
	CHECK(r.code == 2);
}

static void completion_of_set(void)
{
	program_run r = run("command -v bash");
	if (r.code != 0) CHECK_SKIP("no bash here");
	r = run("cat > complete.sh <<'E'\n. \"$1\"; shift\nCOMP_WORDS=(\"$@\") COMP_CWORD=$(($#-1)) COMPREPLY=()\n"
	        "_temtensile; printf '%%s\\n' \"${COMPREPLY[@]}\"\nE\n"
	        "C=\"bash complete.sh $ROOT/src/cli/packaging/temtensile.bash $T\"\n"
	        "[ \"$($C analyze --set gauge.z)\" = gauge.zero= ] || echo set\n"
	        "[ \"$($C analyze --set = gauge.z)\" = gauge.zero= ] || echo set=\n"
	        "[ \"$($C schema stu)\" = study ] || echo schema\n");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "");
}

static void manual_pages(void)
{
	program_run r = run("command -v groff");
	if (r.code != 0) CHECK_SKIP("no groff here");
	r = run("cd '%s/src/cli' && n=0; for f in temtensile-*.5; do n=$((n+1)); groff -k -mandoc -Tutf8 -ww $f > "
	        "\"$OLDPWD/page\" || exit 1; "
	        "done; echo $n",
	        TT_BUILD_ROOT);
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_STR(r.err, "");
	CHECK(atoi(r.out) >= 2);
}

/* What the C reader takes the schema takes, and what is wrong is refused. */
static void json_schemas(void)
{
	program_run r = run("python3 -W ignore -c 'import jsonschema, yaml'");
	if (r.code != 0) CHECK_SKIP("no Python with jsonschema and yaml here");
	r = run(
	    "for k in $(\"$T\" help keys | sed -n 's/^Other descriptions: .* keys //p') test; do "
	    "\"$T\" schema $k > $k.json || exit 1; done\n"
	    "cat > v.py <<'E'\n"
	    "import copy, glob, json, sys, jsonschema, yaml\n"
	    "class Loader(yaml.SafeLoader): pass\n"
	    "# a date or 1:30 is text to us\n"
	    "Loader.yaml_implicit_resolvers = {k: [r for r in v if not r[0].endswith(('timestamp'))]\n"
	    "                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}\n"
	    "root, n = sys.argv[1], 0\n"
	    "def schema(kind):\n"
	    "    s = json.load(open(kind + '.json')); jsonschema.Draft7Validator.check_schema(s)\n"
	    "    return jsonschema.Draft7Validator(s)\n"
	    "def load(path): return yaml.load(open(path), Loader)\n"
	    "for kind, patterns in {'test': ['*/test.yaml', 'all-keys-test.yaml'],\n"
	    "                       'study': ['study.yaml', 'all-keys-study.yaml'],\n"
	    "                       'film': ['films/*/film.yaml', 'all-keys-film.yaml'],\n"
	    "                       'scan': ['all-keys-scan.yaml'],\n"
	    "                       'simulation': ['*/simulation.yaml', 'all-keys-simulation.yaml']}.items():\n"
	    "    import os\n"
	    "    if not os.path.exists(kind + '.json'): continue\n"
	    "    for path in sum((glob.glob(root + '/samples/' + p) for p in patterns), []):\n"
	    "        for e in schema(kind).iter_errors(load(path)): print(path, list(e.path), e.message[:200])\n"
	    "        n += 1\n"
	    "s = schema('test'); good = load(root + '/samples/all-keys-test.yaml')\n"
	    "def wrong(path, value, drop=False):\n"
	    "    d = copy.deepcopy(good); m = d\n"
	    "    for p in path[:-1]: m = m[p]\n"
	    "    if drop: del m[path[-1]]\n"
	    "    else: m[path[-1]] = value\n"
	    "    if s.is_valid(d): print('accepted', path, value)\n"
	    "wrong(['video', 'pixel_sise'], '4 nm'); wrong(['video', 'pixel_size'], 4)\n"
	    "wrong(['video', 'file'], None, True); wrong(['gauge', 'zero'], 'never'); wrong(['gauge', 'from'], [1])\n"
	    "wrong(['dic', 'min_zncc'], 1.5); wrong(['force', 'spring', 'stiffness'], 450); wrong(['sync'], 'auto')\n"
	    "def right(path, value):\n"
	    "    d = copy.deepcopy(good); m = d\n"
	    "    for p in path[:-1]: m = m[p]\n"
	    "    m[path[-1]] = value\n"
	    "    for e in s.iter_errors(d): print('refused', path, e.message[:200])\n"
	    "right(['gauge'], 'auto'); right(['force', 'spring', 'stiffness'], 'after-fracture')\n"
	    "right(['force', 'spring', 'stiffness'], {'empty_run': 'a.txt'}); right(['properties', 'offset_yield'], "
	    "0.002)\n"
	    "right(['specimen', 'width'], ['400 nm', {'at': 1, 'value': '420 ± 3 nm'}]); right(['sync', 'rate'], "
	    "'auto')\n"
	    "right(['dic', 'shape_function'], 1); right(['film', 'anything'], 3); right(['dic', 'subset'], 33)\n"
	    "right(['film', 'deposition_pressure'], '2×10⁻³ Pa'); right(['force', 'displacement'], {'moving': [1, 2], "
	    "'fixed': [3, 4]})\n"
	    "print('checked' if n >= 13 else 'only %%d files' %% n)\n"
	    "E\n"
	    "python3 -W ignore v.py $ROOT");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "checked\n");
}

static const check_case cases[] = {
    {"help keys", help_keys},
    {"completion of --set", completion_of_set},
    {"manual pages", manual_pages},
    {"JSON Schemas", json_schemas},
};
CHECK_MAIN(cases)
