/*
 * core/explain: what it says of each kind of trouble, that it never contradicts the rules, and that no command holds
 * what a document made up.
 */
#include <check.h>
#include <stdio.h>

#include "core/command.h"
#include "core/descriptor-json.h"
#include "core/explain.h"
#include "core/judge.h"
#include "core/self.h"
#include "random-document.h"
#include "util/alloc.h"

#define MODELS                                                                                                       \
        "'models': { 'm/mlx5': { 'match': [ { 'driver': 'mlx5_vfio_pci', 'pci': '15b3:101*' } ], 'paramsComplete': " \
        "true,"                                                                                                      \
        "   'facts': { 'firmware.version': { 'rule': 'range', 'min': '28.41', 'source': 'devlink:fw.version' } },"   \
        "   'migration': { 'driver': 'mlx5_vfio_pci', 'protocol': 'v2', 'flags': ['stop-copy','p2p','pre-copy'],"    \
        "                  'dmaLogging': true, 'requires': 'devlink:migratable' } },"                                \
        " 'm/plain': { 'migration': { 'protocol': 'v2', 'flags': ['stop-copy'] } },"                                 \
        " 'm/checked': { 'checks': ['nvml'], 'migration': { 'protocol': 'v2', 'flags': ['stop-copy','p2p'],"         \
        "                                                   'dmaLogging': true } } }"

/* In these texts ' stands for ". */
static struct document *parse(const char *devices) {
        _cleanup_free_ char *text = xasprintf("{'schema':'org.vfio.Migration1.descriptor/1','host':{'kernel':'6.12.96',"
                                              "'iommuDirtyTracking':false}," MODELS ",%s}",
                                              devices);
        struct document *d = NULL;
        struct json_error error;

        for (char *c = text; *c; c++)
                if (*c == '\'')
                        *c = '"';
        ck_assert_msg(document_parse(text, strlen(text), DOCUMENT_HOST, &d, &error) == 0, "%s in %s", error.message,
                      text);
        return d;
}

#define IDS                                                                                                            \
        "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','facts':{'pci.vendor':'15b3','pci.device':" \
        "'101e'},"
#define GOOD "'migration':{'protocol':'v2','flags':['stop-copy','p2p','pre-copy'],'dmaLogging':true},"
#define READY "'id':'a','address':'pci:0000:08:00.2','inUse':'no','driver':'d','model':'m','paramsComplete':true,"

#define BUSY "'id':'a','driver':'d','model':'m','paramsComplete':true,"

