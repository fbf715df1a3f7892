/*
 * Descriptors and host documents: what is read, what is refused and where, the limits, the way there and back.
 *
 * JSON is written with single quotes here, for legibility.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>

#include "core/descriptor-json.h"
#include "random-document.h"
#include "util/alloc.h"

#define SCHEMA "'schema':'org.vfio.Migration1.descriptor/1'"
#define DEVICE(members) "{" SCHEMA ",'devices':[{'id':'a'," members "}]}"
#define CREATABLE(members) "{" SCHEMA ",'devices':[],'creatable':[{'parent':'pci:0','mdevType':'t'," members "}]}"
#define MIB (1024 * 1024)

static char *unquote(const char *s) {
        char *r = xstrdup(s);

        for (char *p = r; *p; p++)
                if (*p == '\'')
                        *p = '"';
        return r;
}

static int parse(const char *text, enum document_kind kind, struct document **ret, struct json_error *error) {
        _cleanup_free_ char *json = unquote(text);

        return document_parse(json, strlen(json), kind, ret, error);
}

static struct document *parse_good(const char *text) {
        struct json_error error = { "" };
        struct document *d = NULL;

        ck_assert_msg(parse(text, DOCUMENT_SOURCE, &d, &error) == 0, "%s", error.message);
        return d;
}

static const char full[] =
        "{ " SCHEMA ", 'createdAt': '2026-11-20T09:00:00Z', 'unknown': [{'a': 1e999, 'b': 99999999999999999999999}],"
        "  'host': { 'name': 'src1', 'machineId': 'm', 'kernel': '6.12.96', 'iommuDirtyTracking': false, 'x': null },"
        "  'vm': { 'name': 'web-1', 'uuid': '5e4c', 'viommu': true, 'vfioDevices': 2 },"
        "  'devices': [ { 'id': 'hostdev0', 'address': 'pci:0000:3b:00.2', 'guest': 'pci:0000:05:00.0', 'pin': 'mdev:',"
        "    'pool': 'physnet1', 'driver': 'mlx5_vfio_pci', 'parent': 'pci:0000:3b:00.0', 'mdevType': 'mtty-2',"
        "    'model': 'https://vendor-a.com/my-nic', 'version': 2, 'softwareVersion': '1.4.0',"
        "    'params': { 'rx-filter-size': '64', 'odd': null, 'n': -7, 'yes': true, 'no': false, 'empty': '' },"
        "    'paramsComplete': true, 'facts': { 'pci.vendor': '15b3', 'firmware.version': '28.41.1000' },"
        "    'migration': { 'protocol': 'v2', 'flags': ['stop-copy', 'p2p', 'later'], 'dmaLogging': true, 'dataSize': "
        "96, 'driver': 7 },"
        "    'tokens': { 'migration_version': 'T' }, 'origin': { 'model': 'sysfs:model', 'params.odd': 'errno:EIO' },"
        "    'paramInfo': { 'rss': { 'type': 'bool', 'writable': true } }, 'paramList': 'writable', 'inUse': 'no',"
        "    'reservedBy': 'vm-2', 'boundDriver': 'mlx5_core', 'variantDriver': 'v', 'groupBlockedBy': ['pci:1'], "
        "'numaNode': -1,"
        "    'attributes': ['migration_version'], 'available': 'x', 'independent': 'x', 'sysfsPath': 7 } ],"
        "  'models': { 'm': { 'versions': { '1': {} } } },"
        "  'creatable': [ { 'parent': 'pci:0', 'mdevType': 't', 'available': 4, 'independent': true, 'model': null, "
        "'version': null, 'id': 7,"
        "    'address': 7 }, { 'parent': 'pci:0', 'mdevType': 'u', 'inUse': 'unknown' }, { 'parent': 'pci:1', "
        "'mdevType': 't' } ] }";

static void check_device(const struct device *d) {
        const struct traits *t = d->traits;

        ck_assert(!t->creatable);
        ck_assert_str_eq(d->id, "hostdev0");
        ck_assert_str_eq(d->address, "pci:0000:3b:00.2");
        ck_assert_str_eq(d->guest, "pci:0000:05:00.0");
        ck_assert_str_eq(d->pin, "mdev:");
        ck_assert_str_eq(d->parent, "pci:0000:3b:00.0");
        ck_assert_str_eq(t->pool, "physnet1");
        ck_assert_str_eq(t->driver, "mlx5_vfio_pci");
        ck_assert_str_eq(t->mdev_type, "mtty-2");
        ck_assert_str_eq(t->model, "https://vendor-a.com/my-nic");
        ck_assert(t->has_version && t->version == 2);
        ck_assert_str_eq(t->software_version, "1.4.0");
        ck_assert_uint_eq(t->params.n, 6);
        ck_assert_str_eq(entries_get(&t->params, "rx-filter-size"), "64");
        ck_assert(entries_find(&t->params, "odd") && !entries_get(&t->params, "odd"));
        ck_assert_str_eq(entries_get(&t->params, "n"), "-7");
        ck_assert_str_eq(entries_get(&t->params, "yes"), "on");
        ck_assert_str_eq(entries_get(&t->params, "no"), "off");
        ck_assert_str_eq(entries_get(&t->params, "empty"), "");
        ck_assert_int_eq(t->params_complete, TRI_YES);
        ck_assert_str_eq(entries_get(&t->facts, "firmware.version"), "28.41.1000");
        ck_assert(t->has_migration && t->migration.protocol == MIGRATION_V2 && t->migration.has_flags);
        ck_assert_uint_eq(t->migration.flags, MIGRATION_STOP_COPY | MIGRATION_P2P);
        ck_assert_int_eq(t->migration.dma_logging, TRI_YES);
        ck_assert(t->migration.has_data_size && t->migration.data_size == 96 && !t->migration.driver);
        ck_assert_str_eq(entries_get(&t->tokens, "migration_version"), "T");
        ck_assert_str_eq(traits_origin(t, "model"), "sysfs:model");
        ck_assert(traits_unread(t, "params.odd") && !traits_unread(t, "model") && !traits_unread(t, "version"));
        ck_assert_int_eq(param_infos_find(&t->param_info, "rss")->writable, TRI_YES);
        ck_assert(t->param_list_writable);
        ck_assert_int_eq(t->in_use, TRI_NO);
        ck_assert_str_eq(d->reserved_by, "vm-2");
        ck_assert_str_eq(t->bound_driver, "mlx5_core");
        ck_assert_str_eq(d->variant_driver, "v");
        ck_assert_str_eq(d->group_blocked_by[0], "pci:1");
        ck_assert(t->group_blocked);
        ck_assert(d->has_numa_node && d->numa_node == -1);
        ck_assert_str_eq(t->attributes[0], "migration_version");
        ck_assert(d->available == 0 && !t->independent && !d->sysfs_path);
}

START_TEST(test_full) {
        _cleanup_(document_free_cleanup) struct document *d = parse_good(full);

        ck_assert_str_eq(d->created_at, "2026-11-20T09:00:00Z");
        ck_assert_str_eq(d->host_name, "src1");
        ck_assert_str_eq(d->machine_id, "m");
        ck_assert_str_eq(d->kernel, "6.12.96");
        ck_assert_int_eq(d->iommu_dirty_tracking, TRI_NO);
        ck_assert_str_eq(d->vm_name, "web-1");
        ck_assert_str_eq(d->vm_uuid, "5e4c");
        ck_assert_int_eq(d->viommu, TRI_YES);
        ck_assert_uint_eq(d->vfio_devices, 2);
        ck_assert_uint_eq(d->n_devices, 1);
        check_device(d->devices[0]);
        ck_assert(d->has_models && models_find(&d->models, "m")->has_versions);
        ck_assert_uint_eq(d->n_creatables, 3);
        ck_assert(d->creatables[0]->traits->creatable && d->creatables[0]->available == 4);
        ck_assert(d->creatables[0]->traits->independent && !d->creatables[0]->traits->model);
        ck_assert(!d->creatables[0]->traits->has_version && !d->creatables[0]->id && !d->creatables[0]->address);
        ck_assert_int_eq(d->creatables[0]->traits->in_use, TRI_NO);
        ck_assert_int_eq(d->creatables[1]->traits->in_use, TRI_UNKNOWN);
        ck_assert_uint_eq(d->creatables[2]->available, 0);
}
END_TEST

START_TEST(test_least) {
        _cleanup_(document_free_cleanup) struct document *d = parse_good(
                "{" SCHEMA ",'devices':[{'id':'a','model':null,'version':null}]}");
        const struct traits *t = d->devices[0]->traits;

        ck_assert_int_eq(d->iommu_dirty_tracking, TRI_UNKNOWN);
        ck_assert_int_eq(d->viommu, TRI_UNKNOWN);
        ck_assert(!d->has_models);
        ck_assert(!t->model && !t->has_version && !t->has_migration && !t->group_blocked && !t->param_list_writable);
        ck_assert_int_eq(t->params_complete, TRI_UNKNOWN);
        ck_assert_int_eq(t->in_use, TRI_UNKNOWN);
        ck_assert_int_eq(t->migration.protocol, MIGRATION_PROTOCOL_UNKNOWN);
        ck_assert_int_eq(t->migration.dma_logging, TRI_UNKNOWN);
        ck_assert_str_eq(traits_origin(t, "model") ? "" : "none", "none");
}
END_TEST

/* What is no error: members of a device, accepted. */
static const char *const good[] = {
        "'version':0",
        "'version':4294967295",
        "'version':'4294967295'",
        "'version':'0'",
        "'migration':{}",
        "'migration':{'flags':[]}",
        "'params':{'n':9223372036854775807,'m':-9223372036854775807}",
        "'address':'ap:1a.0047'",
        "'pin':'pci:'",
        "'pin':'ccw:0.0.1'",
        "'groupBlockedBy':[]",
        "'numaNode':0",
        "'facts':{'':''}",
        "'tokens':{'t':'a\\nb'}",
        "'x':null",
        "'paramsInfo':7",
        "'paramInfo':{'version':{'type':'int'}}",
        "'migration':{'dataSize':18446744073709551614}",
        "'inUse':'unknown'",
};

