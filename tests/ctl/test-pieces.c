/*
 * The pieces that vfiomigctl is made of: escaping, JSON layout, tables, times, names, domains' XML.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/address.h"
#include "ctl/device-argument.h"
#include "ctl/domain-xml.h"
#include "ctl/json-text.h"
#include "ctl/table.h"
#include "ctl/timespan.h"
#include "dump/patient.h"
#include "util/alloc.h"

static const struct terminal pipe_out = { .unicode = true };
static const struct terminal narrow = { .unicode = true, .width = 24 };
static const struct terminal ascii = { .width = 24 };

static void assert_escaped(const struct terminal *t, const char *s, const char *expected) {
        _cleanup_text_ struct text out = {};

        text_add(&out, "");
        terminal_escape(t, &out, s);
        ck_assert_str_eq(out.data, expected);
}

START_TEST(test_escape) {
        assert_escaped(&pipe_out, "", "");
        assert_escaped(&pipe_out, "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
                       "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
        assert_escaped(&pipe_out, "a\x1b[2Jb\n\t\x7f", "a\\x1b[2Jb\\x0a\\x09\\x7f");
        assert_escaped(&pipe_out, "\xc2\x9b", "\\xc2\\x9b");
        assert_escaped(&pipe_out, "\xe2\x80\xae", "\\xe2\\x80\\xae");
        assert_escaped(&pipe_out, "\xff\xc3", "\\xff\\xc3");
        assert_escaped(&pipe_out, "\xc0\x9b\xed\xa0\x80", "\\xc0\\x9b\\xed\\xa0\\x80");
        assert_escaped(&pipe_out,
                       "\x9b"
                       "2J",
                       "\\x9b2J");
        assert_escaped(&ascii, "\xc3\xa9", "\\xc3\\xa9");
}
END_TEST

static void assert_layout(const char *json, bool pretty, const char *expected) {
        _cleanup_text_ struct text out = {};

        json_layout(&out, json, pretty);
        ck_assert_str_eq(out.data, expected);
}

START_TEST(test_layout) {
        assert_layout("{\"a\" : [ 1, {} , [ ] ] }\n", false, "{\"a\":[1,{},[]]}");
        assert_layout("{\"a\":[1,{},[]],\"b\":{\"c\":null}}", true,
                      "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}");
        assert_layout("[\"{[,:]}\",\"\\\"\",\"\\\\\"]", true, "[\n  \"{[,:]}\",\n  \"\\\"\",\n  \"\\\\\"\n]");
        assert_layout("\"x\xc2\x9by\x7f\xe2\x80\xae\xc3\xa9\"", false, "\"x\\u009by\\u007f\\u202e\xc3\xa9\"");
        assert_layout("[]", true, "[]");
}
END_TEST

START_TEST(test_writer) {
        _cleanup_text_ struct text t = {};

        json_open(&t, '{');
        json_member(&t, "a", "x\"\\\n\t\x01\xff");
        json_member(&t, "b", NULL);
        json_member_given(&t, "c", "");
        json_key(&t, "d:");
        json_open(&t, '[');
        json_integer(&t, -1);
        json_unsigned(&t, UINT64_MAX);
        json_bool(&t, true);
        json_string(&t, "{");
        json_string(&t, "");
        json_close(&t, ']');
        json_close(&t, '}');
        ck_assert_str_eq(t.data, "{\"a\":\"x\\\"\\\\\\n\\t\\u0001\xef\xbf\xbd\",\"b\":null,\"d:\":[-1,"
                                 "18446744073709551615,true,\"{\",\"\"]}");
}
END_TEST

static void assert_table(const struct terminal *terminal, const char *expected) {
        _cleanup_(table_free_cleanup) struct table *t = table_new(terminal, "A|LONGER");
        _cleanup_text_ struct text out = {};

        table_add(t, "first");
        table_add(t, "a long cell with many words");
        table_add(t, "\xe4\xb8\xad\xe6\x96\x87"); /* two characters, four columns */
        table_add(t, NULL);
        table_add(t, "x");
        table_add_blank(t);
        table_format(t, true, &out);
        ck_assert_uint_eq(table_rows(t), 3);
        ck_assert_str_eq(out.data, expected);
}

START_TEST(test_table) {
        assert_table(&pipe_out, "A     LONGER\nfirst a long cell with many words\n\xe4\xb8\xad\xe6\x96\x87  -\nx\n");
        assert_table(&narrow, "A     LONGER\nfirst a long cell with \xe2\x80\xa6\n\xe4\xb8\xad\xe6\x96\x87  -\nx\n");
        assert_table(&ascii, "A           LONGER\nfirst       a long ce...\n\\xe4\\xb8... -\nx\n");
}
END_TEST