static const struct {
        const char *device;
        enum tri can;
        const char *topic;   /* of a line */
        enum tri good;       /* of it */
        const char *message; /* part of it, NULL: there is no line of that topic */
        const char *command; /* part of it, NULL: there is none */
} cases[] = {
        { READY GOOD "'tokens':{}", TRI_YES, "migration", TRI_YES, "protocol v2: stop-copy, p2p, pre-copy", NULL },
        { READY GOOD "'tokens':{}", TRI_YES, "dirty-tracking", TRI_YES, "its driver logs", NULL },
        { READY GOOD "'tokens':{}", TRI_YES, "use", TRI_YES, "nobody uses it", NULL },
        { READY GOOD "'reservedBy':'x\\n'", TRI_YES, "use", TRI_YES, "it is reserved by x\\x0a", NULL },
        { BUSY GOOD "'inUse':'yes'", TRI_YES, "use", TRI_YES, "it is in use", NULL },
        { BUSY GOOD "'inUse':'unknown'", TRI_YES, "use", TRI_UNKNOWN, "not known", NULL },
        /* plain vfio-pci: a variant installed, one that is not, none known */
        { IDS "'driver':'vfio-pci','variantDriver':'mlx5_vfio_pci','migration':{'protocol':'none'},'inUse':'no'",
          TRI_NO, "driver", TRI_NO, "the variant driver mlx5_vfio_pci is installed and not bound",
          "modprobe mlx5_vfio_pci\necho mlx5_vfio_pci >/sys/bus/pci/devices/0000:08:00.2/driver_override\n"
          "echo 0000:08:00.2 >/sys/bus/pci/devices/0000:08:00.2/driver/unbind\n"
          "echo 0000:08:00.2 >/sys/bus/pci/drivers_probe" },
        { IDS "'driver':'vfio-pci','variantDriver':'other_vfio_pci','migration':{'protocol':'none'},'inUse':'yes'",
          TRI_NO, "driver", TRI_NO, "nothing here says that it can migrate (it is in use", "modprobe other_vfio_pci" },
        { IDS "'driver':'vfio-pci','migration':{'protocol':'none'}", TRI_NO, "driver", TRI_NO,
          "15b3:101e has a variant driver, mlx5_vfio_pci, which was not found in modules.alias: it takes a kernel with "
          "CONFIG_MLX5_VFIO_PCI",
          "grep -w CONFIG_MLX5_VFIO_PCI /boot/config-6.12.96" },
        { "'id':'a','driver':'vfio-pci','migration':{'protocol':'none'}", TRI_NO, "driver", TRI_NO,
          "no model in force names one", NULL },
        { IDS "'driver':'vfio-pci','migration':{'protocol':'none'}", TRI_NO, "model", TRI_UNKNOWN,
          "while it is bound to plain vfio-pci", NULL },
        /* another driver */
        { IDS "'driver':'mlx5_vfio_pci','boundDriver':'mlx5_core','inUse':'yes','model':'m'," GOOD
              "'paramsComplete':true",
          TRI_NO, "driver", TRI_NO, "it is bound to mlx5_core; its variant driver mlx5_vfio_pci", "driver/unbind" },
        { IDS "'driver':'mlx5_vfio_pci','boundDriver':'','model':'m'," GOOD "'paramsComplete':true", TRI_NO, "driver",
          TRI_NO, "it has no driver; ", "drivers_probe" },
        { IDS "'boundDriver':'mlx5_core','model':'m'," GOOD "'paramsComplete':true", TRI_NO, "driver", TRI_NO,
          "no driver that can migrate it is installed", NULL },
        /* devlink */
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'devlink.migratable':'false','firmware.version':'28.41.1000'},'migration':{'protocol':'none'},"
          "'origin':{'migration':'devlink'},'paramsComplete':true",
          TRI_NO, "migration", TRI_NO, "`migratable` of its devlink port function is off",
          "devlink port function set pci/0000:08:00.0/PORT migratable enable" },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'devlink.migratable':'false','devlink.port':'pci/0000:08:00.0/2','firmware.version':'28.41.1000'},"
          "'paramsComplete':true",
          TRI_UNKNOWN, "migration", TRI_UNKNOWN, "`migratable` of its devlink port function is off",
          "devlink port function set pci/0000:08:00.0/2 migratable enable" },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'firmware.version':'28.41.1000'},'origin':{'facts.devlink.migratable':'errno:ENOENT'},"
          "'paramsComplete':true",
          TRI_UNKNOWN, "migration", TRI_UNKNOWN, "in the e-switch's legacy mode",
          "devlink dev eswitch set pci/0000:08:00.0 mode switchdev" },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'vfio-pci','variantDriver':'mlx5_"
          "vfio_pci',"
          "'facts':{'devlink.migratable':'false'},'migration':{'protocol':'none'},'origin':{'migration':'devlink'}",
          TRI_NO, "driver", TRI_NO, "the variant driver mlx5_vfio_pci is installed", "modprobe mlx5_vfio_pci" },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'vfio-pci','variantDriver':'mlx5_"
          "vfio_pci',"
          "'facts':{'devlink.migratable':'false'},'migration':{'protocol':'none'},'origin':{'migration':'devlink'}",
          TRI_NO, "migration", TRI_NO, "`migratable` of its devlink port function is off", "migratable enable" },
        /* facts */
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'firmware.version':'28.40','devlink.migratable':'true'},'paramsComplete':true,'inUse':'no'",
          TRI_NO, "facts", TRI_NO, "facts.firmware.version is 28.40, which must be 28.41 to anything newer", NULL },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'devlink.migratable':'true'},'paramsComplete':true,'inUse':'no'",
          TRI_UNKNOWN, "facts", TRI_UNKNOWN, "facts.firmware.version is not known, and decides",
          "devlink dev info pci/0000:08:00.0" },
        { "'id':'a','address':'pci:0000:08:00.2','parent':'pci:0000:08:00.0','driver':'mlx5_vfio_pci','model':'m/mlx5',"
          "'facts':{'firmware.version':'28.41.1000','devlink.migratable':'true'},'paramsComplete':true,'inUse':'no'",
          TRI_YES, "facts", TRI_YES, "all that decide are known: firmware.version", NULL },
        /* what its driver lacks */
        { READY "'migration':{'protocol':'v2','flags':['p2p'],'dmaLogging':true}", TRI_NO, "migration", TRI_NO,
          "its driver d lacks stop-copy", NULL },
        { READY "'migration':{'protocol':'v2','flags':['stop-copy'],'dmaLogging':true}", TRI_YES, "p2p", TRI_NO,
          "a VM that has other VFIO devices besides cannot", NULL },
        { READY "'migration':{'protocol':'v2','dmaLogging':true}", TRI_YES, "p2p", TRI_UNKNOWN, "not known", NULL },
        { READY "'migration':{'protocol':'none'}", TRI_NO, "p2p", TRI_NO, NULL, NULL },
        { READY "'migration':{'protocol':'none'}", TRI_NO, "migration", TRI_NO, "its driver d cannot migrate it",
          NULL },
        { READY "'migration':{'protocol':'v1','flags':['stop-copy','p2p'],'dmaLogging':true}", TRI_YES, "migration",
          TRI_UNKNOWN, "which QEMU dropped in 8.0", NULL },
        { READY "'tokens':{}", TRI_UNKNOWN, "migration", TRI_UNKNOWN, "nothing in force says so of model m", NULL },
        { "'id':'a','driver':'d','model':'m/mlx5'", TRI_UNKNOWN, "migration", TRI_UNKNOWN,
          "the model's file speaks of mlx5_vfio_pci", NULL },
        /* dirty pages: the driver's, and the kernel's */
        { READY "'migration':{'protocol':'v2','flags':['stop-copy','p2p'],'dmaLogging':false}", TRI_NO,
          "dirty-tracking", TRI_NO, "does not log the pages that it writes, and its host's IOMMU does not either",
          NULL },
        { READY "'migration':{'protocol':'v2','flags':['stop-copy','p2p'],'dmaLogging':false},"
                "'origin':{'migration':'identity:config'}",
          TRI_NO, "dirty-tracking", TRI_NO, "the kernel lacks CONFIG_IOMMUFD_DRIVER=y",
          "grep -w CONFIG_IOMMUFD_DRIVER /boot/config-6.12.96" },
        { "'id':'a','model':'m/plain','paramsComplete':true", TRI_YES, "dirty-tracking", TRI_UNKNOWN,
          "is not known: QEMU", NULL },
        /* the group */
        { READY GOOD "'groupBlockedBy':['pci:0000:01:00.0','pci:0000:01:00.1']", TRI_NO, "group", TRI_NO,
          "shared with pci:0000:01:00.0, pci:0000:01:00.1 on", "for d in 0000:01:00.0 0000:01:00.1; do" },
        { READY GOOD "'groupBlockedBy':['group:?']", TRI_NO, "group", TRI_NO, "shared with group:?", NULL },
        /* the model and parameters */
        { "'id':'a','address':'mdev:1','driver':'d'," GOOD "'inUse':'no'", TRI_UNKNOWN, "model", TRI_UNKNOWN,
          "its model is not known", "vfiomigctl models --template=mdev:1 >" },
        { READY GOOD "'origin':{'model':'identity:pci'}", TRI_UNKNOWN, "model", TRI_UNKNOWN,
          "m is only derived from its identity", "vfiomigctl models --template=pci:0000:08:00.2" },
        { IDS "'driver':'vfio-pci','model':'m','paramsComplete':false,'migration':{'protocol':'none'}", TRI_NO,
          "parameters", TRI_YES, NULL, NULL },
        { "'id':'a','driver':'d'," GOOD "'origin':{'model':'errno:EIO'}", TRI_UNKNOWN, "model", TRI_UNKNOWN,
          "its model could not be read: EIO", NULL },
        { "'id':'a','driver':'d','model':'m'," GOOD "'params':{'p':null},'paramsComplete':true", TRI_UNKNOWN,
          "parameters", TRI_UNKNOWN, "params.p could not be read", NULL },
        { "'id':'a','driver':'d','model':'m'," GOOD "'paramsComplete':false", TRI_UNKNOWN, "parameters", TRI_UNKNOWN,
          "paramsComplete", NULL },
        { "'id':'a','driver':'d','model':'m'," GOOD "'softwareVersion':'x'", TRI_UNKNOWN, "parameters", TRI_UNKNOWN,
          "cannot be compared", NULL },
        { "'id':'a','driver':'d','model':'m/checked','paramsComplete':true", TRI_YES, "vendor", TRI_UNKNOWN,
          "the vendor's check nvml decides", NULL },
        { READY GOOD "'tokens':{'migration_version':'T'},'attributes':['migration_version']", TRI_YES, "vendor",
          TRI_UNKNOWN, "its driver judges by itself", NULL },
        { "'id':'a','driver':'d','inUse':'no'," GOOD
          "'tokens':{'migration_version':'T'},'attributes':['migration_version']",
          TRI_UNKNOWN, "vendor", TRI_UNKNOWN, "its driver judges by itself", NULL },
        /* what is made up does not get into a command */
        { "'id':'a','address':'pci:0000:08:00.2;reboot','driver':'vfio-pci','variantDriver':'mlx5_vfio_pci',"
          "'migration':{'protocol':'none'}",
          TRI_NO, "driver", TRI_NO, "is installed and not bound", NULL },
        { IDS "'driver':'vfio-pci','variantDriver':'x >/etc/passwd','migration':{'protocol':'none'}", TRI_NO, "driver",
          TRI_NO, "is installed and not bound", NULL },
        { READY GOOD "'groupBlockedBy':['pci:$(reboot)','pci:0000:01:00.0\\n']", TRI_NO, "group", TRI_NO,
          "pci:$(reboot)", NULL },
};