START_TEST(test_good) {
        _cleanup_free_ char *text = xasprintf(DEVICE("%s"), good[_i]);
        _cleanup_(document_free_cleanup) struct document *d = parse_good(text);

        ck_assert_uint_eq(d->n_devices, 1);
}
END_TEST

static const struct {
        const char *text;
        const char *message;
} bad[] = {
        { "", "expected a value (line 1, column 1)" },
        { "7", "expected an object" },
        { "[]", "expected an object" },
        { "{'devices':[]}", "schema: missing" },
        { "{'schema':1,'devices':[]}", "schema: expected a string" },
        { "{'schema':'org.vfio.Migration1.descriptor/2','devices':[]}",
          "schema: not org.vfio.Migration1.descriptor/1" },
        { "{" SCHEMA "}", "devices: missing" },
        { "{" SCHEMA ",'devices':null}", "devices: expected a list" },
        { "{" SCHEMA ",'devices':{}}", "devices: expected a list" },
        { "{" SCHEMA ",'devices':[null]}", "devices[0]: expected an object" },
        { "{" SCHEMA ",'devices':[{'id':'a'},{}]}", "devices[1].id: missing" },
        { "{" SCHEMA ",'devices':[{'id':null}]}", "devices[0].id: expected a string" },
        { "{" SCHEMA ",'devices':[{'id':7}]}", "devices[0].id: expected a string" },
        { "{" SCHEMA ",'devices':[{'id':'a'},{'id':'b'},{'id':'a'}]}", "devices[2].id: a duplicate device id" },
        { "{" SCHEMA ",'devices':[{'id':'a','address':'pci:1'},{'id':'b'},{'id':'c','address':'pci:1'}]}",
          "devices[2].address: a duplicate address" },
        { "{" SCHEMA ",'devices':[{'id':'a'},{'id':'b'},{'id':'c','params':{'rss':['on']}}]}",
          "devices[2].params.rss: expected a string" },
        { "{" SCHEMA ",'devices':[],'createdAt':7}", "createdAt: expected a string" },
        { "{" SCHEMA ",'devices':[],'host':[]}", "host: expected an object" },
        { "{" SCHEMA ",'devices':[],'host':null}", "host: expected an object" },
        { "{" SCHEMA ",'devices':[],'host':{'name':7}}", "host.name: expected a string" },
        { "{" SCHEMA ",'devices':[],'host':{'machineId':7}}", "host.machineId: expected a string" },
        { "{" SCHEMA ",'devices':[],'host':{'kernel':7}}", "host.kernel: expected a string" },
        { "{" SCHEMA ",'devices':[],'host':{'iommuDirtyTracking':'no'}}",
          "host.iommuDirtyTracking: expected true or false" },
        { "{" SCHEMA ",'devices':[],'vm':7}", "vm: expected an object" },
        { "{" SCHEMA ",'devices':[],'vm':{'name':7}}", "vm.name: expected a string" },
        { "{" SCHEMA ",'devices':[],'vm':{'uuid':7}}", "vm.uuid: expected a string" },
        { "{" SCHEMA ",'devices':[],'vm':{'viommu':0}}", "vm.viommu: expected true or false" },
        { "{" SCHEMA ",'devices':[],'vm':{'vfioDevices':-1}}",
          "vm.vfioDevices: expected an integer from 0 to 4294967295" },
        { "{" SCHEMA ",'devices':[],'vm':{'vfioDevices':'2'}}",
          "vm.vfioDevices: expected an integer from 0 to 4294967295" },
        { "{" SCHEMA ",'devices':[],'vm':{'vfioDevices':4294967296}}",
          "vm.vfioDevices: expected an integer from 0 to 4294967295" },
        { "{" SCHEMA ",'devices':[],'models':[]}", "models: expected an object" },
        { "{" SCHEMA ",'devices':[],'models':{'':{}}}", "models[\"\"]: an empty model" },
        { "{" SCHEMA ",'devices':[],'models':{'a':7}}", "models.a: expected an object" },
        { "{" SCHEMA ",'devices':[],'models':{'https://v.com/m':{'facts':{'f':{'rule':'x'}}}}}",
          "models[\"https://v.com/m\"].facts.f.rule: an unknown rule" },
        { "{" SCHEMA ",'devices':[],'creatable':{}}", "creatable: expected a list" },
        { "{" SCHEMA ",'devices':[],'creatable':[{'mdevType':'t'}]}", "creatable[0].parent: missing" },
        { "{" SCHEMA ",'devices':[],'creatable':[{'parent':'p'}]}", "creatable[0].mdevType: missing" },
        { "{" SCHEMA ",'devices':[],'creatable':[{'parent':'p','mdevType':'t'},{'parent':'p','mdevType':'t'}]}",
          "creatable[1]: a duplicate (parent, mdevType)" },
        { CREATABLE("'available':-1"), "creatable[0].available: expected an integer from 0 to 4294967295" },
        { CREATABLE("'available':'4'"), "creatable[0].available: expected an integer from 0 to 4294967295" },
        { CREATABLE("'available':99999999999999999999"),
          "creatable[0].available: expected an integer from 0 to 4294967295" },
        { CREATABLE("'independent':1"), "creatable[0].independent: expected true or false" },
        { CREATABLE("'paramInfo':7"), "creatable[0].paramInfo: expected an object" },
        { DEVICE("'address':null"), "devices[0].address: expected a string" },
        { DEVICE("'address':'pci'"), "devices[0].address: expected an address, such as \"pci:0000:3b:00.2\"" },
        { DEVICE("'address':'pci:'"), "devices[0].address: expected an address, such as \"pci:0000:3b:00.2\"" },
        { DEVICE("'address':':x'"), "devices[0].address: expected an address, such as \"pci:0000:3b:00.2\"" },
        { DEVICE("'address':''"), "devices[0].address: expected an address, such as \"pci:0000:3b:00.2\"" },
        { DEVICE("'pin':'ccw:'"), "devices[0].pin: expected an address, such as \"pci:0000:3b:00.2\"" },
        { DEVICE("'pin':7"), "devices[0].pin: expected a string" },
        { DEVICE("'guest':7"), "devices[0].guest: expected a string" },
        { DEVICE("'pool':null"), "devices[0].pool: expected a string" },
        { DEVICE("'driver':7"), "devices[0].driver: expected a string" },
        { DEVICE("'parent':7"), "devices[0].parent: expected a string" },
        { DEVICE("'mdevType':7"), "devices[0].mdevType: expected a string" },
        { DEVICE("'model':7"), "devices[0].model: expected a string" },
        { DEVICE("'model':''"), "devices[0].model: empty" },
        { DEVICE("'version':-1"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':4294967296"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':99999999999999999999999999"),
          "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':-99999999999999999999999999"),
          "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':1.0"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':1e3"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':true"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':''"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':'01'"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':'+1'"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':'4294967296'"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'version':'99999999999999999999'"), "devices[0].version: expected an integer from 0 to 4294967295" },
        { DEVICE("'softwareVersion':1"), "devices[0].softwareVersion: expected a string" },
        { DEVICE("'params':[]"), "devices[0].params: expected an object" },
        { DEVICE("'params':{'a=b':''}"), "devices[0].params[\"a=b\"]: not a parameter's name" },
        { DEVICE("'params':{'version':'1'}"), "devices[0].params.version: not a parameter's name" },
        { DEVICE("'params':{'a':1.0}"), "devices[0].params.a: expected a string" },
        { DEVICE("'params':{'a':{}}"), "devices[0].params.a: expected a string" },
        { DEVICE("'params':{'a':'x\\ny'}"), "devices[0].params.a: a newline in a value" },
        { DEVICE("'params':{'a':9223372036854775808}"), "devices[0].params.a: a number beyond 64 bits" },
        { DEVICE("'params':{'a':18446744073709551616}"), "devices[0].params.a: a number beyond 64 bits" },
        { DEVICE("'params':{'a':-9223372036854775809}"), "devices[0].params.a: a number beyond 64 bits" },
        { DEVICE("'paramsComplete':'yes'"), "devices[0].paramsComplete: expected true or false" },
        { DEVICE("'facts':7"), "devices[0].facts: expected an object" },
        { DEVICE("'facts':{'pci.vendor':5555}"), "devices[0].facts.pci.vendor: expected a string" },
        { DEVICE("'facts':{'pci.vendor':null}"), "devices[0].facts.pci.vendor: expected a string" },
        { DEVICE("'migration':null"), "devices[0].migration: expected an object" },
        { DEVICE("'migration':{'protocol':'v9'}"),
          "devices[0].migration.protocol: expected \"v2\", \"v1\" or \"none\"" },
        { DEVICE("'migration':{'flags':[1]}"), "devices[0].migration.flags[0]: expected a string" },
        { DEVICE("'migration':{'dmaLogging':null}"), "devices[0].migration.dmaLogging: expected true or false" },
        { DEVICE("'migration':{'dataSize':'96'}"),
          "devices[0].migration.dataSize: expected an integer from 0 to 18446744073709551614" },
        { DEVICE("'tokens':{'t':null}"), "devices[0].tokens.t: expected a string" },
        { DEVICE("'origin':{'model':null}"), "devices[0].origin.model: expected a string" },
        { DEVICE("'paramInfo':{'a/b':{}}"), "devices[0].paramInfo[\"a/b\"]: not a parameter's name" },
        { DEVICE("'paramInfo':{'a':{'type':'BOOL'}}"),
          "devices[0].paramInfo.a.type: expected \"bool\", \"int\" or \"str\"" },
        { DEVICE("'paramList':'readable'"), "devices[0].paramList: expected \"writable\"" },
        { DEVICE("'paramList':true"), "devices[0].paramList: expected a string" },
        { DEVICE("'inUse':'maybe'"), "devices[0].inUse: expected \"yes\", \"no\" or \"unknown\"" },
        { DEVICE("'inUse':false"), "devices[0].inUse: expected a string" },
        { DEVICE("'reservedBy':7"), "devices[0].reservedBy: expected a string" },
        { DEVICE("'boundDriver':7"), "devices[0].boundDriver: expected a string" },
        { DEVICE("'variantDriver':7"), "devices[0].variantDriver: expected a string" },
        { DEVICE("'groupBlockedBy':'x'"), "devices[0].groupBlockedBy: expected a list" },
        { DEVICE("'groupBlockedBy':['x',7]"), "devices[0].groupBlockedBy[1]: expected a string" },
        { DEVICE("'numaNode':'0'"), "devices[0].numaNode: expected an integer from -1 to 2147483647" },
        { DEVICE("'numaNode':2147483648"), "devices[0].numaNode: expected an integer from -1 to 2147483647" },
        { DEVICE("'numaNode':-2"), "devices[0].numaNode: expected an integer from -1 to 2147483647" },
        { DEVICE("'attributes':{}"), "devices[0].attributes: expected a list" },
        { DEVICE("'facts':{'f':'\xff'}"), "devices[0].facts.f: invalid UTF-8 (line 1, column 81)" },
        { DEVICE("'params':{'rss':'on','rss':'off'}"), "devices[0].params: duplicate key \"rss\" (line 1, column 88)" },
};

START_TEST(test_bad) {
        struct document *d = (struct document *)bad;
        struct json_error error = { "" };

        ck_assert_int_eq(parse(bad[_i].text, DOCUMENT_SOURCE, &d, &error), -EBADMSG);
        ck_assert_str_eq(error.message, bad[_i].message);
        ck_assert_ptr_eq(d, bad); /* untouched */
}
END_TEST

/* before, n times "," and the numbered element, after */
static char *repeat(const char *before, size_t n, const char *element, const char *more, const char *after) {
        struct text t = {};

        text_add(&t, before);
        for (size_t i = 0; i < n; i++)
                text_addf(&t, "%s%s%zu%s", i ? "," : "", element, i, more);
        text_add(&t, after);
        return text_take(&t);
}

static const struct {
        enum document_kind kind;
        size_t devices, params, infos, versions, creatables, spaces;
        const char *message; /* NULL: it fits */
} limits[] = {
        { DOCUMENT_SOURCE, 256, 0, 0, 0, 0, 0, NULL },
        { DOCUMENT_SOURCE, 257, 0, 0, 0, 0, 0, "devices: more than 256 devices" },
        { DOCUMENT_SOURCE, 1, 256, 256, 4096, 256, 0, NULL },
        { DOCUMENT_SOURCE, 1, 257, 0, 0, 0, 0, "devices[0].params: more than 256 parameters" },
        { DOCUMENT_SOURCE, 1, 0, 257, 0, 0, 0, "devices[0].paramInfo: more than 256 parameters" },
        { DOCUMENT_SOURCE, 1, 0, 0, 4097, 0, 0, "models.m.versions: more than 4096 versions" },
        { DOCUMENT_SOURCE, 1, 0, 0, 0, 257, 0, "creatable: more than 256 creatable devices" },
        { DOCUMENT_SOURCE, 1, 0, 0, 0, 0, MIB, NULL },
        { DOCUMENT_SOURCE, 1, 0, 0, 0, 0, MIB + 1, "longer than 1048576 bytes" },
        { DOCUMENT_HOST, 1, 0, 0, 0, 0, MIB + 1, NULL },
        { DOCUMENT_HOST, 65536, 0, 0, 4096, 65536, 0, NULL },
        { DOCUMENT_HOST, 65537, 0, 0, 0, 0, 0, "devices: more than 65536 devices" },
        { DOCUMENT_HOST, 1, 0, 0, 4097, 0, 0, "models.m.versions: more than 4096 versions" },
        { DOCUMENT_HOST, 1, 257, 0, 0, 0, 0, "devices[0].params: more than 256 parameters" },
        { DOCUMENT_HOST, 1, 0, 0, 0, 65537, 0, "creatable: more than 65536 creatable devices" },
        { DOCUMENT_HOST, 1, 0, 0, 0, 0, 64 * MIB, NULL },
        { DOCUMENT_HOST, 1, 0, 0, 0, 0, 64 * MIB + 1, "longer than 67108864 bytes" },
};

static char *document_of_size(size_t i) {
        _cleanup_free_ char *params = repeat(",'params':{", limits[i].params, "'p", "':1", "}");
        _cleanup_free_ char *infos = repeat(",'paramInfo':{", limits[i].infos, "'p", "':{}", "}");
        _cleanup_free_ char *versions = repeat("'versions':{", limits[i].versions, "'", "':{}", "}");
        _cleanup_free_ char *creatables = repeat("[", limits[i].creatables, "{'parent':'p','mdevType':'", "'}", "]");
        _cleanup_free_ char *more = repeat("", limits[i].devices - 1, ",{'id':'", "'}", "");
        char *text, *json;
        size_t n;

        for (char *comma = more; (comma = strstr(comma, ",,")); comma++)
                comma[1] = ' ';
        text = xasprintf("{" SCHEMA ",'devices':[{'id':'a'%s%s}%s],'models':{'m':{%s}},'creatable':%s}", params, infos,
                         more, versions, creatables);
        json = unquote(text);
        free(text);
        n = strlen(json);
        if (n < limits[i].spaces) {
                json = xrealloc(json, limits[i].spaces + 1, 1);
                memset(json + n, ' ', limits[i].spaces - n);
                json[limits[i].spaces] = '\0';
        }
        return json;
}

START_TEST(test_limits) {
        _cleanup_free_ char *json = document_of_size((size_t)_i);
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        struct json_error error = { "" };
        int r = document_parse(json, strlen(json), limits[_i].kind, &d, &error);

        ck_assert_str_eq(error.message, limits[_i].message ? limits[_i].message : "");
        ck_assert_int_eq(r, limits[_i].message ? -E2BIG : 0);
        if (r == 0) {
                ck_assert_uint_eq(d->n_devices, limits[_i].devices);
                ck_assert_uint_eq(d->n_creatables, limits[_i].creatables);
        }
}
END_TEST

START_TEST(test_depth) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        struct json_error error;

        ck_assert_int_eq(
                parse("{" SCHEMA ",'devices':[],'x':[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", DOCUMENT_HOST, &d, &error), 0);
        ck_assert_int_eq(
                parse("{" SCHEMA ",'devices':[],'x':[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", DOCUMENT_HOST, &d, &error),
                -E2BIG);
        ck_assert_str_eq(error.message,
                         "x[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested deeper than 16 (line 1, column 78)");
}
END_TEST

