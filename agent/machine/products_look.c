#include "agent/machine/products_look.h"

#include <stdio.h>
#include <string.h>

#include "agent/machine/products.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/systemd.h"

static bool is_in(const Host *host, const char *folder, const char *name)
{
        _cleanup_free_ char *path = text_format("%s/%s", folder, name);

        return fs_exists(host, path);
}

/* Without asking systemd, which would load each name of the table. */
static bool is_installed(const Host *host, const char *unit)
{
        static const char *const folders[] = { "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system",
                                               "/lib/systemd/system" };
        _cleanup_free_ char *script = text_copy(unit);
        size_t i;

        for (i = 0; i < ELEMENTSOF(folders); i++)
                if (is_in(host, folders[i], unit))
                        return true;
        script[strlen(script) - strlen(".service")] = '\0';
        return is_in(host, "/etc/init.d", script);
}

static bool is_stopped(const UnitState *state)
{
        return text_equal(state->load, "loaded") && !text_starts_with(state->file, "masked") &&
               !text_equal(state->active, "active") && !text_equal(state->active, "reloading");
}

/* 0 too when it is not stopped; -1: systemd does not tell. */
static int look_at(const Product *product, const char *unit, Systemd *systemd, StoppedProducts *ret)
{
        StoppedProduct *stopped = &ret->items[ret->n];
        UnitState state;
        Error err = { 0 };

        if (systemd_unit_state(systemd, unit, &state, &err) < 0) {
                log_debug("unit state unknown: %s", err.text);
                return -1;
        }
        if (!is_stopped(&state))
                return 0;
        *stopped = (StoppedProduct){ .name = product->name, .enabled = tri(text_starts_with(state.file, "enabled")) };
        snprintf(stopped->unit, sizeof(stopped->unit), "%s", unit);
        snprintf(stopped->state, sizeof(stopped->state), "%s", state.active);
        ret->n++;
        return 0;
}

static int look_at_product(const Host *host, const Product *product, Systemd **systemd, StoppedProducts *ret)
{
        size_t i;

        for (i = 0; i < PRODUCT_UNITS_MAX && product->units[i]; i++) {
                size_t before = ret->n;

                if (ret->n == STOPPED_PRODUCTS_MAX || !is_installed(host, product->units[i]))
                        continue;
                if ((!*systemd && systemd_open(systemd, NULL) < 0) ||
                    look_at(product, product->units[i], *systemd, ret) < 0)
                        return -1;
                if (ret->n > before)
                        return 0;
        }
        return 0;
}

void products_look(const Host *host, StoppedProducts *ret)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        const Product *product;
        size_t i;

        *ret = (StoppedProducts){ .known = TRI_UNKNOWN };
        if (!host_is_live(host) || !systemd_is_running(host))
                return;
        for (i = 0; (product = product_get(i)); i++)
                if (!product->tolerated && look_at_product(host, product, &systemd, ret) < 0)
                        return;
        ret->known = TRI_YES;
}