START_TEST(test_timespan) {
        static const struct {
                const char *s;
                uint64_t usec;
        } good[] = {
                { "5", 5000000 },   { "5s", 5000000 },         { "500ms", 500000 },
                { "1us", 1 },       { "2min 30s", 150000000 }, { "1h", UINT64_C(3600000000) },
                { " 1 ", 1000000 },
        };
        static const char *const bad[] = {
                "", "0", "s", "-1", "5x", "1.5", "99999999999999999999", "5,", "999999999999h"
        };
        uint64_t usec;

        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
                ck_assert_int_eq(timespan_parse(good[i].s, &usec), 0);
                ck_assert_uint_eq(usec, good[i].usec);
        }
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                ck_assert_int_eq(timespan_parse(bad[i], &usec), -EINVAL);
}
END_TEST

START_TEST(test_address) {
        static const char *const names[][2] = {
                { "0000:3B:00.1", "pci:0000:3b:00.1" },
                { "3b:00.1", "pci:0000:3b:00.1" },
                { "pci:0000:3b:00.1", "pci:0000:3b:00.1" },
                { "/sys/bus/pci/devices/0000:3b:00.1", "pci:0000:3b:00.1" },
                { "C2177883-F1BB-47f0-914d-32a22e3a8804", "mdev:c2177883-f1bb-47f0-914d-32a22e3a8804" },
                { "ccw:0.0.1234", "ccw:0.0.1234" },
                { "3b:00.1x", "3b:00.1x" },
                { "", "" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                _cleanup_free_ char *address = address_from_name(names[i][0]);

                ck_assert_str_eq(address, names[i][1]);
        }
}
END_TEST

START_TEST(test_device_argument) {
        _cleanup_(device_unref_cleanup) struct device *d = NULL;
        const char *why;

        ck_assert_int_eq(device_argument_parse("model=a\\,b=c,version=4294967295,rss=,x=1=2", "d0", &d, &why), 0);
        ck_assert_str_eq(d->id, "d0");
        ck_assert_str_eq(d->traits->model, "a,b=c");
        ck_assert(d->traits->has_version && d->traits->version == UINT32_MAX);
        ck_assert_str_eq(entries_get(&d->traits->params, "rss"), "");
        ck_assert_str_eq(entries_get(&d->traits->params, "x"), "1=2");
}
END_TEST

#define DEVICES(s) "<domain><devices>" s "</devices></domain>"

static struct domain *parse(const char *xml) {
        _cleanup_free_ char *why = NULL;
        struct domain *d = NULL;
        int r = domain_parse(xml, strlen(xml), &d, &why);

        ck_assert_msg(r == 0, "%s", why);
        return d;
}

static void assert_refused(const char *xml, const char *part) {
        _cleanup_free_ char *why = NULL;
        struct domain *d = NULL;

        ck_assert_int_eq(domain_parse(xml, strlen(xml), &d, &why), -EINVAL);
        ck_assert_msg(strstr(why, part) != NULL, "%s", why);
}

START_TEST(test_domain) {
        _cleanup_(domain_free_cleanup) struct domain *d = parse(
                DEVICES("<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x3b' slot='0x1f' "
                        "function='0x7'/></source>"
                        "<alias name='hostdev2'/><address type='pci' domain='0x0000' bus='0x05' slot='0x00' "
                        "function='0x0'/></hostdev>"
                        "<hostdev mode='subsystem' type='mdev' model='vfio-ccw'><source><address "
                        "uuid='C2177883-f1bb-47f0-914d-32a22e3a8804'/></source>"
                        "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/></hostdev>"
                        "<interface type='hostdev'><source><address type='pci' bus='0x86' slot='0' "
                        "function='1'/></source></interface>"
                        "<hostdev mode='subsystem' type='scsi'/><hostdev mode='capabilities' type='misc'/><interface "
                        "type='bridge'/>"));

        ck_assert_uint_eq(d->n_devices, 3);
        ck_assert(!d->viommu && !d->name && !d->uuid);
        ck_assert_str_eq(d->devices[0].id, "hostdev2");
        ck_assert_str_eq(d->devices[0].host, "pci:0000:3b:1f.7");
        ck_assert_str_eq(d->devices[0].guest, "pci:0000:05:00.0");
        ck_assert_str_eq(d->devices[1].id, "hostdev1");
        ck_assert_str_eq(d->devices[1].host, "mdev:c2177883-f1bb-47f0-914d-32a22e3a8804");
        ck_assert_str_eq(d->devices[1].guest, "ccw:fe.0.0001");
        ck_assert_str_eq(d->devices[2].id, "hostdev3");
        ck_assert_str_eq(d->devices[2].host, "pci:0000:86:00.1");
        ck_assert_ptr_null(d->devices[2].guest);
}
END_TEST

START_TEST(test_domain_refused) {
        assert_refused("", "line 1");
        assert_refused("{}", "line 1");
        assert_refused("<domain>", "line 1");
        assert_refused("<network/>", "no <domain>");
        assert_refused("<domain xmlns='http://example.com'/>", "no <domain>");
        assert_refused("<!DOCTYPE domain [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>", "document type");
        assert_refused("<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>", "document type");
        assert_refused("<domain><name>&undefined;</name></domain>", "line 1");
        assert_refused("<domain><uuid>x</uuid></domain>", "<uuid>");
        assert_refused(DEVICES("<hostdev type='pci'/>"), "<hostdev> has no host address");
        assert_refused(DEVICES("<hostdev type='pci'><source><address slot='0x20'/></source></hostdev>"),
                       "no host address");
        assert_refused(DEVICES("<hostdev type='pci'><source><address bus='-1'/></source></hostdev>"),
                       "no host address");
        assert_refused(DEVICES("<hostdev type='pci'><source><address bus='0x'/></source></hostdev>"),
                       "no host address");
        assert_refused(DEVICES("<hostdev type='mdev'><source><address uuid='../../x'/></source></hostdev>"),
                       "no host address");
        assert_refused(DEVICES("<interface type='hostdev'/>"), "<interface> has no host address");
}
END_TEST

/* A child that does not answer is given up, and the next read has a new one. */
START_TEST(test_patient) {
        _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct patient_answer a;
        struct patient p;

        patient_init(&p, root, 200);
        ck_assert_int_eq(patient_read(&p, "proc/sys/kernel/ostype", &a), 0);
        ck_assert(a.error == 0 && a.length == 6 && memcmp(a.data, "Linux\n", 6) == 0);
        ck_assert_int_eq(patient_read(&p, "nonexistent", &a), 0);
        ck_assert_int_eq(a.error, ENOENT);
        ck_assert_int_eq(patient_read(&p, "dev/null", &a), 0);
        ck_assert_int_eq(a.error, EINVAL);
        kill(p.pid, SIGSTOP);
        ck_assert_int_eq(patient_read(&p, "proc/sys/kernel/ostype", &a), 0);
        ck_assert(a.error == ETIMEDOUT && a.length == 0 && p.fd == -1);
        ck_assert_int_eq(patient_read(&p, "proc/sys/kernel/ostype", &a), 0);
        ck_assert_int_eq(a.error, 0);
        kill(p.pid, SIGKILL);
        ck_assert_int_eq(patient_read(&p, "proc/sys/kernel/ostype", &a), 0);
        ck_assert_int_eq(a.error, EIO);
        patient_done(&p);
}
END_TEST

/* Deeper and longer than any domain is. */
START_TEST(test_domain_limits) {
        _cleanup_text_ struct text t = {};
        _cleanup_free_ char *why = NULL;
        struct domain *d = NULL;

        for (int i = 0; i < 100000; i++)
                text_add(&t, "<a>");
        assert_refused(t.data, "line 1");
        while (t.length <= DOMAIN_XML_MAX)
                text_add(&t, "                                                                ");
        ck_assert_int_eq(domain_parse(t.data, t.length, &d, &why), -EINVAL);
        ck_assert_str_eq(why, "longer than 8 MiB");
}
END_TEST

int main(void) {
        Suite *s = suite_create("ctl");
        TCase *c = tcase_create("pieces");
        SRunner *runner = srunner_create(s);
        int failed;

        setlocale(LC_CTYPE, "C.UTF-8");
        tcase_add_test(c, test_escape);
        tcase_add_test(c, test_layout);
        tcase_add_test(c, test_writer);
        tcase_add_test(c, test_table);
        tcase_add_test(c, test_timespan);
        tcase_add_test(c, test_address);
        tcase_add_test(c, test_device_argument);
        tcase_add_test(c, test_domain);
        tcase_add_test(c, test_domain_refused);
        tcase_add_test(c, test_domain_limits);
        tcase_add_test(c, test_patient);
        suite_add_tcase(s, c);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
