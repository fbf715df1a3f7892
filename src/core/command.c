/*
 * Commands for people. Owns nothing; each is built of checked words only.
 */
#include "core/command.h"

#include <ctype.h>

#include "util/alloc.h"
#include "util/strv.h"

bool command_word_valid(const char *word) {
        if (!word || !*word || *word == '-' || str_equal(word, ".") || str_equal(word, ".."))
                return false;
        for (; *word; word++)
                if (!isascii((unsigned char)*word) || (!isalnum((unsigned char)*word) && !strchr("._:+-", *word)))
                        return false;
        return true;
}

/* A path of such words below a directory: no "..", no empty parts. */
static bool path_valid(const char *path) {
        while (path) {
                size_t n = strcspn(path, "/");
                _cleanup_free_ char *part = xstrndup(path, n);

                if (!command_word_valid(part))
                        return false;
                path = path[n] ? path + n + 1 : NULL;
        }
        return true;
}

/* "0000:3b:00.2" of "pci:0000:3b:00.2"; NULL for anything else. */
static const char *pci_name(const char *address) {
        const char *name = str_startswith(address, "pci:") ? address + strlen("pci:") : NULL;
        size_t n = name ? strspn(name, "0123456789abcdef") : 0;
        static const char shape[] = ":xx:xx.x";

        if (n < 4 || n > 8)
                return NULL;
        for (size_t i = 0; i < sizeof(shape); i++)
                if (shape[i] == 'x' ? !isxdigit((unsigned char)name[n + i]) : name[n + i] != shape[i])
                        return NULL;
        return name;
}

static const char *mdev_name(const char *address) {
        const char *name = str_startswith(address, "mdev:") ? address + strlen("mdev:") : NULL;

        return name && strlen(name) == 36 && strspn(name, "0123456789abcdef-") == 36 ? name : NULL;
}

char *command_bind(const char *address, const char *driver, bool bound) {
        const char *name = pci_name(address);
        struct text t = {};

        if (!name || !command_word_valid(driver))
                return NULL;
        text_addf(&t, "modprobe %s\n", driver);
        text_addf(&t, "echo %s >/sys/bus/pci/devices/%s/driver_override\n", driver, name);
        if (bound)
                text_addf(&t, "echo %s >/sys/bus/pci/devices/%s/driver/unbind\n", name, name);
        text_addf(&t, "echo %s >/sys/bus/pci/drivers_probe", name);
        return text_take(&t);
}

char *command_free_group(char *const *members) {
        const char *last = NULL;
        struct text t = {};
        size_t n = 0;

        for (; members && *members; members++)
                if (pci_name(*members)) {
                        last = *members;
                        text_addf(&t, "%s%s", n++ ? " " : "modprobe vfio-pci\nfor d in ", pci_name(last));
                }
        if (n <= 1) {
                text_done(&t);
                return n ? command_bind(last, "vfio-pci", true) : NULL;
        }
        text_add(&t, "; do\n"
                     "    echo vfio-pci >/sys/bus/pci/devices/$d/driver_override\n"
                     "    echo $d >/sys/bus/pci/devices/$d/driver/unbind\n"
                     "    echo $d >/sys/bus/pci/drivers_probe\n"
                     "done");
        return text_take(&t);
}

char *command_migratable(const char *address, const char *pf, const char *port, const char *driver) {
        const char *name = pci_name(address), *parent = pci_name(pf);
        struct text t = {};

        if (!name || !parent)
                return NULL;
        if (driver)
                text_addf(&t, "echo %s >/sys/bus/pci/devices/%s/driver/unbind\n", name, name);
        if (port && path_valid(port))
                text_addf(&t, "devlink port function set %s migratable enable\n", port);
        else
                text_addf(&t,
                          "ls -l /sys/bus/pci/devices/%s/ | grep %s  # virtfnN: it is VF number N\n"
                          "devlink port show | grep pci/%s/  # PORT: of flavour pcivf, with vfnum N\n"
                          "devlink port function set pci/%s/PORT migratable enable\n",
                          parent, name, parent, parent);
        if (driver)
                text_addf(&t, "echo %s >/sys/bus/pci/drivers_probe", name);
        else
                t.data[--t.length] = '\0';
        return text_take(&t);
}

char *command_switchdev(const char *pf) {
        const char *name = pci_name(pf);

        return name ? xasprintf("devlink dev eswitch show pci/%s\n"
                                "devlink dev eswitch set pci/%s mode switchdev",
                                name, name)
                    : NULL;
}

char *command_devlink_info(const char *pf) {
        const char *name = pci_name(pf);

        return name ? xasprintf("devlink dev info pci/%s", name) : NULL;
}

char *command_kernel_option(const char *release, const char *option) {
        if (!command_word_valid(option) || (release && !command_word_valid(release)))
                return NULL;
        return xasprintf("grep -w %s /boot/config-%s", option, release ?: "$(uname -r)");
}

char *command_template(const char *address) {
        if (!command_word_valid(address))
                return NULL;
        return xasprintf("vfiomigctl models --template=%s >/etc/vfio-migration/models.d/my-device.json\n"
                         "systemctl reload vfio-migrationd",
                         address);
}

char *command_set(const char *address, const char *origin, const char *value) {
        const char *pci = pci_name(address), *mdev = mdev_name(address);
        const char *file = str_startswith(origin, "sysfs:") ? origin + strlen("sysfs:") : NULL;

        if ((!pci && !mdev) || !file || !path_valid(file) || !command_word_valid(value))
                return NULL;
        return xasprintf("echo %s >/sys/bus/%s/devices/%s/%s", value, pci ? "pci" : "mdev", pci ?: mdev, file);
}

char *command_create(const char *parent, const char *mdev_type) {
        const char *colon = parent ? strchr(parent, ':') : NULL, *name = colon ? colon + 1 : NULL;

        if (!command_word_valid(name) || !command_word_valid(mdev_type) || str_startswith(mdev_type, "nvidia-"))
                return NULL;
        return xasprintf("uuidgen >/sys/class/mdev_bus/%s/mdev_supported_types/%s/create", name, mdev_type);
}