/* Hostile but within the limits: many of everything, facts in no order, in a moment; one fact more is refused. */
START_TEST(test_many) {
        struct text t = {};
        _cleanup_free_ char *text = NULL, *names = repeat("", 1000000, "'s", "'", "");
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        struct json_error error = { "" };

        for (int i = 0; i < 1024; i++)
                text_addf(&t, "%s'f%d':''", i ? "," : "", i * 791 % 1031);
        text = xasprintf(DEVICE("'facts':{%s},'attributes':[%s],'groupBlockedBy':[%s]"), t.data, names, names);
        ck_assert_msg(parse(text, DOCUMENT_HOST, &d, &error) == 0, "%s", error.message);
        ck_assert_uint_eq(d->devices[0]->traits->facts.n, 1024);
        d = document_free(d);
        free(text);
        text_add(&t, ",'g':''");
        text = xasprintf(DEVICE("'facts':{%s}"), t.data);
        ck_assert_int_eq(parse(text, DOCUMENT_HOST, &d, &error), -E2BIG);
        ck_assert_str_eq(error.message, "devices[0].facts: more than 1024 entries");
        text_done(&t);
}
END_TEST

static void check_equal(const struct document *a, const struct document *b) {
        ck_assert(str_equal(a->created_at, b->created_at) && str_equal(a->host_name, b->host_name) &&
                  str_equal(a->machine_id, b->machine_id) && str_equal(a->kernel, b->kernel) &&
                  a->iommu_dirty_tracking == b->iommu_dirty_tracking && str_equal(a->vm_name, b->vm_name) &&
                  str_equal(a->vm_uuid, b->vm_uuid) && a->viommu == b->viommu && a->vfio_devices == b->vfio_devices &&
                  a->has_models == b->has_models && a->models.n == b->models.n);
        ck_assert_uint_eq(a->n_devices, b->n_devices);
        for (size_t i = 0; i < a->n_devices; i++)
                ck_assert(device_equal(a->devices[i], b->devices[i]));
        ck_assert_uint_eq(a->n_creatables, b->n_creatables);
        for (size_t i = 0; i < a->n_creatables; i++)
                ck_assert(device_equal(a->creatables[i], b->creatables[i]));
}