static const struct explanation_line *find(const struct explanation *e, const char *topic) {
        for (size_t i = 0; i < e->n; i++)
                if (str_equal(e->v[i].topic, topic))
                        return &e->v[i];
        return NULL;
}

START_TEST(test_case) {
        _cleanup_free_ char *devices = xasprintf("'devices':[{%s}]", cases[_i].device);
        _cleanup_(document_free_cleanup) struct document *d = parse(devices);
        _cleanup_(explanation_free_cleanup) struct explanation *e = explain_device(d, d->devices[0]);
        const struct explanation_line *line = find(e, cases[_i].topic);

        ck_assert_msg(e->can_migrate == cases[_i].can, "case %d: %d, %s", _i, e->can_migrate, e->summary);
        if (!cases[_i].message) {
                ck_assert_msg(!line, "case %d: %s", _i, line ? line->message : "");
                return;
        }
        ck_assert_msg(line, "case %d: no line of %s", _i, cases[_i].topic);
        ck_assert_msg(line->good == cases[_i].good, "case %d: good is %d: %s", _i, line->good, line->message);
        ck_assert_msg(strstr(line->message, cases[_i].message), "case %d: %s", _i, line->message);
        ck_assert_msg(!line->command == !cases[_i].command, "case %d: %s", _i,
                      line->command ? line->command : "no command");
        if (line->command)
                ck_assert_msg(strstr(line->command, cases[_i].command), "case %d: %s", _i, line->command);
        if (line->decides && line->good == e->can_migrate && line->good != TRI_YES)
                ck_assert_ptr_nonnull(strchr(e->summary, ':'));
}
END_TEST

