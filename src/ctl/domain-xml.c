/*
 * The VFIO devices of a libvirt domain, from its XML. Owns the tree while it is read; never resolves or expands.
 */
#include "ctl/domain-xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "util/alloc.h"
#include "util/strv.h"

struct domain *domain_free(struct domain *d) {
        for (size_t i = 0; d && i < d->n_devices; i++) {
                free(d->devices[i].id);
                free(d->devices[i].host);
                free(d->devices[i].guest);
        }
        if (d) {
                free(d->devices);
                free(d->name);
                free(d->uuid);
        }
        free(d);
        return NULL;
}

static bool is_element(const xmlNode *n, const char *name) {
        return n->type == XML_ELEMENT_NODE && !n->ns && str_equal((const char *)n->name, name);
}

static const xmlNode *child(const xmlNode *n, const char *name) {
        for (n = n ? n->children : NULL; n; n = n->next)
                if (is_element(n, name))
                        return n;
        return NULL;
}

/* An attribute's value, or NULL; the caller frees. */
static char *attribute(const xmlNode *n, const char *name) {
        xmlChar *value = n ? xmlGetNoNsProp(n, (const xmlChar *)name) : NULL;
        char *r = xstrdup((const char *)value);

        xmlFree(value);
        return r;
}

static bool attribute_is(const xmlNode *n, const char *name, const char *value) {
        _cleanup_free_ char *v = attribute(n, name);

        return str_equal(v, value);
}

static char *text_of(const xmlNode *n) {
        xmlChar *content = n ? xmlNodeGetContent(n) : NULL;
        char *r = xstrdup((const char *)content);

        xmlFree(content);
        return r;
}

/* A number as libvirt writes it ("0x06", "6") up to a maximum; absent is 0. */
static int number(const xmlNode *n, const char *name, unsigned long max, unsigned *ret) {
        _cleanup_free_ char *s = attribute(n, name);
        unsigned long v = 0;
        char *end = s;

        if (s) {
                errno = 0;
                v = strtoul(s, &end, 0);
                if (errno || end == s || *end || *s == '-' || v > max)
                        return -EINVAL;
        }
        *ret = (unsigned)v;
        return 0;
}

static char *pci_address(const xmlNode *address) {
        unsigned domain, bus, slot, function;

        if (number(address, "domain", 0xffffffff, &domain) < 0 || number(address, "bus", 0xff, &bus) < 0 ||
            number(address, "slot", 0x1f, &slot) < 0 || number(address, "function", 7, &function) < 0)
                return NULL;
        return xasprintf("pci:%04x:%02x:%02x.%x", domain, bus, slot, function);
}

static bool is_uuid(const char *s) {
        static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

        for (size_t i = 0; s && i < sizeof(shape); i++) {
                if (shape[i] == 'x' ? !s[i] || !strchr("0123456789abcdefABCDEF", s[i]) : s[i] != shape[i])
                        return false;
        }
        return s != NULL;
}

static char *mdev_address(const xmlNode *address) {
        _cleanup_free_ char *uuid = attribute(address, "uuid");

        if (!is_uuid(uuid))
                return NULL;
        for (char *c = uuid; *c; c++)
                if (*c >= 'A' && *c <= 'F')
                        *c = (char)(*c - 'A' + 'a');
        return xasprintf("mdev:%s", uuid);
}

static char *guest_address(const xmlNode *device) {
        const xmlNode *address = child(device, "address");
        unsigned cssid, ssid, devno;

        if (address && attribute_is(address, "type", "pci"))
                return pci_address(address);
        if (address && attribute_is(address, "type", "ccw") && number(address, "cssid", 0xfe, &cssid) >= 0 &&
            number(address, "ssid", 3, &ssid) >= 0 && number(address, "devno", 0xffff, &devno) >= 0)
                return xasprintf("ccw:%x.%x.%04x", cssid, ssid, devno);
        return NULL;
}

/* Whether a child of <devices> is a VFIO device; then its kind, "pci" or "mdev". */
static const char *vfio_kind(const xmlNode *n) {
        if (is_element(n, "hostdev") && !attribute_is(n, "mode", "capabilities"))
                return attribute_is(n, "type", "pci") ? "pci" : attribute_is(n, "type", "mdev") ? "mdev" : NULL;
        if (is_element(n, "interface") && attribute_is(n, "type", "hostdev"))
                return attribute_is(child(child(n, "source"), "address"), "type", "usb") ? NULL : "pci";
        return NULL;
}