/* What is written is read as what it was, and written again as the same bytes. */
START_TEST(test_round_trip) {
        for (unsigned i = 0; i < 20000; i++) {
                _cleanup_(document_free_cleanup) struct document *d = NULL, *again = NULL;
                _cleanup_text_ struct text first = {}, second = {};
                struct json_error error = { "" };

                random_state = i;
                d = random_document();
                document_format(d, &first);
                ck_assert_msg(document_parse(first.data, first.length, DOCUMENT_SOURCE, &again, &error) == 0,
                              "%u: %s: %s", i, error.message, first.data);
                check_equal(d, again);
                document_format(again, &second);
                ck_assert_str_eq(first.data, second.data);
        }
}
END_TEST

/* One device for itself, with where it is on this host. */
START_TEST(test_device) {
        for (unsigned i = 0; i < 2000; i++) {
                _cleanup_(device_unref_cleanup) struct device *d = NULL, *again = NULL, *copy = NULL;
                _cleanup_text_ struct text text = {};
                struct json_error error = { "" };

                random_state = i;
                d = random_device(roll(2), i);
                d->sysfs_path = maybe();
                d->bus = maybe();
                d->vfio_device = maybe();
                d->iommu_group = maybe();
                device_format(d, &text);
                ck_assert_msg(device_parse(text.data, text.length, d->traits->creatable, &again, &error) == 0, "%s",
                              error.message);
                copy = device_copy(d);
                ck_assert(device_equal(d, again) && device_equal(d, copy) && device_equal(copy, again));
                ck_assert(copy->traits != d->traits);
        }
}
END_TEST