START_TEST(test_creatable) {
        _cleanup_(document_free_cleanup) struct document *d = parse(
                "'devices':[],'creatable':[{'parent':'pci:0','mdevType':'t','available':3,'driver':'d','model':'m'"
                "," GOOD "'paramsComplete':true},{'parent':'pci:0','mdevType':'u','driver':'d','model':'m'," GOOD
                "'paramsComplete':true}]");
        _cleanup_(explanation_free_cleanup) struct explanation *e = explain_device(d, d->creatables[0]);
        _cleanup_(explanation_free_cleanup) struct explanation *none = explain_device(d, d->creatables[1]);

        ck_assert_int_eq(e->can_migrate, TRI_YES);
        ck_assert_str_eq(find(e, "use")->message, "3 can be created");
        ck_assert_str_eq(find(e, "driver")->message, "it will have d");
        ck_assert_ptr_null(find(e, "group"));
        ck_assert_int_eq(none->can_migrate, TRI_YES);
        ck_assert_str_eq(find(none, "use")->message, "no more of it can be created now");
}
END_TEST

/* Never against the rules: a no is no yes of theirs, and a yes is against none of them but for who has it now. */
static void check_against_rules(const struct document *d, struct device *device, size_t counts[3]) {
        const uint64_t taken = UINT64_C(1) << REASON_IN_USE | UINT64_C(1) << REASON_RESERVED |
                               UINT64_C(1) << REASON_NO_INSTANCES;
        const struct document vm = { .iommu_dirty_tracking = d->iommu_dirty_tracking, .viommu = TRI_UNKNOWN };
        const struct policy policy = POLICY_DEFAULT;
        const struct rules_context context = { .source = &vm, .policy = &policy };
        const struct models none = {};
        struct side source, target;
        struct judgement j;
        struct explanation *e;

        free(take_ptr(device->pin));
        e = explain_device(d, device);
        side_init(&source, device, &d->models, &none);
        side_init(&target, device, &d->models, NULL);
        judge_pair(&context, &source, &target, device, PAIR_FINDINGS, &j, NULL);
        counts[e->can_migrate + 1]++;
        if (e->can_migrate == TRI_NO)
                ck_assert_msg(j.verdict != VERDICT_COMPATIBLE, "no, but the rules have nothing against it: %s",
                              e->summary);
        if (e->can_migrate == TRI_YES)
                ck_assert_msg(!(j.findings.failed_codes & ~taken), "yes, but the rules say no: %s", e->summary);
        if (e->can_migrate == TRI_UNKNOWN)
                ck_assert_msg(j.verdict != VERDICT_COMPATIBLE && !(j.findings.failed_codes & ~taken),
                              "not known, but the rules say %s: %s", verdict_to_string(j.verdict), e->summary);
        if (self_is_free(d, device))
                ck_assert(device->traits->in_use == TRI_NO && !device->traits->group_blocked);
        side_done(&source);
        side_done(&target);
        explanation_free(e);
}

