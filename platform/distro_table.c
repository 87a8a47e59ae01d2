/*
 * Which releases are in, and for arm64, is what the vendor's support matrix says; where they lie on its package server
 * is what its installation script takes. Where the two differ, or differ from themselves, the row says what counts.
 * What was announced for 2026 (Ubuntu 26.04, SLES 16) is in.
 */
#include "platform/distro.h"

#include "platform/base/text.h"

#define KEY "microsoft.asc"
#define KEY_2025 "microsoft-2025.asc" /* of repositories made since spring 2025 */

#define FAMILY(id_, name_) .id = id_, .name = name_
#define PLACE(version_, path_, key_) .version = version_, .path = path_, .key_file = key_
#define ARM64 .arm64 = true

#define EL7 .manager = MANAGER_YUM, .untried = true, .minor = 2
#define EL7_EBPF .kernel_ebpf = "3.10.0-957.10", .kernel_ebpf_other = DISTRO_KERNEL_EBPF
#define DNF .manager = MANAGER_DNF
#define APT .manager = MANAGER_APT
#define SUSE .manager = MANAGER_ZYPPER
#define TDNF .manager = MANAGER_TDNF, .untried = true

#define SLES FAMILY("sles", "SLES"), .aliases = "sle-hpc sle_hpc sles_sap", SUSE

const char *const distro_repository_keys[] = {
        "BC528686B50D79E339D3721CEB3E94ADBE1229CF", /* keys/microsoft.asc */
        "AA86F75E427A19DD33346403EE4D7792F748182B", /* keys/microsoft-2025.asc */
        NULL,
};

