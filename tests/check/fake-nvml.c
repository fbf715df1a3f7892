/*
 * An imitation of NVIDIA's management library, for the example check "nvml": one GPU at 0000:3b:00.0, which supports
 * the vGPU types 558 and 559, and on it two vGPUs, of an mdev and of a VF. The verdict is what the environment says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7, NOT_LOADED = 9 };

#define GPU ((void *)0x1234)
#define OPAQUE_SIZE 1500u /* more than anybody would guess */
#define MDEV 101u
#define VF 102u

struct vgpu_metadata {
        unsigned version, revision, guest_info_state;
        char guest_driver[80], host_driver[80];
        unsigned reserved[6], caps, guest_version, opaque_size;
        char opaque[4];
};

struct gpu_metadata {
        unsigned version, revision;
        char host_driver[80];
        unsigned caps, reserved[5], min_version, max_version, opaque_size;
        char opaque[4];
};

struct compatibility {
        unsigned vm, limit;
};

/* The library has no header here. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static unsigned number(const char *name, unsigned otherwise) {
        const char *s = getenv(name);

        return s ? (unsigned)strtoul(s, NULL, 0) : otherwise;
}

const char *nvmlErrorString(unsigned r) {
        return r == NOT_LOADED ? "Driver Not Loaded" : r == NOT_FOUND ? "Not Found" : "Error";
}

unsigned nvmlInit_v2(void) {
        return number("FAKE_INIT", OK);
}

unsigned nvmlSystemGetDriverVersion(char *version, unsigned length) {
        snprintf(version, length, "550.90.05");
        return OK;
}

unsigned nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device) {
        if (strcmp(address, "0000:3b:00.0") != 0)
                return NOT_FOUND;
        *device = GPU;
        return OK;
}

unsigned nvmlDeviceGetEccMode(void *device, unsigned *now, unsigned *pending) {
        *now = *pending = 1;
        return device == GPU ? number("FAKE_ECC", OK) : INVALID;
}

static unsigned give(const unsigned *have, unsigned n, unsigned *count, unsigned *numbers) {
        unsigned size = *count;

        *count = n;
        if (size < n)
                return TOO_SMALL;
        memcpy(numbers, have, n * sizeof(*have));
        return OK;
}

unsigned nvmlDeviceGetSupportedVgpus(void *device, unsigned *count, unsigned *types) {
        static const unsigned have[] = { 558, 559 };

        return device == GPU ? give(have, 2, count, types) : INVALID;
}

unsigned nvmlDeviceGetActiveVgpus(void *device, unsigned *count, unsigned *instances) {
        static const unsigned have[] = { VF, MDEV };

        return device == GPU ? give(have, 2, count, instances) : INVALID;
}

unsigned nvmlVgpuInstanceGetMdevUUID(unsigned instance, char *uuid, unsigned size) {
        if (instance != MDEV && instance != VF)
                return INVALID;
        snprintf(uuid, size, "%s", instance == MDEV ? "83B8F4F2-509F-382F-3C1E-E6BFE0FA1001" : "");
        return OK;
}

unsigned nvmlVgpuInstanceGetGpuPciId(unsigned instance, char *address, unsigned *length) {
        if (instance != MDEV && instance != VF)
                return INVALID;
        snprintf(address, *length, "00000000:3B:00.%u", instance == MDEV ? 0 : 4);
        return OK;
}

unsigned nvmlVgpuInstanceGetMetadata(unsigned instance, struct vgpu_metadata *m, unsigned *size) {
        unsigned wanted = sizeof(*m) + OPAQUE_SIZE, had = *size;

        if (instance != MDEV && instance != VF)
                return INVALID;
        *size = wanted;
        if (had < wanted)
                return TOO_SMALL;
        memset(m, (int)instance, wanted);
        m->guest_info_state = number("FAKE_GUEST", 1);
        m->opaque_size = OPAQUE_SIZE;
        return OK;
}

unsigned nvmlDeviceGetVgpuMetadata(void *device, struct gpu_metadata *m, unsigned *size) {
        unsigned had = *size;

        if (device != GPU)
                return INVALID;
        *size = sizeof(*m);
        if (had < sizeof(*m))
                return TOO_SMALL;
        memset(m, 0x55, sizeof(*m));
        m->opaque_size = 4;
        return OK;
}

unsigned nvmlGetVgpuCompatibility(struct vgpu_metadata *v, struct gpu_metadata *g, struct compatibility *c) {
        for (unsigned i = 0; i < OPAQUE_SIZE; i++)
                if (v->opaque_size != OPAQUE_SIZE || (v->opaque[i] != MDEV && v->opaque[i] != VF))
                        return INVALID;
        if (g->version != 0x55555555)
                return INVALID;
        c->vm = number("FAKE_VM", 0);
        c->limit = number("FAKE_LIMIT", 0);
        return number("FAKE_COMPATIBILITY", OK);
}
