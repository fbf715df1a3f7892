/*
 * Devices as people name them, and as the API does: "3b:00.1" is pci:0000:3b:00.1, a bare uuid an mdev.
 */
#pragma once

/* Accepts an address as it is, a BDF with or without domain, a uuid, and a path that ends in one of these. */
char *address_from_name(const char *name);
/* All of them, each once. */
char **address_from_names(char *const *names);
