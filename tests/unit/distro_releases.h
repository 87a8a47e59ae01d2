/*
 * distro_releases: what distributions tell about themselves, and where their packages lie; for test-distro.
 */
#pragma once

typedef struct DistroRelease {
        const char *release; /* os-release; NULL: there is none */
        const char *file;    /* another file that tells, and the text in it; or NULL */
        const char *text;
        const char *id, *version; /* as read */
        const char *path;         /* below config/, or repository_package; NULL: not supported */
        const char *says;         /* why not: how that begins; NULL: a distribution that is not known */
        const char *like;         /* path of what it may be treated as; NULL: nothing */
} DistroRelease;

#define OS(name, id, version, more) "NAME=\"" name "\"\nID=" id "\nVERSION_ID=\"" version "\"\n" more
#define EL(n) "PLATFORM_ID=\"platform:el" n "\"\n"
#define MINOR "Its minor version is older"
#define NEWER "It is newer than any"
#define OLDER "It is older than any"
#define LTS "Only releases with long-term support"
#define ROLLING "It does not tell its version"

static const DistroRelease releases[] = {
        { OS("AlmaLinux", "\"almalinux\"", "8.10", EL("8")), .id = "almalinux", .version = "8.10", .path = "alma/8" },
        { OS("AlmaLinux", "\"almalinux\"", "8.4", EL("8")), .id = "almalinux", .version = "8.4", .path = "alma/8" },
        { OS("AlmaLinux", "\"almalinux\"", "8.3", EL("8")), .id = "almalinux", .version = "8.3", .says = MINOR },
        { OS("AlmaLinux", "\"almalinux\"", "9.6", EL("9")), .id = "almalinux", .version = "9.6", .path = "alma/9" },
        { OS("AlmaLinux", "\"almalinux\"", "9.1", EL("9")), .id = "almalinux", .version = "9.1", .says = MINOR },
        { OS("AlmaLinux", "\"almalinux\"", "10.0", EL("10")), .id = "almalinux", .version = "10.0", .path = "alma/10" },
        { OS("Amazon Linux AMI", "\"amzn\"", "2018.03", ""), .id = "amzn", .version = "2018.03", .says = "" },
        { OS("Amazon Linux", "\"amzn\"", "2", "ID_LIKE=\"centos rhel fedora\"\n"), "/etc/system-release",
          "Amazon Linux release 2 (Karoo)\n", "amzn", "2", "amazonlinux/2" },
        { OS("Amazon Linux", "\"amzn\"", "2023", "PLATFORM_ID=\"platform:al2023\"\n"), .id = "amzn", .version = "2023",
          .path = "amazonlinux/2023" },
        { OS("Microsoft Azure Linux", "azurelinux", "3.0", ""), .id = "azurelinux", .version = "3.0",
          .path = "azurelinux-repos-ms-non-oss" },
        { OS("CentOS Linux", "\"centos\"", "7", "ID_LIKE=\"rhel fedora\"\n"), "/etc/centos-release",
          "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9", "centos/7" },
        { OS("CentOS Linux", "\"centos\"", "7", ""), "/etc/redhat-release", "CentOS Linux release 7.1.1503 (Core) \n",
          "centos", "7.1", .says = MINOR },
        { OS("CentOS Linux", "\"centos\"", "7", ""), .id = "centos", .version = "7", .path = "centos/7" },
        { OS("CentOS Linux", "\"centos\"", "8", EL("8")), .id = "centos", .version = "8", .path = "centos/8" },
        { OS("CentOS Stream", "\"centos\"", "9", EL("9")), "/etc/centos-release", "CentOS Stream release 9\n", "centos",
          "9", "centos/9" },
        { OS("CentOS Stream", "\"centos\"", "10", EL("10")), .id = "centos", .version = "10", .path = "centos/10" },
        { OS("Debian GNU/Linux", "debian", "8", ""), .id = "debian", .version = "8", .says = OLDER },
        { OS("Debian GNU/Linux", "debian", "9", ""), .id = "debian", .version = "9", .path = "debian/9" },
        { OS("Debian GNU/Linux", "debian", "10", ""), .id = "debian", .version = "10", .path = "debian/10" },
        { OS("Debian GNU/Linux", "debian", "11", ""), .id = "debian", .version = "11", .path = "debian/11" },
        { OS("Debian GNU/Linux", "debian", "12", ""), .id = "debian", .version = "12", .path = "debian/12" },
        { OS("Debian GNU/Linux", "debian", "13", ""), .id = "debian", .version = "13", .path = "debian/13" },
        { OS("Debian GNU/Linux", "debian", "14", ""), .id = "debian", .version = "14", .says = NEWER },
        { "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_CODENAME=forky\n", "/etc/debian_version", "forky/sid\n",
          "debian", "", .says = ROLLING },
        { OS("Fedora Linux", "fedora", "32", ""), .id = "fedora", .version = "32", .says = OLDER },
        { OS("Fedora Linux", "fedora", "33", ""), .id = "fedora", .version = "33", .path = "rhel/8" },
        { OS("Fedora Linux", "fedora", "42", ""), "/etc/redhat-release", "Fedora release 42 (Adams)\n", "fedora", "42",
          "rhel/8" },
        { OS("Fedora Linux", "fedora", "43", ""), .id = "fedora", .version = "43", .path = "fedora/43" },
        { OS("Fedora Linux", "fedora", "44", "PLATFORM_ID=\"platform:f44\"\n"), .id = "fedora", .version = "44",
          .says = NEWER },
        { OS("Common Base Linux Mariner", "mariner", "2.0", ""), .id = "mariner", .version = "2.0",
          .path = "mariner-repos-extras" },
        { OS("Common Base Linux Mariner", "mariner", "1.0", ""), .id = "mariner", .version = "1.0", .says = OLDER },
        { OS("Oracle Linux Server", "\"ol\"", "7.9", "ID_LIKE=\"fedora\"\n"), .id = "ol", .version = "7.9",
          .path = "rhel/7" },
        { OS("Oracle Linux Server", "\"ol\"", "7.1", ""), .id = "ol", .version = "7.1", .says = MINOR },
        { OS("Oracle Linux Server", "\"ol\"", "8.10", EL("8")), .id = "ol", .version = "8.10", .path = "rhel/8" },
        { OS("Oracle Linux Server", "\"ol\"", "9.4", EL("9")), .id = "ol", .version = "9.4", .path = "rhel/9.0" },
        { OS("Oracle Linux Server", "\"ol\"", "10.0", EL("10")), .id = "ol", .version = "10.0", .says = NEWER,
          .like = "rhel/10" },
        { OS("openSUSE Leap", "\"opensuse-leap\"", "15.6", "ID_LIKE=\"suse opensuse\"\n"), .id = "opensuse-leap",
          .version = "15.6", .path = "sles/15" },
        { OS("openSUSE Leap", "\"opensuse-leap\"", "16.0", ""), .id = "opensuse-leap", .version = "16.0",
          .path = "sles/16" },
        { OS("openSUSE Tumbleweed", "\"opensuse-tumbleweed\"", "20261101", "ID_LIKE=\"opensuse suse\"\n"),
          .id = "opensuse-tumbleweed", .version = "20261101" },
        { OS("Red Hat Enterprise Linux Server", "\"rhel\"", "7.9", ""), .id = "rhel", .version = "7.9",
          .path = "rhel/7" },
        { OS("Red Hat Enterprise Linux Server", "\"rhel\"", "7.2", ""), .id = "rhel", .version = "7.2",
          .path = "rhel/7" },
        { OS("Red Hat Enterprise Linux Server", "\"rhel\"", "7.1", ""), .id = "rhel", .version = "7.1", .says = MINOR },
        { OS("Red Hat Enterprise Linux", "\"rhel\"", "8.0", EL("8")), .id = "rhel", .version = "8.0",
          .path = "rhel/8" },
        { OS("Red Hat Enterprise Linux", "\"rhel\"", "9.4", EL("9")), .id = "rhel", .version = "9.4",
          .path = "rhel/9.0" },
        { OS("Red Hat Enterprise Linux", "\"rhel\"", "10.1", EL("10")), .id = "rhel", .version = "10.1",
          .path = "rhel/10" },
        { OS("Red Hat Enterprise Linux", "\"rhel\"", "11.0", EL("11")), .id = "rhel", .version = "11.0",
          .says = NEWER },
        { OS("Rocky Linux", "\"rocky\"", "8.4", EL("8")), .id = "rocky", .version = "8.4", .says = MINOR },
        { OS("Rocky Linux", "\"rocky\"", "8.7", EL("8")), .id = "rocky", .version = "8.7", .path = "rocky/8" },
        { OS("Rocky Linux", "\"rocky\"", "9.2", EL("9")), .id = "rocky", .version = "9.2", .path = "rocky/9" },
        { OS("Rocky Linux", "\"rocky\"", "10.0", EL("10")), .id = "rocky", .version = "10.0", .path = "rocky/10" },
        { OS("SLES", "\"sles\"", "12.5", "ID_LIKE=\"suse\"\n"), .id = "sles", .version = "12.5", .path = "sles/12" },
        { OS("SLES", "\"sles\"", "12", ""), "/etc/SuSE-release",
          "SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 0\n", "sles", "12", "sles/12" },
        { OS("SLES", "\"sles\"", "15.6", "ID_LIKE=\"suse\"\n"), .id = "sles", .version = "15.6", .path = "sles/15" },
        { OS("SLE_HPC", "\"sle_hpc\"", "15.4", ""), .id = "sle_hpc", .version = "15.4", .path = "sles/15" },
        { OS("SLES_SAP", "\"SLES_SAP\"", "16.0", ""), .id = "SLES_SAP", .version = "16.0", .path = "sles/16" },
        { OS("Ubuntu", "ubuntu", "14.04", ""), .id = "ubuntu", .version = "14.04", .says = OLDER },
        { OS("Ubuntu", "ubuntu", "16.04", ""), .id = "ubuntu", .version = "16.04", .path = "ubuntu/16.04" },
        { OS("Ubuntu", "ubuntu", "18.04", ""), .id = "ubuntu", .version = "18.04", .path = "ubuntu/18.04" },
        { OS("Ubuntu", "ubuntu", "20.04", ""), .id = "ubuntu", .version = "20.04", .path = "ubuntu/20.04" },
        { OS("Ubuntu", "ubuntu", "22.04", ""), .id = "ubuntu", .version = "22.04", .path = "ubuntu/22.04" },
        { OS("Ubuntu", "ubuntu", "24.04", ""), .id = "ubuntu", .version = "24.04", .path = "ubuntu/24.04" },
        { OS("Ubuntu", "ubuntu", "25.04", ""), .id = "ubuntu", .version = "25.04", .says = LTS },
        { OS("Ubuntu", "ubuntu", "25.10", "ID_LIKE=debian\nUBUNTU_CODENAME=questing\n"), "/etc/debian_version",
          "trixie/sid\n", "ubuntu", "25.10", .says = LTS },
        { OS("Ubuntu", "ubuntu", "26.04", ""), .id = "ubuntu", .version = "26.04", .path = "ubuntu/26.04" },
        { OS("Ubuntu", "ubuntu", "26.10", ""), .id = "ubuntu", .version = "26.10", .says = NEWER },

        /* before os-release */
        { NULL, "/etc/redhat-release", "CentOS release 6.10 (Final)\n", "centos", "6.10", .says = OLDER },
        { NULL, "/etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n", "rhel", "6.10",
          .says = OLDER },
        { NULL, "/etc/oracle-release", "Oracle Linux Server release 6.10\n", "ol", "6.10", .says = OLDER },
        { NULL, "/etc/SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n", "sles", "11",
          .says = OLDER },
        { NULL, "/etc/redhat-release", "XenServer release 7.6.0 (xenenterprise)\n", "linux", "7.6" },

        /* derived */
        { OS("Linux Mint", "linuxmint", "22", "ID_LIKE=\"ubuntu debian\"\nUBUNTU_CODENAME=noble\n"),
          "/etc/debian_version", "trixie/sid\n", "linuxmint", "22", .like = "ubuntu/24.04" },
        { OS("LMDE", "linuxmint", "6", "ID_LIKE=debian\nDEBIAN_CODENAME=bookworm\n"), "/etc/debian_version", "12.5\n",
          "linuxmint", "6", .like = "debian/12" },
        { OS("Pop!_OS", "pop", "22.04", "ID_LIKE=\"ubuntu debian\"\nUBUNTU_CODENAME=jammy\n"), .id = "pop",
          .version = "22.04", .like = "ubuntu/22.04" },
        { OS("Pop!_OS", "pop", "21.10", "ID_LIKE=\"ubuntu debian\"\nUBUNTU_CODENAME=impish\n"), "/etc/debian_version",
          "11.0\n", "pop", "21.10" },
        { OS("Kali GNU/Linux", "kali", "2026.3", "ID_LIKE=debian\n"), "/etc/debian_version", "kali-rolling\n", "kali",
          "2026.3" },
        { OS("Raspbian GNU/Linux", "raspbian", "12", "ID_LIKE=debian\n"), "/etc/debian_version", "12.9\n", "raspbian",
          "12", .like = "debian/12" },
        { OS("EuroLinux", "\"eurolinux\"", "9.4", "ID_LIKE=\"rhel fedora centos\"\n" EL("9")), .id = "eurolinux",
          .version = "9.4", .like = "rhel/9.0" },
        { OS("MIRACLE LINUX", "\"miraclelinux\"", "8.10", "ID_LIKE=\"rhel fedora\"\n" EL("8")), .id = "miraclelinux",
          .version = "8.10", .like = "rhel/8" },
        { OS("Scientific Linux", "\"scientific\"", "7.9", "ID_LIKE=\"rhel centos fedora\"\n"), .id = "scientific",
          .version = "7.9" },

        /* nothing of the kind */
        { OS("Alpine Linux", "alpine", "3.22.1", ""), .id = "alpine", .version = "3.22.1" },
        { "NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n", .id = "arch", .version = "" },
        { "NAME=nothing\n", .id = "linux", .version = "" },
        { "", .id = "linux", .version = "" },
};
