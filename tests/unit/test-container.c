#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platform/container.h"

#define ID "3f9d2c41a7b8e05566778899aabbccddeeff00112233445566778899aabbccdd"

static const struct {
        const char *cgroups, *expected;
} rows[] = {
        { "0::/system.slice/ssh.service\n", "" },
        { "0::/\n", "" },
        { "", "" },
        { "12:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "docker 3f9d2c41a7b8" },
        { "0::/system.slice/docker-" ID ".scope\n", "docker 3f9d2c41a7b8" },
        { "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-" ID ".scope\n",
          "containerd 3f9d2c41a7b8" },
        { "0::/kubepods/besteffort/pod0b1c/" ID "\n", "kubernetes 3f9d2c41a7b8" },
        { "0::/machine.slice/libpod-" ID ".scope/container\n", "podman 3f9d2c41a7b8" },
        { "0::/kubepods.slice/crio-" ID ".scope\n", "cri-o 3f9d2c41a7b8" },
        { "0::/ecs/task/" ID "\n", "container 3f9d2c41a7b8" },
        { "0::/lxc.payload.web1/system.slice/x.service\n", "lxc web1" },
        { "4:cpu:/lxc/web1\n", "lxc web1" },
        { "0::/machine.slice/systemd-nspawn@db.service/payload\n", "nspawn db" },
        { "0::/machine.slice/machine-qemu\\x2d1.scope\n", "machine qemu\\x5cx2d1" },
        { "0::/system.slice/docker-" ID ".scope/kubepods/pod1/" ID "\n", "kubernetes 3f9d2c41a7b8" },
        { "0::/system.slice/docker.service\n", "" },
        { "0::/system.slice/docker-0123.scope\n", "" },
        { "0::/user.slice/3f9d2c41\n", "" },
};

static void containers_are_known_by_their_control_group(void **state)
{
        char name[80];
        size_t i;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                assert_int_equal(container_name(rows[i].cgroups, name, sizeof(name)), *rows[i].expected != '\0');
                assert_string_equal(name, rows[i].expected);
        }
}

static void a_name_of_any_length_fits(void **state)
{
        char cgroups[4096], name[80];

        snprintf(cgroups, sizeof(cgroups), "0::/lxc/%03000d\n", 1);
        assert_true(container_name(cgroups, name, sizeof(name)));
        assert_true(strlen(name) < sizeof(name) - 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(containers_are_known_by_their_control_group),
                cmocka_unit_test(a_name_of_any_length_fits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