START_TEST(test_random_documents) {
        size_t counts[3] = {};

        for (unsigned i = 0; i < 5000; i++) {
                _cleanup_(document_free_cleanup) struct document *d = NULL;

                random_state = i;
                d = random_document();
                for (size_t k = 0; k < d->n_devices; k++)
                        check_against_rules(d, d->devices[k], counts);
                for (size_t k = 0; k < d->n_creatables; k++)
                        check_against_rules(d, d->creatables[k], counts);
        }
        ck_assert_uint_gt(counts[TRI_NO + 1], 100);
        ck_assert_uint_gt(counts[TRI_UNKNOWN + 1], 100);
}
END_TEST

/* Of likely parts, so that all three answers come often. */
START_TEST(test_likely_documents) {
        static const char *const parts[][4] = {
                { "'driver':'mlx5_vfio_pci'", "'driver':'vfio-pci'",
                  "'driver':'mlx5_vfio_pci','boundDriver':'mlx5_core'", "'driver':'mlx5_vfio_pci'" },
                { "'model':'m/mlx5'", "'model':'m/plain'", "'model':'m/checked'", "'softwareVersion':'1.0.0'" },
                { "'paramsComplete':true", "'paramsComplete':true", "'paramsComplete':true", "'params':{'p':null}" },
                { "'facts':{'devlink.migratable':'true','firmware.version':'28.41'}", "'facts':{}",
                  "'facts':{'devlink.migratable':'true','firmware.version':'28.41'}",
                  "'facts':{'firmware.version':'28.40','devlink.migratable':'false'}" },
                { "'inUse':'no'", "'inUse':'yes'", "'inUse':'unknown'", "'reservedBy':'x'" },
                { "'tokens':{}", GOOD "'tokens':{}", "'migration':{'protocol':'none'}",
                  "'migration':{'protocol':'v2','flags':['stop-copy']}" },
                { "'numaNode':1", "'numaNode':1", "'numaNode':1", "'groupBlockedBy':['pci:0000:01:00.0']" },
        };
        size_t counts[3] = {};

        random_state = 1;
        for (unsigned i = 0; i < 5000; i++) {
                _cleanup_(document_free_cleanup) struct document *d = NULL;
                _cleanup_text_ struct text t = {};

                text_add(&t, "'devices':[{'id':'a'");
                for (size_t k = 0; k < ARRAY_SIZE(parts); k++)
                        text_addf(&t, ",%s", parts[k][roll(4)]);
                text_add(&t, "}]");
                d = parse(t.data);
                check_against_rules(d, d->devices[0], counts);
        }
        for (size_t i = 0; i < 3; i++)
                ck_assert_uint_gt(counts[i], 50);
}
END_TEST

