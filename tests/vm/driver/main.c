// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parents, their mdev types, and the file `control` of each parent.
 *
 * A parent is a virtual device (as many as the parameter `parents` says), or a PCI device of QEMU's, pci-testdev.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "vmt.h"

#define SHARED_UNITS 8
#define PARENTS_MAX 16

static unsigned int parents = 2;
module_param(parents, uint, 0444);
MODULE_PARM_DESC(parents, "how many virtual parents");

struct vmt_parent {
        struct device *dev;
        struct device virtual; /* what dev is, if it is no PCI device */
        struct mdev_parent mdev;
        atomic_t shared_left;
        struct vmt_type *types;
        struct mdev_type **type_list;
        bool registered;
};

static LIST_HEAD(devices);
static DEFINE_MUTEX(devices_lock);

/* --- capacity */

static atomic_t *units_left(struct vmt_type *type) {
        return type->layout->shared ? &type->parent->shared_left : &type->left;
}

static unsigned int units_of_one(const struct vmt_type *type) {
        return type->layout->shared ? type->layout->units : 1;
}

int vmt_type_take(struct vmt_type *type) {
        int left = atomic_read(units_left(type)), n = units_of_one(type);

        do
                if (left < n)
                        return -ENOSPC;
        while (!atomic_try_cmpxchg(units_left(type), &left, left - n));
        return 0;
}

void vmt_type_give_back(struct vmt_type *type) {
        atomic_add(units_of_one(type), units_left(type));
}

static unsigned int get_available(struct mdev_type *mtype) {
        struct vmt_type *type = container_of(mtype, struct vmt_type, type);

        return atomic_read(units_left(type)) / units_of_one(type);
}

/* --- mdevs */

static int vmt_probe(struct mdev_device *mdev) {
        struct vmt_type *type = container_of(mdev->type, struct vmt_type, type);
        struct vmt_device *d = vfio_alloc_device(vmt_device, vdev, &mdev->dev, &vmt_device_ops);
        int r;

        if (IS_ERR(d))
                return PTR_ERR(d);
        r = vmt_files_create(&d->files, &mdev->dev.kobj, &type->type, false, type->layout->device_files);
        if (r)
                goto put;
        r = vfio_register_emulated_iommu_dev(&d->vdev);
        if (r)
                goto remove_files;
        dev_set_drvdata(&mdev->dev, d);
        mutex_lock(&devices_lock);
        list_add(&d->list, &devices);
        mutex_unlock(&devices_lock);
        return 0;
remove_files:
        vmt_files_remove(&d->files);
put:
        vfio_put_device(&d->vdev);
        return r;
}

static void vmt_remove(struct mdev_device *mdev) {
        struct vmt_device *d = dev_get_drvdata(&mdev->dev);

        mutex_lock(&devices_lock);
        list_del(&d->list);
        mutex_unlock(&devices_lock);
        vfio_unregister_group_dev(&d->vdev); /* waits until nobody has it open */
        vmt_files_remove(&d->files);
        vfio_put_device(&d->vdev);
}

static struct mdev_driver vmt_mdev_driver = {
        .device_api = VFIO_DEVICE_API_PCI_STRING,
        .driver = { .name = VMT_NAME, .owner = THIS_MODULE, .mod_name = KBUILD_MODNAME },
        .probe = vmt_probe,
        .remove = vmt_remove,
        .get_available = get_available,
};

/* --- control: "TYPE|UUID FILE VERB [ARGUMENT]", or "wake" */

static int control_type(struct vmt_parent *p, const char *name, char *command) {
        for (unsigned int i = 0; i < vmt_n_layouts; i++)
                if (strcmp(p->types[i].layout->name, name) == 0)
                        return vmt_files_control(&p->types[i].files, command);
        return -ENODEV;
}

static int control_device(struct vmt_parent *p, const char *uuid, char *command) {
        struct vmt_device *d;
        int r = -ENODEV;

        mutex_lock(&devices_lock);
        list_for_each_entry(d, &devices, list) if (d->type->parent == p && strcmp(dev_name(&d->mdev->dev), uuid) == 0)
                r = vmt_files_control(&d->files, command);
        mutex_unlock(&devices_lock);
        return r;
}

static ssize_t control_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n) {
        struct vmt_parent *p = dev_get_drvdata(dev);
        char *line = kstrndup(buf, n, GFP_KERNEL), *rest = line, *target;
        int r;

        if (!line)
                return -ENOMEM;
        if (n && line[n - 1] == '\n')
                line[n - 1] = '\0';
        target = strsep(&rest, " ");
        if (!rest && strcmp(target, "wake") == 0) {
                vmt_files_wake();
                r = 0;
        } else if (!rest)
                r = -EINVAL;
        else {
                char *again = kstrdup(rest, GFP_KERNEL); /* each takes it apart */

                r = again ? control_type(p, target, rest) : -ENOMEM;
                if (r == -ENODEV)
                        r = control_device(p, target, again);
                kfree(again);
        }
        kfree(line);
        return r ? r : n;
}
static DEVICE_ATTR_WO(control);

/* --- parents */

static void remove_type_files(struct vmt_parent *p) {
        for (unsigned int i = 0; i < vmt_n_layouts; i++)
                vmt_files_remove(&p->types[i].files);
}

