/*
 * The VFIO devices of a libvirt domain, from its XML.
 *
 * The XML is somebody else's and may hold secrets: it is read without entities, document types and network, up to
 * 8 MiB, and nothing of it is printed but what is named here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/macro.h"

#define DOMAIN_XML_MAX ((size_t)8 << 20)

struct domain_device {
        char *id;    /* its alias, or hostdevN */
        char *host;  /* pci:0000:3b:00.2, mdev:<uuid> */
        char *guest; /* pci:0000:05:00.0, or NULL where the XML has none yet */
};

struct domain {
        char *name; /* NULL where the XML has none */
        char *uuid;
        bool viommu;
        struct domain_device *devices; /* in the order of the XML */
        size_t n_devices;
};

struct domain *domain_free(struct domain *d);
DEFINE_CLEANUP(struct domain, domain_free);

/* 0; or -EINVAL with what is wrong, which the caller frees. */
int domain_parse(const char *xml, size_t n, struct domain **ret_domain, char **ret_why);
