/* One value changed in a description's text, everything else kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "describe/edit.h"

static const char text[] = "# my test\n"
                           "name: film   # the third one\n"
                           "video: {file: test.mp4, pixel_size: 5 nm} # calibrated\n"
                           "force:\n"
                           "  file: log.txt\n"
                           "  spring:\n"
                           "    stiffness: 450 ± 10 N/m   # device 7\n"
                           "\n"
                           "# the gauge\n"
                           "gauge: auto\n"
                           "sync: {log_starts_at: auto}\n";

static void becomes(const char *key, const char *value, const char *old, const char *fresh)
{
	tt_error err;
	char *out, *want;
	CHECK_MSG(tt_yaml_edit(text, "test.yaml", key, value, &out, &err) == TT_OK, "%s", err.message);
	const char *at = strstr(text, old);
	want = malloc(sizeof text + strlen(fresh) + 1);
	sprintf(want, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old));
	CHECK_STR(out, want);
	free(out);
	free(want);
}

static void values_are_replaced(void)
{
	becomes("force.spring.stiffness", "438 ± 2 N/m", "450 ± 10 N/m", "438 ± 2 N/m");
	becomes("video.pixel_size", "4.9 ± 0.1 nm", "5 nm}", "4.9 ± 0.1 nm}");
	becomes("gauge", "{from: [10, 20], to: [30, 40]}", "gauge: auto", "gauge: {from: [10, 20], to: [30, 40]}");
	becomes("force.spring", "after-fracture", "spring:\n    stiffness: 450 ± 10 N/m ", "spring: after-fracture ");
	becomes("name", "a: b # c", "name: film ", "name: \"a: b # c\" ");
}

static void missing_keys_are_added(void)
{
	becomes("gauge.from", "[10, 20]", "gauge: auto", "gauge: {from: [10, 20]}");
	becomes("force.contact", "5 ± 0.5 s", "# device 7\n", "# device 7\n  contact: 5 ± 0.5 s\n");
	becomes("force.spring.fit.from", "3 s", "# device 7\n", "# device 7\n    fit: {from: 3 s}\n");
	becomes("video.exposure", "0.1 s", "5 nm}", "5 nm, exposure: 0.1 s}");
	becomes("properties.offset_yield", "[0.001, 0.002]", "auto}\n",
	        "auto}\nproperties: {offset_yield: [0.001, 0.002]}\n");
}

static void keys_are_taken_away(void)
{
	becomes("video.pixel_size", "", ", pixel_size: 5 nm", "");
	becomes("video.file", "", "file: test.mp4, ", "");
	becomes("gauge", "", "gauge: auto\n", "");
	becomes("force.spring", "", "  spring:\n    stiffness: 450 ± 10 N/m   # device 7\n", "");
	becomes("necking.at", "", "name", "name");
}

static void what_cannot_be_is_refused(void)
{
	tt_error err;
	char *out;
	CHECK(tt_yaml_edit("a: &x 1\nb: *x\n", "t.yaml", "b", "2", &out, &err) == TT_ERR_INPUT && !out);
	CHECK(strstr(err.message, "anchor") != NULL);
	CHECK(tt_yaml_edit("- 1\n", "t.yaml", "b", "2", &out, &err) == TT_ERR_INPUT && !out);
	CHECK(tt_yaml_edit("a: [1\n", "t.yaml", "b", "2", &out, &err) == TT_ERR_INPUT && !out);
	CHECK(tt_yaml_edit("a: 1\n", "t.yaml", "b..c", "2", &out, &err) == TT_ERR_USAGE && !out);
}

static void odd_texts(void)
{
	tt_error err;
	char *out;
	CHECK_MSG(tt_yaml_edit("", "t.yaml", "a.b", "1 s", &out, &err) == TT_OK, "%s", err.message);
	CHECK_STR(out, "a: {b: 1 s}\n");
	free(out);
	CHECK_MSG(tt_yaml_edit("a:\nb: 1", "t.yaml", "a", "2", &out, &err) == TT_OK, "%s", err.message);
	CHECK_STR(out, "a: 2\nb: 1");
	free(out);
	CHECK_MSG(tt_yaml_edit("a: 1", "t.yaml", "b", "2", &out, &err) == TT_OK, "%s", err.message);
	CHECK_STR(out, "a: 1\nb: 2\n");
	free(out);
	CHECK_MSG(tt_yaml_edit("m: {}\n", "t.yaml", "m.b", "2", &out, &err) == TT_OK, "%s", err.message);
	CHECK_STR(out, "m: {b: 2}\n");
	free(out);
	CHECK_MSG(tt_yaml_edit("l:\n- 1\n- 2\n# end\nz: 1\n", "t.yaml", "l", "[3]", &out, &err) == TT_OK, "%s",
	          err.message);
	CHECK_STR(out, "l: [3]\n# end\nz: 1\n");
	free(out);
}

static const check_case cases[] = {
    {"values are replaced", values_are_replaced},
    {"missing keys are added", missing_keys_are_added},
    {"keys are taken away", keys_are_taken_away},
    {"what cannot be changed is refused", what_cannot_be_is_refused},
    {"odd texts", odd_texts},
};

CHECK_MAIN(cases)