static void parent_remove(struct vmt_parent *p) {
        if (p->registered) {
                device_remove_file(p->dev, &dev_attr_control);
                remove_type_files(p);
                mdev_unregister_parent(&p->mdev);
        }
        kfree(p->types);
        kfree(p->type_list);
}

/* The core makes the types' directories; since 6.1 it has no way to have more in them, so they are added afterwards,
 * and the parent's arrival is said once more. */
static int add_type_files(struct vmt_parent *p) {
        char *env[] = { "MDEV_STATE=registered", NULL };
        int r;

        for (unsigned int i = 0; i < vmt_n_layouts; i++) {
                struct vmt_type *t = &p->types[i];

                r = vmt_files_create(&t->files, &t->type.kobj, &t->type, true, t->layout->type_files);
                if (r)
                        return r;
        }
        return kobject_uevent_env(&p->dev->kobj, KOBJ_CHANGE, env);
}

static int parent_add(struct vmt_parent *p, struct device *dev) {
        int r = -ENOMEM;

        p->dev = dev;
        atomic_set(&p->shared_left, SHARED_UNITS);
        p->types = kcalloc(vmt_n_layouts, sizeof(*p->types), GFP_KERNEL);
        p->type_list = kcalloc(vmt_n_layouts, sizeof(*p->type_list), GFP_KERNEL);
        if (!p->types || !p->type_list)
                goto fail;
        for (unsigned int i = 0; i < vmt_n_layouts; i++) {
                struct vmt_type *t = &p->types[i];

                t->layout = &vmt_layouts[i];
                t->parent = p;
                t->type.sysfs_name = t->layout->name;
                t->type.pretty_name = t->layout->name;
                atomic_set(&t->left, t->layout->units);
                p->type_list[i] = &t->type;
        }
        dev_set_drvdata(dev, p);
        r = mdev_register_parent(&p->mdev, dev, &vmt_mdev_driver, p->type_list, vmt_n_layouts);
        if (r)
                goto fail;
        p->registered = true;
        r = device_create_file(dev, &dev_attr_control);
        if (!r)
                r = add_type_files(p);
        if (!r)
                return 0;
fail:
        parent_remove(p);
        return r;
}

static int vmt_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id) {
        struct vmt_parent *p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);

        return p ? parent_add(p, &pdev->dev) : -ENOMEM;
}

static void vmt_pci_remove(struct pci_dev *pdev) {
        parent_remove(pci_get_drvdata(pdev));
}

/* No MODULE_DEVICE_TABLE: udev must not load it where it is not wanted. */
static const struct pci_device_id vmt_pci_ids[] = { { PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0005) }, {} };

static struct pci_driver vmt_pci_driver = {
        .name = VMT_NAME,
        .id_table = vmt_pci_ids,
        .probe = vmt_pci_probe,
        .remove = vmt_pci_remove,
};

static const struct class vmt_class = { .name = VMT_NAME };

static struct vmt_parent *virtual_parents[PARENTS_MAX];

static void virtual_release(struct device *dev) {
        kfree(container_of(dev, struct vmt_parent, virtual));
}

static int virtual_add(unsigned int i) {
        struct vmt_parent *p = kzalloc(sizeof(*p), GFP_KERNEL);
        int r;

        if (!p)
                return -ENOMEM;
        p->virtual.class = &vmt_class;
        p->virtual.release = virtual_release;
        device_initialize(&p->virtual);
        r = dev_set_name(&p->virtual, "vmt%u", i);
        if (!r)
                r = device_add(&p->virtual);
        if (r) {
                put_device(&p->virtual);
                return r;
        }
        r = parent_add(p, &p->virtual);
        if (r)
                device_unregister(&p->virtual);
        else
                virtual_parents[i] = p;
        return r;
}

static void virtual_remove_all(void) {
        for (unsigned int i = 0; i < PARENTS_MAX; i++)
                if (virtual_parents[i]) {
                        parent_remove(virtual_parents[i]);
                        device_unregister(&virtual_parents[i]->virtual);
                }
}

static int __init vmt_init(void) {
        int r;

        if (parents > PARENTS_MAX)
                return -EINVAL;
        r = mdev_register_driver(&vmt_mdev_driver);
        if (r)
                return r;
        r = class_register(&vmt_class);
        if (r)
                goto unregister_driver;
        for (unsigned int i = 0; i < parents && r == 0; i++)
                r = virtual_add(i);
        if (!r)
                r = pci_register_driver(&vmt_pci_driver);
        if (!r)
                return 0;
        virtual_remove_all();
        class_unregister(&vmt_class);
unregister_driver:
        mdev_unregister_driver(&vmt_mdev_driver);
        return r;
}

static void __exit vmt_exit(void) {
        pci_unregister_driver(&vmt_pci_driver);
        virtual_remove_all();
        class_unregister(&vmt_class);
        mdev_unregister_driver(&vmt_mdev_driver);
}

module_init(vmt_init);
module_exit(vmt_exit);
MODULE_DESCRIPTION("Test driver: mediated devices with every layout of migration attributes");
MODULE_LICENSE("GPL");
