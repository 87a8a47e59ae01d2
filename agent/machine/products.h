/*
 * products: the names under which security products are known: their programs and units. Data, and pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PRODUCT_NAMES_MAX 12
#define PRODUCT_UNITS_MAX 6

typedef struct Product {
        const char *name;
        const char *programs[PRODUCT_NAMES_MAX]; /* base names; one that ends with "*" is the beginning of them */
        const char *units[PRODUCT_UNITS_MAX];    /* those that, once started, hold file access back */
        bool tolerated;                          /* gets along with the sensor */
} Product;

/* By the program's path, or the name of its process when that is unknown; NULL: none that we know. */
const Product *product_find(const char *program, const char *comm);

/* The table's own text for a product's name; NULL: not in it. */
const char *product_name(const char *name);

/* The table, for those who look for what is installed. */
const Product *product_get(size_t index); /* NULL: past the last */