const DistroSupport distro_rows[] = {
        { FAMILY("almalinux", "AlmaLinux"), PLACE("8", "alma/8", KEY), DNF, ARM64, .minor = 4, .arm64_minor = 4,
          .kernel_ebpf = "4.18.0-305" },
        { FAMILY("almalinux", "AlmaLinux"), PLACE("9", "alma/9", KEY), DNF, ARM64, .minor = 2, .arm64_minor = 2,
          .kernel_ebpf = "5.14.0-284" },
        { FAMILY("almalinux", "AlmaLinux"), PLACE("10", "alma/10", KEY_2025), DNF },

        { FAMILY("amzn", "Amazon Linux"), PLACE("2", "amazonlinux/2", KEY), .manager = MANAGER_YUM, ARM64,
          .kernel_ebpf = "5.4.261-174.360", .untried = true },
        { FAMILY("amzn", "Amazon Linux"), PLACE("2023", "amazonlinux/2023", KEY), DNF, ARM64 },

        { FAMILY("azurelinux", "Azure Linux"), .version = "3", TDNF,
          .repository_package = "azurelinux-repos-ms-non-oss",
          .repository_package_preview = "azurelinux-repos-ms-non-oss-preview",
          .repository_id = "azurelinux-official-ms-non-oss", /* as the package itself has it */
          .repository_id_preview = "azurelinux-official-ms-non-oss-preview" },

        /* centos/9, not 9.0 as the script has it: there is nothing at centos/9.0. Which 8 is Stream, and so has a
         * sensor for arm64, VERSION_ID does not tell. */
        { FAMILY("centos", "CentOS"), PLACE("7", "centos/7", KEY), EL7, EL7_EBPF },
        { FAMILY("centos", "CentOS"), PLACE("8", "centos/8", KEY), DNF, ARM64 },
        { FAMILY("centos", "CentOS"), PLACE("9", "centos/9", KEY), DNF, ARM64 },
        { FAMILY("centos", "CentOS"), PLACE("10", "centos/10", KEY_2025), DNF, ARM64 },

        /* 13 for arm64: in the repository, not in the matrix, which is the older of the two. */
        { FAMILY("debian", "Debian"), PLACE("9", "debian/9", KEY), APT, .kernel_ebpf = "4.19" },
        { FAMILY("debian", "Debian"), PLACE("10", "debian/10", KEY), APT },
        { FAMILY("debian", "Debian"), PLACE("11", "debian/11", KEY), APT, ARM64 },
        { FAMILY("debian", "Debian"), PLACE("12", "debian/12", KEY), APT, ARM64 },
        { FAMILY("debian", "Debian"), PLACE("13", "debian/13", KEY_2025), APT, ARM64 },

        /* The script has fedora/VERSION for all that come after 43 as well; the matrix ends there. */
        { FAMILY("fedora", "Fedora"), PLACE("33", "rhel/8", KEY), .until = 42, DNF, .kernel_ebpf = "5.8.15" },
        { FAMILY("fedora", "Fedora"), PLACE("43", "fedora/43", KEY_2025), .manager = MANAGER_DNF5,
          .kernel_ebpf = "5.8.15" },

        /* The vendor offers its preview as insiders-slow only; what is asked for as insiders-fast is the same. */
        { FAMILY("mariner", "Mariner"), .version = "2", TDNF, .repository_package = "mariner-repos-extras",
          .repository_package_preview = "mariner-repos-extras-preview", .repository_id = "mariner-official-extras",
          .repository_id_preview = "mariner-official-extras-preview" },

        /* Oracle has no folders of its own. The script takes 10 as well, the matrix does not name it. */
        { FAMILY("ol", "Oracle Linux"), PLACE("7", "rhel/7", KEY), EL7, .kernel_ebpf = "3.10.0-1160",
          .kernel_ebpf_other = "5.4" },
        { FAMILY("ol", "Oracle Linux"), PLACE("8", "rhel/8", KEY), DNF, ARM64, .kernel_bad = "5.15.0-0.30.20" },
        { FAMILY("ol", "Oracle Linux"), PLACE("9", "rhel/9.0", KEY), DNF, ARM64 },

        /* Not in the matrix by name; the script takes it for the SLES it shares its packages with. */
        { FAMILY("opensuse-leap", "openSUSE Leap"), PLACE("15", "sles/15", KEY), SUSE, .kernel_ebpf = "5.3.18-18.47" },
        { FAMILY("opensuse-leap", "openSUSE Leap"), PLACE("16", "sles/16", KEY_2025), SUSE },

        /* There is no rhel/8.0. rhel/9 is there for other products; the sensor is asked for at rhel/9.0. */
        { FAMILY("rhel", "RHEL"), PLACE("7", "rhel/7", KEY), EL7, EL7_EBPF },
        { FAMILY("rhel", "RHEL"), PLACE("8", "rhel/8", KEY), DNF, ARM64, .kernel_bad = "4.18.0-147" },
        { FAMILY("rhel", "RHEL"), PLACE("9", "rhel/9.0", KEY), DNF, ARM64 },
        { FAMILY("rhel", "RHEL"), PLACE("10", "rhel/10", KEY_2025), DNF, ARM64 },

        { FAMILY("rocky", "Rocky Linux"), PLACE("8", "rocky/8", KEY), DNF, ARM64, .minor = 7, .arm64_minor = 7,
          .kernel_ebpf = "4.18.0-425" },
        { FAMILY("rocky", "Rocky Linux"), PLACE("9", "rocky/9", KEY), DNF, ARM64, .minor = 2, .arm64_minor = 2,
          .kernel_ebpf = "5.14.0-284" },
        { FAMILY("rocky", "Rocky Linux"), PLACE("10", "rocky/10", KEY_2025), DNF },

        /* For arm64 the matrix names SP5 and SP6; later ones have the same repository. */
        { SLES, PLACE("12", "sles/12", KEY) },
        { SLES, PLACE("15", "sles/15", KEY), ARM64, .arm64_minor = 5, .kernel_ebpf = "5.3.18-18.47" },
        { SLES, PLACE("16", "sles/16", KEY_2025) },

        /* 26.04 for arm64: the matrix' list for that is older than this release; "20.04 or newer" stands beside it. */
        { FAMILY("ubuntu", "Ubuntu"), PLACE("16.04", "ubuntu/16.04", KEY), APT, .codename = "xenial" },
        { FAMILY("ubuntu", "Ubuntu"), PLACE("18.04", "ubuntu/18.04", KEY), APT, .codename = "bionic" },
        { FAMILY("ubuntu", "Ubuntu"), PLACE("20.04", "ubuntu/20.04", KEY), APT, ARM64, .codename = "focal" },
        { FAMILY("ubuntu", "Ubuntu"), PLACE("22.04", "ubuntu/22.04", KEY), APT, ARM64, .codename = "jammy" },
        { FAMILY("ubuntu", "Ubuntu"), PLACE("24.04", "ubuntu/24.04", KEY), APT, ARM64, .codename = "noble" },
        { FAMILY("ubuntu", "Ubuntu"), PLACE("26.04", "ubuntu/26.04", KEY_2025), APT, ARM64, .codename = "resolute" },
};

const size_t distro_n_rows = ELEMENTSOF(distro_rows);
