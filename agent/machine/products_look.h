/*
 * products_look: security products that are installed here but do not run: they will, and then hold file access back.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

#define STOPPED_PRODUCTS_MAX 8

typedef struct StoppedProduct {
        const char *name; /* static, of the product table */
        char unit[64];
        char state[32]; /* inactive, failed, activating ... */
        Tri enabled;    /* it will start with the machine */
} StoppedProduct;

typedef struct StoppedProducts {
        Tri known;
        StoppedProduct items[STOPPED_PRODUCTS_MAX];
        size_t n;
} StoppedProducts;

/* Never fails. A masked unit is none: nobody starts it by accident; nor are products
 * that get along with the sensor. Live machines only. */
void products_look(const Host *host, StoppedProducts *ret);