START_TEST(test_device_errors) {
        struct device *d = NULL;
        struct json_error error;

        ck_assert_int_eq(device_parse("{\"id\":\"a\",\"bus\":7}", 18, false, &d, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "bus: expected a string");
        ck_assert_int_eq(device_parse("{}", 2, false, &d, &error), -EBADMSG);
        ck_assert_str_eq(error.message, "id: missing");
        ck_assert_ptr_null(d);
}
END_TEST

/* Equal devices share their traits; whatever differs in them keeps them apart. */
START_TEST(test_intern) {
        _cleanup_(traits_table_free_cleanup) struct traits_table *table = traits_table_new();
        struct device *v[3000];
        size_t n_shared = 0;

        for (unsigned i = 0; i < ARRAY_SIZE(v); i++) {
                random_state = i % 1000;
                v[i] = random_device(false, i);
                traits_table_intern(table, v[i]);
                traits_table_intern(table, v[i]); /* once more: nothing changes */
        }
        for (unsigned i = 0; i < ARRAY_SIZE(v); i++)
                for (unsigned k = 0; k < ARRAY_SIZE(v); k += 7) {
                        ck_assert(i % 1000 != k % 1000 || v[i]->traits == v[k]->traits);
                        ck_assert_int_eq(v[i]->traits == v[k]->traits, traits_equal(v[i]->traits, v[k]->traits));
                }
        for (unsigned i = 0; i < ARRAY_SIZE(v); i++) {
                n_shared += v[i]->traits->n_refs > 1;
                ck_assert_uint_ge(v[i]->traits->n_refs, 1);
        }
        ck_assert_uint_gt(n_shared, 0);
        for (unsigned i = 0; i < ARRAY_SIZE(v); i++)
                device_unref(v[i]);
}
END_TEST

static const char *const differences[] = {
        "'pool':'p'",
        "'driver':'d'",
        "'boundDriver':'d'",
        "'mdevType':'t'",
        "'model':'m'",
        "'version':0",
        "'version':1",
        "'softwareVersion':'1.0.0'",
        "'params':{'p':'1'}",
        "'params':{'p':null}",
        "'params':{'p':''}",
        "'paramsComplete':true",
        "'paramsComplete':false",
        "'facts':{'p':'1'}",
        "'migration':{}",
        "'migration':{'protocol':'none'}",
        "'migration':{'flags':[]}",
        "'migration':{'flags':['p2p']}",
        "'migration':{'dmaLogging':false}",
        "'migration':{'dataSize':0}",
        "'migration':{'dataSize':1}",
        "'tokens':{'p':'1'}",
        "'origin':{'p':'1'}",
        "'paramInfo':{'p':{}}",
        "'paramInfo':{'p':{'type':'str'}}",
        "'paramInfo':{'p':{'offValue':''}}",
        "'paramInfo':{'p':{'allowedValues':[]}}",
        "'paramInfo':{'p':{'allowedValues':['1']}}",
        "'paramInfo':{'p':{'writable':false}}",
        "'paramInfo':{'p':{'atCreate':false}}",
        "'paramList':'writable'",
        "'inUse':'yes'",
        "'inUse':'no'",
        "'attributes':['a']",
        "'groupBlockedBy':['a']",
        "'x':1",
};

START_TEST(test_differences) {
        struct document *d[ARRAY_SIZE(differences)];

        for (size_t i = 0; i < ARRAY_SIZE(d); i++) {
                _cleanup_free_ char *text = xasprintf(DEVICE("%s"), differences[i]);

                d[i] = parse_good(text);
        }
        for (size_t i = 0; i < ARRAY_SIZE(d); i++)
                for (size_t k = 0; k < ARRAY_SIZE(d); k++)
                        ck_assert_msg(traits_equal(d[i]->devices[0]->traits, d[k]->devices[0]->traits) == (i == k),
                                      "%s and %s", differences[i], differences[k]);
        for (size_t i = 0; i < ARRAY_SIZE(d); i++)
                document_free(d[i]);
}
END_TEST

START_TEST(test_pieces) {
        _cleanup_(document_free_cleanup) struct document *d = parse_good(full);
        _cleanup_text_ struct text head = {}, whole = {}, models = {};

        document_format_head(d, &head);
        document_format(d, &whole);
        document_format_models(&d->models, &models);
        ck_assert(str_startswith(whole.data, head.data));
        ck_assert_int_eq(head.data[head.length - 1], ',');
        ck_assert(str_startswith(whole.data + head.length, "\"devices\":[{\"id\":\"hostdev0\","));
        ck_assert_str_eq(models.data, "{\"m\":{\"versions\":{\"1\":{}}}}");
}
END_TEST

int main(void) {
        Suite *suite = suite_create("descriptor");
        TCase *cases = tcase_create("descriptor");
        SRunner *runner;
        int failed;

        tcase_set_timeout(cases, 240);
        tcase_add_test(cases, test_full);
        tcase_add_test(cases, test_least);
        tcase_add_loop_test(cases, test_good, 0, ARRAY_SIZE(good));
        tcase_add_loop_test(cases, test_bad, 0, ARRAY_SIZE(bad));
        tcase_add_loop_test(cases, test_limits, 0, ARRAY_SIZE(limits));
        tcase_add_test(cases, test_depth);
        tcase_add_test(cases, test_many);
        tcase_add_test(cases, test_round_trip);
        tcase_add_test(cases, test_device);
        tcase_add_test(cases, test_device_errors);
        tcase_add_test(cases, test_intern);
        tcase_add_test(cases, test_differences);
        tcase_add_test(cases, test_pieces);
        suite_add_tcase(suite, cases);
        runner = srunner_create(suite);
        srunner_run_all(runner, CK_ENV);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed > 0;
}
