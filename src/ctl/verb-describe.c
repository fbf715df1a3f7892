/*
 * vfiomigctl describe: the descriptor of devices, of the whole host, or of a libvirt domain by its XML.
 */
#include <errno.h>

#include "core/descriptor-json.h"
#include "ctl/address.h"
#include "ctl/domain-xml.h"
#include "ctl/input.h"
#include "ctl/manager.h"
#include "ctl/verb.h"
#include "util/alloc.h"

static struct device *find_address(const struct document *d, const char *address) {
        for (size_t i = 0; i < d->n_devices; i++)
                if (str_equal(d->devices[i]->address, address))
                        return d->devices[i];
        return NULL;
}

/* What the daemon says of the domain's devices; of a domain without any not a word. */
static int ask(struct context *c, const struct domain *domain, struct document **ret_document) {
        _cleanup_(strv_free_cleanup) char **ids = NULL;

        for (size_t i = 0; i < domain->n_devices; i++)
                if (!strv_contains(ids, domain->devices[i].host))
                        strv_take(&ids, xstrdup(domain->devices[i].host));
        if (!ids) {
                *ret_document = document_new();
                return 0;
        }
        return manager_document(c, ids, 0, ret_document);
}

/* Replaces the answer's devices by the domain's, in its order and by its names. */
static int name_devices(const struct context *c, const struct domain *domain, struct document *d) {
        size_t answered = d->n_devices;

        for (size_t i = 0; i < domain->n_devices; i++) {
                const struct domain_device *wanted = &domain->devices[i];
                const struct device *found = find_address(d, wanted->host);
                struct device *device;

                if (!found)
                        return context_fail(c, -ENODEV, "%s: %s is not a VFIO device of this host", wanted->id,
                                            wanted->host);
                device = device_copy(found);
                free(device->id);
                device->id = xstrdup(wanted->id);
                free(device->guest);
                device->guest = xstrdup(wanted->guest);
                document_take(d, device);
        }
        for (size_t i = 0; i < answered; i++)
                device_unref(d->devices[i]);
        if (answered > 0)
                memmove(d->devices, d->devices + answered, (d->n_devices - answered) * sizeof(*d->devices));
        d->n_devices -= answered;
        return 0;
}

static int describe_domain(struct context *c) {
        _cleanup_(document_free_cleanup) struct document *d = NULL;
        _cleanup_(domain_free_cleanup) struct domain *domain = NULL;
        _cleanup_free_ char *xml = NULL, *why = NULL;
        _cleanup_text_ struct text json = {};
        size_t length;
        int r;

        r = input_read(c, c->xml, DOMAIN_XML_MAX, &xml, &length);
        if (r < 0)
                return r;
        r = domain_parse(xml, length, &domain, &why);
        if (r < 0)
                return context_fail(c, r, "%s: %s", input_title(c->xml), why);
        r = ask(c, domain, &d);
        if (r < 0)
                return r;
        r = name_devices(c, domain, d);
        if (r < 0)
                return r;
        d->vm_name = take_ptr(domain->name);
        d->vm_uuid = take_ptr(domain->uuid);
        d->viommu = domain->viommu ? TRI_YES : TRI_NO;
        d->vfio_devices = (uint32_t)domain->n_devices;
        document_format(d, &json);
        return context_print_json(c, json.data);
}

static int describe_devices(struct context *c) {
        _cleanup_(strv_free_cleanup) char **ids = address_from_names(c->args);
        _cleanup_free_ char *json = NULL;
        size_t length;
        int r;

        r = manager_describe(c, ids, c->host_document ? DESCRIBE_HOST : 0, &json, &length);
        return r < 0 ? r : context_print_json(c, json);
}

int verb_describe(struct context *c) {
        int r;

        if (c->xml && (c->n_args > 0 || c->host_document)) {
                context_fail(c, 0, "--xml goes with neither devices nor --host-document.");
                return STATUS_USAGE;
        }
        r = c->xml ? describe_domain(c) : describe_devices(c);
        return r < 0 ? STATUS_ERROR : STATUS_OK;
}
