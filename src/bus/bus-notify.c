/*
 * Signals. One that cannot be sent is logged, and nothing more: who needs certainty asks.
 */
#include "bus/bus-notify.h"

#include <errno.h>
#include <string.h>

#include "bus/bus-device.h"
#include "util/log.h"

static int notify_one(struct service *s, const struct notice *n, const char *path) {
        _cleanup_free_ char **names = NULL;

        if (!n->old)
                return sd_bus_emit_interfaces_added(s->bus, path, SERVICE_DEVICE, NULL);
        if (!n->new)
                return sd_bus_emit_interfaces_removed(s->bus, path, SERVICE_DEVICE, NULL);
        names = bus_device_changes(n->old, n->new);
        return names[0] ? sd_bus_emit_properties_changed_strv(s->bus, path, SERVICE_DEVICE, names) : 0;
}

void notify_changes(struct service *s) {
        bool count = false;
        struct notice *n;

        while ((n = hostview_pop_notice(manager_view(s->manager)))) {
                const struct device *d = n->new ? n->new : n->old;
                _cleanup_free_ char *path = NULL;
                int r = sd_bus_path_encode(SERVICE_DEVICES, d->address, &path);

                if (r >= 0 && s->named)
                        r = notify_one(s, n, path);
                /* What has gone in the meantime has a notice of its own. */
                if (r < 0 && r != -ENOENT)
                        log_warning("%s: the change could not be signalled: %s", d->address, strerror(-r));
                log_debug("%s %s", d->address, !n->old ? "added" : !n->new ? "removed" : "changed");
                count = count || !n->old || !n->new;
                notice_free(n);
        }
        if (count && s->named)
                sd_bus_emit_properties_changed(s->bus, SERVICE_PATH, SERVICE_MANAGER, "DeviceCount", NULL);
}