START_TEST(test_words) {
        static const char *const good[] = { "a", "0000:3b:00.2", "mlx5_vfio_pci", "6.12.96+deb13-amd64", "a..b" };
        static const char *const bad[] = {
                "", ".", "..", "-a", "a b", "a/b", "$a", "a;b", "a\n", "\xc3\xa9", "a`", "a'"
        };
        _cleanup_free_ char *set = command_set("mdev:c2177883-f1bb-47f0-914d-32a22e3a8804", "sysfs:migration/rss",
                                               "off");
        _cleanup_free_ char *create = command_create("mtty:mtty", "mtty-2");

        for (size_t i = 0; i < ARRAY_SIZE(good); i++)
                ck_assert_msg(command_word_valid(good[i]), "%s", good[i]);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                ck_assert_msg(!command_word_valid(bad[i]), "%s", bad[i]);
        ck_assert(!command_word_valid(NULL));
        ck_assert_str_eq(set, "echo off >/sys/bus/mdev/devices/c2177883-f1bb-47f0-914d-32a22e3a8804/migration/rss");
        ck_assert_str_eq(create, "uuidgen >/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-2/create");
        ck_assert_ptr_null(command_set("pci:0000:01:00.0", "sysfs:../rss", "off"));
        ck_assert_ptr_null(command_set("pci:0000:01:00.0", "sysfs:/rss", "off"));
        ck_assert_ptr_null(command_set("pci:0000:01:00.0", "models.d:x", "off"));
        ck_assert_ptr_null(command_set("pci:0000:01:00.0", "sysfs:rss", "a b"));
        ck_assert_ptr_null(command_set("mdev:../../../x", "sysfs:rss", "a"));
        ck_assert_ptr_null(command_create("pci:../x", "mtty-2"));
        ck_assert_ptr_null(command_create("pci:0000:01:00.0", "a b"));
        ck_assert_ptr_null(command_create("pci:0000:65:00.0", "nvidia-557")); /* is not made that way */
        ck_assert_ptr_null(command_bind("pci:0000:01:00.8x", "d", true));
        ck_assert_ptr_null(command_migratable("pci:0000:01:00.1", "mdev:x", NULL, "d"));
        ck_assert_ptr_null(command_switchdev(NULL));
}
END_TEST

int main(void) {
        Suite *suite = suite_create("explain");
        TCase *tests = tcase_create("explain");
        SRunner *runner;
        int failed;

        tcase_set_timeout(tests, 120);
        tcase_add_loop_test(tests, test_case, 0, (int)ARRAY_SIZE(cases));
        tcase_add_test(tests, test_creatable);
        tcase_add_test(tests, test_random_documents);
        tcase_add_test(tests, test_likely_documents);
        tcase_add_test(tests, test_words);
        suite_add_tcase(suite, tests);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_NORMAL);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed ? 1 : 0;
}