static bool has_id(const struct domain *d, const char *id) {
        for (size_t i = 0; i < d->n_devices; i++)
                if (str_equal(d->devices[i].id, id))
                        return true;
        return false;
}

static int add_device(struct domain *d, const xmlNode *n, const char *kind, char **ret_why) {
        const xmlNode *source = child(child(n, "source"), "address");
        struct domain_device device = {};

        device.host = !source ? NULL : str_equal(kind, "pci") ? pci_address(source) : mdev_address(source);
        if (!device.host) {
                *ret_why = xasprintf("line %ld: the <%s> has no host address that can be read",
                                     xmlGetLineNo((xmlNode *)n), n->name);
                return -EINVAL;
        }
        device.guest = guest_address(n);
        device.id = attribute(child(n, "alias"), "name");
        array_append(d->devices, d->n_devices, device);
        return 0;
}

/* Those without an alias: hostdevN, N being the place among the VFIO devices, or the next one that nobody has. */
static void name_devices(struct domain *d) {
        for (size_t i = 0; i < d->n_devices; i++)
                for (size_t k = i; !d->devices[i].id; k++) {
                        _cleanup_free_ char *id = xasprintf("hostdev%zu", k);

                        if (!has_id(d, id))
                                d->devices[i].id = take_ptr(id);
                }
}

static int read_tree(const xmlNode *root, struct domain *d, char **ret_why) {
        const xmlNode *devices = child(root, "devices");
        int r;

        if (!root || !is_element(root, "domain")) {
                *ret_why = xstrdup("not a libvirt domain (no <domain>)");
                return -EINVAL;
        }
        d->name = text_of(child(root, "name"));
        d->uuid = text_of(child(root, "uuid"));
        if (d->uuid && !is_uuid(d->uuid)) {
                *ret_why = xstrdup("the domain's <uuid> is none");
                return -EINVAL;
        }
        d->viommu = child(devices, "iommu");
        for (const xmlNode *n = devices ? devices->children : NULL; n; n = n->next) {
                const char *kind = vfio_kind(n);

                if (!kind)
                        continue;
                r = add_device(d, n, kind, ret_why);
                if (r < 0)
                        return r;
        }
        name_devices(d);
        return 0;
}

/* A document type is where entities come from: a domain has none. */
static void refuse_doctype(void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
        xmlParserCtxt *parser = data;

        parser->_private = parser;
        xmlStopParser(parser);
}

static void parser_free(xmlParserCtxt **p) {
        xmlFreeParserCtxt(*p);
}

static void tree_free(xmlDoc **d) {
        xmlFreeDoc(*d);
}

static char *parser_error(const xmlParserCtxt *parser) {
        const xmlError *error = xmlCtxtGetLastError((void *)parser);
        size_t n = error && error->message ? strcspn(error->message, "\n") : 0;

        if (parser->_private)
                return xstrdup("a document type declaration is not accepted");
        if (n == 0)
                return xstrdup("not XML");
        return xasprintf("line %d: %.*s", error->line, (int)n, error->message);
}

int domain_parse(const char *xml, size_t n, struct domain **ret_domain, char **ret_why) {
        _cleanup_(parser_free) xmlParserCtxt *parser = NULL;
        _cleanup_(domain_free_cleanup) struct domain *d = xnew0(struct domain, 1);
        _cleanup_(tree_free) xmlDoc *tree = NULL;
        int r;

        if (n > DOMAIN_XML_MAX) {
                *ret_why = xstrdup("longer than 8 MiB");
                return -EINVAL;
        }
        parser = xmlNewParserCtxt();
        if (!parser)
                abort();
        parser->sax->internalSubset = refuse_doctype;
        tree = xmlCtxtReadMemory(parser, xml, (int)n, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
        if (!tree || parser->_private) { /* a stopped parser may leave half a tree */
                *ret_why = parser_error(parser);
                return -EINVAL;
        }
        r = read_tree(xmlDocGetRootElement(tree), d, ret_why);
        if (r < 0)
                return r;
        *ret_domain = take_ptr(d);
        return 0;
}
