#include "platform/distro.h"

#include "platform/base/text.h"

#define KEY "microsoft.asc"
#define KEY_2025 "microsoft-2025.asc"

const char *const distro_repository_keys[] = {
        "BC528686B50D79E339D3721CEB3E94ADBE1229CF", /* keys/microsoft.asc */
        "AA86F75E427A19DD33346403EE4D7792F748182B", /* keys/microsoft-2025.asc: repositories made since spring 2025 */
        NULL,
};

static const DistroSupport supported[] = {
        { "debian", "11", "debian/11", MANAGER_APT, KEY, true, NULL },
        { "debian", "12", "debian/12", MANAGER_APT, KEY, true, NULL },
        { "debian", "13", "debian/13", MANAGER_APT, KEY_2025, true, NULL },
        { "ubuntu", "18.04", "ubuntu/18.04", MANAGER_APT, KEY, false, NULL },
        { "ubuntu", "20.04", "ubuntu/20.04", MANAGER_APT, KEY, true, NULL },
        { "ubuntu", "22.04", "ubuntu/22.04", MANAGER_APT, KEY, true, NULL },
        { "ubuntu", "24.04", "ubuntu/24.04", MANAGER_APT, KEY, true, NULL },
};

const DistroSupport *distro_support(const Distro *distro)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(supported); i++)
                if (text_equal(supported[i].id, distro->id) && text_equal(supported[i].version, distro->version))
                        return &supported[i];
        return NULL;
}

char *distro_supported_names(void)
{
        _cleanup_(text_clear) Text names = { 0 };
        const char *id = "";
        size_t i;

        for (i = 0; i < ELEMENTSOF(supported); i++) {
                bool same = text_equal(id, supported[i].id);

                text_append(&names, "%s%s %s",
                            i == 0 ? ""
                            : same ? ","
                                   : "; ",
                            same ? "" : supported[i].id, supported[i].version);
                id = supported[i].id;
        }
        return text_take(&names);
}
